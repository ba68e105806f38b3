"""Writing a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from repact.policy.loading import LoadedPolicy
from repact.server.audit import actions as audit_actions
from repact.server.audit import queries as audit_queries
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.cases import application, budget, limitation, queries, states
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, CaseLoan
from repact.server.clock import ports
from repact.server.lenders import queries as lender_queries
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.people import doors
from repact.server.policies import queries as policy_queries

INCOMES_PER_HOUR = 20


@doors.action("cases.open", may=(BORROWER,))
def open(  # noqa: A001 - what it does
    *,
    by: Actor,
    loan_ids: Sequence[UUID],
    language: str,
    now: datetime,
    running_agreement_id: UUID | None = None,
) -> Case:
    """Open a draft over the borrower's own loans, or give back the case already open.

    Nothing need be overdue (CN-CC-678), unless the policy says otherwise. With
    `running_agreement_id` it is a renegotiation of that plan, over all the loans under it that are
    not paid: a new plan ends the old one, so none may be left behind without any.
    Raises `cases.no_loan`, `cases.not_all_loans`, `cases.not_before_arrears`.
    """
    existing = Case.objects.filter(borrower_id=by.id, state__in=states.OPEN).first()
    if existing:
        audit_actions.unchanged()
        return existing
    of_borrower = (
        loan_queries.in_plan_of_borrower if running_agreement_id else loan_queries.of_borrower
    )
    own = {loan.id: loan for loan in of_borrower(by.id)}  # type: ignore[arg-type]  # a borrower
    if not loan_ids or not own.keys() >= set(loan_ids):
        raise CaseError("cases.no_loan")
    if running_agreement_id:
        _assert_whole(own, loan_ids)
    on = lender_queries.today(by.lender_id, now=now)
    early = all(loan_queries.days_past_due(own[i], on=on).contract == 0 for i in loan_ids)
    loaded = policy_queries.in_force(lender_id=by.lender_id, on=on)
    if early and not running_agreement_id and not loaded.policy.eligibility.pre_arrears:
        raise CaseError("cases.not_before_arrears")
    try:
        with transaction.atomic():
            case = Case.objects.create(
                lender_id=by.lender_id,
                borrower_id=by.id,
                reference=reference(by=by, now=now),
                language=language,
                created_at=now,
                kind="renegotiation" if running_agreement_id else "new",
                running_agreement_id=running_agreement_id,
                before_arrears=early,
            )
    except IntegrityError:  # two taps at once: the other one opened it
        audit_actions.unchanged()
        return Case.objects.get(borrower_id=by.id, state__in=states.OPEN)
    CaseLoan.objects.bulk_create(
        CaseLoan(lender_id=by.lender_id, case=case, loan_id=loan_id) for loan_id in loan_ids
    )
    audit_actions.record(
        by=by,
        action="cases.open",
        subject_id=case.id,
        case_id=case.id,
        now=now,
        kind=case.kind,
        before_arrears=early,
    )
    return case


@doors.action("cases.save_answers", may=(BORROWER,))
def save_answers(
    *, by: Actor, case_id: UUID, screen: str, answers: dict[str, Any], now: datetime
) -> Case:
    """Keep one screen's answers; leaving and coming back loses nothing.

    Raises `cases.too_many_incomes` after twenty different incomes in an hour of real time; a person
    sees how often it was stated.
    """
    checked = application.check(screen, answers)
    case = _own(by, case_id)
    if case.state != states.DRAFT:
        raise CaseError("cases.wrong_state", state=case.state, event="save_answers")
    if case.answers.get(screen) == checked:
        audit_actions.unchanged()
        return case
    if screen == "income":
        _assert_not_probing(case)
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
    if gaps := queries.missing(case, now=now):
        raise CaseError("cases.incomplete", field=gaps[0])
    begin_waiting(by=by, case=case, needs_person=_needs_person(by, case, now), now=now)
    audit_actions.record(by=by, action="cases.submit", subject_id=case.id, case_id=case.id, now=now)
    return case


def begin_waiting(*, by: Actor, case: Case, needs_person: str, now: datetime) -> None:
    """Send a draft: the answer's time runs, its loans are held, lapsed time limits are noted.

    A negative budget gets the longer breathing space of the policy. Part of an action.
    """
    policy, on = _policy(by, now).policy, lender_queries.today(by.lender_id, now=now)
    service, accrual = policy.service, policy.accrual_while_open
    days = service.hold_days
    if needs_person == "negative_budget":
        days = max(days, service.breathing_days)
    case.state = states.after(case.state, "submit")
    case.submitted_at = now
    case.reply_due_at = now + timedelta(hours=service.reply_hours)
    case.needs_person = needs_person
    case.save()
    loan_actions.hold(
        by=by,
        loan_ids=list(case.loans.values_list("id", flat=True)),
        case_id=case.id,
        now=now,
        until=on + timedelta(days=days),
        mode=accrual.mode,
        annual_rate_ppm=accrual.annual_rate_ppm,
    )
    limitation.note(case=case, on=on, now=now)


@doors.action("cases.withdraw", may=(BORROWER,))
def withdraw(*, by: Actor, case_id: UUID, now: datetime) -> Case:
    """The borrower takes the request back; the hold ends at once, and the contract goes on.

    What was not added meanwhile is never added. Not possible once a plan was chosen.
    """
    case = _own(by, case_id)
    if case.state == states.WITHDRAWN:
        audit_actions.unchanged()
        return case
    case.state, case.closed_because = states.after(case.state, "withdraw"), "withdrawn"
    case.save()
    if case.submitted_at:
        loan_actions.release(by=by, case_id=case.id, because="withdrawn", now=now)
    audit_actions.record(
        by=by, action="cases.withdraw", subject_id=case.id, case_id=case.id, now=now
    )
    return case


@doors.action("cases.begin_review", may=(AGENT, SUPERVISOR))
def begin_review(*, by: Actor, case_id: UUID, now: datetime) -> Case:
    """A person takes the case."""
    return move(by=by, case_id=case_id, event="begin_review", now=now, assigned_to_id=by.id)


@doors.action("cases.give_to_person", may=(SYSTEM,))
def give_to_person(*, by: Actor, case_id: UUID, why: str, now: datetime) -> None:
    """No machine answers this case from now on; a person does. `why` is a code."""
    case = _locked(case_id)
    if case.needs_person or case.state not in states.OPEN:
        audit_actions.unchanged()
        return
    case.needs_person = why
    case.save()
    audit_actions.record(
        by=by, action="cases.give_to_person", subject_id=case.id, case_id=case.id, now=now, why=why
    )


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


def _assert_whole(in_plan: Mapping[UUID, Loan], loan_ids: Sequence[UUID]) -> None:
    """Raise `cases.not_all_loans`, with how many are left behind, unless every loan that came under
    the plan together with these, and is not paid, is among them."""
    plans = CaseLoan.objects.filter(loan_id__in=loan_ids, case__state=states.IN_PLAN)
    together = CaseLoan.objects.filter(case_id__in=plans.values("case_id"))
    left = {
        loan_id
        for loan_id in set(together.values_list("loan_id", flat=True)) - set(loan_ids)
        if loan_id in in_plan and in_plan[loan_id].principal_minor
    }
    if left:
        raise CaseError("cases.not_all_loans", missing=len(left))


def _assert_not_probing(case: Case) -> None:
    since = ports.now() - timedelta(hours=1)
    stated = audit_queries.of_case(case.id).filter(
        action="cases.save_answers", facts__screen="income", recorded_at__gte=since
    )
    if stated.count() >= INCOMES_PER_HOUR:
        raise CaseError("cases.too_many_incomes", field="amount", per_hour=INCOMES_PER_HOUR)


def _needs_person(by: Actor, case: Case, now: datetime) -> str:
    """Why no machine may answer: nothing is left, or some months can pay and others cannot, and
    the policy has no payments by season for these loans."""
    loaded = _policy(by, now)
    means = budget.means(case, loaded=loaded)
    if means.is_negative:
        return "negative_budget"
    low = any(finding.code == budget.LOW_SEASON for finding in means.findings)
    codes = {loan.product.code for loan in queries.loans(case)}
    products = [product for product in loaded.policy.products if product.code in codes]
    seasonal = all("seasonal" in product.serviceable for product in products)
    return "low_season" if low and not seasonal else ""


def _policy(by: Actor, now: datetime) -> LoadedPolicy:
    return policy_queries.in_force(
        lender_id=by.lender_id, on=lender_queries.today(by.lender_id, now=now)
    )


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


def reference(*, by: Actor, now: datetime) -> str:
    """R-20261124-0007: the day, and a number that is never given twice."""
    day = lender_queries.today(by.lender_id, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_counter (id, lender_id, day, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT ON CONSTRAINT cases_counter_day"
            " DO UPDATE SET last = cases_counter.last + 1 RETURNING last",
            [ports.new_id(), by.lender_id, day],
        )
        (number,) = cursor.fetchone()
    return f"R-{day:%Y%m%d}-{number:04d}"
