"""Answering what a borrower proposed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from repact.errors import RepactError
from repact.server.audit.actor import AGENT, SUPERVISOR
from repact.server.offers import negotiating
from repact.server.pages import access, sentences
from repact.server.pages.desk import cases


@access.staff(AGENT, SUPERVISOR)
@require_POST
def answer(request: HttpRequest, *, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Make a draft of the proposal, or answer it in words."""
    by, now = request.staff_actor, request.now
    try:
        if request.POST.get("act") == "take_up":
            negotiating.take_up(by=by, entry_id=entry_id, now=now)
        else:
            words = request.POST.get("words", "")
            negotiating.answer(by=by, entry_id=entry_id, words=words, now=now)
    except RepactError as error:
        context = cases.case_page(request, case_id) | {"problems": [sentences.problem(error)]}
        return render(request, "desk/case.html", context, status=409)
    return redirect("desk:case", case_id=case_id)
