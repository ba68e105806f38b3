"""Screening: bounds in closed form that rule a candidate out, and never decide for one.

With D_j the discount factor of row j at the plan's rate and S_j = D_1 + … + D_j, a balance B that
is repaid by n level rows after k rows of a head has the exact level

    L = (B - x·S_k)·c / (S_(k+n) - S_k)

where x is the head's payment and c is 1 while interest joins the balance and D_k while it is paid,
kept aside or not charged. The engine rounds its level once (half a unit) and interest once a row.
A unit of error in a balance grows no faster than 1/D, so:

- after the head the engine's balance differs from the exact one by at most k / (2·D_k), and its
  level by at most k / (2·(S_(k+n) - S_k)) + 1;
- its last level row differs from its level by at most R = n·D_k / D_(k+n) + 1;
- what is waived, carried, capitalized and set aside is the engine's own integer.

Every factor is kept as a pair of integers that enclose it (2^64 to one), every bound is rounded to
its safe side. `docs/reference/proposals.md` has the proof, tests/unit/policy/test_screening.py and
the random plans of tests/generative/test_proposals.py hold the engine against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from repact.dates.day_count import DayCount, YearFraction
from repact.plans import periods
from repact.plans.fields import WHOLE_PPM
from repact.plans.measures import Standing
from repact.policy import patterns
from repact.policy.candidates import Calendar, Head, Limits, Pace, rate_of, rows_of
from repact.policy.discounts import BITS, ONE, Bounds, Discounts, Level, discounts, residual_of
from repact.policy.drafting import Fixed


class Money(NamedTuple):
    """One debt after a relief: what bears interest, and what is paid once only (exact)."""

    base: int
    first: int
    spread: int
    last: int
    waived: int
    owed: int


class Estimate(NamedTuple):
    """Bounds of a candidate over all debts: the largest payment and the total from below, the
    present value from above (minor units); exact: rows, what the last payment adds, waived."""

    payment_low: int
    total_low: int
    worth_high: int
    rows: int
    end_sum: int
    waived: int


def money(standing: Standing, owed: int, /) -> Money:
    """A debt's components after its measures, by when they are paid."""
    by_when = {"first": 0, "spread": 0, "last": 0}
    for carry, amount in standing.carried:
        by_when[carry.to] += amount
    due_first = sum(standing.owed.values()) - standing.owed["principal"]
    return Money(
        base=standing.owed["principal"],
        first=by_when["first"] + due_first,
        spread=by_when["spread"],
        last=by_when["last"] + standing.set_aside,
        waived=standing.waived,
        owed=owed,
    )


