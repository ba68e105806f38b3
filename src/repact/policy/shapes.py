"""What terms do to a debt, by the policy's names: read from the terms and their exact schedule.

Nothing but the plan itself is asked, so a plan that was stored, changed by hand or proposed is
named the same.
"""

from __future__ import annotations

from itertools import pairwise

from repact.plans import schedule
from repact.plans import terms as t
from repact.plans.figures import Schedule
from repact.policy.candidates import Limits
from repact.policy.facts import LEAST_A_YEAR, MONTHS_A_YEAR, DebtFacts, Rhythm

RHYTHMS: dict[tuple[str, int], Rhythm] = {
    ("month", 1): "monthly",
    ("week", 1): "weekly",
    ("week", 2): "fortnightly",
}


def instruments_in(
    terms: t.Terms, made: Schedule, debt: DebtFacts, limits: Limits, /, *, meant: str = ""
) -> frozenset[str]:
    """The policy's names for what terms do to one debt; `meant` is the shape it was made as, where
    that is known: a season may be too short to be seen."""
    shape = meant or shape_of(terms, made)
    if shape == "settlement":
        return frozenset({"settlement"})
    found = {_of_measure(measure) for measure in terms.measures}
    if shape == "catch_up":
        found.discard("carry")
    found |= {shape} - {"none", "more_first"}
    rhythm = rhythm_of(terms)
    if rhythm != "monthly":
        found.add("frequency_change")
    contract = debt.position.contract
    rows = sum(schedule.rows_of(segment) for segment in terms.shape)
    months = len(contract.remaining) if contract else 1
    if rows * MONTHS_A_YEAR > months * LEAST_A_YEAR[rhythm]:
        found.add("line_conversion" if "extension" not in limits.may else "extension")
    if terms.annual_rate_ppm < limits.rate_ppm_max:
        found.add("rate_cut")
    return frozenset(found)


def shape_of(terms: t.Terms, made: Schedule, /) -> str:
    """The instrument that the payments follow; `none` where they are equal, `more_first` where it
    begins with a larger one."""
    shape = terms.shape
    first, last = shape[0], shape[-1]
    if isinstance(first, t.LumpSum) or any(map(_settles, terms.measures)):
        return "settlement"
    if isinstance(last, t.Balloon):
        return "balloon"
    if len(shape) == 1 or isinstance(first, t.InterestOnly):
        return "none" if len(shape) == 1 else "interest_only"
    return _by_amounts(terms, made)


def _by_amounts(terms: t.Terms, made: Schedule) -> str:
    """Fixed amounts and pauses before the last segment: how they go on."""
    first, *rest = terms.shape[:-1]
    amounts, tail = [_amount(segment) for segment in (first, *rest)], _tail(terms, made)
    falls = any(after < before for before, after in pairwise([*amounts, tail]))
    if rest:
        return "seasonal" if falls else "step_up"
    if isinstance(first, t.Holiday) or _is_equal(amounts[0], tail, len(made.rows)):
        return "holiday" if isinstance(first, t.Holiday) else "trial"
    if not falls:
        return "reduced"
    spread = {measure.count for measure in terms.measures if isinstance(measure, t.Carry)}
    rows = schedule.rows_of(first)
    return "catch_up" if rows > 1 and spread <= {rows} else "more_first"


def rhythm_of(terms: t.Terms, /) -> Rhythm:
    """How often a payment falls due; what is neither weeks nor months counts as monthly."""
    return RHYTHMS.get((terms.frequency.unit, terms.frequency.every), "monthly")


def _of_measure(measure: t.Measure) -> str:
    if isinstance(measure, t.RateChange):
        return "rate_cut"
    return f"waive_{measure.component}" if isinstance(measure, t.Waive) else measure.kind


def _settles(measure: t.Measure) -> bool:
    """A sum named and given up once all is paid is a settlement's; a policy waives shares."""
    return (
        isinstance(measure, t.Waive)
        and measure.amount_minor is not None
        and measure.vests == "on_completion"
    )


def _amount(segment: t.Segment) -> int:
    return segment.amount_minor if isinstance(segment, t.Fixed) else 0


def _tail(terms: t.Terms, made: Schedule) -> int:
    """The first payment of the last segment, without what is only collected with it."""
    row = made.rows[-schedule.rows_of(terms.shape[-1])]
    return row.payment_minor - row.carried_minor


def _is_equal(amount: int, tail: int, rows: int) -> bool:
    """Whether a payment on trial is the plan's own, but for rounding."""
    return abs(amount - tail) <= rows
