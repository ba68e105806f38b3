"""A borrower whose plan runs asks for another one, or stops asking: the plan is told."""

from __future__ import annotations

from procrastinate.contrib.django import app

from repact.server.cases.models import Case
from repact.server.jobs.events import PATIENT, carried
from repact.server.repayments import resting


@app.task(name="jobs.heed_request", queue="flow", retry=PATIENT)
def heed_request(*, lender_id: str, event_id: str) -> None:
    """Loans were put on hold or released for a case: a plan it is about rests, or goes on."""
    with carried(lender_id, event_id) as (by, event):
        case = Case.objects.filter(id=event.case_id).first()
        if case and case.running_agreement_id:
            resting.heed_requests(
                by=by, agreement_id=case.running_agreement_id, now=event.happened_at
            )
