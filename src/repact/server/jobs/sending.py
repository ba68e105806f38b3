"""Emptying the outbox: through the gate, to the gateway, once for each message."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from procrastinate.contrib.django import app

from repact.server.audit.actor import Actor, system
from repact.server.clock import queries as clock_queries
from repact.server.connectors import messages
from repact.server.connectors.errors import ConnectorError
from repact.server.jobs.events import PATIENT, carried
from repact.server.lenders import queries as lender_queries
from repact.server.lenders.models import Lender
from repact.server.notices import actions as notice_actions
from repact.server.notices import gate, wording
from repact.server.notices import queries as notice_queries
from repact.server.notices.models import Message
from repact.server.repayments import queries as repayment_queries
from repact.server.tenancy import scope


@app.task(name="jobs.send_notice", queue="flow", retry=PATIENT)
def send_notice(*, lender_id: str, event_id: str) -> None:
    """Something was told: knock where it may be."""
    with carried(lender_id, event_id) as (by, event):
        now = clock_queries.business_now(lender_id=by.lender_id)
        drain(by=by, now=now, notice_id=event.subject_id)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.drain_outbox", queue="flow", queueing_lock="jobs.drain_outbox")
def drain_outbox(timestamp: int) -> None:  # noqa: ARG001 - cron's argument
    """Every minute: what had to wait for its hour, or for a gateway that was away."""
    for lender_id in list(Lender.objects.order_by("id").values_list("id", flat=True)):
        with scope.acting_for(lender_id):
            drain(by=system(lender_id), now=clock_queries.business_now(lender_id=lender_id))


def drain(*, by: Actor, now: datetime, notice_id: UUID | None = None) -> int:
    """Send what is waiting and may go; how many messages a gateway took."""
    return sum(
        _send(by, message_id, now)
        for message_id in notice_queries.waiting(now=now, notice_id=notice_id)
    )


def _send(by: Actor, message_id: UUID, now: datetime) -> bool:
    asked = notice_queries.message(message_id)
    message = notice_actions.pass_gate(
        by=by, message_id=message_id, settled=_is_settled(asked), now=now
    )
    if message is None:
        return False
    lender = lender_queries.get(by.lender_id)
    said = wording.words(
        lender_zh=lender.name_zh,
        lender_en=lender.name_en,
        language=message.borrower.language,
        code=notice_queries.code(message),
    )
    try:
        messages.send(
            channel=message.channel,  # type: ignore[arg-type]  # one of the choices
            request_id=message.id,
            to=notice_queries.address(message),
            title=said.title,
            text=said.text,
        )
    except ConnectorError as error:
        _not_sent(by, message, error, now)
        return False
    notice_actions.note_sent(by=by, message_id=message.id, now=now)
    return True


def _not_sent(by: Actor, message: Message, error: ConnectorError, now: datetime) -> None:
    """A gateway that is away is asked again; one that refuses, or was away too long, is not."""
    rules = gate.rules_of(lender_queries.get(by.lender_id))
    over = now > message.created_at + timedelta(hours=rules.give_up_hours)
    if error.code == "connectors.unreachable" and not over:
        return
    reason = f"{error.code}:{error.params.get('status', '')}".rstrip(":")
    notice_actions.note_not_sent(by=by, message_id=message.id, reason=reason, now=now)


def _is_settled(message: Message) -> bool:
    """Whether what a reminder speaks of has been paid meanwhile."""
    if not message.is_reminder or "due_date" not in message.notice.params:
        return False
    _, agreement_id, *_ = message.notice.source.split(":")
    until = date.fromisoformat(message.notice.params["due_date"])
    return repayment_queries.is_paid_up(UUID(agreement_id), until=until)
