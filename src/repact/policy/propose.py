"""Proposing plans: each recipe made exact, checked against law and policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from repact.dates.frequency import Recurrence
from repact.law import checks
from repact.law.catalogue import Catalogue
from repact.plans import accrual, certificate, disclosure
from repact.plans import schedule as schedules
from repact.plans.document import validate
from repact.plans.errors import PlanError
from repact.plans.figures import Schedule
from repact.plans.position import Position
from repact.plans.terms import Terms
from repact.policy.loading import LoadedPolicy, PolicyError
from repact.policy.model import Label, Policy, Recipe
from repact.policy.products import Product

WHOLE_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What a proposal is made from, besides the position.

    `affordable_minor` is None when nobody knows the income; then the borrower's own number counts.
    """

    product_code: str
    default_rate_ppm: int
    affordable_minor: int | None
    wish_minor: int
    payday: int

    @property
    def ceiling_minor(self) -> int:
        """The most a first offer may ask: what is affordable, else what was wished."""
        return self.wish_minor if self.affordable_minor is None else self.affordable_minor


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan that may be offered, with everything it was checked by."""

    label: Label
    terms: Terms
    schedule: Schedule
    disclosure: disclosure.Disclosure
    schedule_sha256: str
    installment_minor: int
    over_by_minor: int
    tier: str
    findings: tuple[checks.Finding, ...]

    @property
    def fits(self) -> bool:
        """Whether the largest payment is within the borrower's means."""
        return self.over_by_minor == 0


@dataclass(frozen=True, slots=True)
class NotOffered:
    """A kind of plan that is not offered, the rule in the way, and its figures."""

    label: Label
    rule_id: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """At most three offers, and why others are missing."""

    offers: tuple[Offer, ...]
    not_offered: tuple[NotOffered, ...]


def propose(
    *, position: Position, facts: Facts, loaded: LoadedPolicy, law: Catalogue, on: date
) -> Proposal:
    """The plans this policy offers for these facts on a day: the same facts, the same offers.

    Raises PolicyError `policy.product_not_covered`.
    """
    policy = loaded.policy
    product = policy.product(facts.product_code)
    if product is None:
        raise PolicyError("policy.product_not_covered", field="product", product=facts.product_code)
    if facts.affordable_minor == 0:
        refused = [NotOffered(r.label, "policy.negative_budget", {}) for r in policy.recipes]
        return Proposal(offers=(), not_offered=tuple(refused))
    made = [_try(recipe, position, facts, policy, product, law, on) for recipe in policy.recipes]
    return Proposal(
        offers=tuple(item for item in made if isinstance(item, Offer)),
        not_offered=tuple(item for item in made if isinstance(item, NotOffered)),
    )


def first_due_date(*, on: date, payday: int, notice_days: int) -> date:
    """The first payday at least `notice_days` after a day; short months pay on their last day."""
    earliest = on + timedelta(days=notice_days)
    monthly = Recurrence(every=1, unit="month", anchor_day=payday)
    start = earliest.replace(day=1)
    candidates = monthly.dates(start, 2)
    return next(day for day in candidates if day >= earliest)


def do_nothing_minor(*, position: Position, default_rate_ppm: int, on: date, months: int) -> int:
    """What would be owed at least after paying nothing for `months`: simple interest, no more.

    The contract's rate runs on the principal; the default rate only where it is not below it.
    """
    contract = position.contract
    if contract is None:
        return position.total_minor
    end = Recurrence(every=months, unit="month", anchor_day=on.day).next_after(on)
    interest = accrual.interest(
        amount_minor=position.principal_minor,
        annual_rate_ppm=min(contract.annual_rate_ppm, default_rate_ppm),
        start=on,
        end=end,
        day_count=contract.day_count,
    )
    return position.total_minor + interest


