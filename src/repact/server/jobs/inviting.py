"""Links for those who sign beside the borrower: at once, or when a message may knock again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.audit.actor import Actor, system
from repact.server.clock import queries as clock_queries
from repact.server.connectors.errors import ConnectorError
from repact.server.jobs.events import PATIENT, carried
from repact.server.lenders import queries as lender_queries
from repact.server.notices.errors import NoticeError
from repact.server.tenancy import scope

NOT_NOW = "notices.not_now"


@app.task(name="jobs.invite_signer", queue="flow", retry=PATIENT)
def invite_signer(*, lender_id: str, event_id: str) -> None:
    """Somebody signs beside the borrower: send them their own link, now or in the morning."""
    with carried(lender_id, event_id) as (by, event):
        now = clock_queries.business_now(lender_id=by.lender_id)
        _invite(by, event.subject_id, now)


@app.periodic(cron="*/5 * * * *")
@app.task(name="jobs.invite_waiting", queue="flow", queueing_lock="jobs.invite_waiting")
def invite_waiting(timestamp: int) -> None:  # noqa: ARG001 - cron's argument
    """Every five minutes: the links that had to wait for their hour."""
    for lender in lender_queries.everyone():
        with scope.acting_for(lender.id):
            invite_all(by=system(lender.id), now=clock_queries.business_now(lender_id=lender.id))


def invite_all(*, by: Actor, now: datetime) -> int:
    """Send the links that wait and may go; how many went."""
    sent = 0
    for agreement_id in agreement_queries.to_invite():
        try:
            sent += _invite(by, agreement_id, now)
        except ConnectorError:
            continue  # asked again in five minutes
    return sent


def _invite(by: Actor, agreement_id: UUID, now: datetime) -> bool:
    try:
        return bool(agreement_actions.invite(by=by, agreement_id=agreement_id, now=now))
    except NoticeError as error:
        if error.code != NOT_NOW:
            raise
        return False
