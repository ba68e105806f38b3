"""Whether a policy's bounds stay within the law of a day; rule ids are the law's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

from repact.law import checks
from repact.law.catalogue import Catalogue
from repact.policy import lawful
from repact.policy.model import Policy
from repact.policy.products import Product
from repact.policy.promises import Content
from repact.policy.reading import Place

Item = tuple[Any, ...]


def found(policy: Policy, law: Catalogue, on: date, /) -> Iterator[Item]:
    """What the law finds in products, their default cost and length, and in late interest."""
    for index, product in enumerate(policy.products):
        place: Place = ("products", index)
        rate = product.default_rate_ppm_max
        yield from _priced(policy, product, rate, law, on, (*place, "default_rate_ppm_max"))
        yield from _length(policy, product, law, on, (*place, "months_max"))
        yield from _card(policy, product, place)
        yield from _relief(policy, product, law, on, (*place, "instruments"))
        late = policy.conduct.late_rate_ppm
        if late > rate:
            yield from _priced(policy, product, late, law, on, ("conduct", "late_rate_ppm"))


def _card(policy: Policy, product: Product, place: Place) -> Iterator[Item]:
    """A card's agreement says everything article 70 asks for (CN-CARD-70B, from memory: warns)."""
    said = set(policy.agreement.contents) if policy.agreement else set()
    missing = sorted(set(get_args(Content)) - said)
    if product.kind == "card" and missing:
        params = {"product": product.code, "missing": ", ".join(missing)}
        yield "policy.card_contents", place, params, "warning"


def _priced(
    policy: Policy, product: Product, default_ppm: int, law: Catalogue, on: date, place: Place
) -> Iterator[Item]:
    facts = checks.ProductFacts(
        lender_type=policy.lender_type,
        product=product.law_product,
        contract_rate_ppm=product.contract_rate_ppm_max,
        default_rate_ppm=default_ppm,
    )
    for finding in checks.check_product(facts, law, on=on):
        params = {**finding.params, "product": product.code}
        yield finding.rule_id, place, params, "error" if finding.blocks else "warning"


def _relief(
    policy: Policy, product: Product, law: Catalogue, on: date, place: Place
) -> Iterator[Item]:
    """Where relief in interest or charges has to be considered, a product has some to give."""
    if product.serviceable & lawful.RELIEFS:
        return
    for entry in law.at(on, lender_type=policy.lender_type, product=product.law_product):
        if entry.check == "interest_relief":
            level = "error" if entry.effective_action == "block" else "warning"
            yield entry.id, place, {"product": product.code}, level


def _length(
    policy: Policy, product: Product, law: Catalogue, on: date, place: Place
) -> Iterator[Item]:
    for entry in law.at(on, lender_type=policy.lender_type, product=product.law_product):
        if entry.check == "term_cap" and product.months_max > entry.value:
            params = {
                "months": product.months_max,
                "months_max": entry.value,
                "product": product.code,
            }
            level = "error" if entry.effective_action == "block" else "warning"
            yield entry.id, place, params, level
