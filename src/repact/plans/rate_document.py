"""Flows of money and the question what they cost a year, as `repact rate` reads them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from repact.plans.fields import IsoDate, PositiveAmount, Strict

FLOWS_MAX = 1_300
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,15})?")


def _decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise ValueError("not_a_decimal")
    return text


class Flow(Strict):
    """An amount on a date, or so many years (a decimal string) after the first advance.

    A payment may come before it: then its years are negative.
    """

    date: IsoDate | None = None
    years: Annotated[str, AfterValidator(_decimal)] | None = None
    amount_minor: PositiveAmount

    @property
    def in_years(self) -> Fraction:
        """The years as an exact fraction."""
        return Fraction(self.years or "0")


class UnitPeriod(Strict):
    """The common interval of the payments (Appendix J (b)(4)): every so many of a unit."""

    every: Annotated[int, Field(ge=1, le=366)]
    unit: Literal["day", "week", "semimonth", "month"]

    @property
    def per_year(self) -> Fraction:
        """How many there are in a year."""
        year = {"day": 365, "week": 52, "semimonth": 24, "month": 12}[self.unit]
        return Fraction(year, self.every)


Flows = Annotated[tuple[Flow, ...], Field(min_length=1, max_length=FLOWS_MAX, strict=False)]


class RateDocument(Strict):
    """What was advanced and what is paid for it; dates or years, never both."""

    advances: Flows
    payments: Flows
    unit_period: UnitPeriod | None = None

    @model_validator(mode="after")
    def _dates_or_years(self) -> Self:
        flows = (*self.advances, *self.payments)
        dated = sum(flow.date is not None for flow in flows)
        timed = sum(flow.years is not None for flow in flows)
        if {dated, timed} != {0, len(flows)}:
            raise ValueError("dates_or_years")
        return self
