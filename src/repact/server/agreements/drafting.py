"""From a chosen offer to the contents of an agreement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from repact.law import catalogue, checks
from repact.policy.model import Policy
from repact.server.agreements.documents.contents import (
    Bill,
    Contents,
    Debt,
    DocumentLanguage,
    ProductKind,
    Replaced,
    Service,
)
from repact.server.agreements.documents.parties import BorrowerParty, LenderParty, Level, Signer
from repact.server.lenders import queries as lender_queries
from repact.server.lenders.models import Lender
from repact.server.loans.models import Loan
from repact.server.offers.models import Offer
from repact.server.people import queries as people_queries


def contents(
    *,
    offer: Offer,
    reference: str,
    on: date,
    account_tail: str,
    policy: Policy,
    signers: Sequence[Signer] = (),
    replaces: Replaced | None = None,
    signature_level: Level = "agreed",
) -> Contents:
    """Everything the agreement says, from the offer exactly as it was chosen.

    The policy gives the lender's promises about time, and says which debts are cards.
    """
    offer_set = offer.offer_set
    lender = lender_queries.get(offer.lender_id)
    borrower = people_queries.borrower(offer.case.borrower_id)
    identity = people_queries.borrower_identity(borrower)
    law = catalogue.load(lender.jurisdiction)
    debts = [
        _debt(loan, part, _kind(policy, loan))
        for loan, part in zip(offer_set.loans, offer.parts, strict=True)
    ]
    return Contents(
        version=2,
        reference=reference,
        agreement_date=on.isoformat(),
        language=_language(offer.case.language, lender.jurisdiction),
        jurisdiction=lender.jurisdiction,
        currency=debts[0].position["currency"],
        lender=_lender(lender),
        borrower=BorrowerParty(
            name=identity.name,
            id_number_masked=identity.id_number_masked,
            account_tail=account_tail,
        ),
        signers=tuple(signers),
        debts=tuple(debts),
        bill=Bill(**{name: offer.result[name] for name in ("rows", "totals", "disclosure")}),
        installment_minor=offer.installment_minor,
        service=Service(
            reply_hours=policy.service.reply_hours, notice_days=policy.service.notice_days
        ),
        cooling_off_days=policy.service.cooling_off_days,
        cost_sheet_seconds=checks.cost_sheet_seconds(law, on=on),
        signature_level=signature_level,
        replaces=replaces,
        policy_sha256=offer_set.policy_sha256,
        law_sha256=offer_set.law_sha256,
        schedule_sha256=offer.schedule_sha256,
    )


def _language(spoken: str, jurisdiction: str) -> DocumentLanguage:
    """Both languages for an English reader in China, where a court reads the Chinese."""
    if not spoken.startswith("en"):
        return "zh-hans"
    return "bilingual" if jurisdiction == "cn" else "en"


def _lender(lender: Lender) -> LenderParty:
    return LenderParty(
        name_zh=lender.name_zh,
        name_en=lender.name_en,
        address_zh=lender.address_zh,
        address_en=lender.address_en,
        complaint_phone=lender.complaint_phone,
        help_phone=lender.help_phone,
        demo=lender.is_demo,
    )


def _kind(policy: Policy, loan: Loan) -> ProductKind:
    product = policy.product(loan.product.code)
    return product.kind if product else "loan"


def _debt(loan: Loan, part: dict[str, Any], kind: ProductKind) -> Debt:
    remaining: list[list[Any]] = loan.remaining
    return Debt(
        loan_id=part["loan_id"],
        loan_ref=loan.ref,
        product_zh=loan.product.name_zh,
        product_en=loan.product.name_en,
        product_kind=kind,
        legal_creditor=loan.legal_creditor,
        annual_rate_ppm=loan.annual_rate_ppm,
        penalty_rate_ppm=loan.penalty_rate_ppm,
        installment_minor=remaining[0][1] if remaining else 0,
        count=len(remaining),
        last_due_date=remaining[-1][0] if remaining else None,
        position=part["position"],
        terms=part["terms"],
        result=part["result"],
        schedule_sha256=part["schedule_sha256"],
    )
