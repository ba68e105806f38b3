"""A payment whose plan is gone is taken back: undone where its money counts now.

A plan that was taken back left each debt to an older plan or to its contract; one that gave way to
another left it to that one, whose first position knows the payment and cannot be changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from repact.ledger import chart, plan_life
from repact.plans.servicing import events
from repact.server.agreements import states as agreement_states
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.loans import actions as loan_actions
from repact.server.loans import paying
from repact.server.loans.models import Loan
from repact.server.loans.paying import Undone
from repact.server.repayments import (
    beside,
    ending,
    given_up,
    lives,
    posting,
    reopening,
    resuming,
)
from repact.server.repayments.lives import Life
from repact.server.repayments.models import COMPONENTS, Disposal, Payment, PlanEvent, Reversal

# Nothing else of how a contract stood is known where a plan lay between.
NOT_KEPT: dict[str, Any] = {"overdue_principal_minor": 0, "oldest_unpaid_due_date": None}
STANDING = (*lives.PAYABLE, agreement_states.COMPLETED)


class Done(NamedTuple):
    """How much more is open in plans and contracts, and what is owed beside any plan."""

    open_minor: int
    beside_minor: int


def undo(gone: Life, payment: Payment, reversal: Reversal, /, *, by: Actor, now: datetime) -> Done:
    """Undo a payment of a plan that is gone, part by part, where each part's money counts now."""
    olders = [] if gone.plan.standing != "withdrawn" else _olders(gone, payment)
    taken_over = {
        older.parts[number].loan_id for older in olders for number in shares(older, payment)
    }
    loans = _standing_again(gone, payment, but=taken_over)
    owed: Counter[str] = Counter()
    for older in olders:
        owed[chart.RECEIVABLE["principal"]] += sum(shares(older, payment).values())
    by_contract = 0
    for number, loan in loans.items():
        more = _without(gone, number, payment)
        by_contract += sum(more.applied_minor.values())
        for name in COMPONENTS:
            owed[_account(gone, number, loan, name)] += more.applied_minor[name]
        paying.take_back(
            by=by, loan_id=loan.id, since=None, again=(), undone=more, now=now, reopens=True
        )
    beside_minor = _beside_minor(gone, payment, taken_over, loans)
    _post(gone, payment, reversal, owed, by=by)
    if beside_minor:
        beside.owe(
            by=by,
            source=f"reversal:{reversal.id}",
            amount_minor=beside_minor,
            currency=payment.currency,
            now=now,
            borrower_id=gone.agreement.borrower_id,
            agreement_id=gone.agreement.id,
        )
    return Done(by_contract + _undo_in_all(olders, payment, reversal, by, now), beside_minor)


def undo_in(
    life: Life, payment: Payment, /, *, by: Actor, source: str, cash_account: str = ""
) -> int:
    """Undo a payment in a plan that runs; how much more is open, in minor units."""
    of, touched = f"payment:{payment.id}", shares(life, payment)
    changes = posting.happen(
        life,
        by=by,
        events={
            number: events.Reversal(id=f"reversal:{payment.id}", on=life.on, kind="reversal", of=of)
            for number in touched
        },
        template="payment_reversed",
        source=source,
        cash_minor={number: -amount for number, amount in touched.items()},
        cash_account=cash_account or payment.cash_account,
    )
    return sum(sum(change.open_minor.values()) for change in changes.values())


def shares(life: Life, payment: Payment, /) -> dict[int, int]:
    """What each part of a plan had of a payment."""
    of = f"payment:{payment.id}"
    return {
        number: event.amount_minor
        for number, said in life.events.items()
        for event in said
        if event.id == of and isinstance(event, events.Payment)
    }


def _account(gone: Life, number: int, loan: Loan, name: str) -> str:
    """Which account carries what is owed again by a contract: of a debt that was written off none,
    and what had been a recovery is none any more."""
    if loan.written_off_on is None:
        return chart.receivable(name, is_line=loan.is_line)
    return chart.RECOVERIES if given_up.is_given_up_again(gone, number) else chart.WRITTEN_OFF


