"""A candidate as the terms of one debt: its measures, then its shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from repact.plans import schedule
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.instruments import arrears, payments, price, principal, timing
from repact.plans.instruments.change import Basis, Change, terms_of
from repact.plans.position import Position
from repact.policy.candidates import (
    MEASURES,
    Calendar,
    Candidate,
    Head,
    Limits,
    Relief,
    Vests,
    rate_of,
    relief_of,
    rows_of,
)


class Fixed(NamedTuple):
    """So many rows of one amount, in minor units; of 0 they are a pause whose interest is kept
    aside and bears none."""

    rows: int
    amount_minor: int


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
            made += _collected(accrued, relief)
    if relief.set_aside:
        made += principal.principal_forbearance(share_ppm=relief.set_aside).measures
    return made


def _collected(accrued: t.Accrued, relief: Relief) -> tuple[t.Measure, ...]:
    collect = relief.collect
    if collect == "capitalize" and accrued == "interest":
        return arrears.capitalize().measures
    if collect in {"spread", "last", "catch_up"}:
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
    fixed: Sequence[Fixed] = (),
    rows: int = 0,
) -> t.Terms:
    """A candidate as the terms of one debt; `fixed` are the amounts of a head that has its own, and
    `rows` are all its rows then.

    Raises what the engine refuses.
    """
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
    if pace.head.kind == "catch_up":
        measures = [_within(measure, head_rows) for measure in measures]
    change = Change(measures=tuple(measures), tail=_tail(pace.head, count), conduct=conduct)
    if pace.head.kind in {"none", "balloon"}:
        return terms_of(basis, change)
    if fixed:
        left = rows - sum(paid for paid, _ in fixed)
        tail = timing.term_extension(count=left).tail
        return terms_of(basis, replace(change, head=_fixed(fixed), tail=tail))
    head = _head(pace.head, position, limits, lambda: terms_of(basis, change))
    return terms_of(basis, replace(change, head=head))


def _within(measure: t.Measure, rows: int) -> t.Measure:
    """What is carried and spread, over the first rows only."""
    if isinstance(measure, t.Carry) and measure.to == "spread":
        return measure.model_copy(update={"count": rows})
    return measure


def _tail(head: Head, count: int) -> tuple[t.Segment, ...] | None:
    if head.kind == "balloon":
        return principal.balloon(count=count, share_ppm=head.share_ppm).tail
    return timing.term_extension(count=count).tail


def _fixed(fixed: Sequence[Fixed]) -> tuple[t.Segment, ...]:
    made: list[t.Segment] = []
    for rows, amount in fixed:
        if amount:
            made += payments.reduced_payment(periods=rows, amount_minor=amount).head
        else:
            made += timing.payment_holiday(periods=rows, interest="simple").head
    return tuple(made)


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
