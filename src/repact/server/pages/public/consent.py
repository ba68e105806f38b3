"""The page a guarantor or co-borrower opens by a link: both schedules, a code, yes or no."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from repact.server.audit import actor
from repact.server.cases import consents
from repact.server.loans import queries as loan_queries
from repact.server.pages import access, currency
from repact.server.tenancy import scope


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, *, token: str) -> HttpResponse:
    """Show what would change, and take the answer; the link alone is not enough."""
    with scope.acting_for(request.lender.id):
        outcome = ""
        if request.method == "POST":
            outcome = consents.answer(
                by=actor.system(request.lender.id),
                token=token,
                code=request.POST.get("code", ""),
                consented=request.POST.get("answer") == "yes",
                now=request.now,
            )
        asked = consents.find(token)
        if asked is None:
            raise Http404
        currency.show(asked.party.loan.currency)
        (party,) = [
            p for p in loan_queries.parties([asked.party.loan_id]) if p.id == asked.party_id
        ]
        context = {
            "asked": asked,
            "party": party,
            "outcome": asked.answer or outcome,
            "before_minor": sum(row["payment_minor"] for row in asked.before),
            "after_minor": sum(row["payment_minor"] for row in asked.after),
        }
        wrong = outcome == "wrong_code"
        return render(request, "public/consent.html", context, status=422 if wrong else 200)
