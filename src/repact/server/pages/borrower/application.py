"""Applying: nine short screens, saved one by one, and a page to check before sending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from repact.errors import RepactError
from repact.server.cases import actions as case_actions
from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.evidence import queries as evidence_queries
from repact.server.loans import queries as loan_queries
from repact.server.pages import access, sentences
from repact.server.pages.borrower import around, debts, files, flow, summary


@access.borrower
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Open a draft over every debt shown on the home page, or go on with the one there is."""
    by = request.borrower_actor
    loans = loan_queries.of_borrower(by.id)
    case = case_actions.open(
        by=by,
        loan_ids=[loan.id for loan in loans],
        language=translation.get_language() or "",
        now=request.now,
    )
    return redirect("borrower:resume", case_id=case.id)


@access.borrower
@require_safe
def resume(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """The first screen that has no answer yet; the check page when all have."""
    case = case_queries.get_own(borrower_id=request.borrower_actor.id, case_id=case_id)
    if case.state != "draft":
        return redirect("borrower:progress", case_id=case.id)
    order = case_queries.screens(case, now=request.now)
    screen = next((name for name in order if name not in case.answers), "check")
    return redirect("borrower:question", case_id=case.id, screen=screen)


@access.borrower
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, *, case_id: UUID, screen: str) -> HttpResponse:
    """One screen of the application, or the check page at its end."""
    case = case_queries.get_own(borrower_id=request.borrower_actor.id, case_id=case_id)
    if case.state != "draft":
        return redirect("borrower:progress", case_id=case.id)
    if screen == "check":
        return _check(request, case)
    if screen not in flow.SCREENS:
        raise Http404
    if request.method != "POST":
        return _show(request, case, flow.SCREENS[screen])
    return _save(request, case, flow.SCREENS[screen])


def _save(request: HttpRequest, case: Case, screen: flow.Screen) -> HttpResponse:
    by = request.borrower_actor
    try:
        files.receive(request, case.id)
        case_actions.save_answers(
            by=by,
            case_id=case.id,
            screen=screen.name,
            answers=screen.read(request.POST),
            now=request.now,
        )
    except RepactError as error:
        return _show(request, case, screen, error=error)
    order = case_queries.screens(_own(request, case.id), now=request.now)
    following = flow.after(screen.name, order)
    if request.GET.get("from") == "check" and following != "unusual":
        following = "check"
    return redirect("borrower:question", case_id=case.id, screen=following)


def _show(
    request: HttpRequest, case: Case, screen: flow.Screen, *, error: RepactError | None = None
) -> HttpResponse:
    answers = case.answers.get(screen.name, {})
    order = case_queries.screens(case, now=request.now)
    before = flow.before(screen.name, order)
    context: dict[str, Any] = {
        "case": case,
        "screen": screen,
        "number": order.index(screen.name) + 1 if screen.name in order else len(order),
        "count": len(order) + 1,
        "back": _address(case, before) if before else reverse("borrower:home"),
        "returning": request.GET.get("from") == "check",
        "saved": bool(case.answers),
        "problems": [sentences.problem(error)] if error else [],
        **summary.fields(screen, answers, request.POST),
    }
    if screen.name == "start":
        context["debts"] = debts.of_case(case, now=request.now, zone=request.lender.zone)
    if screen.name == "unusual":
        context["unusual"] = around.unusual(case, now=request.now)
    if screen.name == "start":
        context["space"] = around.accrual(case, now=request.now)
        context["costs"] = around.plan_costs(case, now=request.now)
    if screen.name == "ability":
        context["means"] = case_queries.affordability(case, now=request.now)
        context["paydays"] = flow.PAYDAYS
    if screen.name == "evidence":
        context["files"] = evidence_queries.of_case(case.id)
        context["kinds"] = around.kinds()
    return render(request, "borrower/question.html", context, status=422 if error else 200)


def _check(request: HttpRequest, case: Case) -> HttpResponse:
    if request.method == "POST":
        case_actions.submit(by=request.borrower_actor, case_id=case.id, now=request.now)
        return redirect("borrower:progress", case_id=case.id)
    if missing := case_queries.missing(case, now=request.now):
        return redirect("borrower:question", case_id=case.id, screen=missing[0])
    context = {
        "case": case,
        "lines": summary.lines(case.answers),
        "back": _address(case, case_queries.screens(case, now=request.now)[-1]),
        "reply_hours": case_queries.reply_hours(case, now=request.now),
    }
    return render(request, "borrower/check.html", context)


def _own(request: HttpRequest, case_id: UUID) -> Case:
    return case_queries.get_own(borrower_id=request.borrower_actor.id, case_id=case_id)


def _address(case: Case, screen: str | None) -> str:
    return reverse("borrower:question", args=[case.id, screen])
