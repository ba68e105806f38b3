"""Money that a payer's side takes back: a charge-back, a bounced transfer, a mistake of ours."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from repact.ledger import chart, plan_life
from repact.plans.servicing import events
from repact.server.agreements import states as agreement_states
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import SUPERVISOR, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.loans import actions as loan_actions
from repact.server.loans import paying
from repact.server.loans.models import Loan
from repact.server.loans.paying import Undone
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import beside, ending, lives, posting, reopening, resuming
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import COMPONENTS, Disposal, Payment, PlanEvent, Reversal

# Nothing else of how a contract stood is known where a plan lay between.
NOT_KEPT: dict[str, Any] = {"overdue_principal_minor": 0, "oldest_unpaid_due_date": None}


@doors.action("repayments.reverse_payment", may=(SYSTEM, SUPERVISOR))
def reverse_payment(*, by: Actor, payment_id: UUID, reason: str, now: datetime) -> None:
    """Undo a payment that was taken back, as if it had never arrived; once.

    A plan it had completed runs again. Where the plan itself is gone (taken back, or replaced by
    another), it is undone in the older plan that it counts for, if one runs again, or on the
    contract that stands again; else what was returned is owed beside any plan, and a person works
    it. Raises `repayments.unknown_payment`.
    """
    system = actor.system(by.lender_id)
    found = Payment.objects.filter(id=payment_id).first()
    agreement = lives.agreement_for_update(found.agreement_id) if found else None
    if found is None or agreement is None:
        raise RepaymentError("repayments.unknown_payment")
    if Reversal.objects.filter(payment=found).exists():
        audit_actions.unchanged()
        return
    life = lives.load(agreement, on=posting.business_date(by, now))
    reversal = Reversal.objects.create(
        lender_id=by.lender_id, payment=found, reason=reason, on_date=life.on, recorded_at=now
    )
    was_over = agreement.state == agreement_states.COMPLETED
    if was_over:
        reopening.reopen(life, by=system, reason=reason, now=now)
    if life.agreement.state in lives.PAYABLE:
        open_minor = _undo(life, found, reversal, by=system)
    elif older := _older(life, found):
        open_minor = _undo_in(older, life, found, reversal, by=system)
    else:
        open_minor = _owe_by_contract(life, found, reversal, by=system, now=now)
        if open_minor is None:
            _owe_beside(life, found, reversal, by=system, now=now)
    if was_over:
        reopening.tell(life, by=system, now=now)
    notice_actions.tell(
        by=system,
        borrower_id=agreement.borrower_id,
        kind="payment_owed_beside" if open_minor is None else "payment_reversed",
        source=f"reversal:{reversal.id}",
        now=now,
        amount_minor=found.amount_minor,
        reference=agreement.reference,
        open_minor=open_minor,
    )
    audit_actions.record(
        by=by,
        action="repayments.reverse_payment",
        subject_id=found.id,
        case_id=agreement.case_id,
        now=now,
        amount_minor=found.amount_minor,
        reason=reason,
    )


def _older(gone: Life, payment: Payment) -> Life | None:
    """The running plan that a payment counts for since its own was taken back."""
    known = PlanEvent.objects.filter(kind="payment", body__id=f"payment:{payment.id}")
    found = known.exclude(agreement=gone.agreement).order_by("-recorded_at").first()
    agreement = lives.agreement_for_update(found.agreement_id) if found else None
    if agreement is None or agreement.state not in lives.PAYABLE:
        return None
    return lives.load(agreement, on=gone.on)


def _undo_in(older: Life, gone: Life, payment: Payment, reversal: Reversal, *, by: Actor) -> int:
    """Undo a payment in the plan it counts for; its cash leaves where it had come in."""
    moved = sum(_shares(older, payment).values())
    book_actions.post(
        by=by,
        entry=plan_life.moved_payment_reversed(
            on=gone.on,
            currency=payment.currency,
            amount_minor=payment.amount_minor,
            owed_minor={chart.RECEIVABLE["principal"]: moved},
            cash_account=payment.cash_account,
        ),
        source=f"reversal:{reversal.id}:came",
        agreement_id=gone.agreement.id,
    )
    return _undo(older, payment, reversal, by=by, cash_account=chart.RECEIVABLE["principal"])


def _shares(life: Life, payment: Payment) -> dict[int, int]:
    """What each part of a plan had of a payment."""
    of = f"payment:{payment.id}"
    return {
        number: event.amount_minor
        for number, said in life.events.items()
        for event in said
        if event.id == of and isinstance(event, events.Payment)
    }


def _undo(
    life: Life, payment: Payment, reversal: Reversal, *, by: Actor, cash_account: str = ""
) -> int:
    """Undo a payment in a plan that runs; how much more is open, in minor units."""
    of, touched = f"payment:{payment.id}", _shares(life, payment)
    changes = posting.happen(
        life,
        by=by,
        events={
            number: events.Reversal(id=f"reversal:{payment.id}", on=life.on, kind="reversal", of=of)
            for number in touched
        },
        template="payment_reversed",
        source=f"reversal:{reversal.id}",
        cash_minor={number: -amount for number, amount in touched.items()},
        cash_account=cash_account or payment.cash_account,
    )
    return sum(sum(change.open_minor.values()) for change in changes.values())


def _owe_by_contract(
    gone: Life, payment: Payment, reversal: Reversal, *, by: Actor, now: datetime
) -> int | None:
    """Undo a payment of a plan that was taken back on the contracts that stand again.

    How much more is owed, in minor units; None where a debt has another plan, or is not the
    lender's any more.
    """
    if gone.plan.standing != "withdrawn":
        return None
    loans = _standing_again(gone, payment)
    if loans is None:
        return None
    owed: Counter[str] = Counter()
    for number, loan in loans.items():
        more = _without(gone, number, payment)
        for name in COMPONENTS:
            account = chart.receivable(name, is_line=loan.is_line)
            owed[chart.WRITTEN_OFF if loan.written_off_on else account] += more.applied_minor[name]
        paying.take_back(
            by=by, loan_id=loan.id, since=None, again=(), undone=more, now=now, reopens=True
        )
    book_actions.post(
        by=by,
        entry=plan_life.moved_payment_reversed(
            on=gone.on,
            currency=payment.currency,
            amount_minor=payment.amount_minor,
            owed_minor=owed,
            cash_account=payment.cash_account,
        ),
        source=f"reversal:{reversal.id}",
        agreement_id=gone.agreement.id,
    )
    return sum(owed.values())


def _standing_again(gone: Life, payment: Payment) -> dict[int, Loan] | None:
    """The debts that had a share of a payment and are owed by their contracts, locked."""
    ids = {number: gone.parts[number].loan_id for number in _shares(gone, payment)}
    loans = Loan.objects.select_for_update().in_bulk(sorted(ids.values()))
    sold = Disposal.objects.filter(loan_id__in=ids.values(), kind="sale", state="done")
    if sold.exists() or any(loan.state == "in_plan" for loan in loans.values()):
        return None
    return {number: loans[loan_id] for number, loan_id in ids.items()}


def _without(gone: Life, number: int, payment: Payment) -> Undone:
    """What the contract asks for without a payment that had counted for it, and its rows."""
    position = gone.signed[number].position
    undone = {f"payment:{one}" for one in _undone(gone, but=payment)}
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


def _undone(gone: Life, *, but: Payment) -> list[UUID]:
    """The payments that were taken back of a plan before, after it had been taken back itself."""
    known = Reversal.objects.filter(payment__agreement=gone.agreement).exclude(payment=but)
    return list(known.values_list("payment_id", flat=True))


def _owe_beside(
    life: Life, payment: Payment, reversal: Reversal, *, by: Actor, now: datetime
) -> None:
    """Book what was taken back of a plan that is gone as owed by its borrower, beside any plan."""
    beside.owe(
        by=by,
        source=f"reversal:{reversal.id}",
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        now=now,
        borrower_id=life.agreement.borrower_id,
        agreement_id=life.agreement.id,
    )
    book_actions.post(
        by=by,
        entry=plan_life.moved_payment_reversed(
            on=life.on,
            currency=payment.currency,
            amount_minor=payment.amount_minor,
            owed_minor={},
            cash_account=payment.cash_account,
        ),
        source=f"reversal:{reversal.id}",
        agreement_id=life.agreement.id,
    )
