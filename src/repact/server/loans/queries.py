"""What is owed now, by the contract, and whether it is on hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from repact.plans import accrual
from repact.plans.position import Contract, DueRow, Position
from repact.server.lenders.models import Lender
from repact.server.loans.errors import LoanError
from repact.server.loans.models import Hold, Loan


@dataclass(frozen=True, slots=True)
class DaysPastDue:
    """Two clocks, neither silently reset: by the contract, and by a plan (None without one)."""

    contract: int
    plan: int | None


@dataclass(frozen=True, slots=True)
class HoldState:
    """How far the hold of a case has come."""

    requested: int
    confirmed: int

    @property
    def acknowledged(self) -> bool:
        """Every loan of the case is confirmed as held."""
        return self.requested > 0 and self.confirmed == self.requested


def of_borrower(borrower_id: UUID, /) -> QuerySet[Loan]:
    """A borrower's open loans, the oldest arrears first."""
    return (
        Loan.objects.filter(borrower_id=borrower_id, state="open")
        .select_related("product", "lender")
        .order_by("oldest_unpaid_due_date", "ref")
    )


def get(loan_id: UUID, /) -> Loan:
    """One loan. Raises `loans.not_found`."""
    loan = Loan.objects.select_related("product", "lender").filter(id=loan_id).first()
    if loan is None:
        raise LoanError("loans.not_found")
    return loan


def position(loan: Loan, /, *, on: date) -> Position:
    """What is owed on a day, per component.

    Interest runs on principal not overdue, the penalty rate on what is overdue, by the contract's
    day count, up to the day a hold was requested; from then on nothing is added.
    """
    until = max(min(on, _frozen_from(loan) or on), loan.as_of)
    interest = _accrued(
        loan, loan.principal_minor - loan.overdue_principal_minor, loan.annual_rate_ppm, until
    )
    penalty = _accrued(loan, loan.overdue_principal_minor, loan.penalty_rate_ppm, until)
    return Position(
        as_of=on,
        currency=loan.currency,
        principal_minor=loan.principal_minor,
        interest_minor=loan.interest_minor + interest,
        penalty_minor=loan.penalty_minor + penalty,
        fees_minor=loan.fees_minor,
        contract=Contract(
            annual_rate_ppm=loan.annual_rate_ppm,
            day_count=loan.day_count,
            remaining=tuple(
                DueRow(due_date=date.fromisoformat(day), amount_minor=amount)
                for day, amount in loan.remaining
            ),
        ),
    )


def days_past_due(loan: Loan, /, *, on: date) -> DaysPastDue:
    """Days since the oldest installment the contract is missing."""
    oldest = loan.oldest_unpaid_due_date
    return DaysPastDue(contract=max((on - oldest).days, 0) if oldest else 0, plan=None)


def hold_state(case_id: UUID, /) -> HoldState:
    """The hold over a case's loans."""
    holds = Hold.objects.filter(case_id=case_id)
    return HoldState(requested=holds.count(), confirmed=holds.exclude(acknowledged_at=None).count())


def holds_to_send(case_id: UUID, /) -> Sequence[Hold]:
    """Holds the core has not acknowledged."""
    return list(Hold.objects.filter(case_id=case_id, state="requested").select_related("loan"))


def _frozen_from(loan: Loan) -> date | None:
    hold = Hold.objects.filter(loan=loan, released_at=None).first()
    if hold is None:
        return None
    zone = Lender.objects.only("zone").get(id=loan.lender_id).zone
    return hold.requested_at.astimezone(ZoneInfo(zone)).date()


def _accrued(loan: Loan, amount_minor: int, rate_ppm: int, until: date) -> int:
    return accrual.interest(
        amount_minor=amount_minor,
        annual_rate_ppm=rate_ppm,
        start=loan.as_of,
        end=until,
        day_count=loan.day_count,  # type: ignore[arg-type]  # checked at the door
    )
