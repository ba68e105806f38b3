"""The formulas a trace names: each works its figure out from exact inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from repact.money.rounding import DIVIDE
from repact.money.split import spread
from repact.plans import annual_rates, annuity
from repact.plans.fields import WHOLE_PPM


class Step(NamedTuple):
    """A figure, the code of its formula, the inputs (exact), what it rests on, and the result."""

    figure: str
    formula: str
    inputs: dict[str, Any]
    parts: tuple[Step, ...]
    result: int | None


def evaluate(step: Step, /) -> int | None:
    """Work a step's formula out from its inputs and the results of its parts."""
    results = [part.result or 0 for part in step.parts]
    return _FORMULAS[step.formula](step.inputs, results)


def interest(inputs: dict[str, Any], /) -> int:
    """Balance x part of the year x average yearly rate over the days, rounded once."""
    (part, whole), pieces = inputs["year_part"], inputs["pieces"]
    days = sum(length for length, _ in pieces)
    weighted = sum(length * rate for length, rate in pieces)
    numerator = inputs["balance"] * part * weighted
    return DIVIDE[inputs["rounding"]](numerator, whole * WHOLE_PPM * days)


def level(inputs: dict[str, Any], /) -> int:
    """The exact equal payment, rounded."""
    exact = annuity.level_payment(
        balance=inputs["balance"], balloon=inputs["balloon"], rates=inputs["rates"]
    )
    return DIVIDE[inputs["rounding"]](*exact)


def growing(inputs: dict[str, Any], /) -> int:
    """The exact first payment grown row by row, rounded."""
    numerator, denominator = annuity.growing_payment(
        balance=inputs["balance"], growth_ppm=inputs["growth_ppm"], rates=inputs["rates"]
    )
    grown: int = (WHOLE_PPM + inputs["growth_ppm"]) ** inputs["index"]
    plain: int = WHOLE_PPM ** inputs["index"]
    return DIVIDE[inputs["rounding"]](numerator * grown, denominator * plain)


def share(inputs: dict[str, Any], /) -> int:
    """A share of what is owed, rounded once, or the amount itself."""
    if inputs["share_ppm"] is None:
        return int(inputs["amount"])
    return DIVIDE[inputs["rounding"]](inputs["owed"] * inputs["share_ppm"], WHOLE_PPM)


def carry(inputs: dict[str, Any], /) -> int:
    """What of a carried amount falls on a row: all first or last, or floor(x/n), last the rest."""
    index, amount, count = int(inputs["index"]), int(inputs["amount"]), int(inputs["count"])
    if inputs["to"] == "first":
        return amount if index == 0 else 0
    if inputs["to"] == "last":
        return amount if index == inputs["rows"] - 1 else 0
    return spread(amount, count)[index] if index < count else 0


def vests(inputs: dict[str, Any], /) -> int:
    """What of a waiver a row earns."""
    index, rows, amount = int(inputs["index"]), int(inputs["rows"]), int(inputs["amount"])
    if inputs["vests"] == "on_completion":
        return amount if index == rows - 1 else 0
    return spread(amount, rows)[index]


def settled(inputs: dict[str, Any], /) -> int:
    """What a settlement pays of a component: fees, penalty, interest, principal in that order."""
    left: int = inputs["amount"]
    owed: dict[str, int] = inputs["owed"]
    order = ("fees", "penalty", "interest", "principal")
    for name in order[: order.index(inputs["component"])]:
        left -= min(left, owed[name])
    return min(left, owed[inputs["component"]])


_FORMULAS: dict[str, Callable[[dict[str, Any], list[int]], int | None]] = {
    "sum_of_parts": lambda _, parts: sum(parts),
    "sum_of_rows": lambda inputs, _: sum(inputs["amounts"]),
    "due_first": lambda inputs, _: inputs["amount"],
    "settled_in_order": lambda inputs, _: settled(inputs),
    "settled": lambda *_: 0,
    "rest_is_waived": lambda inputs, _: inputs["amount"],
    "all_that_is_left": lambda inputs, _: inputs["balance"],
    "payment_less_interest": lambda _, parts: parts[0] - parts[1],
    "fixed_amount": lambda inputs, _: inputs["amount"],
    "chosen_amount": lambda inputs, _: inputs["amount"],
    "interest_only": lambda _, parts: parts[0],
    "growing": lambda inputs, _: growing(inputs),
    "level": lambda inputs, _: level(inputs),
    "balance_times_rate": lambda inputs, _: interest(inputs),
    "carried": lambda inputs, _: carry(inputs),
    "kept_aside": lambda inputs, _: carry(inputs),
    "set_aside": lambda inputs, _: inputs["amount"],
    "waiver_earned": lambda inputs, _: vests(inputs),
    "balance_grows": lambda inputs, parts: inputs["balance"] + parts[0],
    "balance_rests": lambda inputs, _: inputs["balance"],
    "balance_falls": lambda inputs, parts: inputs["balance"] - parts[0],
    "waive_share": lambda inputs, _: share(inputs),
    "capitalize_share": lambda inputs, _: share(inputs),
    "nominal_rate": lambda inputs, _: annual_rates.nominal_ppm(**inputs),
    "effective_rate": lambda inputs, _: annual_rates.effective_ppm(**inputs),
    "difference": lambda inputs, _: inputs["total"] - inputs["other"],
}
FORMULAS = tuple(_FORMULAS)
