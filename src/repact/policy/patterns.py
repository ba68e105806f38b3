"""Plans whose payments follow a pattern: in steps, by season. Their amounts, and bounds on them.

Row j pays w_j·u, where the weights w_j are given and u = B / Σ w_j·D_j repays the balance B. All
runs of rows of one weight but the last are fixed amounts, at least their share of u and at most
`over` minor units more; the last run is the engine's own level, which pays what those leave. So,
with h rows before it, its level is at most w·u + h/(2·S) + 1, and at least

    w·u - (over·S_h + h/2) / S - 1        S the sum of the factors of its rows

by the same argument as in `screening`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from repact.plans.fields import WHOLE_PPM
from repact.policy.candidates import Head
from repact.policy.discounts import BITS, ONE, Bounds, Discounts, Level, residual_of
from repact.policy.drafting import Fixed

KINDS = frozenset({"step_up", "seasonal"})


class Run(NamedTuple):
    """Rows from one (from 0) to before another that pay the same, as a part of 2^64."""

    start: int
    end: int
    weight: int


class Pattern(NamedTuple):
    """Runs, and how much more than its share a fixed amount may be, in minor units."""

    runs: tuple[Run, ...]
    over: int

    @property
    def rows(self) -> int:
        """All rows."""
        return self.runs[-1].end

    @property
    def fixed_rows(self) -> int:
        """The rows before the last run."""
        return self.runs[-1].start

    @property
    def heaviest(self) -> int:
        """The largest weight."""
        return max(run.weight for run in self.runs)

    def weighed(self, sums: Discounts, /) -> tuple[int, int]:
        """Σ w_j·D_j from below and above, 2^64 to one."""
        low = high = 0
        for start, end, weight in self.runs:
            low += weight * (sums.sum_low[end] - sums.sum_high[start])
            high += weight * (sums.sum_high[end] - sums.sum_low[start])
        return low >> BITS, -(-high >> BITS)


def pattern(head: Head, rows: int, dates: Sequence[date], /) -> Pattern:
    """The pattern of a head over so many rows."""
    if head.kind == "step_up":
        return _steps(head, rows)
    return Pattern(_seasons(head, rows, dates), 2)


def _steps(head: Head, rows: int) -> Pattern:
    each, weight = head.rows // head.steps, ONE
    runs = []
    for step in range(head.steps):
        runs.append(Run(step * each, (step + 1) * each, weight))
        weight = weight * (WHOLE_PPM + head.growth_ppm) // WHOLE_PPM
    runs.append(Run(head.rows, rows, weight))
    return Pattern(tuple(runs), (head.steps + 4) * (-(-weight >> BITS)) + 1)


def _seasons(head: Head, rows: int, dates: Sequence[date]) -> tuple[Run, ...]:
    low = ONE * head.share_ppm // WHOLE_PPM
    runs: list[Run] = []
    for row, day in enumerate(dates[:rows]):
        weight = low if day.month in head.months else ONE
        if runs and runs[-1].weight == weight:
            runs[-1] = runs[-1]._replace(end=row + 1)
        else:
            runs.append(Run(row, row + 1, weight))
    return tuple(runs if runs[-1].weight else runs[:-1])  # a last row that pays nothing is none


def amounts(head: Head, made: Pattern, sums: Discounts, base_minor: int, /) -> tuple[Fixed, ...]:
    """The fixed amounts that let the last run pay its share.

    Steps grow by no more than their share, each rounded down; so the first is a few units more than
    it need be, and the last run never jumps by more either.
    """
    low, _ = made.weighed(sums)
    if head.kind == "step_up":
        amount = -(-base_minor * ONE // low) + head.steps + 2
        fixed = []
        for run in made.runs[:-1]:
            fixed.append(Fixed(run.end - run.start, amount))
            amount = amount * (WHOLE_PPM + head.growth_ppm) // WHOLE_PPM
        return tuple(fixed)
    return tuple(
        Fixed(run.end - run.start, -(-base_minor * run.weight // low)) for run in made.runs[:-1]
    )


def level(made: Pattern, plan: Discounts, /) -> Level:
    """The largest payment from below, for every number of rows up to the pattern's own: the more
    rows, the smaller; whatever the rounding before the last of them does."""
    _, high = made.weighed(plan)
    rows = made.rows
    slack = (made.over * plan.sum_high[rows] + rows * ONE) // plan.low[rows] + 2
    return Level(
        made.heaviest * ONE // high, slack + residual_of(plan, head=rows - 1, count=1), rows
    )


def bounds(
    made: Pattern, plan: Discounts, worth: Discounts, /, *, interest: Sequence[int]
) -> Bounds:
    """The coefficients of one debt's balance under a pattern; `interest` are the sums of its rates.

    The interest of a month at rest is kept aside and paid later, without bearing any: what it is
    worth is at most all of it, on a balance that is never larger than at first.
    """
    rows, before = made.rows, made.fixed_rows
    count = rows - before
    low, high = made.weighed(plan)
    tail = plan.sum_low[rows] - plan.sum_high[before]
    slack = (made.over * plan.sum_high[before] + before * ONE // 2) // tail + 2
    residual = residual_of(plan, head=before, count=count)
    weights = worths = kept = 0
    for start, end, weight in made.runs:
        kept += 0 if weight else interest[end] - interest[start]
        weights += weight * (end - start)
        worths += weight * (worth.sum_high[end] - worth.sum_low[start])
    first = made.runs[0].weight
    return Bounds(
        rows=rows,
        level_low=made.heaviest * ONE // high,
        level_slack=slack + (residual if count == 1 else 0),
        total_low=weights * ONE // high,
        total_slack=count * slack + residual + rows,
        worth_high=-(-worths // low) + kept,
        worth_slack=(made.over + 1) * before + (slack + 1) * count + residual + rows + 3,
        spread_worth=-(-worth.sum_high[rows] // rows),
        last_worth=worth.high[rows],
        short=max(plan.interest_low(0) + (-first * ONE // low), 0) if first else 0,
        short_slack=made.over,
    )


def kept_contract(
    amount: int, plan: Discounts, worth: Discounts, /, *, head: int, count: int
) -> Bounds:
    """One debt that pays its contract's payment and a part of its arrears, then the rest.

    The amount is known; the rest is what it leaves of the balance, over the rows that remain.
    """
    rows = head + count
    tail_low = plan.sum_low[rows] - plan.sum_high[head]
    tail_high = plan.sum_high[rows] - plan.sum_low[head]
    after_low = worth.sum_low[rows] - worth.sum_high[head]
    after_high = worth.sum_high[rows] - worth.sum_low[head]
    slack = head * ONE // (2 * tail_low) + 2
    residual = residual_of(plan, head=head, count=count)
    given = -(-count * amount * plan.sum_high[head] // tail_low)
    paid = -(-amount * worth.sum_high[head] >> BITS)
    taken = amount * plan.sum_low[head] * after_low // (tail_high << BITS)
    return Bounds(
        rows=rows,
        level_low=0,
        level_slack=-amount,
        total_low=count * ONE * ONE // tail_high,
        total_slack=given - head * amount + count * slack + residual,
        worth_high=-(-ONE * after_high // tail_low),
        worth_slack=paid - taken + (slack + 1) * count + residual + 3,
        spread_worth=-(-worth.sum_high[head] // head),
        last_worth=worth.high[rows],
    )


def balloon(share_ppm: int, plan: Discounts, worth: Discounts, /, *, count: int) -> Bounds:
    """One debt in equal payments and a share of its balance on top of the last."""
    made = balloon_level(share_ppm, plan, shortest=count, longest=count)
    residual = residual_of(plan, head=0, count=count)
    left = ONE - share_ppm * plan.low[count] // WHOLE_PPM
    high = -(-left * ONE // plan.sum_low[count])
    return Bounds(
        rows=count,
        level_low=made.level_low,
        level_slack=made.level_slack,
        total_low=count * made.level_low,
        total_slack=count * made.level_slack + residual,
        worth_high=-(-high * worth.sum_high[count] >> BITS),
        worth_slack=3 * count + residual + 3,
        spread_worth=-(-worth.sum_high[count] // count),
        last_worth=worth.high[count],
        balloon_ppm=share_ppm,
    )


def balloon_level(share_ppm: int, plan: Discounts, /, *, shortest: int, longest: int) -> Level:
    """The equal payment before a balloon, from below, for any count between two."""
    left = ONE - -(-share_ppm * plan.high[shortest] // WHOLE_PPM)
    low = max(left, 0) * ONE // plan.sum_high[longest]
    slack = 2 + (residual_of(plan, head=0, count=1) if shortest == 1 else 0)
    return Level(low, slack, longest)