def _try(
    recipe: Recipe,
    position: Position,
    facts: Facts,
    policy: Policy,
    product: Product,
    law: Catalogue,
    on: date,
) -> Offer | NotOffered:
    counts = [n for n in recipe.counts if n + recipe.holiday_rows <= product.months_max]
    if not counts:
        return NotOffered(recipe.label, "policy.months_max", {"months_max": product.months_max})
    target = facts.ceiling_minor * recipe.target_share_ppm // WHOLE_PPM
    offer: Offer | None = None
    for count in counts:
        try:
            offer = _offer(recipe, count, position, facts, policy, law, on)
        except PlanError as error:
            return NotOffered(recipe.label, error.code, error.params)
        if offer.installment_minor <= target:
            break
    if offer is None or not offer.fits:
        least = offer.installment_minor if offer else 0
        return NotOffered(recipe.label, "policy.above_means", {"installment_minor": least})
    blocking = next((finding for finding in offer.findings if finding.blocks), None)
    if blocking:
        return NotOffered(recipe.label, blocking.rule_id, blocking.params)
    return offer


def _offer(
    recipe: Recipe,
    count: int,
    position: Position,
    facts: Facts,
    policy: Policy,
    law: Catalogue,
    on: date,
) -> Offer:
    terms = _terms(recipe, count, position, facts, policy, on)
    schedule = schedules.build(position, terms)
    disclosed = disclosure.disclose(position, terms, schedule)
    largest = max(row.payment_minor for row in schedule.rows[:-1] or schedule.rows)
    waived = schedule.totals.waived_minor
    product = checks.ProductFacts(
        lender_type=policy.lender_type,
        product=facts.product_code,
        contract_rate_ppm=position.contract.annual_rate_ppm if position.contract else 0,
        default_rate_ppm=facts.default_rate_ppm,
    )
    plan = checks.PlanFacts(product=product, terms=terms, schedule=schedule, disclosure=disclosed)
    return Offer(
        label=recipe.label,
        terms=terms,
        schedule=schedule,
        disclosure=disclosed,
        schedule_sha256=certificate.schedule_hash(position, terms, schedule),
        installment_minor=largest,
        over_by_minor=max(largest - facts.ceiling_minor, 0),
        tier=_tier(policy, waived),
        findings=checks.check_plan(plan, law, on=on),
    )


def _terms(
    recipe: Recipe, count: int, position: Position, facts: Facts, policy: Policy, on: date
) -> Terms:
    rate = recipe.annual_rate_ppm
    if position.contract:
        rate = min(rate, position.contract.annual_rate_ppm)
    shares = {
        "penalty": recipe.waive_penalty_ppm,
        "fees": recipe.waive_fees_ppm,
        "interest": recipe.waive_interest_ppm,
    }
    measures: list[dict[str, Any]] = [
        {"kind": "waive", "component": component, "share_ppm": share, "vests": "now"}
        for component, share in shares.items()
        if share
    ]
    measures += [
        {"kind": "carry", "component": component, "to": "spread"}
        for component, share in shares.items()
        if share < WHOLE_PPM
    ]
    shape: list[dict[str, Any]] = [{"kind": "level", "count": count}]
    if recipe.holiday_rows:
        rest = {"kind": "holiday", "count": recipe.holiday_rows, "interest": "accrue"}
        shape.insert(0, rest)
    first = first_due_date(on=on, payday=facts.payday, notice_days=policy.service.notice_days)
    return validate(
        Terms,
        {
            "version": 1,
            "effective_date": on,
            "annual_rate_ppm": rate,
            "day_count": "30/360",
            "rounding": "half_up",
            "measures": measures,
            "frequency": {"every": 1, "unit": "month", "anchor_day": facts.payday},
            "first_due_date": first,
            "shape": shape,
            "conduct": policy.conduct.model_dump(mode="json"),
        },
    )


def _tier(policy: Policy, waived_minor: int) -> str:
    enough = [tier for tier in policy.tiers if waived_minor <= tier.waived_minor_max]
    return enough[0].role if enough else "nobody"
