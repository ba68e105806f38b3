"""Who must sign or be asked besides the borrower, as the contracts name them."""

from __future__ import annotations

from repact.server.agreements import queries
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement
from repact.server.cases import consents
from repact.server.loans import queries as loan_queries
from repact.server.loans.queries import PartyShown


def parties(agreement: Agreement, /) -> list[PartyShown]:
    """The guarantors and co-borrowers of the loans that this agreement changes."""
    return loan_queries.parties([loan.id for loan in agreement.offer.offer_set.loans])


def unnamed(agreement: Agreement, /) -> list[PartyShown]:
    """Those of them who do not sign it."""
    signing = set(agreement.signatures.filter(number__gt=1).values_list("role", "name"))
    return [party for party in parties(agreement) if (party.role, party.name) not in signing]


def assert_asked(agreement: Agreement, /) -> None:
    """Nobody's debt changes behind their back.

    Raises `agreements.signer_unnamed` while a co-borrower does not sign, and
    `agreements.guarantor_unasked` while a guarantor neither signs nor was asked for consent to a
    plan that asks for more than the contract (CN-CC-695). Asked and unwilling does not stop the
    borrower: the heavier part then does not bind that guarantor, and the record says so.
    """
    left = unnamed(agreement)
    if any(party.role == "co_borrower" for party in left):
        raise AgreementError("agreements.signer_unnamed")
    if not _is_heavier(agreement):
        return
    asked = {
        request.party_id
        for request in consents.of_case(agreement.case_id)
        if request.terms_sha256 == agreement.schedule_sha256
    }
    if any(party.id not in asked for party in left if party.role == "guarantor"):
        raise AgreementError("agreements.guarantor_unasked")


def unbound(agreement: Agreement, /) -> list[str]:
    """Guarantors whom the heavier part of the plan does not bind, by id, for the record."""
    if not _is_heavier(agreement):
        return []
    left = {party.id for party in unnamed(agreement) if party.role == "guarantor"}
    without = consents.unbound(case_id=agreement.case_id, terms_sha256=agreement.schedule_sha256)
    return sorted(str(party_id) for party_id in without if party_id in left)


def _is_heavier(agreement: Agreement) -> bool:
    """Whether the plan asks for more in all than what was left of the contracts."""
    before = sum(amount for loan in agreement.offer.offer_set.loans for _, amount in loan.remaining)
    return queries.contents(agreement).total_minor > before
