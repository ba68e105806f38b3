"""Working backwards: the plan that meets a target, found on the exact engine.

Every answer is an integer that holds while its neighbor does not. No root of a formula is taken on
trust: each candidate is built, row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from repact.plans import disclosure, schedule
from repact.plans import terms as t
from repact.plans.errors import PlanError
from repact.plans.fields import AMOUNT_MINOR_MAX, RATE_PPM_MAX, ROWS_MAX, WHOLE_PPM
from repact.plans.figures import Schedule
from repact.plans.instruments.change import Basis, Change, on_top, terms_of
from repact.plans.position import Position

Make = Callable[[int], t.Terms]
Holds = Callable[[Schedule], bool]

# a row asks more than is left: what is waived or set aside is too much
_GIVES_TOO_MUCH = {"plan.principal_above_balance", "plan.balloon_too_large"}


class Found(NamedTuple):
    """The value of the free parameter, and the plan it makes."""

    value: int
    terms: t.Terms
    schedule: Schedule


def least(position: Position, make: Make, holds: Holds, /, *, low: int, high: int) -> Found:
    """The least value in [low, high] whose plan meets the target, given that larger ones do too.

    That may end before `high`: over hundreds of rows rounding leaves a large last payment. A value
    whose plan is refused does not meet the target. Raises PlanError `plan.no_plan_fits`.
    """
    found = _any(position, make, holds, low, high)
    if found is None:
        raise PlanError("plan.no_plan_fits", low=low, high=high)
    bottom, top = low, found.value
    while bottom < top:
        middle = (bottom + top) // 2
        tried = _tried(position, make, holds, middle)
        if tried:
            found, top = tried, middle
        else:
            bottom = middle + 1
    return found


def greatest(position: Position, make: Make, holds: Holds, /, *, low: int, high: int) -> Found:
    """The greatest value in [low, high] that meets the target, given that smaller ones do too."""
    found = least(position, lambda value: make(-value), holds, low=-high, high=-low)
    return found._replace(value=-found.value)


def count_for_payment(position: Position, terms: t.Terms, payment_max_minor: int, /) -> Found:
    """The fewest rows of the closing level segment so that no payment exceeds an amount."""
    _closing_level(terms)

    def make(count: int) -> t.Terms:
        return _closed(terms, t.Level(kind="level", count=count))

    return least(position, make, pays_at_most(payment_max_minor), low=1, high=_rows_left(terms))


def count_done_by(position: Position, terms: t.Terms, day: date, /) -> Found:
    """The most rows of the closing level segment so that the last falls due by a day."""
    _closing_level(terms)

    def make(count: int) -> t.Terms:
        return _closed(terms, t.Level(kind="level", count=count))

    return greatest(position, make, done_by(day), low=1, high=_rows_left(terms))


def rate_for_total(position: Position, terms: t.Terms, total_max_minor: int, /) -> Found:
    """The highest yearly rate, in ppm, so that all payments together do not exceed an amount."""

    def make(rate: int) -> t.Terms:
        return terms.model_copy(update={"annual_rate_ppm": rate})

    return greatest(position, make, totals_at_most(total_max_minor), low=0, high=RATE_PPM_MAX)


def rate_for_payment(position: Position, terms: t.Terms, payment_max_minor: int, /) -> Found:
    """The highest yearly rate, in ppm, so that no payment exceeds an amount."""

    def make(rate: int) -> t.Terms:
        return terms.model_copy(update={"annual_rate_ppm": rate})

    return greatest(position, make, pays_at_most(payment_max_minor), low=0, high=RATE_PPM_MAX)


def waiver_for_payment(
    position: Position, terms: t.Terms, component: t.Component, payment_max_minor: int, /
) -> Found:
    """The least waiver of a component, in minor units, so that no payment exceeds an amount."""

    def make(amount: int) -> t.Terms:
        waive = t.Waive(kind="waive", component=component, amount_minor=amount)
        return terms.model_copy(update={"measures": (waive, *terms.measures)})

    owed = getattr(position, f"{component}_minor") - (component == "principal")
    return least(position, make, pays_at_most(payment_max_minor), low=0, high=owed)


def share_for_payment(position: Position, terms: t.Terms, payment_max_minor: int, /) -> Found:
    """The least share of the principal set aside for the last row, in ppm, so that no payment
    before it exceeds an amount."""

    def make(share: int) -> t.Terms:
        aside = t.SetAside(kind="set_aside", share_ppm=share)
        return terms.model_copy(update={"measures": (*terms.measures, aside)})

    def holds(made: Schedule) -> bool:
        return all(row.payment_minor <= payment_max_minor for row in made.rows[:-1])

    return least(position, make, holds, low=0, high=WHOLE_PPM - 1)


def after_lump_sum(position: Position, terms: t.Terms, lump_sum_minor: int, /) -> Found:
    """A lump sum before the closing level segment; the value is the level payment then left."""
    index = _closing_level(terms)
    level = terms.shape[index]
    first = t.Fixed(kind="fixed", count=1, amount_minor=lump_sum_minor)
    made = terms.model_copy(update={"shape": (*terms.shape[:index], first, level)})
    built = schedule.build(position, made)
    before = sum(schedule.rows_of(segment) for segment in terms.shape[:index])
    return Found(built.rows[before + 1].payment_minor, made, built)


def closing_amount(position: Position, terms: t.Terms, /) -> int:
    """What the last amount of a custom shape has to be, the others given, in minor units."""
    custom = terms.shape[-1]
    if not isinstance(custom, t.Custom):
        raise PlanError("plan.not_one_of", field=f"terms.shape[{len(terms.shape) - 1}].kind")
    try:
        schedule.build(position, terms)
    except PlanError as error:
        if error.code != "plan.custom_last_amount":
            raise
        return int(error.params["right_minor"])
    return custom.amounts_minor[-1]


def scaled_to_close(position: Position, terms: t.Terms, weights: Sequence[int], /) -> Found:
    """Amounts in proportion to a season's weights, the last one what is left.

    The value is the least scale, in millionths of a minor unit for each unit of weight, at which
    what is left is no more than the last weight asks.
    """
    if not sum(weights):
        raise PlanError("plan.no_plan_fits", field="weights")

    def asked(scale: int) -> list[int]:
        return [weight * scale // WHOLE_PPM for weight in weights]

    def falls_short(scale: int) -> bool:
        try:
            left = closing_amount(position, _with_custom(terms, asked(scale)))
        except PlanError as error:
            return error.code != "plan.principal_above_balance"
        return left > asked(scale)[-1]

    low, high = 1, position.total_minor * WHOLE_PPM // sum(weights) + 1
    while falls_short(high):
        low, high = high, high * 2
        if high > AMOUNT_MINOR_MAX * WHOLE_PPM:
            raise PlanError("plan.no_plan_fits", field="weights")
    while low < high:
        middle = (low + high) // 2
        if falls_short(middle):
            low = middle + 1
        else:
            high = middle
    amounts = asked(low)
    try:
        amounts[-1] = closing_amount(position, _with_custom(terms, amounts))
    except PlanError as error:  # a row that asks too little for its interest, whatever the scale
        raise PlanError("plan.no_plan_fits", field="weights") from error
    made = _with_custom(terms, amounts)
    return Found(low, made, schedule.build(position, made))


class Rung(NamedTuple):
    """One step of a cascade: what was given up so far, and what it comes to.

    `largest_minor` is the largest payment, `cost_minor` the present value lost by the lender
    against what is owed (None where the position names no contract).
    """

    terms: t.Terms
    largest_minor: int
    total_minor: int
    cost_minor: int | None
    reached: bool


def cascade(
    position: Position, basis: Basis, rungs: Sequence[Change], payment_max_minor: int, /
) -> tuple[Rung, ...]:
    """Concessions in a fixed order, each added to those before, until the payment is low enough.

    让步按固定顺序逐级叠加，直到每期还款降到目标以内。

    A later change of rate, calendar, head or tail takes the place of an earlier one; measures add
    up. Stops at the first rung that reaches the target; the last `reached` is False when none does.

    Formula: the first rung k with max payment(change₁ + … + changeₖ) ≤ target.
    Source: Fannie Mae Flex Modification; a fixed order can be explained, step by step.
    Hear: We tried the smaller concessions first, and this is the first plan you can afford.
    听到: 我们从小的让步开始逐级试算，这是第一个你负担得起的方案。
    """
    made: list[Rung] = []
    so_far = Change()
    for rung in rungs:
        so_far = on_top(so_far, rung)
        terms = terms_of(basis, so_far)
        built = schedule.build(position, terms)
        largest = max(row.payment_minor for row in built.rows)
        cost = disclosure.disclose(position, terms, built).modification_minor
        reached = largest <= payment_max_minor
        made.append(
            Rung(
                terms,
                largest,
                built.totals.payment_minor,
                -cost if cost is not None else None,
                reached,
            )
        )
        if reached:
            break
    return tuple(made)


def pays_at_most(payment_max_minor: int, /) -> Holds:
    """No payment exceeds an amount."""
    return lambda made: all(row.payment_minor <= payment_max_minor for row in made.rows)


def totals_at_most(total_max_minor: int, /) -> Holds:
    """All payments together do not exceed an amount."""
    return lambda made: made.totals.payment_minor <= total_max_minor


def done_by(day: date, /) -> Holds:
    """The last row falls due by a day."""
    return lambda made: made.rows[-1].due_date <= day


def screened(
    position: Position, candidates: Iterable[t.Terms], payment_max_minor: int, /
) -> Iterator[Found]:
    """The candidates none of whose payments exceeds an amount, built; the value is their place.

    A candidate that closes with equal payments is built only if those do not exceed the amount: the
    level is worked out exactly, and every row but the last pays at least that.
    """
    holds = pays_at_most(payment_max_minor)
    for place, terms in enumerate(candidates):
        if schedule.level_minor(position, terms) <= payment_max_minor:
            found = _fitting(position, terms, holds, place)
            if found:
                yield found


def _any(position: Position, make: Make, holds: Holds, low: int, high: int) -> Found | None:
    """Some value that meets the target: the highest, else by halving, else one by one."""
    found = _tried(position, make, holds, high) or _by_halving(position, make, holds, low, high)
    if found is None and high - low < ROWS_MAX:
        tried = (_tried(position, make, holds, value) for value in range(low, high))
        found = next((found for found in tried if found), None)
    return found


def _by_halving(position: Position, make: Make, holds: Holds, low: int, high: int) -> Found | None:
    """A value between those that give too little and those that leave less than a row asks."""
    while low <= high:
        middle = (low + high) // 2
        try:
            built = schedule.build(position, make(middle))
        except PlanError as error:
            if error.code in _GIVES_TOO_MUCH:
                high = middle - 1
            else:
                low = middle + 1
            continue
        if holds(built):
            return Found(middle, make(middle), built)
        low = middle + 1
    return None


def _tried(position: Position, make: Make, holds: Holds, value: int) -> Found | None:
    return _fitting(position, make(value), holds, value)


def _fitting(position: Position, terms: t.Terms, holds: Holds, value: int) -> Found | None:
    try:
        built = schedule.build(position, terms)
    except PlanError:
        return None
    return Found(value, terms, built) if holds(built) else None


def _closing_level(terms: t.Terms) -> int:
    """Where the level segment stands that closes the shape, the last; refused without one."""
    index = len(terms.shape) - 1
    if not isinstance(terms.shape[index], t.Level):
        raise PlanError("plan.not_one_of", field=f"terms.shape[{index}].kind")
    return index


def _rows_left(terms: t.Terms) -> int:
    return ROWS_MAX - sum(schedule.rows_of(segment) for segment in terms.shape[:-1])


def _closed(terms: t.Terms, segment: t.Segment) -> t.Terms:
    """The terms with another segment at the end of the shape."""
    return terms.model_copy(update={"shape": (*terms.shape[:-1], segment)})


def _with_custom(terms: t.Terms, amounts: Sequence[int]) -> t.Terms:
    shape = (t.Custom(kind="custom", amounts_minor=tuple(amounts)),)
    return terms.model_copy(update={"shape": shape})
