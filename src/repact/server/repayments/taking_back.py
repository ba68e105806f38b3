"""Money that a payer's side takes back: a charge-back, a bounced transfer, a mistake of ours."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.ledger import chart, plan_life
from repact.plans.servicing import events
from repact.server.agreements import states as agreement_states
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import SUPERVISOR, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import lives, posting, reopening
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import Payment, PlanEvent, Reversal


@doors.action("repayments.reverse_payment", may=(SYSTEM, SUPERVISOR))
def reverse_payment(*, by: Actor, payment_id: UUID, reason: str, now: datetime) -> None:
    """Undo a payment that was taken back, as if it had never arrived; once.

    A plan it had completed runs again. Where the plan itself is gone (taken back, or replaced by
    another), it is undone in the older plan that it counts for, if one runs again; else what was
    returned is owed beside any plan, and a person looks. Raises `repayments.unknown_payment`.
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
        open_minor = _owe_beside(life, found, reversal, by=system)
    if was_over:
        reopening.tell(life, by=system, now=now)
    notice_actions.tell(
        by=system,
        borrower_id=agreement.borrower_id,
        kind="payment_reversed",
        source=f"reversal:{reversal.id}",
        now=now,
        amount_minor=found.amount_minor,
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
            moved_minor=moved,
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


def _owe_beside(life: Life, payment: Payment, reversal: Reversal, *, by: Actor) -> int:
    """Book what was taken back of a plan that is gone as owed by its borrower, beside any plan."""
    book_actions.post(
        by=by,
        entry=plan_life.plan_changed(
            template="payment_reversed",
            on=life.on,
            currency=payment.currency,
            change=plan_life.Change(
                cash_minor=-payment.amount_minor, credit_minor=-payment.amount_minor
            ),
            cash_account=payment.cash_account,
        ),
        source=f"reversal:{reversal.id}",
        agreement_id=life.agreement.id,
    )
    return payment.amount_minor
