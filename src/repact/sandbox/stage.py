"""The stage: every persona one click away, the phone and the desk side by side, a clock that moves.

Demo only. These addresses exist only in the sandbox's own URL list, and each view refuses a lender
that is not a demo.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from repact.sandbox import personas, wallet_client
from repact.server.audit import actor
from repact.server.clock import ports
from repact.server.clock import queries as clock_queries
from repact.server.connectors import wallet
from repact.server.jobs import day
from repact.server.pages import access
from repact.server.pages.middleware import BORROWER_SESSION, IDENTIFIED_AT
from repact.server.people import actions as people_actions
from repact.server.people.models import Staff
from repact.server.repayments import queries as repayment_queries

STEPS = {"day": 1, "week": 7, "month": 30}


def demo_only(view: Callable[..., HttpResponse], /) -> Callable[..., HttpResponse]:
    """Refuse, as if the page did not exist, wherever real people could be."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not (settings.REPACT_DEMO and request.lender.is_demo):
            raise Http404
        return view(request, **kwargs)

    return access.public(guarded)


@demo_only
@require_safe
def stage(request: HttpRequest) -> HttpResponse:
    """The first page of the demo."""
    today = clock_queries.business_date(now=request.now, zone=request.lender.zone)
    context = {
        "borrowers": personas.BORROWERS,
        "staff": personas.STAFF,
        "today": today,
        "next_due_date": _next_due_date(request),
        "wallet_url": settings.REPACT_WALLET_URL,
        "core_url": settings.REPACT_CORE_URL,
    }
    return render(request, "stage/stage.html", context)


@demo_only
@require_POST
@xframe_options_sameorigin
def enter_as_borrower(request: HttpRequest, *, key: str) -> HttpResponse:
    """Come in exactly as the wallet would bring this persona in: with a launch token."""
    persona = personas.borrower(key)
    if persona is None:
        raise Http404
    borrower = people_actions.enter(
        by=actor.system(request.lender.id),
        token=wallet_client.launch_token(persona.wallet_account),
        keys=wallet.launch_keys(),
        now=request.now,
    )
    request.session[BORROWER_SESSION] = str(borrower.id)
    request.session[IDENTIFIED_AT] = ports.now().isoformat()
    return redirect("borrower:home")


@demo_only
@require_POST
def enter_as_staff(request: HttpRequest, *, email: str) -> HttpResponse:
    """Sign in a staff persona without password and second factor; the session is marked."""
    staff = Staff.objects.filter(lender=request.lender, email=email).first()
    if staff is None:
        raise Http404
    borrower_id = request.session.get(BORROWER_SESSION)
    login(request, staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session[access.ONE_CLICK] = True
    if borrower_id:
        request.session[BORROWER_SESSION] = borrower_id
    return redirect("desk:queue")


@demo_only
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move business time, running every day in between."""
    day.advance_clock(lender_id=request.lender.id, days=_days(request))
    return redirect("stage")


def _days(request: HttpRequest) -> int:
    step = request.POST.get("step", "")
    if step in STEPS:
        return STEPS[step]
    due_date = _next_due_date(request)
    if step != "due" or due_date is None:
        raise Http404
    today = clock_queries.business_date(now=request.now, zone=request.lender.zone)
    return max((due_date - today).days, 0)


def _next_due_date(request: HttpRequest) -> date | None:
    """The next installment anyone has to pay."""
    today = clock_queries.business_date(now=request.now, zone=request.lender.zone)
    return repayment_queries.next_due_date(after=today)
