"""Money for debts that have no plan: the contract is paid, or a debt that was written off."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from repact.ledger import chart, outcomes, templates
from repact.ledger.entry import Entry
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import AGENT, SUPERVISOR, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.clock import ports
from repact.server.loans import paying
from repact.server.loans.errors import LoanError
from repact.server.loans.models import Loan
from repact.server.loans.paying import Taken
from repact.server.people import doors
from repact.server.repayments import actions, posting, suspense
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import ContractPayment, Part, Payment, Suspense

TOO_MUCH = "repayments.more_than_owed"
REST = ":rest"  # ends the source of what was more than is owed


@doors.action("repayments.take_in", may=(SYSTEM,))
def take_in(
    *,
    by: Actor,
    loan_id: UUID,
    source: str,
    amount_minor: int,
    currency: str,
    value_date: date,
    now: datetime,
    said: str = "",
    payer: str = "borrower",
    payer_account: str = "",
    cash_account: str = chart.WALLET_CLEARING,
) -> Payment | ContractPayment | Suspense:
    """Take money that names a debt: to the plan that runs over it, else to the debt itself.

    Once for each source; what cannot be placed is kept in suspense. Raises as
    `repayments.receive_payment` does.
    """
    known = ContractPayment.objects.filter(source=source).first()
    if known:
        rest = Suspense.objects.filter(source=source + REST).first()
        whole = known.amount_minor + (rest.amount_minor if rest else 0)
        if (whole, known.currency, known.value_date) != (amount_minor, currency, value_date):
            raise RepaymentError("repayments.source_reused", source=source)
        audit_actions.unchanged()
        return known
    loan = Loan.objects.select_for_update().get(id=loan_id)
    is_earlier = Payment.objects.filter(source=source).exists()
    reason = _why_not(by, loan, currency, value_date, now)
    if is_earlier or reason or Suspense.objects.filter(source=source).exists():
        plan = Part.objects.filter(loan=loan).order_by("-agreement__sealed_at").first()
        return actions.receive_payment(
            by=by,
            agreement_id=plan.agreement_id if plan else None,
            source=source,
            amount_minor=amount_minor,
            currency=currency,
            value_date=value_date,
            now=now,
            said=said,
            payer=payer,
            payer_account=payer_account,
            cash_account=cash_account,
        )
    actions.assert_amount(amount_minor)
    return _place(
        by,
        ContractPayment(
            lender_id=by.lender_id,
            loan=loan,
            source=source,
            amount_minor=amount_minor,
            currency=currency,
            value_date=value_date,
            received_at=now,
            payer_account=payer_account,
            cash_account=cash_account,
        ),
        said,
        now,
    )


@doors.action("repayments.assign_to_loan", may=(AGENT, SUPERVISOR))
def assign_to_loan(
    *, by: Actor, suspense_id: UUID, loan_id: UUID, now: datetime
) -> ContractPayment:
    """Post money from suspense to a debt without a plan, at the value date it arrived with; once.

    Raises `repayments.unknown_suspense`, `.already_worked`, `.wrong_currency`, `.more_than_owed`,
    and `loans.wrong_state` where the debt has a plan or is closed.
    """
    kept = suspense.still_open(suspense_id)
    loan = Loan.objects.select_for_update().get(id=loan_id)
    reason = _why_not(by, loan, kept.currency, kept.value_date, now)
    if reason:
        raise RepaymentError(reason)
    made = _place(
        actor.system(by.lender_id),
        ContractPayment(
            lender_id=by.lender_id,
            loan=loan,
            source=f"suspense:{kept.id}",
            amount_minor=kept.amount_minor,
            currency=kept.currency,
            value_date=kept.value_date,
            received_at=kept.received_at,
            payer_account=kept.payer_account,
            cash_account=chart.SUSPENSE,
        ),
        None,
        now,
    )
    kept.contract_payment = made
    suspense.close(kept, by, now, state="assigned")
    audit_actions.record(
        by=by,
        action="repayments.assign_to_loan",
        subject_id=kept.id,
        now=now,
        loan_id=str(loan.id),
        amount_minor=kept.amount_minor,
    )
    return made


def _why_not(by: Actor, loan: Loan, currency: str, value_date: date, now: datetime) -> str:
    """The code why a debt cannot be paid by itself; empty where it can."""
    if loan.state != "open":
        return "repayments.not_in_force"
    if loan.currency != currency:
        return "repayments.wrong_currency"
    if value_date > posting.business_date(by, now):
        return "repayments.value_date_ahead"
    return ""


def _place(by: Actor, payment: ContractPayment, said: str | None, now: datetime) -> ContractPayment:
    """Pay a debt; what is more than is owed is kept in suspense, where `said` says so."""
    whole, on = payment.amount_minor, payment.value_date
    try:
        loan, taken = paying.take_payment(
            by=by, loan_id=payment.loan_id, amount_minor=whole, on=on, now=now
        )
    except LoanError as error:
        raise RepaymentError("repayments.not_in_force", **error.params) from error
    payment.amount_minor = whole - taken.left_minor
    if taken.left_minor and (said is None or not payment.amount_minor):
        raise RepaymentError(TOO_MUCH, field="amount_minor")
    payment.id = ports.new_id()
    payment.allocation, payment.is_recovery = taken.applied_minor, bool(loan.written_off_on)
    payment.before, payment.after = taken.before, taken.after
    payment.save(force_insert=True)
    for entry, source in _entries(payment, loan, taken):
        book_actions.post(by=by, entry=entry, source=source)
    if taken.left_minor:
        actions.suspend(
            by=by,
            now=now,
            source=payment.source + REST,
            amount_minor=taken.left_minor,
            currency=payment.currency,
            value_date=on,
            reason=TOO_MUCH,
            said=(said or "")[:200],
            payer_account=payment.payer_account,
            cash_account=payment.cash_account,
        )
    audit_actions.record(
        by=by,
        action="repayments.take_in",
        subject_id=payment.id,
        now=now,
        loan_id=str(loan.id),
        amount_minor=payment.amount_minor,
        **payment.allocation,
    )
    return payment


def _entries(payment: ContractPayment, loan: Loan, taken: Taken) -> list[tuple[Entry, str]]:
    """What the books say: what accrued and the money, or a recovery and nothing else."""
    on, currency, name = payment.value_date, payment.currency, f"contract:{payment.id}"
    if payment.is_recovery:
        entry = outcomes.recovered(
            on=on,
            currency=currency,
            amount_minor=payment.amount_minor,
            cash_account=payment.cash_account,
        )
        return [(entry, name)]
    made = []
    if any(taken.accrued_minor.values()):
        accrued = templates.interest_recognized(
            on=on, currency=currency, accrued_minor=taken.accrued_minor
        )
        made.append((accrued, f"recognized:{payment.id}"))
    paid = templates.contract_payment_received(
        on=on,
        currency=currency,
        applied_minor=taken.applied_minor,
        is_line=loan.is_line,
        cash_account=payment.cash_account,
    )
    return [*made, (paid, name)]
