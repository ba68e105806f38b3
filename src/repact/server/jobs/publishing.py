"""Telling the lender's own systems of events, until each has taken them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from repact.server.audit.actor import Actor, system
from repact.server.audit.models import Event
from repact.server.clock import queries as clock_queries
from repact.server.connectors import receiver
from repact.server.jobs.events import PATIENT, carried
from repact.server.lenders import queries as lender_queries
from repact.server.tenancy import scope
from repact.server.webhooks import outgoing


@app.task(name="jobs.publish", queue="flow", retry=PATIENT)
def publish(*, lender_id: str, event_id: str) -> None:
    """Something happened that others are told of."""
    with carried(lender_id, event_id) as (by, event):
        tell(event, by=by)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.deliver", queue="flow", queueing_lock="jobs.deliver")
def deliver(timestamp: int) -> None:  # noqa: ARG001 - cron's argument
    """Every minute: send again what was not taken."""
    for lender in lender_queries.everyone():
        with scope.acting_for(lender.id):
            drain(by=system(lender.id), now=clock_queries.business_now(lender_id=lender.id))


def tell(event: Event, /, *, by: Actor) -> None:
    """Note who is told of an event, and tell them."""
    for delivery_id in outgoing.publish(by=by, event=event, now=event.happened_at):
        send(by=by, delivery_id=delivery_id, now=event.happened_at)


def drain(*, by: Actor, now: datetime) -> int:
    """Send what is due; how many receivers took it."""
    return sum(send(by=by, delivery_id=name, now=now) for name in outgoing.due())


def send(*, by: Actor, delivery_id: UUID, now: datetime) -> bool:
    """Send one delivery, if it is its turn; whether it was taken."""
    row = outgoing.take_delivery(by=by, delivery_id=delivery_id)
    if row is None:
        return False
    status = receiver.deliver(
        row.subscriber.url, row.body.encode(), headers=outgoing.headers_of(row)
    )
    outgoing.note_delivery(by=by, delivery_id=row.id, status=status, now=now)
    return status is not None and status // 100 == 2
