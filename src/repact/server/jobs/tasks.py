"""The background tasks. Each is at-least-once and calls an action that works once.

Arguments are ids only: no personal data ever waits in a queue.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from procrastinate import JobContext
from procrastinate.contrib.django import app

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.audit.actor import Actor
from repact.server.audit.models import Event
from repact.server.cases import queries as case_queries
from repact.server.cases import relief
from repact.server.cases import sharing as case_sharing
from repact.server.clock import queries as clock_queries
from repact.server.connectors import core, wallet
from repact.server.evidence import promises
from repact.server.jobs import (
    day,
    fineract,
    inviting,
    keeping,
    outside,
    paid,
    papers,
    posting,
    publishing,
    recalling,
    reporting,
    resting,
    returning,
    sending,
    sharing,
)
from repact.server.jobs.events import PATIENT
from repact.server.jobs.events import carried as _event
from repact.server.lenders import queries as lender_queries
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.notices import actions as notice_actions
from repact.server.offers import actions as offer_actions
from repact.server.offers import automatic
from repact.server.offers import queries as offer_queries
from repact.server.offers.models import OfferSet
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import collecting
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.models import Collection, Payment
from repact.server.tenancy import scope

STALLED_SECONDS = 30
__all__ = [
    "inviting",
    "keeping",
    "outside",
    "paid",
    "papers",
    "posting",
    "publishing",
    "recalling",
    "reporting",
    "resting",
    "returning",
    "sending",
]  # tasks of its own, found by importing it


@app.task(name="jobs.send_holds", queue="flow", retry=PATIENT)
def send_holds(*, lender_id: str, event_id: str) -> None:
    """Tell the core to stop its debits and reminders, until it says it has."""
    with _event(lender_id, event_id) as (by, event):
        for hold in loan_queries.holds_to_send(event.subject_id):
            at = core.command(
                command_id=hold.id, kind="hold", loan_refs=[hold.loan.ref], at=hold.requested_at
            )
            now = clock_queries.business_now(lender_id=by.lender_id)
            loan_actions.acknowledge_hold(by=by, hold_id=hold.id, at=at, now=now)


@app.task(name="jobs.expect_evidence", queue="flow", retry=PATIENT)
def expect_evidence(*, lender_id: str, event_id: str) -> None:
    """Papers were to follow later: note by when."""
    with _event(lender_id, event_id) as (by, event):
        case = case_queries.get(event.subject_id)
        if case.answers.get("evidence", {}).get("choice") == "later":
            promises.promise(by=by, case_id=case.id, now=event.happened_at)


@app.task(name="jobs.invite_to_relief", queue="flow", retry=PATIENT)
def invite_to_relief(*, lender_id: str, event_id: str) -> None:
    """A relief has started: tell everybody it reaches, some hundred in a transaction."""
    with _event(lender_id, event_id) as (by, event):
        while relief.invite(by=by, program_id=event.subject_id, now=event.happened_at):
            pass


@app.task(name="jobs.spread_request", queue="flow", retry=PATIENT)
def spread_request(*, lender_id: str, event_id: str) -> None:
    """A borrower asked every lender here for one plan."""
    with _event(lender_id, event_id) as (by, event):
        sharing.spread(lender_id=by.lender_id, shared_id=event.subject_id)


@app.task(name="jobs.gather_answers", queue="flow", retry=PATIENT)
def gather_answers(*, lender_id: str, event_id: str) -> None:
    """A lender answered for its part."""
    with _event(lender_id, event_id) as (_, event):
        sharing.gather(request_id=case_sharing.request_id_of(event.subject_id))


@app.task(name="jobs.close_shared", queue="flow", retry=PATIENT)
def close_shared(*, lender_id: str, event_id: str) -> None:
    """The consent to share was taken back."""
    with _event(lender_id, event_id) as (_, event):
        sharing.close(request_id=case_sharing.request_id_of(event.subject_id))


@app.task(name="jobs.send_releases", queue="flow", retry=PATIENT)
def send_releases(*, lender_id: str, event_id: str) -> None:
    """Tell the core that the contract goes on, until it says so."""
    with _event(lender_id, event_id) as (by, event):
        for hold in loan_queries.releases_to_send(event.subject_id):
            command_id = uuid5(hold.id, "release")
            at = core.command(
                command_id=command_id,
                kind="release",
                loan_refs=[hold.loan.ref],
                at=hold.released_at,
            )
            now = clock_queries.business_now(lender_id=by.lender_id)
            loan_actions.acknowledge_release(by=by, hold_id=hold.id, at=at, now=now)


@app.task(name="jobs.send_line_block", queue="flow", retry=PATIENT)
def send_line_block(*, lender_id: str, event_id: str) -> None:
    """Tell the core whether a revolving line gives credit, as it stands now."""
    with _event(lender_id, event_id) as (by, event):
        loan = loan_queries.get(event.subject_id)
        at = core.command(
            command_id=event.id,
            kind="block_line" if loan.line_blocked_at else "unblock_line",
            loan_refs=[loan.ref],
            at=event.happened_at,
        )
        now = clock_queries.business_now(lender_id=by.lender_id)
        loan_actions.acknowledge_line_block(by=by, loan_id=loan.id, at=at, now=now)


@app.task(name="jobs.finish_signing", queue="flow", retry=PATIENT)
def finish_signing(*, lender_id: str, event_id: str) -> None:
    """A person has agreed: add the signature, as soon as authority and timestamp answer."""
    with _event(lender_id, event_id) as (by, event):
        agreement_actions.finish_signing(
            by=by, agreement_id=event.subject_id, now=event.happened_at
        )


@app.task(name="jobs.begin_plan", queue="flow", retry=PATIENT)
def begin_plan(*, lender_id: str, event_id: str) -> None:
    """The borrower has signed: seal, and start the plan, if the keeper of record means the same."""
    with _event(lender_id, event_id) as (by, event):
        agreement = agreement_queries.get(event.subject_id)
        if not fineract.agrees(agreement, by=by, event_id=event.id, now=event.happened_at):
            return
        repayment_actions.begin(by=by, agreement_id=event.subject_id, now=event.happened_at)
        offer_id = agreement_queries.get(event.subject_id).offer_id
        offer_actions.use_budget(by=by, offer_id=offer_id, now=event.happened_at)


@app.task(name="jobs.give_back_budget", queue="flow", retry=PATIENT)
def give_back_budget(*, lender_id: str, event_id: str) -> None:
    """A plan was taken back: what it used of the budgets is free again."""
    with _event(lender_id, event_id) as (by, event):
        offer_id = agreement_queries.get(event.subject_id).offer_id
        offer_actions.give_back_budget(by=by, offer_id=offer_id, now=event.happened_at)


@app.task(name="jobs.propose_offers", queue="flow", retry=PATIENT)
def propose_offers(*, lender_id: str, event_id: str) -> None:
    """An application came in: the plans at once, as far as the rollout lets them go."""
    with _event(lender_id, event_id) as (by, event):
        automatic.propose_automatically(by=by, case_id=event.subject_id, now=event.happened_at)


@app.task(name="jobs.reissue_offers", queue="flow", retry=PATIENT)
def reissue_offers(*, lender_id: str, event_id: str) -> None:
    """What is owed moved while plans stand open: they are worked out again."""
    with _event(lender_id, event_id) as (by, event):
        offer_set = offer_queries.current_set(event.subject_id)
        if offer_set:
            automatic.reissue(by=by, set_id=offer_set.id, now=event.happened_at)


@app.task(name="jobs.tell_refusal", queue="flow", retry=PATIENT)
def tell_refusal(*, lender_id: str, event_id: str) -> None:
    """A plan was refused; the reason and another way are in the talk about the case."""
    with _event(lender_id, event_id) as (by, event):
        case = case_queries.get(event.case_id)
        _tell(by, event, case.borrower_id, "plan_refused")


@app.task(name="jobs.tell_offers", queue="flow", retry=PATIENT)
def tell_offers(*, lender_id: str, event_id: str) -> None:
    """Plans are ready."""
    with _event(lender_id, event_id) as (by, event):
        offer_set = OfferSet.objects.select_related("case").get(id=event.subject_id)
        _tell(by, event, offer_set.case.borrower_id, "offers_ready")


@app.task(name="jobs.tell_begun", queue="flow", retry=PATIENT)
def tell_begun(*, lender_id: str, event_id: str) -> None:
    """The plan is in force."""
    with _event(lender_id, event_id) as (by, event):
        agreement = agreement_queries.get(event.subject_id)
        _tell(by, event, agreement.borrower_id, "plan_begun", reference=agreement.reference)


@app.task(name="jobs.tell_paid", queue="flow", retry=PATIENT)
def tell_paid(*, lender_id: str, event_id: str) -> None:
    """A payment has arrived."""
    with _event(lender_id, event_id) as (by, event):
        payment = Payment.objects.select_related("agreement").get(id=event.subject_id)
        _tell(by, event, payment.agreement.borrower_id, "paid", amount_minor=payment.amount_minor)
        publishing.tell(event, by=by)  # here, so that a payment enqueues no job more


@app.task(name="jobs.collect", queue="flow", retry=PATIENT)
def collect(*, lender_id: str, event_id: str) -> None:
    """Debit the wallet for one request; after a silence ask what became of the same request."""
    with _event(lender_id, event_id) as (by, event):
        collection = repayment_queries.collection(event.subject_id)
        if collection.state != "requested":
            return
        answer = wallet.debit_status(collection.id) or _debit(collection)
        now = clock_queries.business_now(lender_id=by.lender_id)
        collecting.settle_collection(by=by, collection_id=collection.id, answer=answer, now=now)


@app.periodic(cron="*/5 * * * *")
@app.task(name="jobs.live", queue="day", queueing_lock="jobs.live", lock="jobs.live")
def live(timestamp: int) -> None:  # noqa: ARG001 - cron's argument
    """Every lender's days, up to today, each once and in order."""
    for lender in lender_queries.everyone():
        with scope.acting_for(lender.id):
            day.catch_up(lender_id=lender.id, now=clock_queries.business_now(lender_id=lender.id))


