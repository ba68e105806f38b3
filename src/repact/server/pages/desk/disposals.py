"""Debts to write off or to sell: asked by one person, decided by another."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.audit.actor import AGENT, AUDITOR, SUPERVISOR
from repact.server.pages import access, amounts, sentences
from repact.server.repayments import disposing
from repact.server.repayments import queries as repayment_queries

SHOWN = 100


@access.staff(AGENT, SUPERVISOR, AUDITOR)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What waits, and what was decided, the newest first."""
    return _page(request)


@access.staff(AGENT, SUPERVISOR)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a write-off, or for a sale at a price."""
    said = {
        "by": request.staff_actor,
        "reference": request.POST.get("reference", "").strip(),
        "reason": request.POST.get("reason", ""),
        "now": request.now,
    }

    def run() -> None:
        if request.POST.get("kind") == "sale":
            price = amounts.read(request.POST.get("price", ""), field="price")
            buyer = request.POST.get("buyer", "")
            disposing.ask_sale(**said, buyer=buyer, price_minor=price)
        else:
            disposing.ask_write_off(**said)

    return _done(request, run)


@access.staff(SUPERVISOR)
@require_POST
def decide(request: HttpRequest, *, disposal_id: UUID) -> HttpResponse:
    """Approve or refuse what somebody else asked for."""
    return _done(
        request,
        lambda: disposing.decide(
            by=request.staff_actor,
            disposal_id=disposal_id,
            approve=request.POST.get("answer") == "approve",
            now=request.now,
        ),
    )


def _done(request: HttpRequest, run: Callable[[], object]) -> HttpResponse:
    try:
        run()
    except RepactError as error:
        return _page(request, error=error)
    return redirect("desk:disposals")


def _page(request: HttpRequest, *, error: RepactError | None = None) -> HttpResponse:
    context = {
        "section": "disposals",
        "disposals": repayment_queries.disposals()[:SHOWN],
        "typed": request.POST if error else {},
        "may_ask": request.user.role in {AGENT, SUPERVISOR},
        "may_decide": request.user.role == SUPERVISOR,
        "me": request.user.id,
        "problems": [sentences.problem(error)] if error else [],
    }
    return render(request, "desk/disposals.html", context, status=409 if error else 200)
