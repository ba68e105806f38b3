"""Whether the parts of a policy fit together: products, buckets, instruments, cascade, means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from repact.policy.model import Policy
from repact.policy.reading import Place

Item = tuple[Any, ...]


def found(policy: Policy, _on: date, /) -> Iterator[Item]:
    """Every contradiction between the parts, as (rule, place, params[, level])."""
    yield from _products(policy)
    yield from _keepers(policy)
    yield from _bounds(policy)
    yield from _buckets(policy)
    yield from _cascade(policy)
    yield from _rates(policy)
    yield from _affordability(policy)
    yield from _reasons(policy)


def _products(policy: Policy) -> Iterator[Item]:
    for index, product in enumerate(policy.products):
        place: Place = ("products", index)
        if not product.instruments:
            yield "policy.product_without_instrument", place, {"product": product.code}
            continue
        for bucket in policy.buckets:
            if not product.serviceable & set(bucket.instruments):
                params = {"product": product.code, "bucket": bucket.code}
                yield "policy.nothing_in_bucket", place, params, "warning"


def _keepers(policy: Policy) -> Iterator[Item]:
    """An offer the keeper of the record cannot service is never made: say so beforehand."""
    for index, product in enumerate(policy.products):
        unable = sorted(set(product.instruments) - set(product.core_instruments))
        if product.keeper == "core" and unable:
            params: dict[str, Any] = {"product": product.code, "instruments": ", ".join(unable)}
            yield "policy.core_cannot_service", ("products", index, "instruments"), params
        if product.keeper == "repact" and product.core_instruments:
            params = {"product": product.code}
            place = ("products", index, "core_instruments")
            yield "policy.core_instruments_unused", place, params, "warning"


def _bounds(policy: Policy) -> Iterator[Item]:
    """An instrument without bounds is never offered; bounds without a product are idle."""
    bounded = set(policy.instruments.names())
    lists: list[tuple[Place, tuple[str, ...]]] = [
        (("products", i, "instruments"), p.instruments) for i, p in enumerate(policy.products)
    ]
    lists += [(("buckets", i, "instruments"), b.instruments) for i, b in enumerate(policy.buckets)]
    lists += [(("relief", i, "instruments"), r.instruments) for i, r in enumerate(policy.relief)]
    for place, names in lists:
        for name in names:
            if name not in bounded:
                yield "policy.instrument_without_bounds", place, {"instrument": name}
    used = {name for product in policy.products for name in product.instruments}
    for name in sorted(bounded - used):
        yield "policy.instrument_unused", ("instruments", name), {"instrument": name}, "warning"


def _buckets(policy: Policy) -> Iterator[Item]:
    """Every number of days past due belongs to exactly one bucket."""
    first, last = policy.buckets[0], policy.buckets[-1]
    start = 0 if policy.eligibility.pre_arrears else 1
    if first.from_days > start:
        params: dict[str, Any] = {"from_days": start, "to_days": first.from_days - 1}
        yield "policy.bucket_gap", ("buckets", 0), params
    for index, (before, after) in enumerate(pairwise(policy.buckets), 1):
        end = before.to_days
        params = {"bucket": before.code, "next": after.code}
        if end is None or after.from_days <= end:
            yield "policy.bucket_overlap", ("buckets", index), params
        elif after.from_days > end + 1:
            gap = {"from_days": end + 1, "to_days": after.from_days - 1}
            yield "policy.bucket_gap", ("buckets", index), gap
    if last.to_days is not None:
        place = ("buckets", len(policy.buckets) - 1, "to_days")
        yield "policy.bucket_ends", place, {"bucket": last.code, "to_days": last.to_days}


def _cascade(policy: Policy) -> Iterator[Item]:
    used = {name for product in policy.products for name in product.instruments}
    for index, name in enumerate(policy.cascade):
        if name not in used:
            yield "policy.cascade_unused", ("cascade", index), {"instrument": name}
    for name in sorted(used - set(policy.cascade)):
        yield "policy.cascade_misses", ("cascade",), {"instrument": name}, "warning"


def _rates(policy: Policy) -> Iterator[Item]:
    """A plan is never dearer than its contract, late or on time, waiting or not."""
    contract = max(product.contract_rate_ppm_max for product in policy.products)
    default = min(product.default_rate_ppm_max for product in policy.products)
    cut, waiting = policy.instruments.rate_cut, policy.accrual_while_open
    if cut and cut.rates_ppm[-1] > contract:
        params: dict[str, Any] = {"rate_ppm": cut.rates_ppm[-1], "rate_ppm_max": contract}
        yield "policy.rate_above_contract", ("instruments", "rate_cut", "rates_ppm"), params
    for index, product in enumerate(policy.products):
        if product.default_rate_ppm_max < product.contract_rate_ppm_max:
            yield "policy.default_below_contract", ("products", index), {"product": product.code}
    if policy.conduct.late_rate_ppm > default:
        params = {"rate_ppm": policy.conduct.late_rate_ppm, "rate_ppm_max": default}
        yield "policy.late_above_default", ("conduct", "late_rate_ppm"), params
    if (waiting.mode == "reduced") != (waiting.annual_rate_ppm is not None):
        yield "policy.accrual_rate", ("accrual_while_open",), {"mode": waiting.mode}
    elif (waiting.annual_rate_ppm or 0) > contract:
        params = {"rate_ppm": waiting.annual_rate_ppm, "rate_ppm_max": contract}
        yield "policy.rate_above_contract", ("accrual_while_open", "annual_rate_ppm"), params
    if waiting.mode == "running":
        yield "policy.asking_costs", ("accrual_while_open",), {"mode": waiting.mode}, "warning"


def _affordability(policy: Policy) -> Iterator[Item]:
    rules = policy.affordability
    place: Place = ("affordability",)
    regions = {guideline.region for guideline in rules.guidelines}
    known = {category.code for category in rules.categories}
    if rules.guidelines and rules.default_region not in regions:
        params: dict[str, Any] = {"region": rules.default_region or ""}
        yield "policy.default_region_unknown", (*place, "default_region"), params
    if rules.guidelines and not rules.outlier_reasons:
        yield "policy.no_outlier_reasons", (*place, "guidelines"), {}
    for index, guideline in enumerate(rules.guidelines):
        if guideline.category not in known:
            params = {"category": guideline.category}
            yield "policy.category_unknown", (*place, "guidelines", index), params
    if not rules.buffer_share_ppm and not rules.buffer_floor_minor:
        yield "policy.no_buffer", (*place, "buffer_floor_minor"), {}, "warning"
    for index, product in enumerate(policy.products):
        if product.kind == "business" and rules.business is None:
            yield "policy.business_without_rules", ("products", index), {"product": product.code}


def _reasons(policy: Policy) -> Iterator[Item]:
    """A reason should be shown by something that some evidence tier accepts."""
    accepted = {kind for tier in policy.evidence for kind in tier.kinds}
    for index, reason in enumerate(policy.reasons):
        if not accepted & set(reason.evidence):
            place = ("reasons", index, "evidence")
            yield "policy.reason_never_shown", place, {"reason": reason.code}, "warning"