@app.periodic(cron="* * * * * */10")
@app.task(name="jobs.rescue", queue="flow", queueing_lock="jobs.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - cron's argument
    """Give the jobs of a worker that was killed back to the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)


def _debit(collection: Collection) -> wallet.DebitAnswer:
    """Ask the wallet, unless what was signed says no: then nothing reaches it."""
    agreement = collection.agreement
    account = agreement.borrower.wallet_account
    refused = collecting.refusal(
        collection, balance_minor=lambda: wallet.account(account).balance_minor
    )
    if refused:
        return wallet.DebitAnswer(status="declined", reason=refused)
    if collection.by_mandate and wallet.mandate(str(agreement.id)) is None:
        outside.say_mandate(agreement.id)  # this task may run before the one that says it
    return wallet.debit(
        request_id=collection.id,
        account=account,
        amount_minor=collection.amount_minor,
        currency=agreement.plan.currency,
        mandate_ref=str(agreement.id) if collection.by_mandate else "",
        memo=agreement.reference,
    )


def _tell(by: Actor, event: Event, borrower_id: UUID, kind: str, **params: object) -> None:
    notice_actions.tell(
        by=by,
        borrower_id=borrower_id,
        kind=kind,
        source=f"{kind}:{event.id}",
        now=event.happened_at,
        **params,
    )
