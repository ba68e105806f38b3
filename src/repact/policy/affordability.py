"""What a person can pay each month, step by step."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from repact.policy.flows import Flow
from repact.policy.guidelines import Affordability, Guideline, PriorityKind

WHOLE_PPM = 1_000_000
Way = Literal["plan", "breathing_space", "unknown"]


@dataclass(frozen=True, slots=True)
class PriorityArrears:
    """Arrears that come before any plan: on rent, utilities, support or tax. None is unknown."""

    kind: PriorityKind
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class Budget:
    """A household. Minor units; None means that the person does not know or did not say.

    `income_minor` and `spending_minor` are told by the month; `incomes`, `spending` and `debts`
    (regular payments to others) carry their own periods. `reasons` gives, by category, the code of
    the reason for spending outside its guideline.
    """

    income_minor: int | None
    people: int
    spending_minor: Mapping[str, int | None]
    incomes: tuple[Flow, ...] = ()
    spending: tuple[Flow, ...] = ()
    debts: tuple[Flow, ...] = ()
    arrears: tuple[PriorityArrears, ...] = ()
    region: str | None = None
    reasons: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def income_flows(self) -> tuple[Flow, ...]:
        """Every income; the single monthly figure is one of them unless others were told."""
        if self.income_minor is None and self.incomes:
            return self.incomes
        return (Flow("income", self.income_minor), *self.incomes)

    def spending_flows(self) -> tuple[Flow, ...]:
        """Everything that is spent."""
        told = (Flow(code, amount) for code, amount in self.spending_minor.items())
        return (*told, *self.spending)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an agent should know of a budget, with its figures."""

    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the sum: what is added or (below zero) taken away, and what is left then."""

    code: str
    amount_minor: int
    left_minor: int
    items: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Means:
    """What is left, what is kept, what can be paid; all None when the income is not known.

    `floor_applied` says that the spending told was below the living floor, which was used instead.
    `unknown` names what nobody told; `shortfall_minor` is what is missing each month.
    """

    surplus_minor: int | None
    buffer_minor: int | None
    affordable_minor: int | None
    floor_applied: bool
    shortfall_minor: int | None = None
    findings: tuple[Finding, ...] = ()
    steps: tuple[Step, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_negative(self) -> bool:
        """Nothing is left: never a plan, but breathing space and a person."""
        return self.affordable_minor == 0

    @property
    def way(self) -> Way:
        """What comes next: a plan, breathing space with a person, or a question about income."""
        if self.affordable_minor is None:
            return "unknown"
        return "breathing_space" if self.is_negative else "plan"

    @property
    def needs_reasons(self) -> tuple[str, ...]:
        """The categories outside their guideline for which a valid reason is still wanted."""
        return tuple(
            finding.params["category"]
            for finding in self.findings
            if finding.params.get("reason", "") is None
        )


def assess(budget: Budget, rules: Affordability, /) -> Means:
    """Income minus spending, priority arrears, other debts and the buffer; never below zero.

    Essential spending counts in full as told, and at least the living floor; a guideline asks for a
    reason and never cuts. Arrears on priority debts are taken as paid off within
    `priority_months`, before other debts, before the buffer.
    """
    spent = _essential(budget, rules)
    told = sum(spent.values())
    floor = rules.living_floor_first_minor + rules.living_floor_each_minor * (budget.people - 1)
    findings = (*_outliers(budget, rules), *_arrears_unknown(budget))
    unknown = _unknown(budget)
    incomes = budget.income_flows()
    if any(flow.amount_minor is None for flow in incomes):
        return Means(None, None, None, told < floor, None, findings, (), unknown)
    sums = _Sum()
    sums.add("income", _monthly(incomes, "income"), 1)
    sums.add("spending", spent, -1)
    sums.add("living_floor", {"living_floor": max(floor - told, 0)}, -1)
    sums.add("priority_arrears", _arrears(budget, rules), -1)
    sums.add("other_debts", _monthly(budget.debts, "spending"), -1)
    surplus, shortfall = max(sums.left, 0), max(-sums.left, 0)
    buffer = min(
        max(surplus * rules.buffer_share_ppm // WHOLE_PPM, rules.buffer_floor_minor), surplus
    )
    sums.add("buffer", {"buffer": buffer}, -1)
    affordable = surplus - buffer
    if shortfall:
        findings += (Finding("means.negative_budget", {"shortfall_minor": shortfall}),)
    elif not affordable:
        findings += (Finding("means.nothing_after_buffer", {"surplus_minor": surplus}),)
    return Means(
        surplus,
        buffer,
        affordable,
        told < floor,
        shortfall,
        findings,
        tuple(sums.steps),
        unknown,
    )


class _Sum:
    """A running sum that remembers its steps; a step of nothing is not told."""

    def __init__(self) -> None:
        self.left = 0
        self.steps: list[Step] = []

    def add(self, code: str, items: Mapping[str, int], sign: int) -> None:
        amount = sign * sum(items.values())
        self.left += amount
        if amount or code == "income":
            kept = tuple((name, value) for name, value in items.items() if value)
            self.steps.append(Step(code, amount, self.left, kept))


def _monthly(flows: Iterable[Flow], side: Literal["income", "spending"]) -> dict[str, int]:
    made: dict[str, int] = {}
    for flow in flows:
        made[flow.code] = made.get(flow.code, 0) + flow.average_minor(side)
    return made


def _essential(budget: Budget, rules: Affordability) -> dict[str, int]:
    """Spending that counts: all but what the policy calls not essential."""
    spare = {category.code for category in rules.categories if not category.essential}
    flows = (flow for flow in budget.spending_flows() if flow.code not in spare)
    return _monthly(flows, "spending")


def _arrears(budget: Budget, rules: Affordability) -> dict[str, int]:
    """What a month must pay so that priority arrears are gone in time."""
    made: dict[str, int] = {}
    for arrears in budget.arrears:
        monthly = -(-(arrears.amount_minor or 0) // rules.priority_months)
        made[arrears.kind] = made.get(arrears.kind, 0) + monthly
    return made


def _arrears_unknown(budget: Budget) -> tuple[Finding, ...]:
    return tuple(
        Finding("means.priority_arrears_unknown", {"kind": arrears.kind})
        for arrears in budget.arrears
        if arrears.amount_minor is None
    )


def _outliers(budget: Budget, rules: Affordability) -> tuple[Finding, ...]:
    """Spending outside its guideline, with the reason that was given, or None."""
    known = _monthly(
        (flow for flow in budget.spending_flows() if flow.amount_minor is not None), "spending"
    )
    accepted = {reason.code for reason in rules.outlier_reasons}
    found: list[Finding] = []
    for category, amount in known.items():
        guideline = rules.guideline(region=budget.region, category=category)
        code = guideline and _outside(guideline, budget.people, amount)
        if not guideline or not code:
            continue
        reason = budget.reasons.get(category)
        band = guideline.band(budget.people)
        params = {
            "category": category,
            "amount_minor": amount,
            "region": guideline.region,
            **band.model_dump(include={"low_minor", "typical_minor", "high_minor"}),
            "reason": reason if reason in accepted else None,
        }
        found.append(Finding(code, params))
    return tuple(found)


def _outside(guideline: Guideline, people: int, amount_minor: int) -> str | None:
    band = guideline.band(people)
    if amount_minor > band.high_minor:
        return "means.above_guideline"
    return "means.below_guideline" if amount_minor < band.low_minor else None


def _unknown(budget: Budget) -> tuple[str, ...]:
    flows = (*budget.income_flows(), *budget.spending_flows(), *budget.debts)
    return tuple(dict.fromkeys(flow.code for flow in flows if flow.amount_minor is None))
