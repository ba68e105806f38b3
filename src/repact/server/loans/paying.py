"""Money for a debt that has no plan: what the contract says of it afterwards."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
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


class Taken(NamedTuple):
    """What a payment did: what had accrued until then, where it went, and what was too much."""

    accrued_minor: dict[str, int]
    applied_minor: dict[str, int]
    left_minor: int


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
    loan.save()
    audit_actions.record(
        by=by, action="loans.take_payment", subject_id=loan.id, now=now, amount_minor=amount_minor
    )
    if loan.state == "open":
        actions.tell_moved(by=by, loan_ids=[loan.id], now=now)
    return loan, Taken(accrued, applied, left)


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
