"""How far apart two dates are, as each rule for annual rates counts it."""

from __future__ import annotations

from calendar import isleap, monthrange
from datetime import date, timedelta
from fractions import Fraction

from repact.plans.rate_document import UnitPeriod

YEAR_DAYS, YEAR_WEEKS, YEAR_MONTHS, MONTH_DAYS, HALF_MONTH_DAYS = 365, 52, 12, 30, 15


def unit_periods(start: date, day: date, unit: UnitPeriod, /) -> tuple[int, Fraction]:
    """Whole unit periods and the fraction of one that remains, counted back from the later day.

    Appendix J (b)(5): a month's fraction is its days over 30, a half-month's over 15; of a unit
    period of several months, whole months left over count 30 days each.
    """
    if unit.unit in {"day", "week"}:
        length = unit.every * (7 if unit.unit == "week" else 1)
        whole, rest = divmod((day - start).days, length)
        return whole, Fraction(rest, length)
    half = unit.unit == "semimonth"
    singles, left = 0, day
    while (earlier := _back(day, singles + 1, half=half)) >= start:
        singles, left = singles + 1, earlier
    whole, more = divmod(singles, unit.every)
    length = HALF_MONTH_DAYS if half else MONTH_DAYS
    return whole, Fraction(more * length + (left - start).days, unit.every * length)


def actual_years(start: date, day: date, /) -> Fraction:
    """Actual days over 365."""
    return Fraction((day - start).days, YEAR_DAYS)


def equal_month_years(start: date, day: date, /) -> Fraction:
    """Whole months as twelfths, then odd days over the year they end in.

    Directive 2008/48/EC Annex I, remark (c): a year has 365 days (366 in leap years), 52 weeks or
    twelve equal months. The odd days are over 366 when the year up to their end holds a 29 February
    (the Commission's example 2.2).
    """
    months, left = 0, day
    while (earlier := _back(day, months + 1, half=False)) >= start:
        months, left = months + 1, earlier
    return Fraction(months, YEAR_MONTHS) + _odd_days(start, left)


def week_years(start: date, day: date, /) -> Fraction:
    """Whole weeks as fifty-seconds, then odd days."""
    weeks = (day - start).days // 7
    return Fraction(weeks, YEAR_WEEKS) + _odd_days(start, day - timedelta(weeks=weeks))


def _odd_days(start: date, end: date) -> Fraction:
    """Days up to `end` over the length of the year that ends there."""
    a_year_before = _back(end, YEAR_MONTHS, half=False)
    leap = any(
        isleap(year) and a_year_before < date(year, 2, 29) <= end
        for year in (a_year_before.year, end.year)
    )
    return Fraction((end - start).days, YEAR_DAYS + leap)


def _back(day: date, count: int, *, half: bool) -> date:
    """So many months, or half-months, before a day; clipped to the month's end."""
    if half:
        months, rest = divmod(count, 2)
        moved = _back(day, months, half=False)
        if not rest:
            return moved
        if moved.day > HALF_MONTH_DAYS:
            return moved.replace(day=moved.day - HALF_MONTH_DAYS)
        before = _back(moved, 1, half=False)
        return _on(before.year, before.month, moved.day + HALF_MONTH_DAYS)
    index = day.year * YEAR_MONTHS + day.month - 1 - count
    year, month = divmod(index, YEAR_MONTHS)
    return _on(year, month + 1, day.day)


def _on(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
