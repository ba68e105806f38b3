"""An agreement made on the phone, recorded by the agent who made the call."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from repact.errors import RepactError
from repact.server.agreements import actions as agreement_actions
from repact.server.audit.actor import AGENT, SUPERVISOR
from repact.server.cases import queries as case_queries
from repact.server.offers import queries as offer_queries
from repact.server.offers.models import Offer
from repact.server.pages import access, sentences

MINUTES_MAX = 600


@access.staff(AGENT, SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Which plan was agreed to, in which recording, in which words."""
    case = case_queries.get(case_id)
    offer_set = offer_queries.current_set(case.id)
    if offer_set is None or offer_set.state != "sent":
        return redirect("desk:case", case_id=case_id)
    offers, problems = offer_set.offers_in_order, []
    if request.method == "POST":
        try:
            _record(request, list(offers))
        except RepactError as error:
            problems = [sentences.problem(error)]
        else:
            return redirect("desk:case", case_id=case_id)
    context = {
        "section": "oral",
        "case": case,
        "offers": offers,
        "told": request.POST,
        "problems": problems,
    }
    return render(request, "desk/oral.html", context, status=422 if problems else 200)


def _record(request: HttpRequest, offers: list[Offer]) -> None:
    chosen = next((o for o in offers if str(o.id) == request.POST.get("offer")), None)
    if chosen is None:
        raise sentences.PageError("pages.choose_one", field="offer")
    agreement_actions.record_oral(
        by=request.staff_actor,
        offer_id=chosen.id,
        content_sha256=chosen.content_sha256,
        recording_sha256=request.POST.get("recording", "").strip().lower(),
        recording_seconds=_minutes(request.POST.get("minutes", "")) * 60,
        is_read_out=request.POST.get("read_out") == "1",
        said_at=_moment(request),
        words=request.POST.get("words", "").strip(),
        now=request.now,
    )


def _minutes(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 4
    if not is_number or not 0 < int(text) <= MINUTES_MAX:
        raise sentences.PageError("pages.call_missing", field="minutes")
    return int(text)


def _moment(request: HttpRequest) -> datetime:
    """When the call was, on the lender's clock, and not to come."""
    try:
        told = datetime.fromisoformat(request.POST.get("said_at", ""))
    except ValueError as error:
        raise sentences.PageError("pages.call_missing", field="said_at") from error
    said_at = told.replace(tzinfo=ZoneInfo(request.lender.zone))
    if said_at > request.now:
        raise sentences.PageError("pages.call_missing", field="said_at")
    return said_at
