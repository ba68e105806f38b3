"""Working what could not be placed: to a plan, or back to where it came from."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import AGENT, SUPERVISOR, SYSTEM, Actor
from repact.server.people import doors
from repact.server.repayments import actions, lives, paying_out, posting, stored
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import Payment, Suspense


@doors.action("repayments.assign_suspense", may=(AGENT, SUPERVISOR, SYSTEM))
def assign_suspense(*, by: Actor, suspense_id: UUID, agreement_id: UUID, now: datetime) -> Payment:
    """Post money from suspense to a plan, at the value date it arrived with; once.

    Raises `repayments.unknown_suspense`, `.already_worked`, and as `post_payment` does.
    """
    found = stored.one(agreement_id)
    if found is None:
        raise RepaymentError("repayments.unknown_agreement")
    agreement, kept = found.agreement, still_open(suspense_id)
    life = lives.to_pay(
        found,
        currency=kept.currency,
        value_date=kept.value_date,
        on=posting.business_date(by, now),
    )
    payment = actions.place(
        by=actor.system(by.lender_id),
        life=life,
        payment=Payment(
            lender_id=by.lender_id,
            agreement=agreement,
            source=f"suspense:{kept.id}",
            amount_minor=kept.amount_minor,
            currency=kept.currency,
            value_date=kept.value_date,
            received_at=kept.received_at,
            payer="third_party" if kept.payer_account else "borrower",
            payer_account=kept.payer_account,
            cash_account=kept.cash_account,
        ),
        now=now,
        from_suspense=True,
    )
    close(kept, by, now, state="assigned", payment=payment)
    audit_actions.record(
        by=by,
        action="repayments.assign_suspense",
        subject_id=kept.id,
        case_id=agreement.case_id,
        now=now,
        payment_id=str(payment.id),
        amount_minor=kept.amount_minor,
    )
    return payment


@doors.action("repayments.return_suspense", may=(SUPERVISOR,))
def return_suspense(*, by: Actor, suspense_id: UUID, now: datetime) -> None:
    """Send money in suspense back to the account it came from; once. A background task asks the
    wallet; what came by bank, a person sends.

    Raises `repayments.unknown_suspense`, `.already_worked`, `.no_account_to_return_to`.
    """
    kept = still_open(suspense_id)
    if not kept.payer_account:
        raise RepaymentError("repayments.no_account_to_return_to")
    refund = paying_out.of_suspense(kept, by=by, now=now)
    close(kept, by, now, state="returned")
    audit_actions.record(
        by=by,
        action="repayments.return_suspense",
        subject_id=refund.id,
        now=now,
        amount_minor=kept.amount_minor,
    )


def still_open(suspense_id: UUID, /) -> Suspense:
    """A sum in suspense that nobody has worked yet, locked.

    Raises `repayments.unknown_suspense`, `.already_worked`.
    """
    kept = Suspense.objects.select_for_update(of=("self",)).filter(id=suspense_id).first()
    if kept is None:
        raise RepaymentError("repayments.unknown_suspense")
    if kept.state != "open":
        raise RepaymentError("repayments.already_worked", state=kept.state)
    return kept


def close(
    kept: Suspense, by: Actor, now: datetime, /, *, state: str, payment: Payment | None = None
) -> None:
    """Note what became of a sum, and who worked it."""
    kept.state, kept.payment = state, payment
    kept.worked_by_id, kept.worked_at = by.id, now
    kept.save()
