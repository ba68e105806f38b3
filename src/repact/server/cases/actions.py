"""Writing a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.cases import application, states
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, CaseLoan
from repact.server.clock import ports
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.people import doors
from repact.server.policies import queries as policy_queries


@doors.action("cases.open", may=(BORROWER,))
def open(*, by: Actor, loan_ids: Sequence[UUID], language: str, now: datetime) -> Case:  # noqa: A001
    """Open a draft over the borrower's own loans, or give back the case already open."""
    existing = Case.objects.filter(borrower_id=by.id, state__in=states.OPEN).first()
    if existing:
        audit_actions.unchanged()
        return existing
    own = {loan.id for loan in loan_queries.of_borrower(by.id)}
    if not loan_ids or not own.issuperset(loan_ids):
        raise CaseError("cases.no_loan")
    try:
        with transaction.atomic():
            case = Case.objects.create(
                lender_id=by.lender_id,
                borrower_id=by.id,
                reference=_reference(by, now),
                language=language,
                created_at=now,
            )
    except IntegrityError:  # two taps at once: the other one opened it
        audit_actions.unchanged()
        return Case.objects.get(borrower_id=by.id, state__in=states.OPEN)
    CaseLoan.objects.bulk_create(
        CaseLoan(lender_id=by.lender_id, case=case, loan_id=loan_id) for loan_id in loan_ids
    )
    audit_actions.record(by=by, action="cases.open", subject_id=case.id, case_id=case.id, now=now)
    return case


@doors.action("cases.save_answers", may=(BORROWER,))
def save_answers(
    *, by: Actor, case_id: UUID, screen: str, answers: dict[str, Any], now: datetime
) -> Case:
    """Keep one screen's answers; leaving and coming back loses nothing."""
    checked = application.check(screen, answers)
    case = _own(by, case_id)
    if case.state != states.DRAFT:
        raise CaseError("cases.wrong_state", state=case.state, event="save_answers")
    if case.answers.get(screen) == checked:
        audit_actions.unchanged()
        return case
    case.answers[screen] = checked
    case.save()
    audit_actions.record(
        by=by,
        action="cases.save_answers",
        subject_id=case.id,
        case_id=case.id,
        now=now,
        screen=screen,
    )
    return case


@doors.action("cases.submit", may=(BORROWER,))
def submit(*, by: Actor, case_id: UUID, now: datetime) -> Case:
    """Send the application; collection is put on hold in the same transaction.

    A second tap returns the same case. Raises `cases.incomplete` naming the first open screen.
    """
    case = _own(by, case_id)
    if case.submitted_at:
        audit_actions.unchanged()
        return case
    if gaps := application.missing(case.answers):
        raise CaseError("cases.incomplete", field=gaps[0])
    lender = lender_queries.get(by.lender_id)
    on = clock_queries.business_date(now=now, zone=lender.zone)
    service = policy_queries.in_force(lender_id=lender.id, on=on).policy.service
    case.state = states.after(case.state, "submit")
    case.submitted_at = now
    case.reply_due_at = now + timedelta(hours=service.reply_hours)
    case.save()
    loan_ids = list(case.loans.values_list("id", flat=True))
    loan_actions.hold(by=by, loan_ids=loan_ids, case_id=case.id, now=now)
    audit_actions.record(by=by, action="cases.submit", subject_id=case.id, case_id=case.id, now=now)
    return case


@doors.action("cases.begin_review", may=(AGENT, SUPERVISOR))
def begin_review(*, by: Actor, case_id: UUID, now: datetime) -> Case:
    """A person takes the case."""
    return move(by=by, case_id=case_id, event="begin_review", now=now, assigned_to_id=by.id)


@doors.action("cases.move", may=(AGENT, SUPERVISOR, BORROWER, SYSTEM))
def move(*, by: Actor, case_id: UUID, event: str, now: datetime, **changes: Any) -> Case:
    """Move a case along `states.TABLE`; called by the stage where the event happens."""
    case = _locked(case_id)
    before = case.state
    case.state = states.after(before, event)
    for name, value in changes.items():
        setattr(case, name, value)
    case.save()
    audit_actions.record(
        by=by,
        action="cases.move",
        subject_id=case.id,
        case_id=case.id,
        now=now,
        event=event,
        before=before,
        after=case.state,
    )
    return case


def _own(by: Actor, case_id: UUID) -> Case:
    case = _locked(case_id)
    if case.borrower_id != by.id:
        raise CaseError("cases.not_found")
    return case


def _locked(case_id: UUID) -> Case:
    case = Case.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise CaseError("cases.not_found")
    return case


def _reference(by: Actor, now: datetime) -> str:
    """R-20261124-0007: the day, and a number that is never given twice."""
    zone = lender_queries.get(by.lender_id).zone
    day = clock_queries.business_date(now=now, zone=zone)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_counter (id, lender_id, day, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT ON CONSTRAINT cases_counter_day"
            " DO UPDATE SET last = cases_counter.last + 1 RETURNING last",
            [ports.new_id(), by.lender_id, day],
        )
        (number,) = cursor.fetchone()
    return f"R-{day:%Y%m%d}-{number:04d}"
