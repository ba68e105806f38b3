"""The feed to the credit bureau: planned by events, sent when it may be."""

from __future__ import annotations

from datetime import datetime

from procrastinate.contrib.django import app

from repact.server.audit.actor import Actor, system
from repact.server.bureau import actions as bureau_actions
from repact.server.bureau import queries as bureau_queries
from repact.server.clock import queries as clock_queries
from repact.server.connectors import bureau
from repact.server.connectors.errors import ConnectorError
from repact.server.jobs.events import PATIENT, carried
from repact.server.lenders.models import Lender
from repact.server.tenancy import scope

KINDS = {
    "repayments.begin": (),
    "agreements.complete": ("early_settlement",),
    "agreements.breach": ("overdue",),
}


@app.task(name="jobs.plan_reports", queue="flow", retry=PATIENT)
def plan_reports(*, lender_id: str, event_id: str) -> None:
    """A plan began, ended early or was broken: what the bureau will be told, told first."""
    if not bureau.configured():
        return
    with carried(lender_id, event_id) as (by, event):
        bureau_actions.plan_reports(
            by=by,
            agreement_id=event.subject_id,
            event_id=event.id,
            kinds=KINDS[event.action],
            now=event.happened_at,
        )


@app.task(name="jobs.take_back_reports", queue="flow", retry=PATIENT)
def take_back_reports(*, lender_id: str, event_id: str) -> None:
    """A plan, or the payment that ended it, was taken back: what was to be reported of it is not,
    what was is put right."""
    with carried(lender_id, event_id) as (by, event):
        bureau_actions.take_back(
            by=by,
            agreement_id=event.subject_id,
            event_id=event.id,
            now=event.happened_at,
            kind="early_settlement" if event.action == "agreements.reopen" else "",
        )


@app.periodic(cron="20 * * * *")
@app.task(name="jobs.feed_bureau", queue="flow", queueing_lock="jobs.feed_bureau")
def feed_bureau(timestamp: int) -> None:  # noqa: ARG001 - cron's argument
    """Every hour: note who was told, report what may be."""
    for lender_id in list(Lender.objects.order_by("id").values_list("id", flat=True)):
        with scope.acting_for(lender_id):
            feed(by=system(lender_id), now=clock_queries.business_now(lender_id=lender_id))


def feed(*, by: Actor, now: datetime) -> int:
    """Note deliveries as proof, then report what is due; how many the bureau took."""
    for report_id, at in bureau_queries.untold():
        bureau_actions.note_told(by=by, report_id=report_id, proof="gateway", at=at, now=now)
    if bureau.configured():
        _ask_about_silences(by, now)
    taken = 0
    for report in bureau_queries.due(now=now) if bureau.configured() else ():
        bureau_actions.assert_told(report, now=now)
        if not bureau_actions.note_sent(by=by, report_id=report.id, now=now):
            continue  # taken back a moment ago
        try:
            receipt = bureau.report(
                report_id=report.id,
                corrects=report.corrects_id,
                loan_ref=report.loan.ref,
                kind=report.kind,
                code=report.code,
                content=report.content,
                at=now,
            )
        except ConnectorError:
            continue  # said again in an hour, as the same
        bureau_actions.note_reported(by=by, report_id=report.id, receipt=receipt, now=now)
        taken += 1
    return taken


def _ask_about_silences(by: Actor, now: datetime) -> None:
    """What was taken back while the bureau was silent: does it have it after all?"""
    for report in bureau_queries.silent():
        try:
            is_taken = bureau.shows(report_id=report.id, loan_ref=report.loan.ref)
        except ConnectorError:
            continue  # asked again in an hour
        bureau_actions.settle_silence(by=by, report_id=report.id, is_taken=is_taken, now=now)
