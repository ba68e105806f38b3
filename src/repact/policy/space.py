"""From a policy's bounds to the space of candidates of one case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from repact.dates.frequency import Recurrence
from repact.plans.fields import WHOLE_PPM
from repact.policy.bounds import Instruments
from repact.policy.candidates import MEASURES, Calendar, Collect, Head, Limits, Relief, Space, Step
from repact.policy.facts import MONTHS_A_YEAR, DebtFacts, Facts
from repact.policy.loading import PolicyError
from repact.policy.model import Policy

GRADED = (*MEASURES, "set_aside", "rate_cut", "freeze")
STARTS = (1, 2, 3, 6, 9, 12, 18, 24)
STEP_ROWS = (3, 6, 12)


def limits_of(
    debt: DebtFacts,
    policy: Policy,
    facts: Facts,
    calendar: Calendar,
    /,
    *,
    lump_minor: int = 0,
) -> Limits:
    """What one debt allows: its product's instruments in its bucket, its contract's rate.

    Without a contract there is no rate to go by: the product's highest is the measure. Raises
    PolicyError `policy.product_not_covered`.
    """
    product = policy.product(debt.product_code)
    if product is None:
        raise PolicyError("policy.product_not_covered", field="product", product=debt.product_code)
    contract = debt.position.contract
    rate = contract.annual_rate_ppm if contract else product.contract_rate_ppm_max
    may = policy.may_use(product=product, days_past_due=debt.days_past_due)
    return Limits(
        may=may - facts.barred,
        rate_ppm_max=rate,
        rows_max=calendar.rows_in(product.months_max),
        original_rate_ppm=rate,
        original_day_count=contract.day_count if contract else "30/360",
        lump_minor=lump_minor,
        remaining=calendar.rows_in(len(contract.remaining)) if contract else 0,
        usual_minor=contract.remaining[0].amount_minor if contract and contract.remaining else 0,
    )


def space_of(
    policy: Policy, facts: Facts, limits: Sequence[Limits], calendar: Calendar, /
) -> Space:
    """Every combination the policy allows for the debts of these limits.

    What changes money is allowed to each debt by itself; what shapes the common calendar only if
    every debt may use it.
    """
    union = frozenset().union(*(limit.may for limit in limits))
    common = frozenset.intersection(*(limit.may for limit in limits))
    bounds = policy.instruments
    order = [name for name in policy.cascade if name in union]
    steps, since = _steps(bounds, union, order, calendar)
    remaining = max(limit.remaining for limit in limits)
    longest = max(limit.rows_max for limit in limits)
    heads: tuple[tuple[Head, int], ...] = ((Head(), 0),)
    if calendar.rhythm == "monthly":
        heads += _heads(bounds, common, rows_max=min(limit.rows_max for limit in limits))
        heads += _own_shapes(bounds, common, since, facts, limits)
    return Space(
        steps=tuple(steps),
        counts=_counts(
            bounds, common, since, calendar, remaining=max(remaining, 1), longest=longest
        ),
        heads=heads,
        collects=_collects(bounds, union, since),
        vests={name: getattr(bounds, name).vests[0] for name in MEASURES if name in union},
        longest=longest,
        remaining=remaining,
    )


def _steps(
    bounds: Instruments, union: frozenset[str], order: Sequence[str], calendar: Calendar
) -> tuple[list[Step], dict[str, int]]:
    """The steps of the cascade, and from which step on each instrument may be used.

    What the cascade does not name needs no step: it is given in full from the start.
    """
    relief, rate, frozen = Relief(), None, 0
    for name in GRADED:
        if name in union and name not in order:
            relief, rate, frozen = _conceded(
                name, _grades(bounds, name, calendar)[-1], relief, rate, frozen
            )
    steps = [Step(None, relief, rate, frozen)]
    since = dict.fromkeys(union - set(order), 0)
    for name in order:
        since[name] = len(steps)
        for value in _grades(bounds, name, calendar):
            relief, rate, frozen = _conceded(name, value, relief, rate, frozen)
            steps.append(Step(name, relief, rate, frozen))
    return steps, since


def _conceded(
    name: str, value: int, relief: Relief, rate: int | None, frozen: int
) -> tuple[Relief, int | None, int]:
    if name == "rate_cut":
        return relief, value, frozen
    if name == "freeze":
        return relief, rate, value
    if name in Relief._fields:
        given: dict[str, Any] = {name: value}
        relief = relief._replace(**given)
    return relief, rate, frozen


def _grades(bounds: Instruments, name: str, calendar: Calendar) -> list[int]:
    """The values of an instrument from the smallest concession to the largest; [0] for one that
    only allows more shapes."""
    found: Any = bounds.bounds(name)
    if name in {"waive_penalty", "waive_fees", "waive_interest"}:
        return [share for share in found.shares_ppm if share] or [0]
    if name in {"waive_principal", "set_aside"}:
        most = found.share_ppm_max
        return sorted({most // 2, most})
    if name == "rate_cut":
        return sorted(found.rates_ppm, reverse=True)
    if name == "freeze":
        months = Recurrence(every=found.months_max, unit="month", anchor_day=calendar.on.day)
        end = months.next_after(calendar.on)
        dates = calendar.dates(calendar.rows_in(found.months_max) + 2)
        inside = [rows for rows, day in enumerate(dates, start=1) if day <= end]
        return [rows for rows in inside if rows in {*STARTS, inside[-1]}] or [0]
    return [0]


def _counts(
    bounds: Instruments,
    common: frozenset[str],
    since: dict[str, int],
    calendar: Calendar,
    *,
    remaining: int,
    longest: int,
) -> tuple[tuple[int, int], ...]:
    """Numbers of level rows: what the contract still has, and what extends it."""
    made = {min(remaining, longest): 0}
    for name in ("extension", "line_conversion"):
        found: Any = bounds.bounds(name)
        if name in common and found:
            for months in found.counts:
                count = calendar.rows_in(months)
                start = 0 if count <= remaining else since[name]
                if count <= longest:
                    made[count] = min(made.get(count, start), start)
    return tuple(sorted(made.items()))


def _heads(
    bounds: Instruments, common: frozenset[str], *, rows_max: int
) -> tuple[tuple[Head, int], ...]:
    """How a plan may begin, at every step: a pause helps at once or not at all, and what it costs
    is counted in the concession."""
    made: list[tuple[Head, int]] = []

    def rows(most: int) -> list[int]:
        upto = min(most, rows_max - 1)
        return sorted({row for row in (*STARTS, upto) if 0 < row <= upto})

    if bounds.holiday and "holiday" in common:
        for word in bounds.holiday.interest:
            made += [(Head("holiday", row, word), 0) for row in rows(bounds.holiday.rows_max)]
    if bounds.interest_only and "interest_only" in common:
        made += [(Head("interest_only", row), 0) for row in rows(bounds.interest_only.rows_max)]
    if bounds.reduced and "reduced" in common:
        least = bounds.reduced.share_ppm_min
        made += [
            (Head("reduced", row, share_ppm=share), 0)
            for share in sorted({least, (least + WHOLE_PPM) // 2})
            if share
            for row in rows(bounds.reduced.rows_max)
        ]
    return tuple(made)


def _own_shapes(
    bounds: Instruments,
    common: frozenset[str],
    since: dict[str, int],
    facts: Facts,
    limits: Sequence[Limits],
) -> tuple[tuple[Head, int], ...]:
    """Plans with a shape of their own: arrears caught up beside the contract, steps, seasons, a
    larger last payment; the last only once the cascade has come to it, for it is a burden too."""
    made: list[tuple[Head, int]] = []
    rows_max = min(limit.rows_max for limit in limits)
    if bounds.catch_up and "catch_up" in common:
        upto = min(bounds.catch_up.months_max, *(limit.remaining - 1 for limit in limits))
        rows = sorted({row for row in (*STARTS, upto) if 0 < row <= upto})
        made += [(Head("catch_up", row), 0) for row in rows]
    if bounds.step_up and "step_up" in common:
        most, growth = bounds.step_up.steps_max, bounds.step_up.growth_ppm_max
        made += [
            (Head("step_up", steps * each, steps=steps, growth_ppm=growth), 0)
            for steps in sorted({min(2, most), most})
            for each in STEP_ROWS
            if growth and steps * each < rows_max
        ]
    if bounds.seasonal and "seasonal" in common and rows_max >= MONTHS_A_YEAR:
        slow = facts.slow_months
        if 0 < len(slow) <= bounds.seasonal.low_months_max:
            shares = _season_shares(bounds.seasonal.share_ppm_min, facts)
            made += [(Head("seasonal", share_ppm=share, months=slow), 0) for share in shares]
    if bounds.balloon and bounds.balloon.above_means and "balloon" in common:
        most = bounds.balloon.share_ppm_max
        shares = sorted({most // 2, most} - {0})
        made += [(Head("balloon", share_ppm=share), since["balloon"]) for share in shares]
    return tuple(made)


def _season_shares(least_ppm: int, facts: Facts) -> list[int]:
    """How small the payments of low months may be: the least, half of what is left, and what the
    months themselves can pay beside the others."""
    shares = {least_ppm, (least_ppm + WHOLE_PPM) // 2}
    if facts.months_minor:
        low = min(facts.months_minor[month - 1] for month in facts.slow_months)
        rest = [
            left
            for month, left in enumerate(facts.months_minor, start=1)
            if month not in facts.slow_months
        ]
        shares.add(max(low * WHOLE_PPM // max(min(rest, default=1), 1), least_ppm))
    return sorted(share for share in shares if share < WHOLE_PPM)


def _collects(
    bounds: Instruments, union: frozenset[str], since: dict[str, int]
) -> tuple[tuple[Collect, int], ...]:
    """How overdue interest may be collected: with the first payment, unless something else may."""
    made: dict[Collect, int] = {"due": 0}
    if bounds.carry and "carry" in union:
        for to in bounds.carry.to:
            made["due" if to == "first" else to] = 0 if to == "first" else since["carry"]
    if bounds.capitalize and "capitalize" in union and "interest" in bounds.capitalize.components:
        made["capitalize"] = since["capitalize"]
    return tuple(made.items())
