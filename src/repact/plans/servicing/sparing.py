"""What a rest spares of a period's interest, taken off the rows.

A rest takes off what its days do not earn when it ends, when something is paid in it and when the
plan ends in it: a bill that falls due meanwhile is the signed one until then. What was paid of it
already pays what is due, then the next row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

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
    if not fold.rests:
        return 0
    signed = row.charge_minor + row.spared_minor
    period, terms = row.period, fold.agreement.terms
    whole = rate_days(terms, period.start, period.end)
    if not signed or not whole:
        return 0
    sums = 0
    for rest, last in rests.days_spared(fold.rests, start=period.start, end=min(on, period.end)):
        early = [since for since, _ in row.paid_early]
        edges = {rest.from_date, last, *(day for day in early if rest.from_date < day < last)}
        for first, until in pairwise(sorted(edges)):
            gone = sum(part for since, part in row.paid_early if since <= first)
            above = rate_days(terms, first, until, above_ppm=rest.up_to_ppm or 0)
            sums += (row.balance_minor - gone) * above
    return min(fold.agreement.divide(sums * period.rate[0], whole * period.rate[1]), signed)


def take_off(fold: Fold, on: date, /) -> tuple[list[Part], int]:
    """Take off what was spared up to a day and was not yet; parts of what had been paid of it (less
    than nothing), and their sum, which is to be used anew."""
    parts: list[Part] = []
    for row in fold.rows:
        less = not_earned(fold, row, on) - row.spared_minor
        if less > 0:
            row.charge_minor -= less
            row.spared_minor += less
            if row.period.resting == "accrue":
                _smaller_balance(fold, row, less)
            else:
                parts += _less_interest(fold, row, less)
    fold.settle(fold.rows, on)
    return parts, -sum(part.amount_minor for part in parts)


def _less_interest(fold: Fold, row: LiveRow, less: int) -> Iterable[Part]:
    """The row asks for less interest; for a holiday that keeps it aside, the rows that ask for it
    do, the last one first."""
    holders = [row]
    if row.period.resting == "simple":
        holders = [one for one in reversed(fold.rows) if one.period.resting == "no"]
    for one in holders:
        kept = one.due[INTEREST] - (one.charge_minor if one is not row else 0)
        taken = min(less, kept)
        less -= taken
        one.due[INTEREST] -= taken
        back = max(one.paid[INTEREST] - one.due[INTEREST], 0)
        one.paid[INTEREST] -= back
        one.open_minor -= taken - back
        if back:
            yield Part(one.number, "interest", -back)


def _smaller_balance(fold: Fold, row: LiveRow, less: int) -> None:
    """A holiday's interest would have become principal: the rows after it are laid again without.

    Where money was paid on them ahead, or they have moved, they stay, and the last ones ask for as
    much less principal.
    """
    after = fold.rows[row.number :]
    if prepayment.untouched(after):
        prepayment.lay_again(fold, after, after[0].balance_minor - less, "shorten")
        return
    for one in reversed(after):
        taken = min(less, one.due[PRINCIPAL] - one.paid[PRINCIPAL])
        less -= taken
        one.due[PRINCIPAL] -= taken
        one.open_minor -= taken
