"""What an instrument is: a change to the terms, and how changes make up one plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple, TypeVar

from repact.dates.day_count import DayCount
from repact.money.rounding import Rounding
from repact.plans import terms as t
from repact.plans.document import validate
from repact.plans.errors import PlanError

Made = TypeVar("Made", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan has before any instrument: its start, its rate, its calendar."""

    effective_date: date
    annual_rate_ppm: int
    frequency: t.Frequency
    first_due_date: date
    day_count: DayCount = "30/360"
    rounding: Rounding = "half_up"


@dataclass(frozen=True, slots=True)
class Change:
    """What one instrument does: moves components, rests or lightens first, then closes.

    `head` are segments before the closing ones in `tail`. What is None stays as it is.
    """

    measures: tuple[t.Measure, ...] = ()
    head: tuple[t.Segment, ...] = ()
    tail: tuple[t.Segment, ...] | None = None
    annual_rate_ppm: int | None = None
    frequency: t.Frequency | None = None
    first_due_date: date | None = None
    conduct: dict[str, Any] = field(default_factory=dict)


class Entry(NamedTuple):
    """An instrument in the catalogue: its number there, its names, and what makes it."""

    number: int
    zh: str
    en: str
    make: Callable[..., Any]


CATALOGUE: dict[int, Entry] = {}
ONCE = ("annual_rate_ppm", "frequency", "first_due_date")


def instrument(number: int, *, zh: str, en: str) -> Callable[[Made], Made]:
    """Enter a constructor into the catalogue, under its number and its names."""

    def enter(make: Made) -> Made:
        if number in CATALOGUE:
            raise ValueError(number)
        CATALOGUE[number] = Entry(number, zh, en, make)
        return make

    return enter


def compose(basis: Basis, *changes: Change) -> t.Terms:
    """One plan of any set of instruments, atomically: all of them or a refusal.

    Measures apply in the order given, except that interest, penalty and fees are waived first:
    nothing given up becomes principal. Raises PlanError `plan.closes_twice`, `plan.does_not_close`
    or `plan.changed_twice`, naming what two instruments both claim.
    """
    if sum(change.tail is not None for change in changes) > 1:
        raise PlanError("plan.closes_twice", field="terms.shape")
    whole = Change()
    for change in changes:
        twice = [name for name in ONCE if None not in {getattr(whole, name), getattr(change, name)}]
        twice += sorted(set(whole.conduct) & set(change.conduct))
        if twice:
            raise PlanError("plan.changed_twice", field=f"terms.{twice[0]}")
        whole = replace(on_top(whole, change), head=whole.head + change.head)
    return terms_of(basis, whole)


def on_top(before: Change, after: Change, /) -> Change:
    """Both changes; where they claim the same, the later one. Measures add up."""
    latest = {
        name: getattr(before if getattr(after, name) is None else after, name)
        for name in (*ONCE, "tail")
    }
    return Change(
        measures=before.measures + after.measures,
        head=after.head or before.head,
        conduct=before.conduct | after.conduct,
        **latest,
    )


def terms_of(basis: Basis, change: Change, /) -> t.Terms:
    """The terms a change makes of a basis, checked as a document is.

    Raises PlanError `plan.does_not_close` without a tail.
    """
    if change.tail is None:
        raise PlanError("plan.does_not_close", field="terms.shape")
    measures = sorted(change.measures, key=lambda measure: not _gives_up_accrued(measure))
    rate = change.annual_rate_ppm
    return validate(
        t.Terms,
        {
            "version": 1,
            "effective_date": basis.effective_date,
            "annual_rate_ppm": basis.annual_rate_ppm if rate is None else rate,
            "day_count": basis.day_count,
            "rounding": basis.rounding,
            "measures": tuple(measures),
            "frequency": change.frequency or basis.frequency,
            "first_due_date": change.first_due_date or basis.first_due_date,
            "shape": change.head + change.tail,
            "conduct": change.conduct,
        },
    )


def _gives_up_accrued(measure: t.Measure) -> bool:
    return isinstance(measure, t.Waive) and measure.component != "principal"
