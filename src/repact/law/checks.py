"""Checks of products, plans and sets of offers against the law of a day.

Only what is in force on that day, for this lender and product, is asked; a rule attached to the
contract is that of the day the contract was made, where it is known.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import date

from repact.law import parties, rates, shapes
from repact.law.catalogue import Catalogue
from repact.law.entries import Entry, Subject
from repact.law.facts import CaseFacts, Finding, PlanFacts, ProductFacts, finding
from repact.law.signing import check_decision, check_signing, cost_sheet_seconds

__all__ = [
    "CaseFacts",
    "Finding",
    "PlanFacts",
    "ProductFacts",
    "check_decision",
    "check_offers",
    "check_plan",
    "check_product",
    "check_signing",
    "cost_sheet_seconds",
]
PLAN: dict[str | None, Callable[[Entry, PlanFacts], Finding | None]] = {
    "penalty_share": rates.late_share,
    "damages_share": rates.late_share,
    "no_interest_on_penalty": rates.penalty_bears_interest,
    "fee_as_interest": rates.fee_as_interest,
    "upfront_deduction": rates.upfront_deduction,
    "diminished_obligation": rates.diminished,
    "new_disclosures": rates.new_disclosures,
    "balance_cap": shapes.balance_cap,
    "reinstallment": shapes.reinstallment,
    "lump_sum_pressure": shapes.lump_sum_pressure,
    "moratorium": shapes.moratorium,
    "preconditions": parties.preconditions,
    "card_order": parties.card_order,
    "default_order": parties.default_order,
    "guarantor_consent": parties.guarantor_consent,
}
ON_A_DAY: dict[str | None, Callable[[Entry, PlanFacts, date], Finding | None]] = {
    "term_cap": shapes.term_cap,
    "bullet_term": shapes.bullet_term,
    "limitation": parties.limitation,
}
ALONE = frozenset({"rate_cap", "rollover_ceiling", "extension_cap"})


@functools.lru_cache(maxsize=4096)
def _asked(
    law: Catalogue, subject: Subject, on: date, contract_on: date | None
) -> tuple[Entry, ...]:
    """The entries that a plan is held against; worked out once for thousands of plans."""
    asked = ALONE | PLAN.keys() | ON_A_DAY.keys()
    entries = law.applying(subject, on=on, contract_on=contract_on)
    return tuple(entry for entry in entries if entry.check in asked)


def check_product(facts: ProductFacts, law: Catalogue, *, on: date) -> tuple[Finding, ...]:
    """What the law of a day finds in a product; default costs and fees count in every cap."""
    entries = law.applying(facts.subject(), on=on, contract_on=facts.contract_on)
    found = [rates.product_rate_cap(e, facts, law, on) for e in entries if e.check == "rate_cap"]
    found += [rates.product_penalty(e, facts) for e in entries if e.check == "penalty_share"]
    return tuple(item for item in found if item)


def check_plan(facts: PlanFacts, law: Catalogue, *, on: date) -> tuple[Finding, ...]:
    """What the law of a day finds in a plan, and in the contract it is compared with."""
    product = facts.product
    subject = product.subject(days_past_due=facts.case.days_past_due)
    entries = _asked(law, subject, on, product.contract_on)
    found: list[Finding | None] = []
    for entry in entries:
        match entry.check:
            case "rate_cap":
                found.append(rates.rate_cap(entry, facts, law, on))
                found.append(rates.contract_above_cap(entry, product, law, on))
            case "rollover_ceiling":
                found.append(rates.rollover(entry, facts, law))
            case "extension_cap":
                found.append(shapes.extension_cap(entry, facts, entries, on))
            case name if name in PLAN:
                found.append(PLAN[name](entry, facts))
            case name:
                found.append(ON_A_DAY[name](entry, facts, on))
    return tuple(item for item in found if item)


def check_offers(
    offers: Sequence[PlanFacts], law: Catalogue, *, on: date, relief_considered: bool = False
) -> tuple[Finding, ...]:
    """What the law of a day finds in a set of offers, beyond what it finds in each.

    At least one gives relief in interest or charges, or it is on record that relief was considered
    and why it was refused (CONC 7.3).
    """
    if not offers or relief_considered or any(map(shapes.interest_relief, offers)):
        return ()
    entries = law.applying(offers[0].product.subject(), on=on)
    return tuple(finding(e) for e in entries if e.check == "interest_relief")
