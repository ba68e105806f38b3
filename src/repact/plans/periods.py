"""Periods and their rates.

A period runs from one due date (included) to the next (excluded). Its rate is an exact fraction
(numerator, denominator): its part of a year times the average, over its days, of the yearly rate
in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import gcd

from repact.dates.day_count import DayCount, YearFraction, year_fraction
from repact.dates.frequency import Recurrence
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM

PeriodRate = tuple[int, int]


def period_rates(terms: t.Terms, due_dates: Sequence[date]) -> list[PeriodRate]:
    """The rate of each period, under the terms' rate changes and freezes."""
    changes = [m for m in terms.measures if isinstance(m, t.RateChange)]
    freezes = [m for m in terms.measures if isinstance(m, t.Freeze)]
    fractions = year_fractions(
        effective=terms.effective_date,
        due_dates=due_dates,
        recurrence=terms.frequency.recurrence(),
        day_count=terms.day_count,
    )
    if not changes and not freezes:
        return _constant(fractions, terms.annual_rate_ppm)
    starts = [terms.effective_date, *due_dates[:-1]]
    rates = []
    for start, end, (part, whole) in zip(starts, due_dates, fractions, strict=True):
        weighted = _rate_days(terms.annual_rate_ppm, changes, freezes, start, end)
        rates.append(_reduced(part * weighted, whole * WHOLE_PPM * (end - start).days))
    return rates


def constant_rates(
    *,
    annual_rate_ppm: int,
    day_count: DayCount,
    effective: date,
    due_dates: Sequence[date],
    recurrence: Recurrence,
) -> list[PeriodRate]:
    """The rate of each period when one yearly rate holds throughout."""
    fractions = year_fractions(
        effective=effective, due_dates=due_dates, recurrence=recurrence, day_count=day_count
    )
    return _constant(fractions, annual_rate_ppm)


def year_fractions(
    *, effective: date, due_dates: Sequence[date], recurrence: Recurrence, day_count: DayCount
) -> list[YearFraction]:
    """Each period's part of a year; whole months are exact twelfths under 30/360."""
    starts = [effective, *due_dates[:-1]]
    if day_count != "30/360" or recurrence.unit != "month":
        return [year_fraction(s, e, day_count) for s, e in zip(starts, due_dates, strict=True)]
    whole = (recurrence.every, 12)
    regular = recurrence.is_a_date_of(effective) and (
        recurrence.next_after(effective) == due_dates[0]
    )
    first = whole if regular else year_fraction(effective, due_dates[0], day_count)
    return [first] + [whole] * (len(due_dates) - 1)


def _constant(fractions: Sequence[YearFraction], annual_rate_ppm: int) -> list[PeriodRate]:
    made: dict[YearFraction, PeriodRate] = {}
    for fraction in fractions:
        if fraction not in made:
            made[fraction] = _reduced(fraction[0] * annual_rate_ppm, fraction[1] * WHOLE_PPM)
    return [made[fraction] for fraction in fractions]


def _rate_days(
    rate_ppm: int,
    changes: Sequence[t.RateChange],
    freezes: Sequence[t.Freeze],
    start: date,
    end: date,
) -> int:
    """The sum, over the days of a period, of the yearly rate in force (ppm)."""
    cuts = {start, end}
    for change in changes:
        cuts.add(change.from_date)
    for freeze in freezes:
        cuts.update((freeze.from_date, freeze.to_date))
    edges = sorted(cut for cut in cuts if start <= cut <= end)
    total = 0
    for first, last in pairwise(edges):
        if any(f.from_date <= first < f.to_date for f in freezes):
            continue
        in_force = [c for c in changes if c.from_date <= first]
        rate = _latest(in_force).annual_rate_ppm if in_force else rate_ppm
        total += rate * (last - first).days
    return total


def _reduced(numerator: int, denominator: int) -> PeriodRate:
    divisor = gcd(numerator, denominator)
    return numerator // divisor, denominator // divisor


def _latest(changes: Sequence[t.RateChange]) -> t.RateChange:
    """The change in force: the latest date, and of one day the one named last."""
    return max(reversed(changes), key=lambda change: change.from_date)
