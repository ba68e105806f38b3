"""Comparing plans and choosing one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from repact.errors import RepactError
from repact.server.agreements import actions as agreement_actions
from repact.server.cases import queries as case_queries
from repact.server.loans import queries as loan_queries
from repact.server.offers import comparing
from repact.server.offers import queries as offer_queries
from repact.server.offers.models import Offer
from repact.server.pages import access, rules, sentences
from repact.server.pages.borrower import charts, flow
from repact.server.people import queries as people_queries


@access.borrower
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """The plans beside the contract; choosing one leads to the cost sheet."""
    by = request.borrower_actor
    case = case_queries.get_own(borrower_id=by.id, case_id=case_id)
    problems: list[sentences.Problem] = []
    if request.method == "POST":
        try:
            return _choose(request)
        except RepactError as error:
            problems = [sentences.problem(error)]
    offer_set = offer_queries.sent_set(case.id)
    if offer_set is None:
        return redirect("borrower:progress", case_id=case.id)
    if offer_set.state == "chosen" and not problems:
        return redirect("borrower:home")
    if not offer_queries.is_open(offer_set, now=request.now):
        context = {"case": case, "problems": problems, "back": reverse("borrower:home")}
        return render(request, "borrower/offers_expired.html", context)
    compared = comparing.comparison(offer_set)
    context = {
        "case": case,
        "compared": compared,
        "columns": [_column(offer, compared) for offer in compared.offers],
        "condition": _condition(compared.offers),
        "barred": case_queries.limitation_notes(case.id),
        "stage": loan_queries.furthest_stage(compared.offer_set.loans),
        "bars": charts.totals(compared),
        "months": charts.months(compared.offers[0]),
        "not_offered": [
            {"label": item["label"], "sentence": rules.sentence(item)}
            for item in offer_set.not_offered
        ],
        "wish_minor": (case.answers.get("ability") or {}).get("monthly_minor"),
        "person": people_queries.staff(case.assigned_to_id) if case.assigned_to_id else None,
        "problems": problems,
        "back": reverse("borrower:home"),
    }
    return render(request, "borrower/compare.html", context, status=409 if problems else 200)


@access.borrower
@require_safe
def schedule(request: HttpRequest, *, case_id: UUID, offer_id: UUID) -> HttpResponse:
    """Every payment of one offered plan."""
    offer = offer_queries.get_own(borrower_id=request.borrower_actor.id, offer_id=offer_id)
    context = {
        "rows": offer.rows,
        "totals": offer.result["totals"],
        "back": reverse("borrower:compare", args=[case_id]),
    }
    return render(request, "borrower/schedule.html", context)


def _choose(request: HttpRequest) -> HttpResponse:
    """The form says which offer, and the hash of the version that was shown."""
    offer_id, _, content_sha256 = request.POST.get("plan", "").partition(":")
    if not offer_id:
        raise sentences.PageError("pages.choose_one", field="plan")
    try:
        parsed = UUID(offer_id)
    except ValueError as error:
        raise sentences.PageError("pages.choose_one", field="plan") from error
    agreement = agreement_actions.accept_offer(
        by=request.borrower_actor,
        offer_id=parsed,
        content_sha256=content_sha256,
        now=request.now,
    )
    return redirect("borrower:cost_sheet", agreement_id=agreement.id)


def _column(offer: Offer, compared: comparing.Comparison) -> dict[str, Any]:
    return {
        "offer": offer,
        "value": f"{offer.id}:{offer.content_sha256}",
        "checked": offer.id == compared.chosen_first,
        "last_due_date": offer.rows[-1]["due_date"],
        "versus_today_minor": offer.result["disclosure"]["versus_today_minor"],
    }


def _condition(offers: list[Offer]) -> dict[str, Any] | None:
    """What the plans still depend on, in the words of the page; the longest trial of any of them.

    None where nothing is wanted any more.
    """
    found = [offer.condition for offer in offers if offer.condition]
    if not found:
        return None
    wanted = max(found, key=lambda item: int(item["trial_rows"]))
    labels = {item.value: str(item.label) for item in flow.SENT_KINDS}
    kinds = gettext(" or ").join(labels.get(kind, kind) for kind in wanted["kinds"])
    return {"kinds": kinds, "days": wanted["later_days"], "rows": wanted["trial_rows"]}
