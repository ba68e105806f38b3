"""Reading cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from repact.policy.affordability import Means
from repact.policy.business import TradeMeans
from repact.policy.loading import LoadedPolicy, PolicyError
from repact.policy.model import Policy
from repact.server.cases import application, budget, limitation, states
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, HoldExtension, LimitationNote
from repact.server.cases.models.holding import ADVISER_MAX
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.policies import queries as policy_queries


def get(case_id: UUID, /) -> Case:
    """One case. Raises `cases.not_found`."""
    case = Case.objects.filter(id=case_id).first()
    if case is None:
        raise CaseError("cases.not_found")
    return case


def named(reference: str, /) -> Case:
    """The case of that reference. Raises `cases.not_found`."""
    case = Case.objects.filter(reference=reference).first()
    if case is None:
        raise CaseError("cases.not_found", field="case")
    return case


def get_own(*, borrower_id: UUID, case_id: UUID) -> Case:
    """One of a borrower's own cases. Raises `cases.not_found` for anybody else's."""
    case = Case.objects.filter(id=case_id, borrower_id=borrower_id).first()
    if case is None:
        raise CaseError("cases.not_found")
    return case


def current_of_borrower(borrower_id: UUID, /) -> Case | None:
    """The borrower's open case."""
    return Case.objects.filter(borrower_id=borrower_id, state__in=states.OPEN).first()


def queue() -> QuerySet[Case]:
    """Cases with the team, the one due first on top."""
    waiting = (
        states.SUBMITTED,
        states.IN_REVIEW,
        states.OFFERED,
        states.AGREED,
        states.APPEALED,
    )
    return Case.objects.filter(state__in=waiting).order_by("reply_due_at")


def loans(case: Case, /) -> QuerySet[Loan]:
    """The loans a case is about."""
    return case.loans.select_related("product", "lender").order_by("ref")


def policy_of(case: Case, /, *, now: datetime) -> LoadedPolicy:
    """The policy in force for the case's lender."""
    on = lender_queries.today(case.lender_id, now=now)
    return policy_queries.in_force(lender_id=case.lender_id, on=on)


def reply_hours(case: Case, /, *, now: datetime) -> int:
    """Within how many hours a person answers."""
    return policy_of(case, now=now).policy.service.reply_hours


def affordability(case: Case, /, *, now: datetime) -> Means:
    """What the borrower can pay, from the answers so far, with every step of the sum."""
    return budget.means(case, loaded=policy_of(case, now=now))


def trade(case: Case, /, *, now: datetime) -> TradeMeans | None:
    """Twelve months of the borrower's business, when there is one."""
    return budget.trade_means(case, loaded=policy_of(case, now=now))


def screens(case: Case, /, *, now: datetime) -> tuple[str, ...]:
    """The screens this person needs, in order: the short form and what their answers call for."""
    means = affordability(case, now=now)
    unusual = bool(means.needs_reasons) or "unusual" in case.answers
    return application.screens(case.answers, unusual=unusual)


def missing(case: Case, /, *, now: datetime) -> list[str]:
    """Screens without an answer, in order.

    A number to pay is wanted unless nothing is left to pay with.
    """
    means = affordability(case, now=now)
    gaps = [name for name in screens(case, now=now) if name not in case.answers]
    if means.needs_reasons and "unusual" not in gaps:
        gaps.append("unusual")
    if case.answers.get("ability", {"monthly_minor": 1})["monthly_minor"] is None:
        gaps += [] if means.is_negative else ["ability"]
    return gaps


def assert_may_sign(case: Case, /, *, on: date) -> None:
    """Raise unless the case may be signed on a day, as far as this room knows.

    `cases.time_barred`: a debt's time limit has run out, and the borrower has not read what signing
    does, or no supervisor has approved (CN-CC-192/195).
    """
    barred = {loan.id for loan in loans(case) if limitation.is_barred(loan, on=on)}
    notes = LimitationNote.objects.filter(case=case)
    cleared = notes.filter(acknowledged_at__isnull=False, approved_at__isnull=False)
    ids = set(notes.values_list("loan_id", flat=True)) | barred
    if ids - set(cleared.values_list("loan_id", flat=True)):
        raise CaseError("cases.time_barred")


def holds_to_mind(*, lender_id: UUID, on: date) -> list[UUID]:
    """Cases whose hold ends within the notice the policy promises."""
    policy = policy_on(lender_id=lender_id, on=on)
    days = policy.service.notice_days if policy else 0
    return loan_queries.cases_with_hold_ending(on=on + timedelta(days=days))


def policy_on(*, lender_id: UUID, on: date) -> Policy | None:
    """The policy in force on a day, or None where there is none yet."""
    try:
        return policy_queries.in_force(lender_id=lender_id, on=on).policy
    except PolicyError:
        return None


def limitation_notes(case_id: UUID, /) -> QuerySet[LimitationNote]:
    """The case's debts whose time limit has run out, and how far they are cleared."""
    notes = LimitationNote.objects.filter(case_id=case_id)
    return notes.select_related("loan__product").order_by("loan__ref")


def extensions(case_id: UUID, /) -> QuerySet[HoldExtension]:
    """How the hold was made longer, oldest first."""
    return HoldExtension.objects.filter(case_id=case_id).order_by("created_at", "id")


def renewals_left(case: Case, /, *, now: datetime) -> int:
    """How often the borrower may still keep the hold for another period."""
    used = HoldExtension.objects.filter(case=case, kind="renewal").count()
    return max(policy_of(case, now=now).policy.service.hold_renewals_max - used, 0)


def adviser_times_left(case: Case, /) -> int:
    """How often a debt adviser's time may still be given."""
    return max(ADVISER_MAX - HoldExtension.objects.filter(case=case, kind="adviser").count(), 0)
