"""Why an instrument is not in any offer: the rule in the way, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from repact.policy.choosing import Choosing, Refusal, above_means
from repact.policy.ground import Ground
from repact.policy.judging import evidence_missing
from repact.policy.offers import NotOffered, Offer
from repact.policy.space import GRADED

COMPONENTS = {
    "waive_penalty": ("penalty",),
    "waive_fees": ("fees",),
    "waive_interest": ("interest",),
    "carry": ("interest", "penalty", "fees"),
    "capitalize": ("interest",),
}


def missing(
    ground: Ground,
    choosing: Choosing,
    offers: Sequence[Offer],
    *,
    refused: Mapping[str, Refusal],
) -> tuple[NotOffered, ...]:
    """Every instrument of the policy that no offer uses, with the rule that is in its way.

    `refused` are instruments that were tried by themselves and why they failed.
    """
    used = {name for offer in offers for name in offer.instruments}
    made = []
    for name in sorted(ground.policy.instruments.names()):
        if name not in used:
            found = refused.get(name) or _reason(ground, choosing, offers, name)
            made.append(NotOffered(name, found.rule_id, found.params, found.change))
    return tuple(made)


def _reason(ground: Ground, choosing: Choosing, offers: Sequence[Offer], name: str) -> Refusal:
    standing = _not_allowed(ground, name) or _by_itself(ground, name)
    if standing:
        return standing
    if not offers:
        return _why_none(ground, choosing)
    reached = max(offer_step(choosing, offer) for offer in offers)
    later = [step for step, made in enumerate(ground.space.steps) if made.instrument == name]
    if name in GRADED and later and later[0] > reached:
        return Refusal("policy.smaller_concession_is_enough", {}, {})
    return Refusal("policy.another_suits_better", {}, {})


def _by_itself(ground: Ground, name: str) -> Refusal | None:
    """What holds of an instrument whatever was found: nothing to use it on, or not asked for."""
    components = COMPONENTS.get(name)
    if components and not _owed(ground, components):
        return Refusal("policy.nothing_owed_there", {"components": list(components)}, {})
    facts, bounds = ground.facts, ground.policy.instruments
    overdue = any(debt.position.contract for debt in ground.debts)
    slow = facts.slow_months
    standing: dict[str, Refusal | None] = {
        "settlement": Refusal(
            "policy.settlement_not_asked", {}, {"amount_minor": _settles(ground)}
        ),
        "trial": Refusal("policy.trial_not_needed", {}, {}),
        "date_change": Refusal("policy.dates_follow_payday", {}, {}),
        "frequency_change": _of_rhythm(ground),
        "catch_up": None if overdue else Refusal("policy.nothing_left_of_contract", {}, {}),
        "seasonal": None if slow else Refusal("policy.no_slow_months", {}, {}),
        "balloon": None,
    }
    if name == "seasonal" and bounds.seasonal and len(slow) > bounds.seasonal.low_months_max:
        most = {"months": len(slow), "months_max": bounds.seasonal.low_months_max}
        return Refusal("policy.low_months_max", most, {"person": True})
    if name == "balloon" and bounds.balloon and not bounds.balloon.above_means:
        return Refusal("policy.by_a_person", {}, {"person": True})
    return standing.get(name)


def _of_rhythm(ground: Ground) -> Refusal | None:
    bounds, rhythm = ground.policy.instruments.frequency_change, ground.facts.rhythm
    if rhythm == "monthly":
        return Refusal("policy.paid_monthly", {}, {})
    if bounds and rhythm not in bounds.frequencies:
        return Refusal("policy.rhythm_not_offered", {"rhythm": rhythm}, {})
    return None


def offer_step(choosing: Choosing, offer: Offer, /) -> int:
    """The step of the cascade an offer was found at."""
    return choosing.steps_of.get(offer.schedule_sha256, 0)


def _why_none(ground: Ground, choosing: Choosing) -> Refusal:
    """Nothing is offered at all: the smallest payment there is, else the rule that stopped plans
    within means, a rule of law before one of the policy."""
    least = choosing.least_payment()
    if least is not None:
        return above_means(least.peak_minor)
    if choosing.ruled_out:
        return min(choosing.ruled_out.values(), key=lambda r: r.rule_id.startswith("policy."))
    if not choosing.unreachable:
        return Refusal("policy.no_plan_fits", {}, {})
    tiers = ground.policy.authority.tiers
    if choosing.concession_max_minor < max(tier.concession_minor_max for tier in tiers):
        more = choosing.concession_max_minor + 1
        return evidence_missing(ground, concession_minor=more)
    return Refusal("policy.nobody_may_give_it", {}, {})


def _not_allowed(ground: Ground, name: str) -> Refusal | None:
    """Not for these products, not in their buckets, or not serviceable by their keeper."""
    if any(name in limits.may for limits in ground.limits):
        return None
    policy = ground.policy
    products: list[Any] = [policy.product(debt.product_code) for debt in ground.debts]
    if name in ground.facts.barred:
        return Refusal("policy.barred_for_this_case", {}, {})
    if not any(name in product.instruments for product in products):
        return Refusal("policy.not_for_product", {"products": [p.code for p in products]}, {})
    if not any(name in product.serviceable for product in products):
        return Refusal("policy.keeper_cannot", {"products": [p.code for p in products]}, {})
    days = max(debt.days_past_due for debt in ground.debts)
    return Refusal("policy.not_in_bucket", {"days_past_due": days}, {})


def _owed(ground: Ground, components: Sequence[str]) -> int:
    positions = [debt.position for debt in ground.debts]
    return sum(getattr(p, f"{name}_minor") for p in positions for name in components)


def _settles(ground: Ground) -> int:
    bounds = ground.policy.instruments.settlement
    share = bounds.share_ppm_min if bounds else 1_000_000
    return -(-ground.owed_minor * share // 1_000_000)
