"""What is owed on a date, and under which contract."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from repact.dates.day_count import DayCount
from repact.plans.fields import ROWS_MAX, Amount, Currency, IsoDate, PositiveAmount, RatePpm, Strict


class DueRow(Strict):
    """One installment the contract still asks for."""

    due_date: IsoDate
    amount_minor: Amount


class Contract(Strict):
    """The original contract: its yearly rate, its day count and what it still asks for."""

    annual_rate_ppm: RatePpm
    day_count: DayCount
    remaining: Annotated[tuple[DueRow, ...], Field(max_length=ROWS_MAX, strict=False)] = ()


class Position(Strict):
    """All that is owed on `as_of`, per component, in minor units."""

    as_of: IsoDate
    currency: Currency
    principal_minor: PositiveAmount
    interest_minor: Amount
    penalty_minor: Amount
    fees_minor: Amount
    contract: Contract | None = None

    @property
    def total_minor(self) -> int:
        """All components together."""
        return self.principal_minor + self.interest_minor + self.penalty_minor + self.fees_minor
