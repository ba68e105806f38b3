"""A statement that was kept and not posted to its end is posted to its end."""

from __future__ import annotations

from procrastinate.contrib.django import app

from repact.server.clock import queries as clock_queries
from repact.server.jobs.events import PATIENT, carried
from repact.server.statements import actions as statement_actions

AGAIN_SECONDS = 60


@app.task(name="jobs.finish_statement", queue="flow", retry=PATIENT)
def finish_statement(*, lender_id: str, event_id: str) -> None:
    """Post what is left of it. While somebody is at it, look again later whether they came to an
    end."""
    with carried(lender_id, event_id) as (by, event):
        now = clock_queries.business_now(lender_id=by.lender_id)
        if not statement_actions.finish(by=by, statement_id=event.subject_id, now=now):
            later = finish_statement.configure(schedule_in={"seconds": AGAIN_SECONDS})
            later.defer(lender_id=lender_id, event_id=event_id)
