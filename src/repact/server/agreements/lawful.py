"""What the law of the day asks before anyone signs."""

from __future__ import annotations

from datetime import date

from repact.law import catalogue, checks
from repact.law.facts import ProductFacts, SigningFacts
from repact.law.signing import check_signing
from repact.server.agreements import queries
from repact.server.agreements.documents import checklist
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement
from repact.server.lenders import queries as lender_queries
from repact.server.policies import queries as policy_queries


def assert_lawful(
    agreement: Agreement, /, *, sheet_open_seconds: int, highlighted: bool, on: date
) -> None:
    """Raise `agreements.not_lawful` with the rules that forbid to sign.

    `sheet_open_seconds` is for how long the costs were before the borrower, until they confirmed;
    `highlighted` whether the clauses of weight were shown apart and confirmed (CN-CC-496).
    """
    stated = checklist.stated(queries.contents(agreement))
    law = catalogue.load(lender_queries.get(agreement.lender_id).jurisdiction)
    forbidding = {
        found.rule_id
        for product in products(agreement)
        for found in check_signing(
            SigningFacts(
                product=product,
                sheet_confirmed=True,
                sheet_open_seconds=sheet_open_seconds,
                stated=stated,
                highlighted=highlighted,
            ),
            law,
            on=on,
        )
        if found.blocks
    }
    if forbidding:
        raise AgreementError("agreements.not_lawful", rules=", ".join(sorted(forbidding)))


def products(agreement: Agreement, /) -> list[ProductFacts]:
    """What each debt is to the law, by the policy that the offer was made under."""
    offer_set = agreement.offer.offer_set
    policy = policy_queries.by_hash(offer_set.policy_sha256).policy
    found = []
    for loan in offer_set.loans:
        product = policy.product(loan.product.code)
        found.append(
            checks.ProductFacts(
                lender_type=policy.lender_type,
                product=product.law_product if product else loan.product.code,
                contract_rate_ppm=loan.annual_rate_ppm,
                default_rate_ppm=loan.penalty_rate_ppm,
                kind=product.kind if product else "",
            )
        )
    return found
