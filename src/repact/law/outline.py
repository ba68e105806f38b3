"""What the law finds in every plan of an outline, whatever its exact schedule.

An outline is what is known of a plan before it is made: whose it is, its yearly rate, how many
payments, when the first that is not zero and the last fall due. A rule that blocks an outline
blocks each of its plans, so a search may leave them all out and miss no lawful one; a rule that
needs the exact figures is silent here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from repact.law import parties, rates, shapes
from repact.law.catalogue import Catalogue
from repact.law.entries import Entry, Subject
from repact.law.facts import CaseFacts, Finding, ProductFacts
from repact.plans.conduct import Conduct


@dataclass(frozen=True)
class Outline:
    """A plan before it is made. The rate is the plan's own, ppm; `is_frozen` says that some of its
    days bear no interest; `first_paid_date` is None where no payment is known not to be zero."""

    product: ProductFacts
    case: CaseFacts
    conduct: Conduct
    annual_rate_ppm: int
    rows: int
    last_due_date: date
    first_paid_date: date | None = None
    is_frozen: bool = False

    @property
    def contract_rate_ppm(self) -> int:
        """The contract's yearly rate, the plan's where the contract's is not known."""
        return self.product.contract_rate_ppm or self.annual_rate_ppm

    @property
    def worst_rate_ppm(self) -> int:
        """The least that the most expensive year of such a plan can cost, ppm."""
        return self.product.fees_rate_ppm + max(self.annual_rate_ppm, self.conduct.late_rate_ppm)


ASKED: dict[str | None, Callable[[Entry, Outline], Finding | None]] = {
    "penalty_share": rates.late_share,
    "damages_share": rates.late_share,
    "fee_as_interest": rates.fee_as_interest,
    "upfront_deduction": rates.upfront_deduction,
    "reinstallment": shapes.reinstallment,
    "preconditions": parties.preconditions,
    "card_order": parties.card_order,
    "default_order": parties.default_order,
    "guarantor_consent": parties.guarantor_consent,
}


def blocking(outline: Outline, law: Catalogue, *, on: date) -> Finding | None:
    """The first rule of a day that blocks every plan of an outline; None when none surely does."""
    product = outline.product
    subject = product.subject(days_past_due=outline.case.days_past_due)
    entries = _blocking(law, subject, on, product.contract_on)
    found = (_found(entry, outline, law, entries, on) for entry in entries)
    return next((item for item in found if item and item.blocks), None)


@functools.lru_cache(maxsize=4096)
def _blocking(
    law: Catalogue, subject: Subject, on: date, contract_on: date | None
) -> tuple[Entry, ...]:
    entries = law.applying(subject, on=on, contract_on=contract_on)
    return tuple(entry for entry in entries if entry.check)


def _found(
    entry: Entry, outline: Outline, law: Catalogue, entries: tuple[Entry, ...], on: date
) -> Finding | None:
    last = outline.last_due_date
    found: Finding | None = None
    match entry.check:
        case "rate_cap":
            found = rates.rate_cap(entry, outline, law, on)
        case "term_cap":
            found = shapes.over_term(entry, last, on)
        case "extension_cap":
            found = shapes.over_extension(entry, outline.case, last, entries, on)
        case "limitation":
            found = parties.limitation(entry, outline, on)
        case "lump_sum_pressure":
            if outline.rows <= entry.value and not outline.case.lump_sum_asked:
                found = shapes.few_payments(entry, outline.rows)
        case "moratorium":
            found = _in_moratorium(entry, outline, on)
        case name if name in ASKED:
            found = ASKED[name](entry, outline)
    return found


def _in_moratorium(entry: Entry, outline: Outline, on: date) -> Finding | None:
    """Interest surely runs, or a payment surely falls due, inside a breathing space."""
    if outline.case.moratorium is None:
        return None
    start, end = outline.case.moratorium
    paid = outline.first_paid_date
    due = paid is not None and start <= paid < end
    runs = outline.annual_rate_ppm > 0 and not outline.is_frozen
    return shapes.inside_moratorium(entry, end) if on < end and (due or runs) else None
