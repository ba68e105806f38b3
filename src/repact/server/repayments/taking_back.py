"""Money that a payer's side takes back: a charge-back, a bounced transfer, a mistake of ours."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.server.agreements import states as agreement_states
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import SUPERVISOR, SYSTEM, Actor
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import elsewhere, lives, posting, reopening
from repact.server.repayments.elsewhere import Done
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import Payment, Reversal


@doors.action("repayments.reverse_payment", may=(SYSTEM, SUPERVISOR))
def reverse_payment(*, by: Actor, payment_id: UUID, reason: str, now: datetime) -> None:
    """Undo a payment that was taken back, as if it had never arrived; once.

    A plan it had completed runs again. Where the plan itself is gone (taken back, or replaced by
    another), it is undone in the older plan that it counts for, or on the contract that stands
    again; else what was returned is owed beside any plan, and a person works it. Raises
    `repayments.unknown_payment`.
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
    if life.agreement.state == agreement_states.COMPLETED or life.agreement.state in lives.PAYABLE:
        done = Done(_undo_where_it_is(life, found, reversal, by=system, now=now), 0)
    else:
        done = elsewhere.undo(life, found, reversal, by=system, now=now)
    _tell(found, reversal, done, by=system, now=now)
    audit_actions.record(
        by=by,
        action="repayments.reverse_payment",
        subject_id=found.id,
        case_id=agreement.case_id,
        now=now,
        amount_minor=found.amount_minor,
        reason=reason,
    )


def _undo_where_it_is(
    life: Life, payment: Payment, reversal: Reversal, *, by: Actor, now: datetime
) -> int:
    """Undo a payment in its own plan; one that it had completed runs again."""
    was_over = life.agreement.state == agreement_states.COMPLETED
    if was_over:
        reopening.reopen(life, by=by, reason=reversal.reason, now=now)
    open_minor = elsewhere.undo_in(life, payment, by=by, source=f"reversal:{reversal.id}")
    if was_over:
        reopening.tell(life, by=by, now=now)
    return open_minor


def _tell(payment: Payment, reversal: Reversal, done: Done, *, by: Actor, now: datetime) -> None:
    """Tell the borrower what is open again, and what is owed beside any plan."""
    parts = {
        "payment_reversed": payment.amount_minor - done.beside_minor,
        "payment_owed_beside": done.beside_minor,
    }
    for kind, amount in parts.items():
        if amount:
            notice_actions.tell(
                by=by,
                borrower_id=payment.agreement.borrower_id,
                kind=kind,
                source=f"{kind}:{reversal.id}",
                now=now,
                amount_minor=amount,
                reference=payment.agreement.reference,
                open_minor=done.open_minor,
            )
