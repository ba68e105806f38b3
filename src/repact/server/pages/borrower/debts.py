"""A debt as the borrower sees it: what makes it up, today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.clock import queries as clock_queries
from repact.server.lenders.models import Product
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan


@dataclass(frozen=True, slots=True)
class Debt:
    """One loan's position on a day, in minor units."""

    product: Product
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    annual_rate_ppm: int
    days_past_due: int
    legal_stage: str

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.penalty_minor + self.fees_minor


def of_borrower(borrower_id: UUID, /, *, now: datetime, zone: str) -> list[Debt]:
    """Every open debt of a borrower."""
    return [_debt(loan, now, zone) for loan in loan_queries.of_borrower(borrower_id)]


def of_case(case: Case, /, *, now: datetime, zone: str) -> list[Debt]:
    """The debts a case is about that are not paid."""
    owed = case_queries.loans(case).filter(principal_minor__gt=0)
    return [_debt(loan, now, zone) for loan in owed]


def _debt(loan: Loan, now: datetime, zone: str) -> Debt:
    on = clock_queries.business_date(now=now, zone=zone)
    position = loan_queries.position(loan, on=on)
    return Debt(
        product=loan.product,
        principal_minor=position.principal_minor,
        interest_minor=position.interest_minor,
        penalty_minor=position.penalty_minor,
        fees_minor=position.fees_minor,
        annual_rate_ppm=loan.annual_rate_ppm,
        days_past_due=loan_queries.days_past_due(loan, on=on).contract,
        legal_stage=loan.legal_stage,
    )
