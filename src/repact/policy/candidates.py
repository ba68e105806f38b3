"""Candidates: every combination of concessions and shapes that bounds allow, and its terms.

Concessions come in steps, in the order of the policy's cascade, each added to those before. At
every step all shapes (how many payments, how it begins, how overdue interest is collected) that
may be used by then are combined with it. All debts of a case share the combination: each debt's
own contract caps its rate, its product its length, and what it may not use is left out for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, NamedTuple

from repact.dates.day_count import DayCount
from repact.plans import schedule
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.instruments import arrears, payments, price, principal, timing
from repact.plans.instruments.change import Basis, Change, terms_of
from repact.plans.position import Position

HeadKind = Literal["none", "holiday", "interest_only", "reduced", "lump"]
Collect = Literal["due", "spread", "last", "capitalize"]
LIGHT = ("holiday", "interest_only", "reduced")
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
    """How a plan begins: as it goes on, with a holiday, with interest only, with a share of the
    level payment, or with one larger sum (each debt's part of it is in its limits)."""

    kind: HeadKind = "none"
    rows: int = 0
    interest: timing.HolidayInterest = "accrue"
    share_ppm: int = 0


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
    paid first."""

    may: frozenset[str]
    rate_ppm_max: int
    rows_max: int
    original_rate_ppm: int
    original_day_count: DayCount
    lump_minor: int = 0


class Calendar(NamedTuple):
    """The dates all parts share: the day the plan takes effect, the payday, the first payment."""

    on: date
    payday: int
    first_due_date: date

    def frequency(self) -> t.Frequency:
        """Monthly on the payday."""
        return t.Frequency(every=1, unit="month", anchor_day=self.payday)

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

    @property
    def rows_max(self) -> int:
        """The most rows any candidate has."""
        return max(count for count, _ in self.counts) + max(head.rows for head, _ in self.heads)

    def families(self, number: int, /) -> Iterator[tuple[Relief, Head, tuple[int, ...]]]:
        """What is new at a step, as reliefs with a head and all the counts for them.

        A step that concedes more is combined with every shape so far; a step that only allows more
        shapes gives what those add. A reduced start is for plans at least twice as long: before
        that it would repay the debt by itself.
        """
        counts_since: dict[int, tuple[int, ...]] = {}
        for collect, collect_from in self.collects:
            relief = self.steps[number].relief._replace(collect=collect)
            for head, head_from in self.heads:
                since = max(collect_from, head_from)
                if since not in counts_since:
                    counts_since[since] = self._counts(number, since)
                counts = counts_since[since]
                if head.kind == "reduced":
                    counts = tuple(count for count in counts if count >= 2 * head.rows)
                if counts:
                    yield relief, head, counts

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
    return pace.head.rows, min(pace.level_rows, limits.rows_max - pace.head.rows)


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
    wanted = {"due": "due", "capitalize": "capitalize"}.get(relief.collect, "carry")
    return Relief(
        waive_penalty=relief.waive_penalty if "waive_penalty" in may else 0,
        waive_fees=relief.waive_fees if "waive_fees" in may else 0,
        waive_interest=relief.waive_interest if "waive_interest" in may else 0,
        waive_principal=relief.waive_principal if "waive_principal" in may else 0,
        set_aside=relief.set_aside if "set_aside" in may else 0,
        collect=relief.collect if wanted in {"due", *may} else "due",
    )


def measures_of(relief: Relief, position: Position, *, vests: Vests) -> list[t.Measure]:
    """A relief as measures on one debt; a share of nothing is left out.

    Penalty and fees that stay follow the interest, except that they never bear interest.
    """
    made: list[t.Measure] = []
    for name, component in MEASURES.items():
        share = getattr(relief, name)
        if share and getattr(position, f"{component}_minor"):
            vesting = vests.get(name, "now")
            made.append(t.Waive(kind="waive", component=component, share_ppm=share, vests=vesting))
    left: tuple[tuple[t.Accrued, int], ...] = (
        ("interest", relief.waive_interest),
        ("penalty", relief.waive_penalty),
        ("fees", relief.waive_fees),
    )
    for accrued, share in left:
        if share < WHOLE_PPM and getattr(position, f"{accrued}_minor"):
            made += _collected(accrued, relief.collect)
    if relief.set_aside:
        made += principal.principal_forbearance(share_ppm=relief.set_aside).measures
    return made


def _collected(accrued: t.Accrued, collect: Collect) -> tuple[t.Measure, ...]:
    if collect == "capitalize" and accrued == "interest":
        return arrears.capitalize().measures
    if collect in {"spread", "last"}:
        to: Literal["spread", "last"] = "last" if collect == "last" else "spread"
        return arrears.carry_forward(component=accrued, to=to).measures
    return ()


def terms_of_debt(
    candidate: Candidate,
    position: Position,
    *,
    limits: Limits,
    calendar: Calendar,
    vests: Vests,
    conduct: dict[str, Any],
) -> t.Terms:
    """A candidate as the terms of one debt. Raises what the engine refuses."""
    relief, pace, _ = candidate
    basis = Basis(
        effective_date=calendar.on,
        annual_rate_ppm=rate_of(pace, limits),
        frequency=calendar.frequency(),
        first_due_date=calendar.first_due_date,
    )
    head_rows, count = rows_of(pace, limits)
    measures = measures_of(relief_of(relief, limits), position, vests=vests)
    if pace.frozen_rows and "freeze" in limits.may:
        until = calendar.dates(pace.frozen_rows)[-1]
        measures += price.interest_freeze(from_date=calendar.on, to_date=until).measures
    change = Change(
        measures=tuple(measures), tail=timing.term_extension(count=count).tail, conduct=conduct
    )
    if not head_rows:
        return terms_of(basis, change)
    head = _head(pace.head, position, limits, lambda: terms_of(basis, change))
    return terms_of(basis, replace(change, head=head))


def _head(
    head: Head, position: Position, limits: Limits, plain: Callable[[], t.Terms]
) -> tuple[t.Segment, ...]:
    if head.kind == "holiday":
        return timing.payment_holiday(periods=head.rows, interest=head.interest).head
    if head.kind == "interest_only":
        return timing.interest_only(periods=head.rows).head
    if head.kind == "lump":
        amount = limits.lump_minor
    else:
        amount = schedule.level_minor(position, plain()) * head.share_ppm // WHOLE_PPM
    return payments.reduced_payment(periods=head.rows, amount_minor=max(amount, 1)).head
