"""Candidates: every combination of concessions and shapes that bounds allow, and its terms.

Concessions come in steps, in the order of the policy's cascade, each added to those before. At
every step all shapes (how many payments, how it begins, how overdue interest is collected) that
may be used by then are combined with it. All debts of a case share the combination: each debt's
own contract caps its rate, its product its length, and what it may not use is left out for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from repact.dates.day_count import DayCount
from repact.plans import terms as t
from repact.plans.instruments import timing
from repact.policy.facts import LEAST_A_YEAR, MONTHS_A_YEAR, Rhythm

HeadKind = Literal[
    "none",
    "holiday",
    "interest_only",
    "reduced",
    "lump",
    "catch_up",
    "step_up",
    "seasonal",
    "balloon",
]
Collect = Literal["due", "spread", "last", "capitalize", "catch_up"]
LIGHT: frozenset[HeadKind] = frozenset({"holiday", "interest_only", "reduced"})
Vests = Mapping[str, t.Vesting]
MEASURES: dict[str, t.Component] = {
    "waive_penalty": "penalty",
    "waive_fees": "fees",
    "waive_interest": "interest",
    "waive_principal": "principal",
}


class Relief(NamedTuple):
    """What becomes of what is owed: shares given up (ppm), the share of the principal that waits
    for the last row without interest, and how overdue interest that stays is collected."""

    waive_penalty: int = 0
    waive_fees: int = 0
    waive_interest: int = 0
    waive_principal: int = 0
    set_aside: int = 0
    collect: Collect = "due"


class Head(NamedTuple):
    """How a plan begins, or differs from equal payments.

    It begins with a holiday, with interest only, with `share_ppm` of the level payment, or with one
    larger sum (each debt's part of it is in its limits). `catch_up`: the contract's own payment and
    a part of the arrears for `rows` rows, then the rest of the contract. `step_up`: `rows` in
    `steps` steps, each larger by `growth_ppm`, then the rest. `seasonal`: `share_ppm` of the level
    payment in `months` of every year. `balloon`: `share_ppm` of the principal with the last row.
    """

    kind: HeadKind = "none"
    rows: int = 0
    interest: timing.HolidayInterest = "accrue"
    share_ppm: int = 0
    steps: int = 0
    growth_ppm: int = 0
    months: tuple[int, ...] = ()


class Pace(NamedTuple):
    """The yearly rate (None: the contract's), how many level rows, how it begins, and for how many
    rows no interest runs."""

    rate_ppm: int | None
    level_rows: int
    head: Head = Head()
    frozen_rows: int = 0


class Candidate(NamedTuple):
    """One combination, and the step of the cascade it belongs to (0: before any concession)."""

    relief: Relief
    pace: Pace
    step: int = 0


class Limits(NamedTuple):
    """What one debt allows whatever the candidate says: the instruments it may use, its highest
    rate, its most rows; the rate and day count its present values are taken at; its part of a sum
    paid first; how many payments its contract still asks for, and how large the next one is."""

    may: frozenset[str]
    rate_ppm_max: int
    rows_max: int
    original_rate_ppm: int
    original_day_count: DayCount
    lump_minor: int = 0
    remaining: int = 0
    usual_minor: int = 0


class Calendar(NamedTuple):
    """The dates all parts share: the day the plan takes effect, the payday, the first payment, and
    how often one falls due."""

    on: date
    payday: int
    first_due_date: date
    rhythm: Rhythm = "monthly"

    def frequency(self) -> t.Frequency:
        """Monthly on the payday, else every one or two weeks from the first payment on."""
        if self.rhythm == "monthly":
            return t.Frequency(every=1, unit="month", anchor_day=self.payday)
        return t.Frequency(every=1 if self.rhythm == "weekly" else 2, unit="week")

    def rows_in(self, months: int, /) -> int:
        """How many payments surely fit into so many months."""
        return months * LEAST_A_YEAR[self.rhythm] // MONTHS_A_YEAR

    def month_of(self, row: int, /) -> int:
        """The month of the plan, from 0, in which a row (from 0) falls."""
        return row * MONTHS_A_YEAR // LEAST_A_YEAR[self.rhythm]

    def dates(self, count: int, /) -> list[date]:
        """The first `count` due dates."""
        return self.frequency().recurrence().dates(self.first_due_date, count)


class Step(NamedTuple):
    """What has been conceded by a step of the cascade, and by which instrument it grew."""

    instrument: str | None
    relief: Relief
    rate_ppm: int | None = None
    frozen_rows: int = 0


@dataclass(frozen=True, slots=True)
class Space:
    """Everything that may be combined. A shape names the first step at which it may be used."""

    steps: tuple[Step, ...]
    counts: tuple[tuple[int, int], ...]
    heads: tuple[tuple[Head, int], ...]
    collects: tuple[tuple[Collect, int], ...]
    vests: Vests = field(default_factory=dict)
    longest: int = 0
    remaining: int = 0
    fitted: dict[tuple[int, tuple[int, ...]], tuple[int, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def rows_max(self) -> int:
        """The most rows any candidate has."""
        return max(count for count, _ in self.counts) + max(head.rows for head, _ in self.heads)

    def families(self, number: int, /) -> Iterator[tuple[Relief, Head, tuple[int, ...]]]:
        """What is new at a step, as reliefs with a head and all the counts for them.

        A step that concedes more is combined with every shape so far; a step that only allows more
        shapes gives what those add. Of counts that the longest plan cuts to the same length, one.
        """
        counts_since: dict[int, tuple[int, ...]] = {}
        for collect, collect_from in self.collects:
            relief = self.steps[number].relief._replace(collect=collect)
            for place, (head, head_from) in enumerate(self.heads):
                since = max(collect_from, head_from)
                if since not in counts_since:
                    counts_since[since] = self._counts(number, since)
                counts = self._fitted(place, counts_since[since])
                if counts:
                    yield relief, head, counts
        yield from self._catching_up(number)

    def _fitted(self, place: int, counts: tuple[int, ...]) -> tuple[int, ...]:
        """The counts that make sense with a head, worked out once for each list of counts."""
        if (place, counts) not in self.fitted:
            head = self.heads[place][0]
            own = () if head.kind == "catch_up" else self._fitting(head, counts)
            self.fitted[place, counts] = own
        return self.fitted[place, counts]

    def _fitting(self, head: Head, counts: tuple[int, ...]) -> tuple[int, ...]:
        """The counts that make sense with a head.

        A reduced start is for plans at least twice as long: before that it would repay the debt by
        itself. A last step is at least as long as those before, and a year has all its seasons.
        """
        most = self.longest - head.rows
        fitting = [count for count in counts if count < most]
        fitting += [most] if len(fitting) < len(counts) and most > 0 else []
        least = 1
        if head.kind == "reduced":
            least = 2 * head.rows
        if head.kind == "step_up":
            least = head.rows // head.steps
        if head.kind == "seasonal":
            least = MONTHS_A_YEAR
        return tuple(count for count in fitting if count >= least)

    def _catching_up(self, number: int) -> Iterator[tuple[Relief, Head, tuple[int, ...]]]:
        """Catching up keeps the contract: its rate, its principal, its number of payments."""
        step = self.steps[number]
        if step.rate_ppm is not None or step.frozen_rows:
            return
        if step.relief.waive_principal or step.relief.set_aside:
            return
        for head, since in self.heads:
            same = number > 0 and step[1:] == self.steps[number - 1][1:]
            if head.kind == "catch_up" and since <= number and not (same and since < number):
                relief = step.relief._replace(collect="catch_up")
                yield relief, head, (self.remaining - head.rows,)

    def plain(self, number: int, /) -> Iterator[tuple[Relief, tuple[int, ...]]]:
        """The families of a step that begin as they go on."""
        for collect, since in self.collects:
            counts = self._counts(number, since)
            if counts:
                yield self.steps[number].relief._replace(collect=collect), counts

    def _counts(self, number: int, since: int) -> tuple[int, ...]:
        """The counts that are new at a step for what may be used since another."""
        same = number > 0 and self.steps[number][1:] == self.steps[number - 1][1:]
        return tuple(
            count
            for count, count_from in self.counts
            if max(since, count_from) <= number and not (same and max(since, count_from) < number)
        )


def rows_of(pace: Pace, limits: Limits, /) -> tuple[int, int]:
    """How many rows of the head and of the level one debt gets."""
    head = pace.head
    if head.kind == "catch_up":
        return head.rows, min(limits.remaining, limits.rows_max) - head.rows
    return head.rows, min(pace.level_rows, limits.rows_max - head.rows)


def light_rows(pace: Pace, /) -> int:
    """How many payments at the start ask for less than the rest."""
    return pace.head.rows if pace.head.kind in LIGHT else 0


def rate_of(pace: Pace, limits: Limits, /) -> int:
    """The yearly rate of one debt: the candidate's where it may be cut, never above its contract's.

    In ppm.
    """
    if pace.rate_ppm is None or "rate_cut" not in limits.may:
        return limits.rate_ppm_max
    return min(pace.rate_ppm, limits.rate_ppm_max)


def relief_of(relief: Relief, limits: Limits, /) -> Relief:
    """A relief without what a debt may not use."""
    may = limits.may
    wanted = "carry" if relief.collect in {"spread", "last"} else relief.collect
    return Relief(
        waive_penalty=relief.waive_penalty if "waive_penalty" in may else 0,
        waive_fees=relief.waive_fees if "waive_fees" in may else 0,
        waive_interest=relief.waive_interest if "waive_interest" in may else 0,
        waive_principal=relief.waive_principal if "waive_principal" in may else 0,
        set_aside=relief.set_aside if "set_aside" in may else 0,
        collect=relief.collect if wanted in {"due", *may} else "due",
    )
