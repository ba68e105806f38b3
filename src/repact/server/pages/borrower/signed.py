"""What a borrower does with a signed agreement: let somebody else read it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from repact.errors import RepactError
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.pages import access, sentences


@access.borrower
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """Make a link for a helper or a court, and end links."""
    by, link, problems = request.borrower_actor, "", []
    agreement = agreement_queries.get_own(borrower_id=by.id, agreement_id=agreement_id)
    try:
        if request.POST.get("act") == "end":
            agreement_actions.revoke_share(
                by=by,
                agreement_id=agreement.id,
                share_id=_id(request.POST.get("share")),
                now=request.now,
            )
            return redirect("borrower:share", agreement_id=agreement.id)
        if request.method == "POST":
            token = agreement_actions.share(
                by=by,
                agreement_id=agreement.id,
                reader=request.POST.get("reader", ""),
                days=_number(request.POST.get("days")),
                uses=_number(request.POST.get("uses")),
                now=request.now,
            )
            link = settings.REPACT_SITE_URL + reverse("public:shared", kwargs={"token": token})
    except RepactError as error:
        problems = [sentences.problem(error)]
    context = {
        "agreement": agreement,
        "link": link,
        "shares": agreement_queries.shares(agreement),
        "problems": problems,
        "back": reverse("borrower:agreement", kwargs={"agreement_id": agreement.id}),
    }
    return render(request, "borrower/share.html", context, status=422 if problems else 200)


def _number(text: str | None) -> int:
    """A small number from a list; 0, which no link allows, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 0


def _id(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise sentences.PageError("pages.choose_one", field="share") from error
