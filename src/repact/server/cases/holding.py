"""How long collection stays on hold: renewals, a debt adviser's time, exceptions, and its end.

A hold never ends silently: while it is our turn it goes on by itself, and before it ends the
borrower is told, with the notice the policy promises.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from repact.policy.promises import Service
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor, system
from repact.server.cases import states
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, HoldExtension
from repact.server.cases.models.holding import ADVISER_MAX
from repact.server.lenders import queries as lender_queries
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.policies import queries as policy_queries

EXCEPTION_DAYS_MAX = 180


@doors.action("cases.renew_hold", may=(BORROWER, AGENT, SUPERVISOR))
def renew(*, by: Actor, case_id: UUID, now: datetime) -> HoldExtension:
    """Keep the hold for another of the policy's periods, as often as the policy says.

    Raises `cases.no_renewal_left`; a supervisor may still make an exception.
    """
    case = _held(by, case_id)
    service, on = _service(by, now), lender_queries.today(by.lender_id, now=now)
    used = HoldExtension.objects.filter(case=case, kind="renewal").count()
    if used >= service.hold_renewals_max:
        raise CaseError("cases.no_renewal_left", renewals=service.hold_renewals_max)
    start = max(loan_queries.hold_until(case.id) or on, on)
    return _extend(by, case, "renewal", start + timedelta(days=service.hold_days), now)


@doors.action("cases.give_adviser_time", may=(BORROWER, AGENT, SUPERVISOR))
def give_adviser_time(*, by: Actor, case_id: UUID, now: datetime) -> HoldExtension:
    """A debt adviser works on a plan: the hold stays for the policy's days, and once more.

    Source: CONC 7.3.11 and 7.3.12 (usually 30 days, extended once). Raises `cases.no_adviser_time`.
    """
    case = _held(by, case_id)
    service, on = _service(by, now), lender_queries.today(by.lender_id, now=now)
    used = HoldExtension.objects.filter(case=case, kind="adviser").count()
    if used >= ADVISER_MAX:
        raise CaseError("cases.no_adviser_time", times=ADVISER_MAX)
    start = on if used == 0 else max(loan_queries.hold_until(case.id) or on, on)
    until = start + timedelta(days=service.adviser_hold_days)
    return _extend(by, case, "adviser", max(until, loan_queries.hold_until(case.id) or until), now)


@doors.action("cases.make_exception", may=(SUPERVISOR,))
def make_exception(
    *, by: Actor, case_id: UUID, until: date, reason: str, now: datetime
) -> HoldExtension:
    """A supervisor keeps the hold longer than the policy would, saying why.

    Raises `cases.exception_reason` or `cases.exception_until`.
    """
    case = _held(by, case_id)
    on = lender_queries.today(by.lender_id, now=now)
    if not reason.strip():
        raise CaseError("cases.exception_reason", field="reason")
    if not on < until <= on + timedelta(days=EXCEPTION_DAYS_MAX):
        raise CaseError("cases.exception_until", field="until", days=EXCEPTION_DAYS_MAX)
    return _extend(by, case, "exception", until, now, reason=reason.strip()[:200])


@doors.action("cases.mind_hold", may=(SYSTEM,))
def mind(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """What a day means for a hold that is about to end.

    Our turn: it goes on, and the borrower loses nothing. Refused, with the time to appeal over: the
    borrower is told, the policy's notice later the hold ends and the case is closed.
    """
    case = Case.objects.select_for_update().get(id=case_id)
    service, on = _service(by, now), lender_queries.today(by.lender_id, now=now)
    until = loan_queries.hold_until(case.id)
    if until is None or until - timedelta(days=service.notice_days) > on:
        audit_actions.unchanged()
        return
    if case.state in states.OURS:
        if until > on:
            audit_actions.unchanged()
            return
        _extend(by, case, "waiting", on + timedelta(days=service.hold_days), now)
    elif case.state == states.REFUSED:
        _let_end(by, case, until, on, service, now)
    else:  # a plan runs: the hold went over into it
        audit_actions.unchanged()


def _let_end(by: Actor, case: Case, until: date, on: date, service: Service, now: datetime) -> None:
    if loan_queries.end_told_at(case.id) is None:
        ends = max(until, on + timedelta(days=service.notice_days))
        loan_actions.extend_hold(by=by, case_id=case.id, until=ends, now=now)
        _tell(by, case, "hold_ends", ends, now)
        loan_actions.note_end_told(by=by, case_id=case.id, now=now)
        audit_actions.record(
            by=by,
            action="cases.mind_hold",
            subject_id=case.id,
            case_id=case.id,
            now=now,
            ends=ends.isoformat(),
        )
        return
    if until > on:
        audit_actions.unchanged()
        return
    case.state, case.closed_because = states.after(case.state, "lapse"), "refused"
    case.save()
    loan_actions.release(by=by, case_id=case.id, because="refused", now=now)
    audit_actions.record(
        by=by, action="cases.mind_hold", subject_id=case.id, case_id=case.id, now=now, ended=True
    )


def _extend(
    by: Actor, case: Case, kind: str, until: date, now: datetime, *, reason: str = ""
) -> HoldExtension:
    number = HoldExtension.objects.filter(case=case, kind=kind).count() + 1
    made = HoldExtension.objects.create(
        lender_id=by.lender_id,
        case=case,
        kind=kind,
        number=number,
        until_date=until,
        reason=reason,
        by_role=by.role,
        by_id=by.id,
        created_at=now,
    )
    loan_actions.extend_hold(by=by, case_id=case.id, until=until, now=now)
    _tell(by, case, "hold_extended", until, now)
    audit_actions.record(
        by=by,
        action="cases.extend_hold",
        subject_id=made.id,
        case_id=case.id,
        now=now,
        kind=kind,
        until=until.isoformat(),
    )
    return made


def _tell(by: Actor, case: Case, kind: str, until: date, now: datetime) -> None:
    notice_actions.tell(
        by=system(by.lender_id),
        borrower_id=case.borrower_id,
        kind=kind,
        source=f"{kind}:{case.id}:{until.isoformat()}",
        now=now,
        until_date=until.isoformat(),
    )


def _held(by: Actor, case_id: UUID) -> Case:
    """The case, locked; one's own for a borrower. Raises `cases.not_found`, `cases.not_on_hold`."""
    case = Case.objects.select_for_update().filter(id=case_id).first()
    if case is None or (by.role == BORROWER and case.borrower_id != by.id):
        raise CaseError("cases.not_found")
    if case.state not in states.OPEN or case.submitted_at is None:
        raise CaseError("cases.not_on_hold", state=case.state)
    return case


def _service(by: Actor, now: datetime) -> Service:
    on = lender_queries.today(by.lender_id, now=now)
    return policy_queries.in_force(lender_id=by.lender_id, on=on).policy.service
