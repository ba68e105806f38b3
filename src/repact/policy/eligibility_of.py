"""Whether a case may have a plan at all, in the terms of a proposal."""

from __future__ import annotations

from repact.policy.choosing import Refusal
from repact.policy.ground import Ground


def refusal(ground: Ground, /) -> Refusal | None:
    """The first rule of eligibility that a case does not meet; None when it meets all."""
    return _of_the_case(ground) or _of_the_debts(ground)


def _of_the_case(ground: Ground) -> Refusal | None:
    rules, facts, owed = ground.policy.eligibility, ground.facts, ground.owed_minor
    later = {"date": "later"}
    limits: tuple[tuple[bool, str, int, int, dict[str, str]], ...] = (
        (owed < rules.owed_minor_min, "owed_too_little", owed, rules.owed_minor_min, {}),
        (owed > rules.owed_minor_max, "owed_too_much", owed, rules.owed_minor_max, {}),
        (
            facts.plans_in_year >= rules.plans_per_year_max,
            "plans_in_year",
            facts.plans_in_year,
            rules.plans_per_year_max,
            later,
        ),
        (
            facts.plans_running > rules.plans_running_max,
            "plans_running",
            facts.plans_running,
            rules.plans_running_max,
            later,
        ),
    )
    for broken, name, value, limit, change in limits:
        if broken:
            params = {"value": value, "limit": limit}
            return Refusal(f"policy.eligibility.{name}", params, dict(change))
    return None


def _of_the_debts(ground: Ground) -> Refusal | None:
    rules = ground.policy.eligibility
    for debt in ground.debts:
        if debt.days_past_due == 0 and not rules.pre_arrears:
            return Refusal("policy.eligibility.not_in_arrears", {"loan_id": debt.loan_id}, {})
        if debt.legal_stage not in rules.legal_stages:
            params = {"loan_id": debt.loan_id, "legal_stage": debt.legal_stage}
            return Refusal("policy.eligibility.legal_stage", params, {})
    return None
