"""What a rest spares of a period's interest, taken off the rows.

A rest takes off what its days do not earn when it ends, when something is paid in it and when the
plan ends in it: a bill that falls due meanwhile is the signed one until then. What was paid of it
already pays what is due, then the next row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from repact.plans.conduct import FEES_FIRST
from repact.plans.periods import rate_days
from repact.plans.servicing import prepayment, rests
from repact.plans.servicing.live import INTEREST, PRINCIPAL, LiveRow, Part

if TYPE_CHECKING:
    from repact.plans.servicing.fold import Fold


def not_earned(fold: Fold, row: LiveRow, on: date, /) -> int:
    """What the row's period would have earned in days of rest before a day, had nothing rested.

    On the principal that was there each day, at the rate in force above the rest's; rounded once as
    signed, and never more than the period earns.
    """
    spared = _in_minor_units(fold, row, _spared(fold, row, on))
    return min(spared, row.charge_minor + row.spared_minor)


def earned(fold: Fold, row: LiveRow, on: date, /) -> int:
    """What the row's running period has earned by a day all the same, rounded once as signed, so
    that days on which nothing is charged add nothing."""
    terms, start = fold.agreement.terms, row.period.start
    whole = row.balance_minor * rate_days(terms, start, on)
    early = sum(part * rate_days(terms, since, on) for since, part in row.paid_early)
    return _in_minor_units(fold, row, whole - early - _spared(fold, row, on))


def _in_minor_units(fold: Fold, row: LiveRow, sums: int) -> int:
    """Principal times the yearly rate of each day, as part of what the period earns."""
    period = row.period
    whole = rate_days(fold.agreement.terms, period.start, period.end)
    return fold.agreement.divide(sums * period.rate[0], whole * period.rate[1]) if whole else 0


def _spared(fold: Fold, row: LiveRow, on: date) -> int:
    """The principal of each day of rest times what the rate in force is above the rest's."""
    terms, period = fold.agreement.terms, row.period
    rested = rests.days_spared(fold.rests, start=period.start, end=min(on, period.end))
    return sum(
        (row.balance_minor - sum(part for since, part in row.paid_early if since <= first))
        * rate_days(terms, first, last, above_ppm=up_to_ppm)
        for begins, ends, up_to_ppm in rested
        for first, last in _cut(row, begins, ends)
    )


def _cut(row: LiveRow, begins: date, ends: date) -> Iterable[tuple[date, date]]:
    """Some days, cut where principal was paid early."""
    early = (min(max(since, begins), ends) for since, _ in row.paid_early)
    return pairwise(sorted({begins, ends, *early}))


def take_off(fold: Fold, on: date, /) -> tuple[list[Part], int]:
    """Take off what was spared up to a day and was not yet; parts of what had been paid of it (less
    than nothing), and their sum, which is to be used anew."""
    parts: list[Part] = []
    for row in fold.rows:
        less = not_earned(fold, row, on) - row.spared_minor
        if less > 0:
            row.charge_minor -= less
            row.spared_minor += less
            parts += _asked_less(fold, row, less)
    fold.settle(fold.rows, on)
    return parts, -sum(part.amount_minor for part in parts)


def _asked_less(fold: Fold, row: LiveRow, less: int) -> Iterable[Part]:
    """The row asks for less interest; for a holiday that keeps it aside, the rows that ask for it
    do, the last one first.

    Interest that would have become principal: the rows after the holiday are laid again without it.
    Where money was paid on them ahead, or they have moved, they stay, and the last ones ask for as
    much less principal.
    """
    after = fold.rows[row.number :]
    if row.period.resting == "no":
        return _taken([row], INTEREST, less, lambda one: one.due[INTEREST])
    if row.period.resting == "simple":
        kept = [one for one in after if one.period.resting == "no"]
        return _taken(kept, INTEREST, less, lambda one: one.due[INTEREST] - one.charge_minor)
    if prepayment.untouched(after):
        prepayment.lay_again(fold, after, after[0].balance_minor - less, "shorten")
        return ()
    return _taken(after, PRINCIPAL, less, lambda one: one.due[PRINCIPAL])


def _taken(
    rows: list[LiveRow], index: int, less: int, most: Callable[[LiveRow], int]
) -> Iterator[Part]:
    """Have rows ask for so much less of a component, the last one first, each for `most` at most;
    what had been paid of it comes back."""
    for row in reversed(rows):
        taken = min(less, most(row))
        less -= taken
        row.due[index] -= taken
        back = max(row.paid[index] - row.due[index], 0)
        row.paid[index] -= back
        row.open_minor -= taken - back
        if back:
            yield Part(row.number, FEES_FIRST[index], -back)
