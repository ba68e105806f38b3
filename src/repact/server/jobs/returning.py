"""When something comes to nothing: plans are closed, the case goes back to a person or ends."""

from __future__ import annotations

from datetime import datetime

from procrastinate.contrib.django import app

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.audit.actor import Actor
from repact.server.cases import actions as case_actions
from repact.server.cases import queries as case_queries
from repact.server.cases import states
from repact.server.evidence import promises
from repact.server.jobs.events import PATIENT, carried
from repact.server.offers import actions as offer_actions
from repact.server.offers.models import OfferSet

ENDS = {
    "repayments.withdraw": ("take_back", states.TAKEN_BACK),
    "repayments.terminate": ("terminate", "terminated"),
}


def void_late(*, by: Actor, now: datetime) -> int:
    """Drop agreements that nobody signed in time; how many."""
    waiting = Agreement.objects.filter(state__in=[agreement_states.DRAFT, agreement_states.READY])
    waiting = waiting.exclude(signatures__state="agreed")  # a signature that is on its way counts
    late = [found for found in waiting if agreement_queries.sign_until(found) < now]
    for found in late:
        agreement_actions.void(by=by, agreement_id=found.id, now=now)
    return len(late)


@app.task(name="jobs.close_offers", queue="flow", retry=PATIENT)
def close_offers(*, lender_id: str, event_id: str) -> None:
    """A request was taken back: whatever still stands of its plans is closed."""
    with carried(lender_id, event_id) as (by, event):
        offer_actions.close_case(by=by, case_id=event.subject_id, now=event.happened_at)


@app.task(name="jobs.await_papers", queue="flow", retry=PATIENT)
def await_papers(*, lender_id: str, event_id: str) -> None:
    """Plans went out that depend on papers: note by when the papers are to be there."""
    with carried(lender_id, event_id) as (by, event):
        offers = OfferSet.objects.get(id=event.subject_id).offers_in_order
        waiting = [offer.concession_minor for offer in offers if offer.condition]
        if waiting and event.case_id:
            promises.promise(
                by=by,
                case_id=event.case_id,
                now=event.happened_at,
                concession_minor=max(waiting),
            )


@app.task(name="jobs.papers_missed", queue="flow", retry=PATIENT)
def papers_missed(*, lender_id: str, event_id: str) -> None:
    """Papers that were to follow never came: a person looks."""
    with carried(lender_id, event_id) as (by, event):
        if event.case_id:
            offer_actions.papers_missed(by=by, case_id=event.case_id, now=event.happened_at)


@app.task(name="jobs.reopen_case", queue="flow", retry=PATIENT)
def reopen_case(*, lender_id: str, event_id: str) -> None:
    """An agreement was dropped before it was sealed: the case is a person's again."""
    with carried(lender_id, event_id) as (by, event):
        offer_id = agreement_queries.get(event.subject_id).offer_id
        offer_actions.unsigned(by=by, offer_id=offer_id, now=event.happened_at)


@app.task(name="jobs.end_case", queue="flow", retry=PATIENT)
def end_case(*, lender_id: str, event_id: str) -> None:
    """A plan was taken back or ended early: so is its case."""
    with carried(lender_id, event_id) as (by, event):
        case = case_queries.get(agreement_queries.get(event.subject_id).case_id)
        move, because = ENDS[event.action]
        if case.state == states.IN_PLAN:
            case_actions.move(
                by=by, case_id=case.id, event=move, now=event.happened_at, closed_because=because
            )