def _olders(gone: Life, payment: Payment) -> list[Life]:
    """The older plans that a payment counts for since its own was taken back, if they still do."""
    known = PlanEvent.objects.filter(kind="payment", body__id=f"payment:{payment.id}")
    found = known.exclude(agreement=gone.agreement).values_list("agreement_id", flat=True)
    made = []
    for agreement_id in sorted(set(found)):
        agreement = lives.agreement_for_update(agreement_id)
        if agreement and agreement.state in STANDING:
            made.append(lives.load(agreement, on=gone.on))
    return made


def _undo_in_all(
    olders: Sequence[Life], payment: Payment, reversal: Reversal, by: Actor, now: datetime
) -> int:
    """Undo a payment in older plans; one that was completed runs again."""
    open_minor = 0
    for older in olders:
        was_over = older.agreement.state == agreement_states.COMPLETED
        if was_over:
            reopening.reopen(older, by=by, reason=reversal.reason, now=now)
        open_minor += undo_in(
            older,
            payment,
            by=by,
            source=f"reversal:{reversal.id}:{older.agreement.id}",
            cash_account=chart.RECEIVABLE["principal"],
        )
        if was_over:
            reopening.tell(older, by=by, now=now)
    return open_minor


def _standing_again(gone: Life, payment: Payment, *, but: set[UUID]) -> dict[int, Loan]:
    """The debts that had a share of a payment and are owed by their contracts again, locked."""
    if gone.plan.standing != "withdrawn":
        return {}
    ids = {number: gone.parts[number].loan_id for number in shares(gone, payment)}
    loans = Loan.objects.select_for_update().in_bulk(sorted(set(ids.values()) - but))
    sold = Disposal.objects.filter(loan_id__in=loans, kind="sale", state="done")
    away = set(sold.values_list("loan_id", flat=True))
    return {
        number: loans[loan_id]
        for number, loan_id in ids.items()
        if loan_id in loans and loan_id not in away and loans[loan_id].state != "in_plan"
    }


def _beside_minor(
    gone: Life, payment: Payment, taken_over: set[UUID], loans: dict[int, Loan]
) -> int:
    """What of a payment no plan and no contract can ask for again; its credit was never claimed."""
    if gone.plan.standing != "withdrawn":
        return payment.amount_minor
    of = f"payment:{payment.id}"
    left = [
        n for n, part in gone.parts.items() if part.loan_id not in taken_over and n not in loans
    ]
    kept = (one for number in left for one in resuming.kept(gone, number))
    return sum(one.amount_minor for one in kept if one.id == of)


def _without(gone: Life, number: int, payment: Payment) -> Undone:
    """What the contract asks for without a payment that had counted for it, and its rows."""
    position = gone.signed[number].position
    earlier = Reversal.objects.filter(payment__agreement=gone.agreement).exclude(payment=payment)
    undone = {f"payment:{one}" for one in earlier.values_list("payment_id", flat=True)}
    counted = {one.id: one.amount_minor for one in resuming.kept(gone, number)}
    total = sum(amount for name, amount in counted.items() if name not in undone)
    rows, owed = [], []
    for paid in (total, total - counted.get(f"payment:{payment.id}", 0)):
        left = ending.less(position, paid)
        covered = position.principal_minor - left.principal_minor
        covered += position.interest_minor - left.interest_minor
        remaining = position.contract.remaining if position.contract else ()
        open_rows = loan_actions.uncovered(remaining, covered)
        rows.append([(row.due_date.isoformat(), row.amount_minor) for row in open_rows])
        owed.append(left)
    after, before = ({**NOT_KEPT, "remaining": one} for one in rows)
    more = {n: getattr(owed[1], f"{n}_minor") - getattr(owed[0], f"{n}_minor") for n in COMPONENTS}
    return Undone(more, before, after)


def _post(
    gone: Life, payment: Payment, reversal: Reversal, owed: Counter[str], *, by: Actor
) -> None:
    """The cash leaves where it had come in."""
    book_actions.post(
        by=by,
        entry=plan_life.moved_payment_reversed(
            on=gone.on,
            currency=payment.currency,
            amount_minor=payment.amount_minor,
            owed_minor=owed,
            cash_account=payment.cash_account,
        ),
        source=f"reversal:{reversal.id}:came",
        agreement_id=gone.agreement.id,
    )
