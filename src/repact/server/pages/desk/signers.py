"""Who signs beside the borrower: taken from the contracts, with where each is reached."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from repact.errors import RepactError
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import beside
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.actions.drafts import NamedSigner
from repact.server.agreements.documents import parties
from repact.server.agreements.models import Agreement
from repact.server.audit.actor import AGENT, SUPERVISOR
from repact.server.cases import queries as case_queries
from repact.server.loans.queries import PartyShown
from repact.server.pages import access, amounts, sentences


@access.staff(AGENT, SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Say who of the contracts' guarantors and co-borrowers signs, and how far each answers."""
    agreement = agreement_queries.draft_of_case(case_id)
    if agreement is None:
        return redirect("desk:case", case_id=case_id)
    found, problems = beside.unnamed(agreement), []
    if request.method == "POST":
        try:
            signers = [_signer(request, agreement, one) for one in found if _account(request, one)]
            if not signers:
                raise sentences.PageError("pages.signer_missing", field="account")
            agreement_actions.name_signers(
                by=request.staff_actor, agreement_id=agreement.id, signers=signers, now=request.now
            )
        except RepactError as error:
            problems = [sentences.problem(error)]
        else:
            return redirect("desk:case", case_id=case_id)
    context = {
        "section": "signers",
        "case": case_queries.get(case_id),
        "parties": found,
        "told": request.POST,
        "problems": problems,
    }
    return render(request, "desk/signers.html", context, status=422 if problems else 200)


def _account(request: HttpRequest, party: PartyShown) -> str:
    return request.POST.get(f"account-{party.id}", "").strip()


def _signer(request: HttpRequest, agreement: Agreement, party: PartyShown) -> NamedSigner:
    """A co-borrower answers for their own loan; a guarantor for it up to a sum, if one is given."""
    refs = tuple(
        debt.loan_ref
        for debt in agreement_queries.contents(agreement).debts
        if debt.loan_id == str(party.loan_id)
    )
    most = request.POST.get(f"most-{party.id}", "").strip()
    liability = (
        {"kind": "up_to", "amount_minor": amounts.read(most, field=f"most-{party.id}")}
        if most and party.role == "guarantor"
        else {"kind": "joint"}
    )
    try:
        signer = parties.Signer.model_validate(
            {
                "role": party.role,
                "name": party.name,
                "id_number_masked": request.POST.get(f"id-{party.id}", "").strip(),
                "liability": {**liability, "loan_refs": refs},
            }
        )
    except ValidationError as error:
        raise sentences.PageError("pages.signer_missing", field=f"id-{party.id}") from error
    return NamedSigner(party=signer, account=_account(request, party))
