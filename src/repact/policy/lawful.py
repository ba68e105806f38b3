"""The law's questions about a candidate: before it is made exact, and of its exact plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from repact.law import checks, outline
from repact.law.catalogue import Catalogue
from repact.plans import terms as t
from repact.plans.conduct import Conduct
from repact.plans.disclosure import Disclosure
from repact.plans.figures import Schedule
from repact.policy.candidates import Calendar, Limits, Pace, rate_of
from repact.policy.facts import DebtFacts, Facts
from repact.policy.model import Policy

RELIEFS = frozenset({"rate_cut", "freeze", "waive_interest", "waive_penalty", "waive_fees"})
PAUSES = frozenset({"holiday", "interest_only"})


def product_facts(policy: Policy, debt: DebtFacts, limits: Limits, /) -> checks.ProductFacts:
    """A debt's product as the law sees it."""
    product = policy.product(debt.product_code)
    return checks.ProductFacts(
        lender_type=policy.lender_type,
        product=product.law_product if product else debt.product_code,
        contract_rate_ppm=limits.rate_ppm_max,
        default_rate_ppm=debt.default_rate_ppm,
        kind=product.kind if product else "",
        contract_on=debt.contract_on,
        is_secured=debt.is_secured,
        is_guaranteed=debt.is_guaranteed,
    )


def case_facts(debt: DebtFacts, facts: Facts, /) -> checks.CaseFacts:
    """What the law asks about the case around a debt. Means are those of the best month: a payment
    of the season is no pressure."""
    means = facts.best_month_minor if facts.months_minor else facts.affordable_minor
    asked = debt.law.lump_sum_asked or facts.settlement_minor is not None
    return replace(
        debt.law,
        days_past_due=debt.days_past_due,
        affordable_minor=means,
        lump_sum_asked=asked,
    )


class _Key(NamedTuple):
    place: int
    rate_ppm: int
    rows: int
    first_paid: int | None
    is_frozen: bool


class Outlines:
    """What the law rules out by outline, for the debts of a case; each outline is asked once."""

    def __init__(
        self,
        products: Sequence[checks.ProductFacts],
        cases: Sequence[checks.CaseFacts],
        *,
        limits: Sequence[Limits],
        calendar: Calendar,
        conduct: Conduct,
        law: Catalogue,
        rows_max: int,
    ) -> None:
        self._products, self._cases, self._limits = products, cases, limits
        self._on, self._conduct, self._law = calendar.on, conduct, law
        self._dates = calendar.dates(rows_max)
        self._found: dict[_Key, checks.Finding | None] = {}

    def blocking(self, pace: Pace, rows: Sequence[int], /, *, pays: bool) -> checks.Finding | None:
        """The rule that blocks whatever has this pace, so many rows for each debt; `pays` says that
        its level is surely not zero."""
        first: int | None = None
        if pays and pace.head.kind != "seasonal":
            first = pace.head.rows if pace.head.kind in PAUSES else 0
        for place, limits in enumerate(self._limits):
            frozen = bool(pace.frozen_rows) and "freeze" in limits.may
            key = _Key(place, rate_of(pace, limits), rows[place], first, frozen)
            if key not in self._found:
                self._found[key] = self._asked(key)
            if found := self._found[key]:
                return found
        return None

    def _asked(self, key: _Key) -> checks.Finding | None:
        made = outline.Outline(
            product=self._products[key.place],
            case=self._cases[key.place],
            conduct=self._conduct,
            annual_rate_ppm=key.rate_ppm,
            rows=key.rows,
            last_due_date=self._dates[key.rows - 1],
            first_paid_date=None if key.first_paid is None else self._dates[key.first_paid],
            is_frozen=key.is_frozen,
        )
        return outline.blocking(made, self._law, on=self._on)


def plan_facts(
    product: checks.ProductFacts,
    case: checks.CaseFacts,
    debt: DebtFacts,
    /,
    *,
    terms: t.Terms,
    schedule: Schedule,
    disclosed: Disclosure,
) -> checks.PlanFacts:
    """One part of an exact plan as the law sees it."""
    return checks.PlanFacts(
        product=product,
        terms=terms,
        schedule=schedule,
        disclosure=disclosed,
        position=debt.position,
        case=case,
    )


def findings(
    parts: Sequence[checks.PlanFacts], law: Catalogue, /, *, on: date
) -> tuple[checks.Finding, ...]:
    """What the law of the day finds in any part of a plan, each rule once."""
    found: dict[str, checks.Finding] = {}
    for part in parts:
        for finding in checks.check_plan(part, law, on=on):
            found.setdefault(finding.rule_id, finding)
    return tuple(found.values())