class Screen:
    """The discount factors of one proposal's debts, each worked out once.

    Debts that are alike in all that a bound depends on share it. `principals` are the debts' own.
    """

    def __init__(
        self,
        *,
        calendar: Calendar,
        rows_max: int,
        limits: Sequence[Limits],
        principals: Sequence[int],
    ) -> None:
        self._calendar = calendar
        self._due_dates = calendar.dates(rows_max)
        self._limits = limits
        self._principals = principals
        self._fractions: dict[DayCount, list[YearFraction]] = {}
        self._tables: dict[tuple[DayCount, int, int, tuple[int, ...]], Discounts] = {}
        self._patterns: dict[tuple[Head, int], patterns.Pattern] = {}
        self._levels: dict[tuple[Pace, int], list[Level]] = {}
        alike = [_alike(one) for one in limits]
        self._first_alike = [alike.index(one) for one in alike]

    def table(
        self,
        annual_rate_ppm: int,
        *,
        day_count: DayCount = "30/360",
        frozen_rows: int = 0,
        resting: tuple[int, ...] = (),
    ) -> Discounts:
        """The factors at a rate; the balance rests in the months of the year named."""
        key = (day_count, annual_rate_ppm, frozen_rows, resting)
        if key not in self._tables:
            if day_count not in self._fractions:
                self._fractions[day_count] = periods.year_fractions(
                    effective=self._calendar.on,
                    due_dates=self._due_dates,
                    recurrence=self._calendar.frequency().recurrence(),
                    day_count=day_count,
                )
            rows = {row for row, day in enumerate(self._due_dates) if day.month in resting}
            fractions = self._fractions[day_count]
            self._tables[key] = discounts(fractions, annual_rate_ppm, frozen_rows, rows)
        return self._tables[key]

    def bounds(self, pace: Pace, /) -> list[Bounds]:
        """What a pace makes of each debt's balance."""
        made: list[Bounds] = []
        for place, first in enumerate(self._first_alike):
            if first < place and pace.head.kind != "catch_up":
                made.append(made[first])
            else:
                made.append(self._bounds(pace, place))
        return made

    def _bounds(self, pace: Pace, place: int) -> Bounds:
        limits = self._limits[place]
        plan = self._plan(pace, limits)
        worth = self.table(limits.original_rate_ppm, day_count=limits.original_day_count)
        head, count = rows_of(pace, limits)
        match pace.head.kind:
            case "step_up" | "seasonal":
                made = self.pattern(pace.head, head + count)
                whole = self._plan(pace._replace(head=Head()), limits)
                return patterns.bounds(made, plan, worth, interest=whole.rate_sum_high)
            case "catch_up":
                amount = self.catching_up(pace, place)
                return patterns.kept_contract(amount, plan, worth, head=head, count=count)
            case "balloon":
                return patterns.balloon(pace.head.share_ppm, plan, worth, count=count)
            case _:
                return bounds(pace, plan, worth, head=head, count=count)

    def levels(self, shortest: Pace, longest: Pace, /) -> list[Level]:
        """The same of the level alone, for every pace from the shortest to the longest at once."""
        key = (shortest, longest.level_rows)
        if key not in self._levels:
            made: list[Level] = []
            for place, first in enumerate(self._first_alike):
                if first < place and longest.head.kind != "catch_up":
                    made.append(made[first])
                else:
                    made.append(self._level(shortest, longest, place))
            self._levels[key] = made
        return self._levels[key]

    def _level(self, shortest: Pace, longest: Pace, place: int) -> Level:
        limits = self._limits[place]
        plan = self._plan(longest, limits)
        head, count = rows_of(longest, limits)
        match longest.head.kind:
            case "step_up" | "seasonal":
                return patterns.level(self.pattern(longest.head, head + count), plan)
            case "catch_up":
                return Level(0, -self.catching_up(longest, place), head + count)
            case "balloon":
                least = rows_of(shortest, limits)[1]
                share = longest.head.share_ppm
                return patterns.balloon_level(share, plan, shortest=least, longest=count)
            case _:
                least = rows_of(shortest, limits)[1]
                low, slack = level_low(longest, plan, head=head, shortest=least, longest=count)
                return Level(low, slack, head + count)

    def fixed(self, pace: Pace, place: int, base_minor: int, /) -> tuple[Fixed, ...]:
        """The fixed amounts of a head that has its own, for one debt that is this much after its
        relief; none for other heads."""
        limits = self._limits[place]
        if pace.head.kind == "catch_up":
            return (Fixed(pace.head.rows, self.catching_up(pace, place)),)
        if pace.head.kind not in patterns.KINDS:
            return ()
        made = self.pattern(pace.head, sum(rows_of(pace, limits)))
        return patterns.amounts(pace.head, made, self._plan(pace, limits), base_minor)

    def rows(self, pace: Pace, limits: Limits, /) -> int:
        """How many rows a pace has for a debt."""
        rows = sum(rows_of(pace, limits))
        return self.pattern(pace.head, rows).rows if pace.head.kind in patterns.KINDS else rows

    def pattern(self, head: Head, rows: int, /) -> patterns.Pattern:
        """The pattern of a head over so many rows."""
        if (head, rows) not in self._patterns:
            self._patterns[head, rows] = patterns.pattern(head, rows, self._due_dates)
        return self._patterns[head, rows]

    def catching_up(self, pace: Pace, place: int, /) -> int:
        """The contract's own payment and a part of the arrears: of the principal that the payments
        the contract still asks for would not repay."""
        limits, plan = self._limits[place], self._plan(pace, self._limits[place])
        rows = min(limits.remaining, limits.rows_max)
        repaid = limits.usual_minor * plan.sum_low[rows] >> BITS
        return limits.usual_minor + max(self._principals[place] - repaid, 0) // pace.head.rows

    def _plan(self, pace: Pace, limits: Limits) -> Discounts:
        frozen = pace.frozen_rows if "freeze" in limits.may else 0
        head = pace.head
        resting = head.months if head.kind == "seasonal" and not head.share_ppm else ()
        return self.table(rate_of(pace, limits), frozen_rows=frozen, resting=resting)


def _alike(limits: Limits) -> tuple[object, ...]:
    """All that the bounds of a debt depend on, but for catching up."""
    return (
        "rate_cut" in limits.may,
        "freeze" in limits.may,
        limits.rate_ppm_max,
        limits.rows_max,
        limits.original_rate_ppm,
        limits.original_day_count,
    )


