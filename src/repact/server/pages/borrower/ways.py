"""How the borrower wants to be reached: which ways, by which clock, at which e-mail address."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.connectors import messages
from repact.server.notices import actions as notice_actions
from repact.server.notices import email, gate
from repact.server.notices import queries as notice_queries
from repact.server.pages import access, sentences
from repact.server.people import queries as people_queries


@access.borrower
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The ways there are, and what was chosen."""
    return _page(request)


@access.borrower
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Choose ways, give or take away an e-mail address, confirm it."""
    run = ACTS.get(request.POST.get("act", ""))
    if run is None:
        return _page(request, error=sentences.PageError("pages.not_understood"))
    try:
        run(request)
    except RepactError as error:
        return _page(request, error=error)
    return redirect("borrower:ways")


def _page(request: HttpRequest, *, error: RepactError | None = None) -> HttpResponse:
    borrower = people_queries.borrower(request.borrower_actor.id)
    addressee = notice_queries.addressee(borrower.id)
    closed = set(addressee.opted_out) if addressee else set()
    open_ones = messages.configured()
    confirmed, pending = notice_queries.emails(borrower)
    opens, closes = gate.hours_of(borrower, now=request.now)
    context = {
        "ways": [{"name": way, "chosen": way not in closed} for way in open_ones],
        "phone": people_queries.borrower_identity(borrower).phone_masked,
        "email_open": "email" in open_ones,
        "confirmed": confirmed,
        "pending": pending,
        "typed": request.POST.get("email", "") if error else "",
        "zone": addressee.zone if addressee else "",
        "zones": sorted(available_timezones()),
        "opens": opens,
        "closes": closes,
        "rules": gate.rules_of(request.lender),
        "problems": [sentences.problem(error)] if error else [],
    }
    return render(request, "borrower/ways.html", context, status=409 if error else 200)


def _choose(request: HttpRequest) -> None:
    """What the page did not ask about stays as it was."""
    addressee = notice_queries.addressee(request.borrower_actor.id)
    closed = set(addressee.opted_out) if addressee else set()
    asked, chosen = set(messages.configured()), set(request.POST.getlist("way"))
    notice_actions.choose_channels(
        by=request.borrower_actor,
        opted_out=sorted((closed - asked) | (asked - chosen)),
        zone=request.POST.get("zone", "").strip(),
        now=request.now,
    )


def _email(request: HttpRequest) -> None:
    given = request.POST.get("email", "").strip()
    if not given:
        raise sentences.PageError("notices.email_unreadable", field="email")
    email.give_email(by=request.borrower_actor, email=given, now=request.now)


def _no_email(request: HttpRequest) -> None:
    email.give_email(by=request.borrower_actor, email="", now=request.now)


def _confirm(request: HttpRequest) -> None:
    email.confirm(by=request.borrower_actor, code=request.POST.get("code", ""), now=request.now)


ACTS: dict[str, Callable[[HttpRequest], None]] = {
    "choose": _choose,
    "email": _email,
    "no_email": _no_email,
    "confirm": _confirm,
}
