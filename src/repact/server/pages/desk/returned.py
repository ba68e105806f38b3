"""Payments that were taken back, and what is owed beside any plan since: looked up and worked."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.audit.actor import AGENT, AUDITOR, SUPERVISOR
from repact.server.pages import access, sentences
from repact.server.repayments import beside, came, charging_back
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.models import OwedBeside, Suspense
from repact.server.statements import explaining
from repact.server.statements import queries as statement_queries

SHOWN = 100
REASONS = ("charge_back", "bounced", "our_mistake")


@access.staff(AGENT, SUPERVISOR, AUDITOR)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What the bank took back, a look-up by number, and what is owed beside any plan."""
    return _page(request)


@access.staff(SUPERVISOR)
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Undo one sum that came in."""
    reason = request.POST.get("reason", "")

    def run() -> None:
        if reason not in REASONS:
            raise sentences.PageError("pages.choice_unknown", field="reason")
        charging_back.take_back(
            by=request.staff_actor,
            source=request.POST.get("source", ""),
            reason=reason,
            now=request.now,
        )

    return _done(request, run)


@access.staff(SUPERVISOR)
@require_POST
def take_back_line(request: HttpRequest, *, line_id: UUID) -> HttpResponse:
    """Say which payment an entry that the bank took back is of."""
    return _done(
        request,
        lambda: explaining.take_back(
            by=request.staff_actor,
            line_id=line_id,
            source=request.POST.get("source", ""),
            now=request.now,
        ),
    )


@access.staff(AGENT, SUPERVISOR)
@require_POST
def pay(request: HttpRequest, *, beside_id: UUID) -> HttpResponse:
    """Let one sum in suspense pay what is owed beside any plan."""
    kept = repayment_queries.open_suspense().filter(id=_id(request.POST.get("suspense"))).first()
    return _done(
        request,
        lambda: beside.pay(
            by=request.staff_actor,
            beside_id=beside_id,
            suspense_id=kept.id if kept else beside_id,
            now=request.now,
        ),
    )


@access.staff(AGENT, SUPERVISOR)
@require_POST
def ask_give_up(request: HttpRequest, *, beside_id: UUID) -> HttpResponse:
    """Ask a second person to give it up."""
    return _done(
        request,
        lambda: beside.ask_give_up(
            by=request.staff_actor,
            beside_id=beside_id,
            reason=request.POST.get("reason", ""),
            now=request.now,
        ),
    )


@access.staff(SUPERVISOR)
@require_POST
def decide_give_up(request: HttpRequest, *, beside_id: UUID) -> HttpResponse:
    """Approve or refuse what somebody else asked for."""
    return _done(
        request,
        lambda: beside.decide_give_up(
            by=request.staff_actor,
            beside_id=beside_id,
            approve=request.POST.get("answer") == "approve",
            now=request.now,
        ),
    )


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _done(request: HttpRequest, run: Callable[[], object]) -> HttpResponse:
    try:
        run()
    except RepactError as error:
        return _page(request, error=error)
    return redirect("desk:returned")


def _page(request: HttpRequest, *, error: RepactError | None = None) -> HttpResponse:
    reference = request.GET.get("reference", "").strip()
    lines = statement_queries.to_look_at()[:SHOWN]
    waiting = list(repayment_queries.open_suspense()[:SHOWN])
    context = {
        "section": "money",
        "reference": reference,
        "found": came.named(reference) if reference else [],
        "lines": [(line, explaining.candidates(line)) for line in lines],
        "beside": [
            (owed, [one for one in waiting if _fits(one, owed)])
            for owed in repayment_queries.owed_beside()[:SHOWN]
        ],
        "me": request.user.id,
        "may_take_back": request.user.role == SUPERVISOR,
        "may_work": request.user.role in {AGENT, SUPERVISOR},
        "problems": [sentences.problem(error)] if error else [],
    }
    return render(request, "desk/returned.html", context, status=409 if error else 200)


def _fits(kept: Suspense, owed: OwedBeside) -> bool:
    return kept.currency == owed.currency and kept.amount_minor <= owed.left_minor
