"""A payment for a debt without a plan is taken back: the debt stands as if it had never arrived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from repact.ledger import chart, outcomes, templates
from repact.ledger.entry import Entry
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import SUPERVISOR, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.clock import ports
from repact.server.loans import paying
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.loans.paying import Undone
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import beside, posting
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import COMPONENTS, ContractPayment, ContractReversal

Step = ContractPayment | ContractReversal


@doors.action("repayments.reverse_contract_payment", may=(SYSTEM, SUPERVISOR))
def reverse_contract_payment(*, by: Actor, payment_id: UUID, reason: str, now: datetime) -> None:
    """Undo a payment for a debt without a plan, as if it had never arrived; once.

    Payments that came later are applied anew, and a debt that it had closed is open again. Where
    the debt is under a plan meanwhile, sold or otherwise over, what was returned is owed beside,
    and a person looks. Raises `repayments.unknown_payment`.
    """
    found = ContractPayment.objects.filter(id=payment_id).first()
    if found is None:
        raise RepaymentError("repayments.unknown_payment")
    loan = Loan.objects.select_for_update().get(id=found.loan_id)
    if ContractReversal.objects.filter(payment=found).exists():
        audit_actions.unchanged()
        return
    system, on = actor.system(by.lender_id), posting.business_date(by, now)
    reversal = ContractReversal(
        id=ports.new_id(),
        lender_id=by.lender_id,
        payment=found,
        amount_minor=found.amount_minor,
        reason=reason[:40],
        on_date=on,
        recorded_at=now,
    )
    owed = _owe_again(loan, found, reversal, by=system, now=now)
    reversal.save(force_insert=True)
    if owed is None:
        beside.owe(
            by=system,
            source=f"contract-reversal:{reversal.id}",
            amount_minor=found.amount_minor,
            currency=found.currency,
            now=now,
            borrower_id=loan.borrower_id,
            loan_id=loan.id,
        )
    book_actions.post(
        by=system,
        entry=_entry(loan, found, reversal, owed),
        source=f"contract-reversal:{reversal.id}",
    )
    _tell(loan, found, reversal, by=system, now=now, is_beside=owed is None)
    audit_actions.record(
        by=by,
        action="repayments.reverse_contract_payment",
        subject_id=found.id,
        now=now,
        loan_id=str(loan.id),
        amount_minor=found.amount_minor,
        reason=reason,
        beside=owed is None,
    )


def _owe_again(
    loan: Loan, payment: ContractPayment, reversal: ContractReversal, *, by: Actor, now: datetime
) -> dict[str, int] | None:
    """Put a payment back on its debt; what more is owed by component, None where nothing can be."""
    chain = _chain(loan)
    is_known = payment in chain
    if loan.state != "open" and not (is_known and loan.state == "closed"):
        return None
    undone = {one.payment_id for one in chain if isinstance(one, ContractReversal)}
    later = [
        (one.amount_minor, one.value_date)
        for one in chain
        if isinstance(one, ContractPayment) and one.id not in undone and one != payment
    ]
    _, back = paying.take_back(
        by=by,
        loan_id=loan.id,
        since=chain[0].before if is_known else None,
        again=later,
        undone=Undone(payment.allocation, payment.before, payment.after),
        now=now,
    )
    reversal.before, reversal.after = back.before, back.after
    return back.owed_minor


def _chain(loan: Loan) -> list[Step]:
    """What led from an earlier standing of a debt to today's, payment by payment, the oldest first.

    It ends where something else had changed the debt: its import, or a plan.
    """
    steps: list[Step] = [
        *ContractPayment.objects.filter(loan=loan).exclude(after=None),
        *ContractReversal.objects.filter(payment__loan=loan).exclude(after=None),
    ]
    stood: Mapping[str, Any] = paying.standing(loan)
    chain: list[Step] = []
    while last := next((one for one in steps if one.after == stood), None):
        steps.remove(last)
        chain.insert(0, last)
        stood = last.before
    for at in range(len(chain) - 1, -1, -1):
        one = chain[at]
        if isinstance(one, ContractReversal) and one.payment not in chain[:at]:
            return chain[at + 1 :]  # it undid what came before all this
    return chain


def _entry(
    loan: Loan,
    payment: ContractPayment,
    reversal: ContractReversal,
    owed: Mapping[str, int] | None,
) -> Entry:
    """What the books say: the receivables are back; of a debt that was written off nothing is."""
    money = {
        "on": reversal.on_date,
        "currency": payment.currency,
        "cash_account": cash_account(payment),
    }
    amount = payment.amount_minor
    if owed is not None and loan.written_off_on and payment.is_recovery:
        return outcomes.recovered(amount_minor=-amount, **money)
    if owed is None:
        back = {chart.BORROWER_CREDIT: amount}
    elif loan.written_off_on:
        back = {chart.WRITTEN_OFF: amount}
    else:
        back = {chart.receivable(n, is_line=loan.is_line): owed[n] for n in COMPONENTS}
    return templates.contract_payment_reversed(amount_minor=amount, owed_minor=back, **money)


def cash_account(payment: ContractPayment, /) -> str:
    """The account of ours that the money had come into, also where suspense held it between."""
    kept = getattr(payment, "suspense", None)
    return str(kept.cash_account) if kept else payment.cash_account


def _tell(
    loan: Loan,
    payment: ContractPayment,
    reversal: ContractReversal,
    *,
    by: Actor,
    now: datetime,
    is_beside: bool,
) -> None:
    said: dict[str, Any] = {"amount_minor": payment.amount_minor, "reference": loan.ref}
    if not is_beside:
        loan.refresh_from_db()
        said["open_minor"] = loan_queries.owed_minor(loan, on=reversal.on_date)
    notice_actions.tell(
        by=by,
        borrower_id=loan.borrower_id,
        kind="payment_owed_beside" if is_beside else "contract_payment_reversed",
        source=f"contract-reversal:{reversal.id}",
        now=now,
        **said,
    )
