"""Plans, signings, answers and contacts for the sentences about the law."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from repact.law import catalogue, checks, contact
from repact.law.facts import DecisionFacts, SigningFacts
from repact.plans import disclosure, schedule
from repact.plans.document import Document, validate

ON = date(2026, 11, 24)
MONTHLY = {"every": 1, "unit": "month", "anchor_day": 24}
Found = dict[str, str]


def product(**changes: Any) -> checks.ProductFacts:
    """A wallet credit of a consumer finance company at 15.6%, 23.4% when late."""
    facts: dict[str, Any] = {
        "lender_type": "consumer_finance",
        "product": "wallet_credit",
        "contract_rate_ppm": 156_000,
        "default_rate_ppm": 234_000,
    }
    return checks.ProductFacts(**(facts | changes))


def card(**changes: Any) -> checks.ProductFacts:
    """A bank's credit card."""
    return product(**{"lender_type": "bank", "product": "card", "kind": "card"} | changes)


def private(**changes: Any) -> checks.ProductFacts:
    """A private loan at 13%, and no more when late."""
    facts = {"lender_type": "private", "product": "loan"}
    return product(**facts | {"contract_rate_ppm": 130_000, "default_rate_ppm": 0} | changes)


def level(count: int) -> dict[str, Any]:
    """A shape of equal payments."""
    return {"shape": [{"kind": "level", "count": count}]}


def conduct(*orders: tuple[int, tuple[str, ...]], **changes: Any) -> dict[str, Any]:
    """A conduct with an order of payment from each of these days past due on."""
    rules = [
        {"from_days_past_due": days, "across": "components", "order": list(order)}
        for days, order in orders
    ]
    return {"conduct": {**({"allocation": rules} if rules else {}), **changes}}


CHARGES_FIRST = ("late", "fees", "penalty", "interest", "principal")
PRINCIPAL_FIRST = ("principal", "late", "fees", "penalty", "interest")
CARD_ORDER = conduct((0, CHARGES_FIRST), (91, PRINCIPAL_FIRST))


def plan(
    made_under: checks.ProductFacts | None = None,
    *,
    case: checks.CaseFacts | None = None,
    position: dict[str, Any] | None = None,
    **terms: Any,
) -> checks.PlanFacts:
    """A plan over 12,000.00 of principal, 345.00 of interest and 62.50 of penalty, from today."""
    document = validate(
        Document,
        {
            "position": {
                "as_of": ON.isoformat(),
                "currency": "CNY",
                "principal_minor": 1_200_000,
                "interest_minor": 34_500,
                "penalty_minor": 6_250,
                "fees_minor": 0,
                **(position or {}),
            },
            "terms": {
                "version": 1,
                "effective_date": ON.isoformat(),
                "annual_rate_ppm": 90_000,
                "day_count": "30/360",
                "rounding": "half_up",
                "measures": [],
                "frequency": MONTHLY,
                "first_due_date": "2026-12-24",
                **level(24),
                **terms,
            },
        },
    )
    made = schedule.build(document.position, document.terms)
    return checks.PlanFacts(
        product=made_under or product(),
        terms=document.terms,
        schedule=made,
        disclosure=disclosure.disclose(document.position, document.terms, made),
        position=document.position,
        case=case or checks.CaseFacts(),
    )


def in_plan(
    made_under: checks.ProductFacts | None = None, *, place: str = "cn", on: date = ON, **facts: Any
) -> Found:
    """What each rule does to a plan, without the original contract's own findings."""
    found = checks.check_plan(plan(made_under, **facts), catalogue.load(place), on=on)
    return {item.rule_id: item.action for item in found if item.check != "contract_above_cap"}


def above(minor: int, /) -> dict[str, Any]:
    """A position of which a cent more than this is owed in all."""
    return {"principal_minor": minor, "interest_minor": 1, "penalty_minor": 0}


def void_above(made_under: checks.ProductFacts, /) -> Found:
    """The rate beyond which a rule calls a product's price void, by rule."""
    found = checks.check_product(made_under, catalogue.load("cn"), on=ON)
    void = {item.rule_id: item.params.get("void_above_ppm") for item in found}
    return {rule: f"void above {ppm // 10_000}%" for rule, ppm in void.items() if ppm}


def in_contract(made_under: checks.ProductFacts, *, place: str = "cn", on: date = ON) -> Found:
    """What is found in the original contract beside a plan."""
    found = checks.check_plan(plan(made_under), catalogue.load(place), on=on)
    return {item.rule_id: item.action for item in found if item.check == "contract_above_cap"}


def in_product(made_under: checks.ProductFacts, *, on: date = ON) -> Found:
    """What each rule does to a product."""
    found = checks.check_product(made_under, catalogue.load("cn"), on=on)
    return {item.rule_id: item.action for item in found}


def in_offers(*offers: checks.PlanFacts, considered: bool = False, on: date = ON) -> Found:
    """What each rule of the United Kingdom does to a set of offers."""
    law = catalogue.load("uk")
    found = checks.check_offers(offers, law, on=on, relief_considered=considered)
    return {item.rule_id: item.action for item in found}


def in_signing(
    made_under: checks.ProductFacts | None = None,
    *,
    place: str = "cn",
    on: date = ON,
    missing: tuple[str, ...] = (),
    **changes: Any,
) -> Found:
    """What each rule does to a signing in which all was stated but `missing`."""
    law = catalogue.load(place)
    stated = {name for entry in law.entries for name in entry.requires} - set(missing)
    facts: dict[str, Any] = {
        "product": made_under or product(),
        "sheet_confirmed": True,
        "sheet_open_seconds": 10,
        "stated": frozenset(stated),
        "highlighted": True,
    }
    found = checks.check_signing(SigningFacts(**(facts | changes)), law, on=on)
    return {item.rule_id: item.action for item in found}


def in_answer(**changes: Any) -> Found:
    """What each rule does to an answer by machine, explained, with a person one tap away."""
    facts: dict[str, Any] = {
        "lender_type": "consumer_finance",
        "is_automatic": True,
        "is_refusal": False,
        "is_explained": True,
        "person_offered": True,
    }
    found = checks.check_decision(DecisionFacts(**(facts | changes)), catalogue.load("cn"), on=ON)
    return {item.rule_id: item.action for item in found}


def in_contact(
    *, place: str = "cn", on: date = ON, at: time = time(10), channel: Any = "call", **facts: Any
) -> Found:
    """What each rule does to an intended contact at ten in the morning."""
    made = contact.ContactFacts(local_time=at, channel=channel, **facts)
    ruling = contact.rule_contact(made, catalogue.load(place), on=on)
    found = {item.rule_id: item.action for item in ruling.findings}
    return found | dict.fromkeys(ruling.on_record, "on record")


def hours(*, place: str = "cn", **facts: Any) -> tuple[int, int] | None:
    """The hours in which a call may begin."""
    made = contact.ContactFacts(local_time=time(10), channel="call", **facts)
    return contact.allowed_hours(made, catalogue.load(place), on=ON)
