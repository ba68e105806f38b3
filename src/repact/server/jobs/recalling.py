"""Telling agencies, chasing what they do not confirm."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from repact.server.audit.actor import Actor, system
from repact.server.audit.models import Event
from repact.server.clock import queries as clock_queries
from repact.server.connectors import agency
from repact.server.connectors.errors import ConnectorError
from repact.server.jobs.events import PATIENT, carried
from repact.server.lenders.models import Lender
from repact.server.loans.models import Hold
from repact.server.notices import recalls
from repact.server.tenancy import scope

KIND = {"loans.hold": "hold", "loans.release": "release", "loans.replace_by_plan": "plan"}


@app.task(name="jobs.recall", queue="flow", retry=PATIENT)
def recall(*, lender_id: str, event_id: str) -> None:
    """Collection was stopped, goes on, or a plan took its place: tell who collects."""
    with carried(lender_id, event_id) as (by, event):
        made = recalls.recall(
            by=by,
            kind=KIND[event.action],
            loan_ids=_loans(event),
            case_id=event.case_id,
            event_id=event.id,
            now=event.happened_at,
        )
        now = clock_queries.business_now(lender_id=by.lender_id)
        for item in made:
            tell(by=by, recall_id=item.id, now=now)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.chase_recalls", queue="flow", queueing_lock="jobs.chase_recalls")
def chase_recalls(timestamp: int) -> None:  # noqa: ARG001 - cron's argument
    """Every minute: say again what was not heard, ask again about what was not confirmed."""
    for lender_id in list(Lender.objects.order_by("id").values_list("id", flat=True)):
        with scope.acting_for(lender_id):
            chase(by=system(lender_id), now=clock_queries.business_now(lender_id=lender_id))


def chase(*, by: Actor, now: datetime) -> int:
    """Tell or ask about everything whose turn it is; how many were asked."""
    items = recalls.due(now=now)
    for recall_id in items:
        tell(by=by, recall_id=recall_id, now=now)
    return len(items)


def tell(*, by: Actor, recall_id: UUID, now: datetime) -> None:
    """Tell one agency of one debt; a silence is chased, a refusal too: a person sees it."""
    item = recalls.take_recall(by=by, recall_id=recall_id, now=now)
    if item is None:
        return
    where = {"agency": item.agency.code, "url": item.agency.url, "recall_id": item.id}
    try:
        at = agency.recall_status(**where) if item.state == "told" else None
        if at is None and item.state == "waiting":
            at = agency.recall(
                **where,
                kind=item.kind,  # type: ignore[arg-type]  # a constraint
                loan_refs=[item.loan.ref],
                at=item.requested_at,
            )
    except ConnectorError:
        return
    recalls.confirm_recall(by=by, recall_id=item.id, at=at, now=now)


def _loans(event: Event) -> list[UUID]:
    if event.action == "loans.hold":
        return [UUID(name) for name in event.facts["loan_ids"]]
    if event.action == "loans.replace_by_plan":
        return [event.subject_id]
    released = Hold.objects.filter(case_id=event.subject_id, loan__state="open")
    return list(released.values_list("loan_id", flat=True).distinct())
