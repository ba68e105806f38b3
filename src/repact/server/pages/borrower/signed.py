"""What a borrower does with a signed agreement: let somebody read it, keep a copy."""

from __future__ import annotations

from uuid import UUID

import rfc8785
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from repact.errors import RepactError
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.models import Agreement
from repact.server.notices import queries as notice_queries
from repact.server.pages import access, sentences
from repact.server.repayments import queries as repayment_queries


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


@access.borrower
@require_POST
def copy(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """Everything there is about an agreement, as one file; a post, because it is noted."""
    by = request.borrower_actor
    agreement = agreement_queries.get_own(borrower_id=by.id, agreement_id=agreement_id)
    archive = agreement_actions.copy_everything(
        by=by, agreement_id=agreement.id, others=_others(agreement), now=request.now
    )
    return _file(archive, "application/zip", f"{agreement.reference}.zip")


@access.borrower
@require_safe
def paper(request: HttpRequest, *, agreement_id: UUID, kind: str) -> HttpResponse:
    """A sealed paper beside the agreement."""
    agreement = agreement_queries.get_own(
        borrower_id=request.borrower_actor.id, agreement_id=agreement_id
    )
    found = agreement_queries.paper(agreement, kind)
    pdf = agreement_queries.paper_pdf(agreement, found)
    return _file(pdf, "application/pdf", f"{agreement.reference}-{kind}.pdf")


def _others(agreement: Agreement) -> dict[str, bytes]:
    """What was paid, and what was told: as far as other rooms keep it."""
    payments = [
        {
            "id": str(payment.id),
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "value_date": payment.value_date.isoformat(),
            "allocation": payment.allocation,
        }
        for payment in repayment_queries.payments(agreement)
    ]
    messages = [
        {
            "told_at": notice.created_at.isoformat(),
            "text": sentences.told(notice.kind, notice.params),
        }
        for notice in notice_queries.of_borrower(agreement.borrower_id)
    ]
    return {
        "payments.json": rfc8785.dumps(payments),
        "messages.json": rfc8785.dumps(messages),
    }


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    add_never_cache_headers(answer)
    return answer


def _number(text: str | None) -> int:
    """A small number from a list; 0, which no link allows, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 0


def _id(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise sentences.PageError("pages.choose_one", field="share") from error
