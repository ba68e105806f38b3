"""Money that goes back to where it came from: what was paid too much, or cannot be placed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.ledger import plan_life
from repact.ledger.entry import Entry
from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import AGENT, SUPERVISOR, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import actions, lives, posting
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import Payment, Refund, RefundAnswer, Suspense

REFUSED = "repayments.refund_refused"


@doors.action("repayments.refund_credit", may=(AGENT, SUPERVISOR, SYSTEM))
def refund_credit(*, by: Actor, agreement_id: UUID, now: datetime) -> list[Refund]:
    """Send back what was paid too much, each part to where the payment it is of came from.

    Empty when there is nothing to send; a background task asks the wallet.
    """
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None:
        raise RepaymentError("repayments.unknown_agreement")
    life = lives.load(agreement, on=posting.business_date(by, now))
    parts = _to_send(life, agreement)
    made = [_send(life, payment, amount, by=by, now=now) for payment, amount in parts]
    if not made:
        audit_actions.unchanged()
    return made


@doors.action("repayments.note_refund", may=(SYSTEM, SUPERVISOR))
def note_refund(
    *, by: Actor, refund_id: UUID, status: str, reason: str = "", at: datetime, now: datetime
) -> None:
    """Note what became of a refund, once: `paid`, or `refused` with the code why.

    Money that was refused is where it was before: the borrower's credit, or in suspense, and a
    person looks. Raises `repayments.unknown_refund`, `.answered_differently`.
    """
    refund = Refund.objects.select_for_update(of=("self",)).filter(id=refund_id).first()
    if refund is None:
        raise RepaymentError("repayments.unknown_refund")
    known = RefundAnswer.objects.filter(refund=refund).first()
    if known:
        if known.status != status:
            raise RepaymentError("repayments.answered_differently", status=known.status)
        audit_actions.unchanged()
        return
    RefundAnswer.objects.create(
        lender_id=by.lender_id, refund=refund, status=status, reason=reason[:60], answered_at=at
    )
    if status == "refused":
        _put_back(refund, by=by, now=now)
    elif refund.agreement_id and refund.agreement:
        notice_actions.tell(
            by=by,
            borrower_id=refund.agreement.borrower_id,
            kind="refunded",
            source=f"refunded:{refund.id}",
            now=now,
            amount_minor=refund.amount_minor,
        )
    audit_actions.record(
        by=by,
        action="repayments.note_refund",
        subject_id=refund.id,
        now=now,
        status=status,
        reason=reason[:60],
    )


def of_suspense(kept: Suspense, /, *, by: Actor, now: datetime) -> Refund:
    """Have a sum in suspense go back: a step of the action that decides so."""
    refund = Refund.objects.create(
        lender_id=by.lender_id,
        suspense=kept,
        amount_minor=kept.amount_minor,
        currency=kept.currency,
        to_account=kept.payer_account,
        cash_account=kept.cash_account,
        requested_at=now,
    )
    book_actions.post(
        by=actor.system(by.lender_id),
        entry=_entry_of_suspense(refund, by, now),
        source=f"returned:{kept.id}",
    )
    return refund


def _to_send(life: Life, agreement: Agreement) -> list[tuple[Payment, int]]:
    """Which payment's money goes back, and how much: the newest first, never more than is left."""
    gone = list(agreement.refunds.exclude(answer__status="refused"))
    left = sum(state.credit_minor for state in life.states.values())
    left -= sum(refund.amount_minor for refund in gone)
    credit: dict[str, int] = {}
    for state in life.states.values():
        for posted in state.postings:
            credit[posted.event] = credit.get(posted.event, 0) + posted.credit_minor
    found = []
    for payment in agreement.payments.filter(reversal=None).order_by("-received_at", "-id"):
        sent = sum(one.amount_minor for one in gone if one.payment_id == payment.id)
        amount = min(left, credit.get(f"payment:{payment.id}", 0) - sent)
        if amount > 0:
            found.append((payment, amount))
            left -= amount
    return found


def _send(life: Life, payment: Payment, amount: int, *, by: Actor, now: datetime) -> Refund:
    agreement = life.agreement
    refund = Refund.objects.create(
        lender_id=by.lender_id,
        agreement=agreement,
        payment=payment,
        amount_minor=amount,
        currency=life.plan.currency,
        to_account=payment.payer_account,
        cash_account=payment.cash_account,
        requested_at=now,
    )
    book_actions.post(
        by=actor.system(by.lender_id),
        entry=plan_life.credit_refunded(
            on=life.on,
            currency=life.plan.currency,
            amount_minor=amount,
            cash_account=refund.cash_account,
        ),
        source=f"refund:{refund.id}",
        agreement_id=agreement.id,
    )
    audit_actions.record(
        by=by,
        action="repayments.refund_credit",
        subject_id=refund.id,
        case_id=agreement.case_id,
        now=now,
        amount_minor=amount,
    )
    return refund


def _put_back(refund: Refund, *, by: Actor, now: datetime) -> None:
    on = posting.business_date(by, now)
    if refund.suspense:
        kept = refund.suspense
        actions.suspend(
            by=actor.system(by.lender_id),
            now=now,
            source=f"refund-refused:{refund.id}",
            amount_minor=kept.amount_minor,
            currency=kept.currency,
            value_date=on,
            reason=REFUSED,
            said=kept.said,
            cash_account=kept.cash_account,
        )
        return
    sent = plan_life.credit_refunded(
        on=on,
        currency=refund.currency,
        amount_minor=refund.amount_minor,
        cash_account=refund.cash_account,
    )
    book_actions.post(
        by=actor.system(by.lender_id),
        entry=sent.reversal(happened_on=on),
        source=f"refund-refused:{refund.id}",
        agreement_id=refund.agreement_id,
    )


def _entry_of_suspense(refund: Refund, by: Actor, now: datetime) -> Entry:
    return plan_life.suspense_returned(
        on=posting.business_date(by, now),
        currency=refund.currency,
        amount_minor=refund.amount_minor,
        cash_account=refund.cash_account,
    )
