"""Discount factors of a calendar at a rate, and the bounds of one debt's pace made of them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from repact.dates.day_count import YearFraction
from repact.plans.fields import WHOLE_PPM

BITS = 64
ONE = 1 << BITS


class Discounts(NamedTuple):
    """D_j and S_j for j = 0, 1, …, each enclosed from below and above, and Σ of the rates."""

    low: list[int]
    high: list[int]
    sum_low: list[int]
    sum_high: list[int]
    rate_sum_high: list[int]

    def interest_low(self, row: int, /) -> int:
        """The least interest of a row (from 0) on a balance of one, 2^64 to one."""
        return max(self.low[row] * ONE // self.high[row + 1] - ONE - 2, 0)


def discounts(
    fractions: Sequence[YearFraction],
    annual_rate_ppm: int,
    frozen_rows: int = 0,
    resting: Container[int] = (),
) -> Discounts:
    """The discount factors of a calendar at one yearly rate, the first rows free of interest, and
    the balance at rest in some (from 0): their interest is kept aside."""
    low, high, sum_low, sum_high, rates = [ONE], [ONE], [0], [0], [0]
    for row, (part, whole) in enumerate(fractions):
        rate, unit = part * annual_rate_ppm, whole * WHOLE_PPM
        if row < frozen_rows or row in resting:
            rate = 0
        low.append(low[-1] * unit // (unit + rate))
        high.append(-(-high[-1] * unit // (unit + rate)))
        sum_low.append(sum_low[-1] + low[-1])
        sum_high.append(sum_high[-1] + high[-1])
        rates.append(rates[-1] - (-rate * ONE // unit))
    return Discounts(low, high, sum_low, sum_high, rates)


class Bounds(NamedTuple):
    """One debt's pace: coefficients of the balance (2^64 to one), and slacks in minor units.

    `balloon_ppm` of the balance comes on top of the last payment. The first payment is less than
    its interest by at least `short` of the balance, less 4 units and `short_slack`: then the engine
    refuses the plan.
    """

    rows: int
    level_low: int
    level_slack: int
    total_low: int
    total_slack: int
    worth_high: int
    worth_slack: int
    spread_worth: int
    last_worth: int
    balloon_ppm: int = 0
    short: int = 0
    short_slack: int = 0


class Level(NamedTuple):
    """A bound of one debt's level from below (2^64 to one), its slack, and the most rows."""

    level_low: int
    level_slack: int
    rows: int


def residual_of(plan: Discounts, *, head: int, count: int) -> int:
    """How far the last level row may be from the level, by rounding, in minor units."""
    return count * plan.high[head] // plan.low[head + count] + 2
