"""Tasks towards the wallet, and what the wallet told us, carried on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from repact.errors import RepactError
from repact.ledger import chart
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.models import Agreement
from repact.server.audit.actor import BORROWER, Actor, system
from repact.server.clock import queries as clock_queries
from repact.server.connectors import wallet
from repact.server.connectors.errors import ConnectorError
from repact.server.jobs.events import PATIENT, carried
from repact.server.lenders import queries as lender_queries
from repact.server.lenders.models import Lender
from repact.server.loans.models import Loan
from repact.server.reconciliation import actions as reconciliation_actions
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import (
    charging_back,
    collecting,
    contracts,
    paying_out,
    taking_back,
)
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import Collection, Payment, Plan, Refund
from repact.server.tenancy import scope
from repact.server.webhooks import actions as webhook_actions
from repact.server.webhooks import kinds
from repact.server.webhooks import queries as webhook_queries


@app.task(name="jobs.tell_mandate", queue="flow", retry=PATIENT)
def tell_mandate(*, lender_id: str, event_id: str) -> None:
    """Tell the wallet how the mandate stands now, whatever order the events come in."""
    with carried(lender_id, event_id) as (_, event):
        say_mandate(event.subject_id)


def say_mandate(agreement_id: UUID, /) -> None:
    """Say to the wallet how a mandate stands; it keeps the newest state by its moment.

    The moment is taken before the state is read: whoever read an older state says an older moment.
    """
    agreement = agreement_queries.get(agreement_id)
    moment = clock_queries.business_now(lender_id=agreement.lender_id)
    plan = Plan.objects.get(agreement=agreement)
    wallet.set_mandate(
        mandate_ref=str(agreement.id),
        account=agreement.borrower.wallet_account,
        currency=plan.currency,
        amount_minor_max=max(agreement_queries.contents(agreement).total_minor, 1),
        state="revoked" if plan.mandate_revoked_at or _is_gone(plan) else "active",
        changed_at=moment,
    )


def _is_gone(plan: Plan) -> bool:
    """A plan that was taken back, or gave way to another, leaves no right to debit behind."""
    return plan.standing in {"withdrawn", "renegotiated"}


@app.task(name="jobs.send_refund", queue="flow", retry=PATIENT)
def send_refund(*, lender_id: str, event_id: str) -> None:
    """Send money back to where it came from, and note the wallet's answer.

    What came by bank waits for a person at the bank. A silence is asked again, with the same id.
    """
    with carried(lender_id, event_id) as (by, event):
        refund = Refund.objects.select_related("agreement__borrower").get(id=event.subject_id)
        if refund.cash_account != chart.WALLET_CLEARING or hasattr(refund, "answer"):
            return
        agreement = refund.agreement
        own = agreement.borrower.wallet_account if agreement else ""
        status, reason, at = "paid", "", clock_queries.business_now(lender_id=by.lender_id)
        try:
            wallet.refund(
                request_id=refund.id,
                account=refund.to_account or own,
                amount_minor=refund.amount_minor,
                currency=refund.currency,
                memo=agreement.reference if agreement else str(refund.id)[:8],
            )
        except ConnectorError as error:
            if error.code != "connectors.refused":
                raise
            status, reason = "refused", error.code
        paying_out.note_refund(
            by=by, refund_id=refund.id, status=status, reason=reason, at=at, now=at
        )


@app.task(name="jobs.refund_rest", queue="flow", retry=PATIENT)
def refund_rest(*, lender_id: str, event_id: str) -> None:
    """A plan is paid: what was paid too much goes back by itself."""
    with carried(lender_id, event_id) as (by, event):
        now = clock_queries.business_now(lender_id=by.lender_id)
        paying_out.refund_credit(by=by, agreement_id=event.subject_id, now=now)


@app.task(name="jobs.take_in_event", queue="flow", retry=PATIENT)
def take_in_event(*, lender_id: str, event_id: str) -> None:
    """Do what an event of the inbox asks for; what cannot be done is left for a person to see."""
    with carried(lender_id, event_id) as (by, event):
        row = webhook_queries.get(event.subject_id)
        now = clock_queries.business_now(lender_id=by.lender_id)
        state, reason = "done", ""
        try:
            said = kinds.read(row.kind, row.body)
            if said is None:
                state = "ignored"
            else:
                _act(said, by=by, now=now)
        except ConnectorError:
            raise  # the wallet did not answer our question: ask again later
        except RepactError as error:
            state, reason = "refused", error.code
        webhook_actions.settle(by=by, row_id=row.id, state=state, reason=reason, now=now)


def _act(said: kinds.Said, *, by: Actor, now: datetime) -> None:
    match said:
        case kinds.PaymentReceived():
            _take_payment(said, by=by, now=now)
        case kinds.PaymentReversed():
            _reverse(said, by=by, now=now)
        case kinds.DebitExecuted():
            _settle(said.request_id, by=by, now=now)
        case kinds.DebitReversed():
            _settle(said.request_id, by=by, now=now)  # the reversal may come first
            payment = Payment.objects.filter(source=f"wallet:{said.request_id}").first()
            taking_back.reverse_payment(
                by=by,
                payment_id=payment.id if payment else said.request_id,
                reason=said.reason,
                now=now,
            )
        case kinds.MandateRevoked():
            agreement = Agreement.objects.filter(id=said.mandate_ref).first()
            if agreement:
                borrower = Actor(by.lender_id, BORROWER, agreement.borrower_id)
                collecting.revoke_mandate(by=borrower, agreement_id=agreement.id, now=now)
        case kinds.RefundSettled():
            pass  # the refund was asked for by us, and is in the books already


def _take_payment(said: kinds.PaymentReceived, *, by: Actor, now: datetime) -> None:
    """To the agreement or the debt its reference names, else to the payer's only plan, else to
    suspense."""
    reference = said.reference.strip()
    named = Agreement.objects.filter(reference=reference).first()
    loan = None if named else Loan.objects.filter(ref=reference).first()
    if loan:
        contracts.take_in(
            by=by,
            loan_id=loan.id,
            source=f"wallet-event:{said.payment_id}",
            amount_minor=said.amount_minor,
            currency=said.currency,
            value_date=said.value_date,
            now=now,
            said=said.reference,
            payer="borrower" if loan.borrower.wallet_account == said.account else "third_party",
            payer_account=said.account,
        )
        return
    agreement = named or _only_plan(said.account)
    own = agreement is not None and agreement.borrower.wallet_account == said.account
    repayment_actions.receive_payment(
        by=by,
        agreement_id=agreement.id if agreement else None,
        source=f"wallet-event:{said.payment_id}",
        amount_minor=said.amount_minor,
        currency=said.currency,
        value_date=said.value_date,
        now=now,
        said=said.reference,
        payer="borrower" if own else "third_party",
        payer_account=said.account,
    )


def _reverse(said: kinds.PaymentReversed, *, by: Actor, now: datetime) -> None:
    """Raises ConnectorError `connectors.not_here_yet` until the payment itself was taken in."""
    source = f"wallet-event:{said.payment_id}"
    try:
        charging_back.take_back(by=by, source=source, reason=said.reason, now=now)
    except RepaymentError as error:
        if error.code != "repayments.unknown_payment":
            raise
        raise ConnectorError("connectors.not_here_yet", source=source) from error


def _only_plan(account: str) -> Agreement | None:
    """The payer's plan when they live by exactly one and wrote no reference we know."""
    found = Agreement.objects.filter(
        borrower__wallet_account=account, plan__standing__in=("active", "breached")
    )[:2]
    return found[0] if len(found) == 1 else None


def _settle(request_id: UUID, *, by: Actor, now: datetime) -> None:
    """What became of a debit is asked, not believed: so the order of events does not matter."""
    collection = Collection.objects.filter(id=request_id, state="requested").first()
    answer = wallet.debit_status(request_id) if collection else None
    if collection and answer:
        collecting.settle_collection(by=by, collection_id=collection.id, answer=answer, now=now)


@app.periodic(cron="40 18 * * *")
@app.task(name="jobs.reconcile", queue="flow", queueing_lock="jobs.reconcile")
def reconcile(timestamp: int) -> None:  # noqa: ARG001 - cron's argument
    """Every night: wallet, bank, repayments, books and core beside each other."""
    for lender_id in list(Lender.objects.order_by("id").values_list("id", flat=True)):
        with scope.acting_for(lender_id):
            now = clock_queries.business_now(lender_id=lender_id)
            reconciliation_actions.run(
                by=system(lender_id),
                on=lender_queries.today(lender_id, now=now),
                movements=list(wallet.movements()),
                now=now,
            )
