"""How long a period is, as a fraction of a year.

A fraction is a pair of integers (numerator, denominator). Sources: 2006 ISDA Definitions §4.16
(ACT/ACT (b), ACT/365 Fixed (d), ACT/360 (e), 30/360 bond basis (f)); ACT/364 is the convention of
products counted in whole weeks.
"""

from __future__ import annotations

from calendar import isleap
from datetime import date
from typing import Literal

DayCount = Literal["30/360", "ACT/365F", "ACT/360", "ACT/364", "ACT/ACT"]
YearFraction = tuple[int, int]

_FIXED_YEAR_DAYS: dict[str, int] = {"ACT/365F": 365, "ACT/360": 360, "ACT/364": 364}
_LEAP, _COMMON = 366, 365


def year_fraction(start: date, end: date, day_count: DayCount, /) -> YearFraction:
    """The part of a year from `start` (included) to `end` (excluded).

    Every fraction of one day count has the same denominator.
    """
    if day_count == "30/360":
        return bond_basis_days(start, end), 360
    if day_count == "ACT/ACT":
        return _isda_actual(start, end)
    return (end - start).days, _FIXED_YEAR_DAYS[day_count]


def bond_basis_days(start: date, end: date, /) -> int:
    """Days of 30/360 bond basis: day 31 of the start is 30; of the end too if the start is 30."""
    first = min(start.day, 30)
    last = min(end.day, 30) if first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def _isda_actual(start: date, end: date) -> YearFraction:
    leap_days = common_days = 0
    for year in range(start.year, end.year + 1):
        first = max(start, date(year, 1, 1))
        last = end if year == end.year else date(year + 1, 1, 1)
        if isleap(year):
            leap_days += (last - first).days
        else:
            common_days += (last - first).days
    return leap_days * _COMMON + common_days * _LEAP, _LEAP * _COMMON
