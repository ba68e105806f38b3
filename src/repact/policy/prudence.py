"""Whether a policy's limits, dates and promises hold: tiers, pools, evidence, rollout, relief."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from repact.policy.fields import ROLES
from repact.policy.model import Policy
from repact.policy.reading import Place

Item = tuple[Any, ...]
LIMITS = (
    "concession_minor_max",
    "waived_minor_max",
    "share_ppm_max",
    "forbearance_number_max",
)
EVIDENCE_ORDER = ("none", "one", "full")


def found(policy: Policy, on: date, /) -> Iterator[Item]:
    """Every limit, date and promise that does not hold, as (rule, place, params[, level])."""
    yield from _tiers(policy)
    yield from _holders(policy)
    yield from _pools(policy, on)
    yield from _evidence(policy)
    yield from _evidence_tiers(policy)
    yield from _promises(policy)
    yield from _rollout(policy)
    yield from _relief(policy, on)


def _tiers(policy: Policy) -> Iterator[Item]:
    """Who stands higher may give at least as much; nothing automatic gives more than an agent."""
    tiers = policy.authority.tiers
    for index, (lower, upper) in enumerate(pairwise(tiers), 1):
        place: Place = ("authority", "tiers", index)
        if ROLES.index(upper.role) < ROLES.index(lower.role):
            yield "policy.tiers_out_of_order", place, {"role": upper.role, "below": lower.role}
            continue
        for limit in LIMITS:
            if getattr(upper, limit) >= getattr(lower, limit):
                continue
            rule = "automatic_above_agent" if lower.role == "automatic" else "tiers_not_rising"
            params: dict[str, Any] = {"role": upper.role, "below": lower.role, "limit": limit}
            yield f"policy.{rule}", place, params
    first = tiers[0]
    if first.role == "automatic":
        cap = policy.authority.caps.automatic_day_minor
        if cap < first.concession_minor_max:
            params = {"cap_minor": cap, "concession_minor_max": first.concession_minor_max}
            place = ("authority", "caps", "automatic_day_minor")
            yield "policy.cap_below_tier", place, params, "warning"


def _holders(policy: Policy) -> Iterator[Item]:
    people = [t for t in enumerate(policy.authority.tiers) if t[1].role != "automatic"]
    if not people:
        yield "policy.no_person", ("authority", "tiers"), {}
    for index, tier in people:
        if not tier.holders:
            place: Place = ("authority", "tiers", index, "holders")
            yield "policy.tier_nobody_holds", place, {"role": tier.role}
    if people and sum(tier.holders for _, tier in people[1:]) < 2:
        yield "policy.no_second_person", ("authority", "tiers"), {}, "warning"


def _pools(policy: Policy, on: date) -> Iterator[Item]:
    """Pools for one product do not overlap, and one of them is open."""
    known = {product.code for product in policy.products}
    for index, pool in enumerate(policy.pools):
        for code in sorted(set(pool.products) - known):
            yield "policy.product_unknown", ("pools", index, "products"), {"product": code}
        if pool.to_date < on:
            params: dict[str, Any] = {"pool": pool.code, "to_date": pool.to_date.isoformat()}
            yield "policy.pool_ended", ("pools", index), params, "warning"
        for other in policy.pools[:index]:
            apart = pool.from_date > other.to_date or other.from_date > pool.to_date
            shared = set(pool.products or known) & set(other.products or known)
            if shared and not apart:
                params = {"pool": pool.code, "other": other.code}
                yield "policy.pools_overlap", ("pools", index), params
    for code in sorted(known) if policy.pools else ():
        serving = [p for p in policy.pools if not p.products or code in p.products]
        if not any(pool.from_date <= on <= pool.to_date for pool in serving):
            yield "policy.no_pool", ("pools",), {"product": code, "on": on.isoformat()}


def _evidence(policy: Policy) -> Iterator[Item]:
    """The tiers rise and, together, cover every debt and concession the policy allows."""
    for index, (lower, upper) in enumerate(pairwise(policy.evidence), 1):
        params: dict[str, Any] = {"tier": upper.tier, "below": lower.tier}
        order = [EVIDENCE_ORDER.index(tier.tier) for tier in (lower, upper)]
        falls = (
            upper.concession_minor_max < lower.concession_minor_max
            or upper.owed_minor_max < lower.owed_minor_max
        )
        if order[0] > order[1] or falls:
            yield "policy.evidence_not_rising", ("evidence", index), params
    last = len(policy.evidence) - 1
    needed = (
        ("owed_minor_max", policy.eligibility.owed_minor_max),
        ("concession_minor_max", policy.authority.tiers[-1].concession_minor_max),
    )
    for limit, value in needed:
        covered = getattr(policy.evidence[last], limit)
        if covered < value:
            params = {"limit": limit, "covered_minor": covered, "needed_minor": value}
            yield "policy.evidence_gap", ("evidence", last), params


def _evidence_tiers(policy: Policy) -> Iterator[Item]:
    for index, tier in enumerate(policy.evidence):
        place: Place = ("evidence", index)
        if tier.tier != "none" and not tier.kinds:
            yield "policy.evidence_without_kinds", place, {"tier": tier.tier}
        if bool(tier.later_days) != bool(tier.trial_rows):
            params: dict[str, Any] = {"later_days": tier.later_days, "trial_rows": tier.trial_rows}
            yield "policy.evidence_later_without_trial", place, params, "warning"
        trial = policy.instruments.trial
        if tier.trial_rows and (trial is None or trial.rows < tier.trial_rows):
            params = {"trial_rows": tier.trial_rows, "rows": trial.rows if trial else 0}
            yield "policy.evidence_beyond_trial", place, params


def _promises(policy: Policy) -> Iterator[Item]:
    """An offer accepted on its last day still comes before its first payment."""
    offers, service = policy.offers, policy.service
    if offers.days > service.notice_days:
        params: dict[str, Any] = {"days": offers.days, "notice_days": service.notice_days}
        yield "policy.offer_outlives_notice", ("offers", "days"), params
    if service.cooling_off_days > service.notice_days:
        params = {"days": service.cooling_off_days, "notice_days": service.notice_days}
        yield "policy.cooling_off_outlives_notice", ("service", "cooling_off_days"), params
    if service.hold_days < offers.days:
        params = {"hold_days": service.hold_days, "days": offers.days}
        yield "policy.hold_shorter_than_offer", ("service", "hold_days"), params
    if offers.borrower_max > offers.agent_max:
        params = {"borrower_max": offers.borrower_max, "agent_max": offers.agent_max}
        yield "policy.borrower_sees_more", ("offers", "borrower_max"), params


def _rollout(policy: Policy) -> Iterator[Item]:
    known = {product.code for product in policy.products}
    for index, step in enumerate(policy.rollout):
        place: Place = ("rollout", index)
        if step.product not in known:
            yield "policy.product_unknown", (*place, "product"), {"product": step.product}
        if step.mode == "automatic" and policy.authority.tier("automatic") is None:
            yield "policy.automatic_without_tier", (*place, "mode"), {"product": step.product}
        if step.mode == "automatic" and not (step.daily_count_max and step.daily_minor_max):
            yield "policy.automatic_without_limit", place, {"product": step.product}
    for code in sorted(known - {step.product for step in policy.rollout}):
        yield "policy.rollout_misses", ("rollout",), {"product": code}, "warning"


def _relief(policy: Policy, on: date) -> Iterator[Item]:
    reasons = {reason.code for reason in policy.reasons}
    contract = max(product.contract_rate_ppm_max for product in policy.products)
    holiday = policy.instruments.holiday
    for index, relief in enumerate(policy.relief):
        place: Place = ("relief", index)
        for code in sorted(set(relief.reasons) - reasons):
            yield "policy.reason_unknown", (*place, "reasons"), {"reason": code}
        if relief.to_date < on or relief.to_date < policy.effective_from:
            params: dict[str, Any] = {"relief": relief.code, "to_date": relief.to_date.isoformat()}
            yield "policy.relief_ended", place, params, "warning"
        if not relief.instruments:
            yield "policy.relief_without_instrument", place, {"relief": relief.code}
        rows_max = holiday.rows_max if holiday else 0
        if relief.holiday_rows > rows_max:
            params = {"rows": relief.holiday_rows, "rows_max": rows_max}
            yield "policy.relief_beyond_bounds", (*place, "holiday_rows"), params
        if (relief.annual_rate_ppm or 0) > contract:
            params = {"rate_ppm": relief.annual_rate_ppm, "rate_ppm_max": contract}
            yield "policy.rate_above_contract", (*place, "annual_rate_ppm"), params
