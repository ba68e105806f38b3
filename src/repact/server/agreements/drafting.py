"""From a chosen offer to the contents of an agreement."""

from __future__ import annotations

from datetime import date
from typing import Any

from repact.law import catalogue, checks
from repact.server.agreements.documents.contents import (
    BorrowerParty,
    Contents,
    Debt,
    Language,
    LenderParty,
)
from repact.server.lenders import queries as lender_queries
from repact.server.lenders.models import Lender
from repact.server.offers.models import Offer
from repact.server.people import queries as people_queries


def contents(
    *, offer: Offer, reference: str, on: date, account_tail: str, cooling_off_days: int
) -> Contents:
    """Everything the agreement says, from the offer exactly as it was chosen."""
    offer_set = offer.offer_set
    lender = lender_queries.get(offer.lender_id)
    borrower = people_queries.borrower(offer.case.borrower_id)
    identity = people_queries.borrower_identity(borrower)
    language: Language = "en" if offer.case.language.startswith("en") else "zh-hans"
    law = catalogue.load(lender.jurisdiction)
    return Contents(
        version=1,
        reference=reference,
        agreement_date=on.isoformat(),
        language=language,
        lender=_lender(lender),
        borrower=BorrowerParty(
            name=identity.name,
            id_number_masked=identity.id_number_masked,
            account_tail=account_tail,
        ),
        debt=_debt(offer),
        position=offer_set.position,
        terms=offer.terms,
        result=offer.result,
        installment_minor=offer.installment_minor,
        cooling_off_days=cooling_off_days,
        cost_sheet_seconds=checks.cost_sheet_seconds(law, on=on),
        policy_sha256=offer_set.policy_sha256,
        law_sha256=offer_set.law_sha256,
        schedule_sha256=offer.schedule_sha256,
    )


def _lender(lender: Lender) -> LenderParty:
    return LenderParty(
        name_zh=lender.name_zh,
        name_en=lender.name_en,
        address_zh=lender.address_zh,
        address_en=lender.address_en,
        complaint_phone=lender.complaint_phone,
        demo=lender.is_demo,
    )


def _debt(offer: Offer) -> Debt:
    loan = offer.offer_set.loan
    remaining: list[list[Any]] = loan.remaining
    return Debt(
        loan_ref=loan.ref,
        product_zh=loan.product.name_zh,
        product_en=loan.product.name_en,
        legal_creditor=loan.legal_creditor,
        annual_rate_ppm=loan.annual_rate_ppm,
        penalty_rate_ppm=loan.penalty_rate_ppm,
        installment_minor=remaining[0][1] if remaining else 0,
        count=len(remaining),
    )
