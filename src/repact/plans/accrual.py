"""Interest for part of a period, and rolling a position forward."""

from __future__ import annotations

from datetime import date

from repact.dates.day_count import DayCount, year_fraction
from repact.money.rounding import DIVIDE, Rounding
from repact.plans.fields import WHOLE_PPM


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
