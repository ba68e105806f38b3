"""The builder: rate, payments and waivers of each plan, judged again at every step, by a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from repact.errors import RepactError
from repact.server.audit.actor import AGENT, SUPERVISOR
from repact.server.cases import queries as case_queries
from repact.server.offers import building
from repact.server.offers import queries as offer_queries
from repact.server.offers.building import Settings
from repact.server.offers.models import OfferSet
from repact.server.pages import access, rules, sentences
from repact.server.pages.templatetags.figures import rate

PERCENT_PPM = 10_000
FIELDS = ("count", "rate", "interest", "penalty", "fees")


@access.staff(AGENT, SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def build(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Every plan of the draft with its settings; a GET tries them, a POST keeps them."""
    case = case_queries.get(case_id)
    offer_set = offer_queries.current_set(case.id)
    if offer_set is None or offer_set.state != "draft":
        return redirect("desk:case", case_id=case_id)
    told = request.POST if request.method == "POST" else request.GET
    problems: list[sentences.Problem] = []
    rows: list[building.Built] = []
    try:
        changed = _changed(told, offer_set)
        if request.method == "POST":
            building.build(
                by=request.staff_actor, set_id=offer_set.id, changed=changed, now=request.now
            )
            return redirect("desk:case", case_id=case_id)
        rows = building.rows(offer_set, changed, now=request.now)
    except RepactError as error:
        problems = [sentences.problem(error)]
        if error.code != "offers.prepare_again":
            rows = building.rows(offer_set, {}, now=request.now)
    context = {
        "section": "build",
        "case": case,
        "rows": [_row(row) for row in rows],
        "may_keep": any(row.changes for row in rows) and all(row.plan for row in rows),
        "problems": problems,
    }
    return render(request, "desk/builder.html", context, status=422 if problems else 200)


def _row(row: building.Built) -> dict[str, Any]:
    shown = {
        name: str(getattr(row.settings, name))
        if name == "count"
        else rate(getattr(row.settings, name)).rstrip("%")
        for name in FIELDS
    }
    return {
        "built": row,
        "editable": row.before.count > 0,
        "fields": [
            {"name": name, "key": f"{name}-{row.offer.number}", "value": shown[name]}
            for name in FIELDS
        ],
        "rule": rules.sentence(row.refusal) if row.refusal else "",
    }


def _changed(told: Mapping[str, str], offer_set: OfferSet) -> dict[int, Settings]:
    changed = {}
    for offer in offer_set.offers_in_order:
        before = building.settings_of(offer)
        if before is None or f"count-{offer.number}" not in told:
            continue
        values = {name: _number(told.get(f"{name}-{offer.number}", ""), name) for name in FIELDS}
        changed[offer.number] = Settings(**values)
    return changed


def _number(text: str, name: str) -> int:
    """A count as it is; a percentage with at most two decimals as ppm."""
    whole, _, part = text.strip().rstrip("%").partition(".")
    if not whole.isascii() or not whole.isdigit() or len(whole) > 3 or len(part) > 2:
        raise sentences.PageError("pages.number_unreadable", field=name)
    if name == "count":
        return int(whole)
    if part and not (part.isascii() and part.isdigit()):
        raise sentences.PageError("pages.number_unreadable", field=name)
    return int(whole) * PERCENT_PPM + int(part.ljust(2, "0") or "0") * (PERCENT_PPM // 100)
