"""What is negotiated: measures, a shape, a frequency, conduct. A small, versioned document."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from repact.dates.business_days import Calendar
from repact.dates.day_count import DayCount
from repact.dates.frequency import Recurrence, Unit
from repact.money.rounding import Rounding
from repact.plans.fields import (
    ROWS_MAX,
    WHOLE_PPM,
    Amount,
    Count,
    IsoDate,
    PositiveAmount,
    RatePpm,
    SharePpm,
    Strict,
)

Component = Literal["principal", "interest", "penalty", "fees"]
Accrued = Literal["interest", "penalty", "fees"]
Vesting = Literal["now", "per_installment", "on_completion"]


class _ShareOrAmount(Strict):
    share_ppm: SharePpm | None = None
    amount_minor: Amount | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.share_ppm is None) == (self.amount_minor is None):
            raise ValueError("share_or_amount")
        return self


class Waive(_ShareOrAmount):
    """Give up part of a component: now, installment by installment, or on completion."""

    kind: Literal["waive"]
    component: Component
    vests: Vesting = "now"


class Capitalize(Strict):
    """Make part of an accrued component interest-bearing principal."""

    kind: Literal["capitalize"]
    component: Accrued
    share_ppm: SharePpm = WHOLE_PPM


class Carry(Strict):
    """Collect an accrued component later, without interest on it."""

    kind: Literal["carry"]
    component: Accrued
    to: Literal["first", "spread", "last"]
    count: Count | None = None

    @model_validator(mode="after")
    def _count_only_to_spread(self) -> Self:
        if self.count is not None and self.to != "spread":
            raise ValueError("count_without_spread")
        return self


class SetAside(_ShareOrAmount):
    """Keep part of the principal, without interest, for the last row."""

    kind: Literal["set_aside"]


class RateChange(Strict):
    """Another yearly rate from a date on."""

    kind: Literal["rate"]
    from_date: IsoDate
    annual_rate_ppm: RatePpm


class Freeze(Strict):
    """No interest from a date up to, not including, another."""

    kind: Literal["freeze"]
    from_date: IsoDate
    to_date: IsoDate

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_date <= self.from_date:
            raise ValueError("dates_out_of_order")
        return self


class Level(Strict):
    """Equal payments."""

    kind: Literal["level"]
    count: Count


class InterestOnly(Strict):
    """Each row pays its interest and nothing else."""

    kind: Literal["interest_only"]
    count: Count


class Holiday(Strict):
    """Rows that pay nothing; the interest is added, kept aside, or not charged."""

    kind: Literal["holiday"]
    count: Count
    interest: Literal["accrue", "simple", "freeze"]


class Fixed(Strict):
    """Rows of a given payment."""

    kind: Literal["fixed"]
    count: Count
    amount_minor: PositiveAmount


class Growing(Strict):
    """Payments that grow by the same share from row to row."""

    kind: Literal["growing"]
    count: Count
    growth_ppm: Annotated[int, Field(ge=-WHOLE_PPM + 1, le=WHOLE_PPM)]


class Custom(Strict):
    """Every payment given one by one."""

    kind: Literal["custom"]
    amounts_minor: Annotated[
        tuple[Amount, ...], Field(min_length=1, max_length=ROWS_MAX, strict=False)
    ]


class Balloon(_ShareOrAmount):
    """A larger sum paid with the last row."""

    kind: Literal["balloon"]


class LumpSum(Strict):
    """One payment that settles everything; what it does not cover is waived when it is paid."""

    kind: Literal["lump_sum"]
    amount_minor: PositiveAmount


Measure = Annotated[
    Waive | Capitalize | Carry | SetAside | RateChange | Freeze, Field(discriminator="kind")
]
Segment = Annotated[
    Level | InterestOnly | Holiday | Fixed | Growing | Custom | Balloon | LumpSum,
    Field(discriminator="kind"),
]


class Frequency(Strict):
    """How often payments fall due."""

    every: Annotated[int, Field(ge=1, le=366)]
    unit: Unit
    anchor_day: Annotated[int, Field(ge=1, le=31)] | None = None

    @model_validator(mode="after")
    def _anchor_belongs_to_months(self) -> Self:
        if (self.unit == "month") != (self.anchor_day is not None):
            raise ValueError("anchor_day_is_for_months")
        return self

    def recurrence(self) -> Recurrence:
        """The sequence of dates this stands for."""
        return Recurrence(every=self.every, unit=self.unit, anchor_day=self.anchor_day)


class BusinessDays(Strict):
    """Move a payment that falls on a day off to the next business day of a calendar.

    The calendar travels with the terms: what was signed does not change with a later holiday list.
    """

    rule: Literal["following"]
    calendar: Annotated[str, Field(min_length=1, max_length=60)]
    days_off: Annotated[tuple[IsoDate, ...], Field(max_length=2000, strict=False)] = ()
    days_worked: Annotated[tuple[IsoDate, ...], Field(max_length=500, strict=False)] = ()

    def as_calendar(self) -> Calendar:
        """The calendar itself."""
        return Calendar(self.calendar, frozenset(self.days_off), frozenset(self.days_worked))


class Terms(Strict):
    """The whole of what was negotiated. Measures apply in the order given."""

    version: Literal[1]
    effective_date: IsoDate
    annual_rate_ppm: RatePpm
    day_count: DayCount
    rounding: Rounding
    measures: Annotated[tuple[Measure, ...], Field(max_length=50, strict=False)]
    frequency: Frequency
    first_due_date: IsoDate
    business_day: Literal["none"] | BusinessDays = "none"
    shape: Annotated[tuple[Segment, ...], Field(min_length=1, max_length=50, strict=False)]
    conduct: dict[str, Any] = Field(default_factory=dict)

    @field_validator("conduct")
    @classmethod
    def _has_no_floats(cls, conduct: dict[str, Any]) -> dict[str, Any]:
        """Everything that is hashed is a string, an integer, a truth value or nothing."""
        if not _is_exact(conduct):
            raise ValueError("wrong_type")
        return conduct

    def as_json(self) -> dict[str, Any]:
        """The terms in the form of the plan document."""
        return self.model_dump(mode="json", exclude_none=True)


def _is_exact(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_exact(value[key]) for key in value)
    if isinstance(value, list):
        return all(map(_is_exact, value))
    return value is None or isinstance(value, str | int)
