"""Periods and their rates.

A period runs from one due date (included) to the next (excluded). Its rate is an exact fraction
(numerator, denominator): its part of a year times the average, over its days, of the yearly rate
in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby, pairwise, repeat
from math import gcd

from repact.dates.day_count import DayCount, YearFraction, year_fraction
from repact.dates.frequency import Recurrence
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM

PeriodRate = tuple[int, int]


def period_rates(
    terms: t.Terms, due_dates: Sequence[date], recurrence: Recurrence | None = None
) -> list[PeriodRate]:
    """The rate of each period, under the terms' rate changes and freezes."""
    fractions = year_fractions(
        effective=terms.effective_date,
        due_dates=due_dates,
        recurrence=recurrence or terms.frequency.recurrence(),
        day_count=terms.day_count,
    )
    if not _changes(terms):
        return _constant(fractions, terms.annual_rate_ppm)
    starts = [terms.effective_date, *due_dates[:-1]]
    rates = []
    for start, end, (part, whole) in zip(starts, due_dates, fractions, strict=True):
        weighted = part * rate_days(terms, start, end)
        rates.append(_reduced(weighted, whole * WHOLE_PPM * (end - start).days))
    return rates


def rate_on(terms: t.Terms, day: date, /) -> int:
    """The yearly rate in force on a day, in ppm: the latest change, of one day the last named; 0
    while frozen."""
    rate, since = terms.annual_rate_ppm, date.min
    for measure in terms.measures:
        if isinstance(measure, t.Freeze) and measure.from_date <= day < measure.to_date:
            return 0
        if isinstance(measure, t.RateChange) and since <= measure.from_date <= day:
            rate, since = measure.annual_rate_ppm, measure.from_date
    return rate


def rate_days(terms: t.Terms, start: date, end: date, /, *, above_ppm: int = 0) -> int:
    """The sum, over the days from `start` to before `end`, of the yearly rate in force (ppm), or of
    what it exceeds `above_ppm` by."""
    cuts = {start, end}
    for measure in _changes(terms):
        cuts.add(measure.from_date)
        if isinstance(measure, t.Freeze):
            cuts.add(measure.to_date)
    edges = sorted(cut for cut in cuts if start <= cut <= end)
    return sum(
        max(rate_on(terms, first) - above_ppm, 0) * (last - first).days
        for first, last in pairwise(edges)
    )


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
    if day_count != "30/360" or recurrence.unit != "month":
        starts = [effective, *due_dates[:-1]]
        return [year_fraction(s, e, day_count) for s, e in zip(starts, due_dates, strict=True)]
    whole = (recurrence.every, 12)
    regular = recurrence.is_a_date_of(effective) and (
        recurrence.next_after(effective) == due_dates[0]
    )
    first = whole if regular else year_fraction(effective, due_dates[0], day_count)
    return [first] + [whole] * (len(due_dates) - 1)


def _constant(fractions: Sequence[YearFraction], annual_rate_ppm: int) -> list[PeriodRate]:
    rates: list[PeriodRate] = []
    for same, periods in groupby(fractions):
        rate = _reduced(same[0] * annual_rate_ppm, same[1] * WHOLE_PPM)
        rates += repeat(rate, len(list(periods)))
    return rates


def _changes(terms: t.Terms) -> list[t.RateChange | t.Freeze]:
    return [m for m in terms.measures if isinstance(m, t.RateChange | t.Freeze)]


def _reduced(numerator: int, denominator: int) -> PeriodRate:
    divisor = gcd(numerator, denominator)
    return numerator // divisor, denominator // divisor
