"""A debt is paid, or owed again, while its borrower asks for a plan: the request follows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements import states as agreement_states
from repact.server.audit.actor import Actor
from repact.server.cases import actions as case_actions
from repact.server.cases import paid, states
from repact.server.cases import queries as case_queries
from repact.server.jobs.events import PATIENT, carried
from repact.server.loans import queries as loan_queries
from repact.server.offers import actions as offer_actions


@app.task(name="jobs.drop_paid_debt", queue="flow", retry=PATIENT)
def drop_paid_debt(*, lender_id: str, event_id: str) -> None:
    """A debt is closed: a request about it ends, or goes on for the others without old offers."""
    with carried(lender_id, event_id) as (by, event):
        if loan_queries.get(event.subject_id).state != "closed":
            return  # its payment was taken back before we came here
        for case_id in paid.open_about(event.subject_id):
            close_offers(by=by, case_id=case_id, now=event.happened_at)
            paid.drop(by=by, case_id=case_id, loan_id=event.subject_id, now=event.happened_at)


@app.task(name="jobs.take_up_again", queue="flow", retry=PATIENT)
def take_up_again(*, lender_id: str, event_id: str) -> None:
    """The payment that had closed a debt was taken back: the request it had left goes on."""
    with carried(lender_id, event_id) as (by, event):
        if loan_queries.get(event.subject_id).state != "open":
            return
        for case_id in paid.left_by(event.subject_id):
            if case_queries.get(case_id).state in paid.ASKING:
                close_offers(by=by, case_id=case_id, now=event.happened_at)
            paid.take_up_again(
                by=by, case_id=case_id, loan_id=event.subject_id, now=event.happened_at
            )


def close_offers(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """Close what was offered for other debts than are left, signed or not, and not begun yet."""
    agreement = agreement_queries.of_case(case_id)
    if agreement and agreement.state in agreement_states.BEFORE_SEALING:
        agreement_actions.void(by=by, agreement_id=agreement.id, now=now)
        offer_actions.unsigned(by=by, offer_id=agreement.offer_id, now=now)
    offer_actions.close_case(by=by, case_id=case_id, now=now)
    if case_queries.get(case_id).state == states.OFFERED:
        case_actions.move(by=by, case_id=case_id, event="expire", now=now)
