"""Interest for part of a period, and rolling a position forward."""

from __future__ import annotations

from datetime import date

from repact.dates.day_count import DayCount, year_fraction
from repact.money.rounding import DIVIDE, Rounding
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.periods import PeriodRate, rate_days


def interest(
    *,
    amount_minor: int,
    annual_rate_ppm: int,
    start: date,
    end: date,
    day_count: DayCount,
    rounding: Rounding = "half_up",
) -> int:
    """Simple interest on an amount from `start` (included) to `end` (excluded), rounded once."""
    part, whole = year_fraction(start, end, day_count)
    return DIVIDE[rounding](amount_minor * annual_rate_ppm * part, whole * WHOLE_PPM)


def part_of_period(
    terms: t.Terms, /, *, rate: PeriodRate, start: date, end: date, until: date
) -> PeriodRate:
    """The part of a period's rate that falls before a day, so that the parts make up the whole.

    The period's rate is spread over its actual days in the proportion of the rates in force; a
    period in which none is in force has none to spread.
    """
    if until >= end or not (whole := rate_days(terms, start, end)):
        return rate
    part = rate_days(terms, start, max(start, until))
    return rate[0] * part, rate[1] * whole
