"""One's own number: try it without proposing anything, propose it, take it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from repact.errors import RepactError
from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.offers import negotiating, transcript
from repact.server.offers import queries as offer_queries
from repact.server.offers.answering import Answered, Wish
from repact.server.offers.models import Entry
from repact.server.pages import access, amounts, rules, sentences, spoken
from repact.server.people import queries as people_queries
from repact.server.policies import queries as policy_queries

STEP = 50  # units of the currency: what one tap adds or takes away


@access.borrower
@require_http_methods(["GET", "HEAD"])
def plan(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """What the number in the address would come to; works by a plain form, proposes nothing."""
    by = request.borrower_actor
    case = case_queries.get_own(borrower_id=by.id, case_id=case_id)
    answered, problems, wish = None, [], Wish()
    try:
        wish = _wish(request.GET)
        if wish != Wish():
            answered = negotiating.try_number(by=by, case_id=case.id, wish=wish, now=request.now)
    except RepactError as error:
        problems = [sentences.problem(error)]
    context = _page(request, case, wish, answered) | {"problems": problems}
    return render(request, "borrower/own_number.html", context, status=422 if problems else 200)


@access.borrower
@require_POST
def ask(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Propose the number; where no person is needed the plan is there at once."""
    case = case_queries.get_own(borrower_id=request.borrower_actor.id, case_id=case_id)
    try:
        entry = negotiating.ask_for(
            by=request.borrower_actor, case_id=case_id, wish=_wish(request.POST), now=request.now
        )
    except RepactError as error:
        context = _page(request, case, Wish(), None) | {"problems": [sentences.problem(error)]}
        return render(request, "borrower/own_number.html", context, status=422)
    if transcript.state(entry, now=request.now) == "answered":
        return redirect("borrower:compare", case_id=case_id)
    return redirect("borrower:talk", case_id=case_id)


@access.borrower
@require_POST
def withdraw(request: HttpRequest, *, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Take a proposal back that nobody answered yet."""
    negotiating.withdraw_proposal(by=request.borrower_actor, entry_id=entry_id, now=request.now)
    return redirect("borrower:talk", case_id=case_id)


@access.borrower
@require_safe
def talk(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Everything both sides proposed, in order."""
    case = case_queries.get_own(borrower_id=request.borrower_actor.id, case_id=case_id)
    context = {
        "case": case,
        "lines": lines(case, now=request.now),
        "back": reverse("borrower:compare", args=[case.id]),
    }
    return render(request, "borrower/talk.html", context)


def lines(case: Case, /, *, now: Any) -> list[dict[str, Any]]:
    """The transcript as both sides read it."""
    return [_line(entry, now) for entry in transcript.of_case(case.id)]


def open_proposals(case: Case, /, *, now: Any) -> list[dict[str, Any]]:
    """The borrower's proposals that wait for a person."""
    return [_line(entry, now) for entry in transcript.open_proposals(case.id, now=now)]


def _line(entry: Entry, now: Any) -> dict[str, Any]:
    return {
        "entry": entry,
        "wish": entry.content.get("wish", {}),
        "state": transcript.state(entry, now=now) if entry.kind == "proposal" else "",
    }


def _page(
    request: HttpRequest, case: Case, wish: Wish, answered: Answered | None
) -> dict[str, Any]:
    policy = case_queries.policy_of(case, now=request.now).policy
    codes = {loan.product.code for loan in case_queries.loans(case)}
    pay = wish.pay_minor or (case.answers.get("ability") or {}).get("monthly_minor") or 0
    sent = offer_queries.sent_set(case.id)
    step = STEP * 10 ** spoken.digits()
    return {
        "case": case,
        "wish": wish,
        "pay_minor": pay,
        "less_minor": max(pay - step, step),
        "more_minor": pay + step,
        "answered": answered,
        "rule": rules.sentence(answered.rule) if answered and answered.rule else "",
        "at_once": policy_queries.rollout(policy, codes).mode == "automatic",
        "means": case_queries.affordability(case, now=request.now),
        "person": people_queries.staff(case.assigned_to_id) if case.assigned_to_id else None,
        "back": reverse("borrower:compare" if sent else "borrower:progress", args=[case.id]),
    }


def _wish(told: Mapping[str, str]) -> Wish:
    """The wish a form or an address says; what is empty is left to us."""
    return Wish(
        pay_minor=amounts.read_optional(told.get("pay", ""), field="pay") or None,
        payday=_number(told.get("payday", ""), "payday", 31),
        months=_number(told.get("months", ""), "months", 600),
        first_date=_date(told.get("first", "")),
        lump_minor=amounts.read_optional(told.get("lump", ""), field="lump") or None,
    )


def _number(text: str, field: str, most: int) -> int | None:
    if not text.strip():
        return None
    number = amounts.read_count(text, field=field)
    if not 1 <= number <= most:
        raise sentences.PageError("pages.number_unreadable", field=field)
    return number


def _date(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise sentences.PageError("pages.date_unreadable", field="first") from error
