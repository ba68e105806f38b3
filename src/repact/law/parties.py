"""Who must agree, what must be on record, and in which order a payment is used."""

from __future__ import annotations

from datetime import date

from repact.law.entries import Entry
from repact.law.facts import Around, Finding, finding
from repact.plans.conduct import AllocationRule

DEFAULT_ORDER = ("fees", "interest", "principal")


def preconditions(entry: Entry, plan: Around) -> Finding | None:
    """An agreement that presumes a debt beyond the means and a willing debtor, with one denied."""
    asked = {"beyond_means": plan.case.is_beyond_means, "willing": plan.case.is_willing}
    missing = [name for name, answer in asked.items() if answer is False]
    return finding(entry, missing=missing) if missing else None


def card_order(entry: Entry, plan: Around) -> Finding | None:
    """A card payment goes to interest and fees first, and to principal first once `value` days
    past due are reached: then of every row, before any charge. Before, a row may be paid whole,
    as the bill it is. The conduct is read on the last day before and on that day."""
    conduct = plan.conduct
    early = conduct.rule_at(entry.value - 1)
    late = conduct.rule_at(entry.value)
    wrong = [
        name
        for name, holds in (
            ("before", early.order[-1] == "principal"),
            ("after", late.order[0] == "principal" and late.across == "components"),
        )
        if not holds
    ]
    return finding(entry, from_days_past_due=entry.value, wrong=wrong) if wrong else None


def default_order(entry: Entry, plan: Around) -> Finding | None:
    """Nothing else was agreed, and a payment is not used for costs, interest, then principal."""
    rules = plan.conduct.allocation
    if plan.case.order_is_agreed or all(_is_default(rule) for rule in rules):
        return None
    return finding(entry, order=list(DEFAULT_ORDER))


def guarantor_consent(entry: Entry, plan: Around) -> Finding | None:
    """A guaranteed debt is changed without the guarantor's written consent."""
    needed = plan.product.is_guaranteed and not plan.case.guarantor_consented
    return finding(entry) if needed else None


def limitation(entry: Entry, plan: Around, on: date) -> Finding | None:
    """The debt is time-barred: to sign would give up the defence."""
    barred = plan.case.time_barred_on
    if barred is None or on < barred:
        return None
    return finding(entry, barred_on=barred.isoformat())


def _is_default(rule: AllocationRule) -> bool:
    placed = [component for component in rule.order if component in DEFAULT_ORDER]
    return tuple(placed) == DEFAULT_ORDER
