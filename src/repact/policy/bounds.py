"""How far each instrument may go: one class per kind of bound."""

from __future__ import annotations

from typing import Annotated, Literal, Self, cast

from pydantic import Field, model_validator

from repact.plans.fields import RatePpm, SharePpm, Strict
from repact.plans.terms import Accrued, Vesting
from repact.policy.fields import InstrumentName, Months, Rows, SomeDays, Times, assert_rising

Counts = Annotated[tuple[Rows, ...], Field(min_length=1, max_length=120, strict=False)]
Shares = Annotated[tuple[SharePpm, ...], Field(min_length=1, max_length=50, strict=False)]
FewRows = Annotated[int, Field(ge=1, le=24)]


class Extension(Strict):
    """Numbers of payments that may be offered, rising."""

    counts: Counts

    @model_validator(mode="after")
    def _rises(self) -> Self:
        assert_rising(self.counts)
        return self


class RateCut(Strict):
    """Yearly rates that may be offered, rising; never above the contract's own."""

    rates_ppm: Annotated[tuple[RatePpm, ...], Field(min_length=1, max_length=50, strict=False)]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        assert_rising(self.rates_ppm)
        return self


class Waiver(Strict):
    """Shares of a component that may be waived, rising, and when the waiver becomes final."""

    shares_ppm: Shares
    vests: Annotated[tuple[Vesting, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        assert_rising(self.shares_ppm)
        return self


class PrincipalWaiver(Strict):
    """The largest share of principal that may be waived, and when the waiver becomes final."""

    share_ppm_max: SharePpm
    vests: Annotated[tuple[Vesting, ...], Field(min_length=1, strict=False)]


class Holiday(Strict):
    """The most rows without payment, and what the interest does meanwhile."""

    rows_max: FewRows
    interest: Annotated[
        tuple[Literal["accrue", "simple", "freeze"], ...], Field(min_length=1, strict=False)
    ]


class InterestOnly(Strict):
    """The most rows that pay interest alone."""

    rows_max: FewRows


class Reduced(Strict):
    """The most rows of a reduced payment, and its smallest share of the level payment."""

    rows_max: FewRows
    share_ppm_min: SharePpm


class StepUp(Strict):
    """Payments that grow: the most steps, and the largest growth from step to step."""

    steps_max: FewRows
    growth_ppm_max: SharePpm


class Freeze(Strict):
    """The most months without interest."""

    months_max: Months


class Capitalize(Strict):
    """The components that may become interest-bearing principal."""

    components: Annotated[tuple[Accrued, ...], Field(min_length=1, strict=False)]


class Carry(Strict):
    """Where components set aside without interest may go."""

    to: Annotated[tuple[Literal["first", "spread", "last"], ...], Field(min_length=1, strict=False)]


class CatchUp(Strict):
    """The most months in which arrears are paid beside the contract's own payments."""

    months_max: Months


class DateChange(Strict):
    """How far a due date may move, and how often a year."""

    days_max: Annotated[int, Field(ge=1, le=31)]
    per_year_max: Times


class FrequencyChange(Strict):
    """The rhythms of payment that may be agreed."""

    frequencies: Annotated[
        tuple[Literal["weekly", "fortnightly", "monthly"], ...], Field(min_length=1, strict=False)
    ]


class Balloon(Strict):
    """The largest share of principal that may be left to a last, larger payment.

    Unless `above_means` says that it may be larger than a month can pay, a person agrees on it.
    """

    share_ppm_max: SharePpm
    above_means: bool = False


class Seasonal(Strict):
    """The most months a year of low payments, and their smallest share of the level payment.

    At a share of 0 nothing is paid in low months; their interest is kept aside, bears none, and is
    spread over the payments after.
    """

    low_months_max: Annotated[int, Field(ge=1, le=11)]
    share_ppm_min: SharePpm


class Settlement(Strict):
    """The smallest share of what is owed that settles it, in how many payments and days."""

    share_ppm_min: SharePpm
    installments_max: Annotated[int, Field(ge=1, le=12)]
    days: SomeDays


class SetAside(Strict):
    """The largest share of principal that may wait, without interest, for the last row."""

    share_ppm_max: SharePpm


class LineConversion(Strict):
    """A revolving balance becomes a loan of so many payments; what becomes of the line."""

    counts: Counts
    line_after: Literal["frozen", "reduced", "kept"]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        assert_rising(self.counts)
        return self


class Trial(Strict):
    """Payments on time that come before a plan is final."""

    rows: FewRows


class Instruments(Strict):
    """The bounds of every instrument the lender uses; one that is absent is never offered."""

    balloon: Balloon | None = None
    capitalize: Capitalize | None = None
    carry: Carry | None = None
    catch_up: CatchUp | None = None
    date_change: DateChange | None = None
    extension: Extension | None = None
    freeze: Freeze | None = None
    frequency_change: FrequencyChange | None = None
    holiday: Holiday | None = None
    interest_only: InterestOnly | None = None
    line_conversion: LineConversion | None = None
    rate_cut: RateCut | None = None
    reduced: Reduced | None = None
    seasonal: Seasonal | None = None
    set_aside: SetAside | None = None
    settlement: Settlement | None = None
    step_up: StepUp | None = None
    trial: Trial | None = None
    waive_fees: Waiver | None = None
    waive_interest: Waiver | None = None
    waive_penalty: Waiver | None = None
    waive_principal: PrincipalWaiver | None = None

    def names(self) -> tuple[InstrumentName, ...]:
        """The instruments that have bounds, in alphabetical order."""
        fields = type(self).model_fields
        return tuple(cast("InstrumentName", name) for name in fields if self.bounds(name))

    def bounds(self, name: str, /) -> Strict | None:
        """The bounds of an instrument, or None when it has none."""
        return cast("Strict | None", getattr(self, name))
