"""Reading cases."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from repact.policy import affordability as policy_affordability
from repact.policy import propose
from repact.policy.loading import LoadedPolicy
from repact.server.cases import states
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.loans.models import Loan
from repact.server.policies import queries as policy_queries


def get(case_id: UUID, /) -> Case:
    """One case. Raises `cases.not_found`."""
    case = Case.objects.filter(id=case_id).first()
    if case is None:
        raise CaseError("cases.not_found")
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
    waiting = (states.SUBMITTED, states.IN_REVIEW, states.OFFERED, states.AGREED)
    return Case.objects.filter(state__in=waiting).order_by("reply_due_at")


def loans(case: Case, /) -> QuerySet[Loan]:
    """The loans a case is about."""
    return case.loans.select_related("product", "lender").order_by("ref")


def policy_of(case: Case, /, *, now: datetime) -> LoadedPolicy:
    """The policy in force for the case's lender."""
    zone = lender_queries.get(case.lender_id).zone
    on = clock_queries.business_date(now=now, zone=zone)
    return policy_queries.in_force(lender_id=case.lender_id, on=on)


def reply_hours(case: Case, /, *, now: datetime) -> int:
    """Within how many hours a person answers."""
    return policy_of(case, now=now).policy.service.reply_hours


def affordability(case: Case, /, *, now: datetime) -> policy_affordability.Means:
    """What the borrower can pay, from the answers so far."""
    income = case.answers.get("income", {})
    household = case.answers.get("household", {})
    budget = policy_affordability.Budget(
        income_minor=income.get("amount_minor"),
        people=household.get("people", 1),
        spending_minor=household.get("spending", {}),
    )
    return policy_affordability.assess(budget, policy_of(case, now=now).policy.affordability)


def facts(case: Case, loan: Loan, /, *, now: datetime) -> propose.Facts:
    """What a proposal for one of the case's loans needs to know, and no more."""
    ability = case.answers["ability"]
    return propose.Facts(
        product_code=loan.product.code,
        default_rate_ppm=loan.penalty_rate_ppm,
        affordable_minor=affordability(case, now=now).affordable_minor,
        wish_minor=ability["monthly_minor"],
        payday=ability["payday"],
    )
