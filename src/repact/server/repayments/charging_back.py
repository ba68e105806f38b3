"""Money that was taken back, whatever had become of it: named by the event that had brought it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.ledger import chart, plan_life, templates
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import SUPERVISOR, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.people import doors
from repact.server.repayments import beside, contract_reversals, posting, suspense, taking_back
from repact.server.repayments.contracts import REST
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import ContractPayment, OwedBeside, Payment, Suspense


@doors.action("repayments.take_back", may=(SYSTEM, SUPERVISOR))
def take_back(*, by: Actor, source: str, reason: str, now: datetime) -> None:
    """Undo what a source had brought: for a plan, for a debt without one, or in suspense; once.

    What of it was too much for its debt, or was placed by a person since, goes with it. Raises
    `repayments.unknown_payment` where nothing came from that source.
    """
    rest = Suspense.objects.filter(source=source + REST).first()
    kept = Suspense.objects.filter(source=source).first()
    if not _undo(source, by=by, reason=reason, now=now) and kept is None:
        raise RepaymentError("repayments.unknown_payment")
    for one in (kept, rest):
        if one is not None:
            _let_go(one.id, by=by, reason=reason, now=now)
    audit_actions.record(
        by=by,
        action="repayments.take_back",
        subject_id=kept.id if kept else _named(source),
        now=now,
        reason=reason,
    )


def _undo(source: str, *, by: Actor, reason: str, now: datetime) -> bool:
    """Undo the payment of a source; whether there is one."""
    said = {"by": by, "reason": reason, "now": now}
    if payment := Payment.objects.filter(source=source).first():
        taking_back.reverse_payment(payment_id=payment.id, **said)
        return True
    if of_contract := ContractPayment.objects.filter(source=source).first():
        contract_reversals.reverse_contract_payment(payment_id=of_contract.id, **said)
        return True
    return False


def _named(source: str) -> UUID:
    found = (
        Payment.objects.filter(source=source).first()
        or ContractPayment.objects.filter(source=source).get()
    )
    return found.id


def _let_go(suspense_id: UUID, *, by: Actor, reason: str, now: datetime) -> None:
    """Money that had waited in suspense is gone: what became of it is undone."""
    kept = Suspense.objects.select_for_update(of=("self",)).get(id=suspense_id)
    on, system = posting.business_date(by, now), actor.system(by.lender_id)
    if kept.state == "open":
        suspense.close(kept, by, now, state="returned")
        entry = plan_life.suspense_returned(
            on=on,
            currency=kept.currency,
            amount_minor=kept.amount_minor,
            cash_account=kept.cash_account,
        )
        book_actions.post(by=system, entry=entry, source=f"returned:{kept.id}")
        return
    if kept.payment_id or kept.contract_payment_id:
        _undo(f"suspense:{kept.id}", by=by, reason=reason, now=now)
        return
    refund = getattr(kept, "refund", None)
    if kept.state == "settled" or (kept.state == "returned" and refund is None):
        return  # it was no borrower's money, or was let go before
    source = f"gone:{kept.id}"
    if OwedBeside.objects.filter(source=source).exists():
        return
    # It had been sent back, or had paid what was owed beside: now it is gone twice.
    earlier = kept.beside
    beside.owe(
        by=system,
        source=source,
        amount_minor=kept.amount_minor,
        currency=kept.currency,
        now=now,
        borrower_id=earlier.borrower_id if earlier else None,
        loan_id=earlier.loan_id if earlier else None,
        agreement_id=earlier.agreement_id if earlier else None,
    )
    gone = templates.contract_payment_reversed(
        on=on,
        currency=kept.currency,
        amount_minor=kept.amount_minor,
        owed_minor={chart.BORROWER_CREDIT: kept.amount_minor},
        cash_account=kept.cash_account,
    )
    book_actions.post(by=system, entry=gone, source=source)
