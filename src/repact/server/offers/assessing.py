"""What an offer does to the lender's accounts and to the classification of its debts.

Shown to whoever approves it, and the same that is booked and recorded when the plan begins.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

from repact.law import catalogue
from repact.plans.document import Document
from repact.policy.assessment import Assessment, History, PastPlan, assess
from repact.server.cases import facts as case_facts
from repact.server.cases.models import Case
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.loans.models import Loan
from repact.server.offers.models import Offer
from repact.server.policies import queries as policy_queries


@dataclass(frozen=True, slots=True)
class Assessed:
    """One debt of an offer, and what the plan does to it."""

    loan: Loan
    assessment: Assessment


def of_offer(offer: Offer, /) -> list[Assessed]:
    """Judge every debt of an offer, under the policy and from the facts it was made with.

    Raises `policies.not_found` where its policy is not known any more.
    """
    offer_set = offer.offer_set
    policy = policy_queries.by_hash(offer_set.policy_sha256).policy
    law = catalogue.load(lender_queries.get(offer_set.lender_id).jurisdiction)
    loans = Loan.objects.in_bulk([UUID(part["loan_id"]) for part in offer.parts])
    behind = {one["loan_id"]: one["days_past_due"] for one in offer_set.facts.get("positions", ())}
    revolving = {product.code for product in policy.products if product.revolving}
    made = []
    for part in offer.parts:
        loan = loans[UUID(part["loan_id"])]
        said = Document.model_validate({"position": part["position"], "terms": part["terms"]})
        days = behind.get(part["loan_id"], 0)
        history = History(
            days_past_due=days,
            grade="substandard" if days > policy.accounting.stage_three_days else "special_mention",
            kind_changes=loan.product.code in revolving,
            plans=_plans_before(offer_set.case, loan),
        )
        on = offer_set.on_date or said.terms.effective_date
        judged = assess(
            said.position, said.terms, history, on, law=law, accounting=policy.accounting
        )
        made.append(Assessed(loan, judged))
    return made


def as_facts(one: Assessed, /) -> dict[str, Any]:
    """What was judged of a debt, as the audit trail keeps it when its plan begins."""
    judged = one.assessment
    changed = judged.modification
    clocks = {"forborne": judged.forborne, "observation": judged.observation}
    return {
        "loan": str(one.loan.id),
        **judged.booked._asdict(),
        "gain_minor": changed.gain_minor if changed else 0,
        "share_ppm": changed.share_ppm if changed else 0,
        "substantial": judged.is_substantial,
        "stage": judged.stage,
        "signs": list(judged.evergreening),
        **{name: to_jsonable_python(asdict(clock)) for name, clock in clocks.items() if clock},
    }


def _plans_before(case: Case, loan: Loan) -> tuple[PastPlan, ...]:
    """The loan's earlier plans, the oldest first; one that runs is replaced by what is offered."""
    found = []
    zone = lender_queries.get(case.lender_id).zone
    for case_id, begun_at in case_facts.plans_before(case, loan_id=loan.id):
        offer = Offer.objects.filter(case_id=case_id, state="chosen").first()
        if offer is None:
            continue
        part = next(one for one in offer.parts if one["loan_id"] == str(loan.id))
        found.append(
            PastPlan(
                granted_on=clock_queries.business_date(now=begun_at, zone=zone),
                principal_minor=part["position"]["principal_minor"],
                capitalized_minor=part["result"]["totals"]["capitalized_minor"],
                replaced=True,
            )
        )
    return tuple(found)
