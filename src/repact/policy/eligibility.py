"""Whether a plan may be offered at all, and what an honest person could change about a no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from repact.policy.fields import LegalStage
from repact.policy.model import Policy

Remedy = Literal["amount", "date", "evidence", "person", "none"]


@dataclass(frozen=True, slots=True)
class Applicant:
    """What eligibility looks at. `owed_minor` is everything owed on the debts of the case.

    `legal_stage`, `is_minor` and `reasons` may be unknown (None, empty): what is unknown is no
    reason to say no.
    """

    product_codes: tuple[str, ...]
    days_past_due: int
    owed_minor: int
    plans_last_year: int = 0
    plans_running: int = 0
    legal_stage: LegalStage | None = None
    reasons: tuple[str, ...] = ()
    is_minor: bool | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that says no, its figures, and what would change it.

    `remedy` is only ever what a person may honestly alter: an amount, a date, evidence; or that a
    person of the lender can look (`person`); never the income or the reason to state.
    """

    rule_id: str
    params: dict[str, Any]
    remedy: Remedy


def refusals(applicant: Applicant, policy: Policy, /) -> tuple[Refusal, ...]:
    """Every rule of the policy that says no; nothing when a plan may be offered."""
    return (*_products(applicant, policy), *_amounts(applicant, policy), *_past(applicant, policy))


def _products(applicant: Applicant, policy: Policy) -> Iterator[Refusal]:
    for code in applicant.product_codes:
        product = policy.product(code)
        if product is None:
            yield Refusal("policy.product_not_covered", {"product": code}, "person")
        elif not policy.may_use(product=product, days_past_due=applicant.days_past_due):
            params = {"product": code, "days_past_due": applicant.days_past_due}
            yield Refusal("policy.nothing_in_bucket", params, "person")
    known = {reason.code for reason in policy.reasons}
    for reason in applicant.reasons:
        if known and reason not in known:
            yield Refusal("policy.reason_not_covered", {"reason": reason}, "person")


def _amounts(applicant: Applicant, policy: Policy) -> Iterator[Refusal]:
    rules, owed = policy.eligibility, applicant.owed_minor
    if owed < rules.owed_minor_min:
        params = {"owed_minor": owed, "owed_minor_min": rules.owed_minor_min}
        yield Refusal("policy.owed_too_small", params, "none")
    if owed > rules.owed_minor_max:
        params = {"owed_minor": owed, "owed_minor_max": rules.owed_minor_max}
        yield Refusal("policy.owed_too_large", params, "person")
    if applicant.days_past_due == 0 and not rules.pre_arrears:
        yield Refusal("policy.not_in_arrears", {}, "date")


def _past(applicant: Applicant, policy: Policy) -> Iterator[Refusal]:
    rules = policy.eligibility
    if applicant.legal_stage is not None and applicant.legal_stage not in rules.legal_stages:
        yield Refusal("policy.legal_stage", {"legal_stage": applicant.legal_stage}, "person")
    if applicant.plans_last_year >= rules.plans_per_year_max:
        params = {
            "plans_last_year": applicant.plans_last_year,
            "plans_per_year_max": rules.plans_per_year_max,
        }
        yield Refusal("policy.plans_per_year", params, "date")
    if applicant.plans_running > rules.plans_running_max:
        params = {
            "plans_running": applicant.plans_running,
            "plans_running_max": rules.plans_running_max,
        }
        yield Refusal("policy.plans_running", params, "date")
    if applicant.is_minor:
        yield Refusal("policy.minor", {}, "person")
