"""The lender's rules of sending: when and how often a message may knock."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.audit.actor import AGENT, AUDITOR, SUPERVISOR
from repact.server.notices import actions as notice_actions
from repact.server.notices import gate
from repact.server.pages import access, sentences

FIELDS = (
    "quiet_from_hour",
    "quiet_to_hour",
    "messages_a_day",
    "reminders_a_day",
    "give_up_hours",
)


@access.staff(AGENT, SUPERVISOR, AUDITOR)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The rules in force; a supervisor may change them."""
    return _page(request)


@access.staff(SUPERVISOR)
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Set every rule at once."""
    try:
        values = {name: _number(request, name) for name in FIELDS}
        notice_actions.set_rules(by=request.staff_actor, now=request.now, **values)
    except RepactError as error:
        return _page(request, error=error)
    return redirect("desk:sending")


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise sentences.PageError("pages.whole_number", field=name)
    return int(text)


def _page(request: HttpRequest, *, error: RepactError | None = None) -> HttpResponse:
    rules = gate.rules_of(request.lender)
    context = {
        "section": "outside",
        "fields": [
            {"name": name, "value": request.POST.get(name, getattr(rules, name))} for name in FIELDS
        ],
        "law": gate.law_hours(request.lender, now=request.now),
        "may_change": request.user.role == SUPERVISOR,
        "problems": [sentences.problem(error)] if error else [],
    }
    return render(request, "desk/sending.html", context, status=409 if error else 200)
