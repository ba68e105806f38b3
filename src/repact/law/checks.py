"""Checks of products and plans against the law of a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from repact.law.catalogue import WHOLE_PPM, Action, Catalogue, Entry
from repact.plans.conduct import Conduct
from repact.plans.disclosure import Disclosure
from repact.plans.figures import Schedule
from repact.plans.terms import Terms


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a product or plan touches; `params` are the figures a sentence needs."""

    rule_id: str
    action: Action
    params: dict[str, Any]
    unconfirmed: bool

    @property
    def blocks(self) -> bool:
        """Whether the plan may not be offered."""
        return self.action == "block"


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product as the law sees it. Rates are annual ppm; the default rate is what arrears cost."""

    lender_type: str
    product: str
    contract_rate_ppm: int
    default_rate_ppm: int


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan made under a product, as the law sees it."""

    product: ProductFacts
    terms: Terms
    schedule: Schedule
    disclosure: Disclosure


def check_product(facts: ProductFacts, law: Catalogue, *, on: date) -> tuple[Finding, ...]:
    """What the law of a day finds in a product; default costs count in every cap."""
    worst = max(facts.contract_rate_ppm, facts.default_rate_ppm)
    entries = law.at(on, lender_type=facts.lender_type, product=facts.product)
    found = [_rate_cap(entry, worst, law, on) for entry in entries]
    found += [_penalty(entry, facts) for entry in entries if entry.check == "penalty_share"]
    return tuple(finding for finding in found if finding)


def check_plan(facts: PlanFacts, law: Catalogue, *, on: date) -> tuple[Finding, ...]:
    """What the law of a day finds in a plan."""
    product = facts.product
    conduct = Conduct.of(facts.terms)
    worst = max(
        facts.disclosure.annual_rate_nominal_ppm or 0,
        facts.terms.annual_rate_ppm,
        conduct.late_rate_ppm,
    )
    checks: tuple[Callable[[Entry], Finding | None], ...] = (
        lambda entry: _rate_cap(entry, worst, law, on),
        lambda entry: _months(entry, facts.schedule, on),
    )
    entries = law.at(on, lender_type=product.lender_type, product=product.product)
    found = [check(entry) for entry in entries for check in checks]
    return tuple(finding for finding in found if finding)


def cost_sheet_seconds(law: Catalogue, *, on: date) -> int:
    """How long the cost sheet must be open before it can be confirmed; 0 when no rule asks."""
    entries = law.at(on, lender_type="", product="")
    return max((e.value for e in entries if e.id == "CN-COST-2026-2"), default=0)


def _rate_cap(entry: Entry, worst_ppm: int, law: Catalogue, on: date) -> Finding | None:
    if entry.check != "rate_cap":
        return None
    cap_ppm = entry.value
    if entry.unit == "times_lpr":
        cap_ppm = entry.value * law.series_named("CN-LPR-1Y").at(on)
    return _finding(entry, rate_ppm=worst_ppm, cap_ppm=cap_ppm) if worst_ppm > cap_ppm else None


def _penalty(entry: Entry, facts: ProductFacts) -> Finding | None:
    """A penalty rate above contract rate x (1 + the allowed share)."""
    cap_ppm = facts.contract_rate_ppm * (WHOLE_PPM + entry.value) // WHOLE_PPM
    if facts.default_rate_ppm <= cap_ppm:
        return None
    return _finding(entry, rate_ppm=facts.default_rate_ppm, cap_ppm=cap_ppm)


def _months(entry: Entry, schedule: Schedule, on: date) -> Finding | None:
    if entry.check != "term_cap":
        return None
    last = schedule.rows[-1].due_date
    months = (last.year - on.year) * 12 + last.month - on.month - (last.day < on.day)
    over = months > entry.value or (months == entry.value and last.day > on.day)
    return _finding(entry, months=months, months_max=entry.value) if over else None


def _finding(entry: Entry, **params: Any) -> Finding:
    return Finding(
        rule_id=entry.id,
        action=entry.effective_action,
        params=params,
        unconfirmed=entry.is_unconfirmed,
    )
