"""The builder: rate, payments and waivers of each plan, judged again at every step, by a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from repact.errors import RepactError
from repact.policy.facts import Rhythm
from repact.server.audit.actor import AGENT, SUPERVISOR
from repact.server.cases import queries as case_queries
from repact.server.offers import building, shaping
from repact.server.offers import queries as offer_queries
from repact.server.offers.building import Settings
from repact.server.offers.models import OfferSet
from repact.server.offers.shaping import Shape
from repact.server.pages import access, amounts, rules, sentences
from repact.server.pages.templatetags.figures import rate, typed

PERCENT_PPM = 10_000
FIELDS = ("count", "rate", "interest", "penalty", "fees")
SHAPE_FIELDS = ("rows", "steps", "part", "months", "amount")
RHYTHMS: tuple[Rhythm, ...] = ("monthly", "fortnightly", "weekly")


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
    number, shape = row.offer.number, row.settings.shape
    kinds = dict.fromkeys((row.before.shape.kind, *shaping.OWN))
    return {
        "built": row,
        "editable": row.before.count > 0,
        "fields": [
            {"name": name, "key": f"{name}-{number}", "value": shown[name]} for name in FIELDS
        ],
        "shapes": [{"kind": kind, "chosen": kind == shape.kind} for kind in kinds],
        "rhythms": [{"rhythm": one, "chosen": one == row.settings.rhythm} for one in RHYTHMS],
        "own": [
            {"name": name, "key": f"{name}-{number}", "value": value}
            for name, value in _shown(shape).items()
        ],
        "opened": shape.kind in shaping.OWN[1:] or row.settings.rhythm != "monthly",
        "rule": rules.sentence(row.refusal) if row.refusal else "",
    }


def _shown(shape: Shape) -> dict[str, str]:
    """The figures of a shape as a form has them; nothing where there is none."""
    return {
        "rows": str(shape.rows or ""),
        "steps": str(shape.steps or ""),
        "part": rate(shape.part_ppm).rstrip("%") if shape.part_ppm else "",
        "months": ", ".join(map(str, shape.months)),
        "amount": typed(shape.amount_minor) if shape.amount_minor else "",
    }


def _changed(told: Mapping[str, str], offer_set: OfferSet) -> dict[int, Settings]:
    changed = {}
    for offer in offer_set.offers_in_order:
        before = building.settings_of(offer)
        if before is None or f"count-{offer.number}" not in told:
            continue
        values = {name: _number(told.get(f"{name}-{offer.number}", ""), name) for name in FIELDS}
        changed[offer.number] = Settings(
            **values,
            shape=_shape(told, offer.number, before.shape),
            rhythm=_rhythm(told.get(f"rhythm-{offer.number}", before.rhythm)),
        )
    return changed


def _shape(told: Mapping[str, str], number: int, before: Shape) -> Shape:
    """The shape as it is told; what a kind has no use for is left out: it changes nothing."""
    kind = told.get(f"shape-{number}", before.kind)
    if kind not in {before.kind, *shaping.OWN}:
        raise sentences.PageError("pages.choice_unknown", field="shape")
    if kind not in shaping.OWN[1:]:
        return before if kind == before.kind else shaping.EQUAL
    given = {name: told.get(f"{name}-{number}", "").strip() for name in SHAPE_FIELDS}
    uses = shaping.USES[kind]
    return Shape(
        kind,
        rows=_number(given["rows"] or "0", "count") if "rows" in uses else 0,
        steps=_number(given["steps"] or "0", "count") if "steps" in uses else 0,
        part_ppm=_number(given["part"] or "0", "part") if "part" in uses else 0,
        months=_months(given["months"]) if "months" in uses else (),
        amount_minor=amounts.read(given["amount"], field="amount") if "amount" in uses else 0,
    )


def _rhythm(told: str) -> Rhythm:
    found = next((rhythm for rhythm in RHYTHMS if rhythm == told), None)
    if found is None:
        raise sentences.PageError("pages.choice_unknown", field="rhythm")
    return found


def _months(told: str) -> tuple[int, ...]:
    """Months of the year, 1 to 12, however they are separated."""
    found = {_number(part, "count") for part in re.split(r"[\s,，、]+", told) if part}
    if not found <= set(range(1, 13)):
        raise sentences.PageError("pages.number_unreadable", field="months")
    return tuple(sorted(found))


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
