"""Money for a debt that has no plan, and money taken back from it: what the contract says then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from repact.plans.position import DueRow
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.loans import actions, queries
from repact.server.loans.errors import LoanError
from repact.server.loans.models import Loan
from repact.server.people import doors

# Costs, interest, principal: Civil Code of China art. 561.
ORDER = ("fees", "penalty", "interest", "principal")
PAID, OWED_AGAIN = "loans.paid", "loans.owed_again"  # events: a request for a plan follows them
# What a payment may change of a debt.
AMOUNTS = (*(f"{name}_minor" for name in ORDER), "overdue_principal_minor")
DAYS = ("as_of", "oldest_unpaid_due_date")


class Taken(NamedTuple):
    """What a payment did: what had accrued until then, where it went, and what was too much.

    `before` and `after` are how the debt stood around it (`standing`).
    """

    accrued_minor: dict[str, int]
    applied_minor: dict[str, int]
    left_minor: int
    before: dict[str, Any]
    after: dict[str, Any]


class Undone(NamedTuple):
    """A payment that is taken back: where it had gone, and how the debt stood around it.

    The standings are None where nobody kept them.
    """

    applied_minor: Mapping[str, int]
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


class Back(NamedTuple):
    """What a payment that was taken back did: what more is owed by component, and the standings."""

    owed_minor: dict[str, int]
    before: dict[str, Any]
    after: dict[str, Any]


@doors.action("loans.take_payment", may=(SYSTEM,))
def take_payment(
    *, by: Actor, loan_id: UUID, amount_minor: int, on: date, now: datetime
) -> tuple[Loan, Taken]:
    """Let a debt without a plan be paid on a day; the loan as it was, and what the money did.

    Costs go first, then interest, then principal, of what is owed that day. A debt paid whole is
    closed. Raises `loans.not_found`, `loans.wrong_state`.
    """
    loan = Loan.objects.select_for_update().filter(id=loan_id).first()
    if loan is None:
        raise LoanError("loans.not_found")
    if loan.state != "open":
        raise LoanError("loans.wrong_state", state=loan.state)
    before = standing(loan)
    accrued, applied, left = _apply(loan, amount_minor, on)
    loan.save()
    audit_actions.record(
        by=by, action="loans.take_payment", subject_id=loan.id, now=now, amount_minor=amount_minor
    )
    if loan.state == "open":
        actions.tell_moved(by=by, loan_ids=[loan.id], now=now)
    else:
        audit_actions.record(by=by, action=PAID, subject_id=loan.id, now=now)
    return loan, Taken(accrued, applied, left, before, standing(loan))


@doors.action("loans.take_back_payment", may=(SYSTEM,))
def take_back(
    *,
    by: Actor,
    loan_id: UUID,
    since: Mapping[str, Any] | None,
    again: Sequence[tuple[int, date]],
    undone: Undone,
    now: datetime,
    reopens: bool = False,
) -> tuple[Loan, Back]:
    """Let a debt without a plan stand as if a payment had never arrived; closed by it, it is open.

    `since` is how it stood before, and `again` the amounts and days of the payments that came after
    and stay. Where something else has happened to the debt since (None), what the payment had
    covered is owed again, and nothing for the days between; `reopens` says that a debt which is
    closed may be open again then. Raises `loans.not_found`, `loans.wrong_state`.
    """
    loan = Loan.objects.select_for_update().filter(id=loan_id).first()
    if loan is None:
        raise LoanError("loans.not_found")
    if loan.state != "open" and not (loan.state == "closed" and (since or reopens)):
        raise LoanError("loans.wrong_state", state=loan.state)
    before = standing(loan)
    if since:
        _put(loan, since)
        for amount, on in again:
            _apply(loan, amount, on)
    else:
        _add_back(loan, undone)
    loan.save()
    owed_minor = {n: getattr(loan, f"{n}_minor") - before[f"{n}_minor"] for n in ORDER}
    audit_actions.record(
        by=by, action="loans.take_back_payment", subject_id=loan.id, now=now, **owed_minor
    )
    actions.tell_moved(by=by, loan_ids=[loan.id], now=now)
    if before["state"] == "closed" and loan.state == "open":
        audit_actions.record(by=by, action=OWED_AGAIN, subject_id=loan.id, now=now)
    return loan, Back(owed_minor, before, standing(loan))


def standing(loan: Loan, /) -> dict[str, Any]:
    """What a payment may change of a debt, as JSON."""
    days = {name: getattr(loan, name) for name in DAYS}
    return {
        **{name: getattr(loan, name) for name in AMOUNTS},
        **{name: day and day.isoformat() for name, day in days.items()},
        "remaining": loan.remaining,
        "state": loan.state,
    }


def _put(loan: Loan, stood: Mapping[str, Any]) -> None:
    for name, value in stood.items():
        setattr(loan, name, date.fromisoformat(value) if name in DAYS and value else value)


def _add_back(loan: Loan, undone: Undone) -> None:
    """Owe again what a payment had covered, and have its rows of the contract open again."""
    loan.state = "open"
    for name in ORDER:
        owed = getattr(loan, f"{name}_minor") + undone.applied_minor[name]
        setattr(loan, f"{name}_minor", owed)
    if undone.before is None or undone.after is None:
        return
    rows = _by_day(loan.remaining)
    rows.update(_by_day(undone.before["remaining"]))
    rows.subtract(_by_day(undone.after["remaining"]))
    loan.remaining = [[day, rows[day]] for day in sorted(rows) if rows[day] > 0]
    late = undone.before["overdue_principal_minor"] - undone.after["overdue_principal_minor"]
    loan.overdue_principal_minor = min(loan.overdue_principal_minor + late, loan.principal_minor)
    if oldest := undone.before["oldest_unpaid_due_date"]:
        was = date.fromisoformat(oldest)
        loan.oldest_unpaid_due_date = min(was, loan.oldest_unpaid_due_date or was)


def _by_day(rows: Sequence[tuple[str, int]]) -> Counter[str]:
    made: Counter[str] = Counter()
    for day, amount in rows:
        made[day] += amount
    return made


def _apply(loan: Loan, amount_minor: int, on: date) -> tuple[dict[str, int], dict[str, int], int]:
    """Pay a debt on a day: what had accrued, where the money went, and what was too much."""
    owed, left = queries.position(loan, on=on), amount_minor
    accrued = {
        name: getattr(owed, f"{name}_minor") - getattr(loan, f"{name}_minor")
        for name in ("interest", "penalty")
    }
    applied = {}
    for name in ORDER:
        applied[name] = min(getattr(owed, f"{name}_minor"), left)
        left -= applied[name]
        setattr(loan, f"{name}_minor", getattr(owed, f"{name}_minor") - applied[name])
    loan.as_of = max(on, loan.as_of)
    _cover(loan, applied)
    return accrued, applied, left


def _cover(loan: Loan, applied: dict[str, int]) -> None:
    """What a payment covers of the contract's rows, the oldest first, and of what is overdue."""
    rows = [
        DueRow(due_date=date.fromisoformat(day), amount_minor=amount)
        for day, amount in loan.remaining
    ]
    left = actions.uncovered(rows, applied["principal"] + applied["interest"])
    loan.remaining = [[row.due_date.isoformat(), row.amount_minor] for row in left]
    overdue = max(loan.overdue_principal_minor - applied["principal"], 0)
    loan.overdue_principal_minor = min(overdue, loan.principal_minor)
    if loan.oldest_unpaid_due_date and left:
        late = left[0].due_date if left[0].due_date < loan.as_of else None
        loan.oldest_unpaid_due_date = late and max(late, loan.oldest_unpaid_due_date)
    if not any(getattr(loan, f"{name}_minor") for name in ORDER):
        loan.state, loan.remaining, loan.oldest_unpaid_due_date = "closed", [], None