def level_low(
    pace: Pace, plan: Discounts, *, head: int, shortest: int, longest: int
) -> tuple[int, int]:
    """The coefficient of the level from below, and its slack, for any count between two.

    The more rows, the larger the sum it is divided by and the smaller each slack; what a reduced
    head leaves is least where its payment is largest, that is for the shortest.
    """
    tail_high = plan.sum_high[head + longest] - plan.sum_low[head]
    tail_low = plan.sum_low[head + shortest] - plan.sum_high[head]
    slack = 1 + (residual_of(plan, head=head, count=1) if shortest == 1 else 0)
    if not head:
        return ONE * ONE // tail_high, slack
    kind = pace.head.kind
    if kind == "holiday" and pace.head.interest == "accrue":
        return ONE * ONE // tail_high, slack + head * ONE // (2 * tail_low) + 1
    if kind != "reduced":
        return plan.low[head] * ONE // tail_high, slack
    # x is floor(share · round(B / S_count)), within two units of share · B / S_count
    paid = -(-ONE * ONE * pace.head.share_ppm // (plan.sum_low[shortest] * WHOLE_PPM))
    left = max(ONE - (paid * plan.sum_high[head] // ONE + 1), 0)
    slack += (2 * plan.sum_high[head] + head * ONE) // tail_low + 1
    return left * ONE // tail_high, slack


def bounds(pace: Pace, plan: Discounts, worth: Discounts, *, head: int, count: int) -> Bounds:
    """The coefficients of one debt's balance under a pace of `head` and `count` rows."""
    rows = head + count
    kind = pace.head.kind if head else "none"
    low, slack = level_low(pace, plan, head=head, shortest=count, longest=count)
    residual = residual_of(plan, head=head, count=count)
    tail_low = plan.sum_low[rows] - plan.sum_high[head]
    head_low = head_high = interest = short = (
        0  # per unit of the balance: each row; over the head together
    )
    if kind == "reduced":
        share = pace.head.share_ppm
        head_low = ONE * ONE * share // (plan.sum_high[count] * WHOLE_PPM)
        head_high = -(-ONE * ONE * share // (plan.sum_low[count] * WHOLE_PPM))
        left_high = max(ONE - head_low * plan.sum_low[head] // ONE, 0)
        high = -(-left_high * ONE // tail_low)
        short = plan.interest_low(0) - head_high
    elif kind == "none" or (kind == "holiday" and pace.head.interest == "accrue"):
        high = -(-ONE * ONE // tail_low)
        short = 0 if head else plan.interest_low(0) - high
    else:
        high = -(-plan.high[head] * ONE // tail_low)
        if kind == "interest_only" or pace.head.interest == "simple":
            interest = plan.rate_sum_high[head]
    after = worth.sum_high[rows] - worth.sum_low[head]
    kept = interest if kind == "holiday" else 0
    worth_high = -(-high * after // ONE) - (-kept * after // (count * ONE))
    worth_high -= -head_high * worth.sum_high[head] // ONE
    worth_high += interest - kept  # an interest row is worth no more than it pays
    return Bounds(
        rows=rows,
        level_low=low,
        level_slack=slack,
        # interest kept aside or paid in the head, less the unit each row may have been rounded up
        total_low=count * low + head * head_low + max(interest - 2 * head, 0),
        total_slack=count * slack + residual + 3 * head,
        worth_high=worth_high,
        worth_slack=(slack + 1) * count + residual + 3 * head + 3,
        spread_worth=-(-worth.sum_high[rows] // rows),
        last_worth=worth.high[rows],
        short=max(short, 0),
    )


def estimate(monies: Sequence[Money], made: Sequence[Bounds], /) -> Estimate:
    """The bounds of one candidate over all its debts."""
    payment = total = worth = end_sum = waived = rows = 0
    for owed, pace in zip(monies, made, strict=True):
        base, first, spread, last, given, _ = owed
        balloon = (2 * base * pace.balloon_ppm + WHOLE_PPM) // (2 * WHOLE_PPM)
        once = first + spread + last
        payment += max((base * pace.level_low >> BITS) - pace.level_slack, 0) + spread // pace.rows
        total += max((base * pace.total_low >> BITS) - pace.total_slack + balloon, base) + once
        worth += (base * pace.worth_high >> BITS) + pace.worth_slack + first
        worth += (spread * pace.spread_worth + (last + balloon) * pace.last_worth >> BITS) + 2
        end_sum += last + balloon
        waived += given
        rows = max(rows, pace.rows)
    return Estimate(payment, total, worth, rows, end_sum, waived)


def payment_low(monies: Sequence[Money], made: Sequence[Bounds | Level], /) -> int:
    """The least the largest regular payment can be: the first and cheapest thing to know."""
    payment = 0
    for owed, pace in zip(monies, made, strict=True):
        payment += max((owed.base * pace.level_low >> BITS) - pace.level_slack, 0)
        payment += owed.spread // pace.rows
    return payment


def never_repays(monies: Sequence[Money], made: Sequence[Bounds], /) -> bool:
    """Whether the first payment of some debt is surely less than its interest: the engine refuses
    it. Both are rounded, and the payment is a few units more than its share."""
    return any(
        (owed.base * pace.short >> BITS) > pace.short_slack + 4
        for owed, pace in zip(monies, made, strict=True)
    )
