"""Writing to us about a case; what the credit bureau will be told."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.agreements import queries as agreement_queries
from repact.server.bureau import actions as bureau_actions
from repact.server.bureau import queries as bureau_queries
from repact.server.cases import queries as case_queries
from repact.server.conversations import actions as conversation_actions
from repact.server.pages import access, conversation, sentences


@access.borrower
@require_safe
def messages(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """The conversation about a case; looking at it is reading it."""
    by = request.borrower_actor
    case = case_queries.get_own(borrower_id=by.id, case_id=case_id)
    if request.method == "GET":
        conversation_actions.read(by=by, case_id=case.id, now=request.now)
    return render(request, "borrower/messages.html", conversation.context(case))


@access.borrower
@require_POST
def write(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Write a message; an answer is promised by a time."""
    by = request.borrower_actor
    case = case_queries.get_own(borrower_id=by.id, case_id=case_id)
    try:
        conversation.write(request, case, by=by, now=request.now)
    except RepactError as error:
        context = conversation.context(case) | {
            "problems": [sentences.problem(error)],
            "text": request.POST.get("text", ""),
        }
        return render(request, "borrower/messages.html", context, status=409)
    return redirect("borrower:messages", case_id=case.id)


@access.borrower
@require_safe
def record(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """What will show in the credit record, and what was reported. Opening it is having read it."""
    answer = _record(request, agreement_id)
    by = request.borrower_actor
    for report_id in bureau_queries.to_read(agreement_id) if request.method == "GET" else ():
        bureau_actions.note_told(
            by=by, report_id=report_id, proof="read", at=request.now, now=request.now
        )
    return answer


@access.borrower
@require_POST
def dispute(request: HttpRequest, *, agreement_id: UUID, report_id: UUID) -> HttpResponse:
    """Say that a report is wrong."""
    try:
        bureau_actions.dispute(
            by=request.borrower_actor,
            report_id=report_id,
            reason=request.POST.get("reason", "other"),
            now=request.now,
        )
    except RepactError as error:
        if error.code.endswith(".not_found"):
            raise
        return _record(request, agreement_id, error=error)
    return redirect("borrower:record", agreement_id=agreement_id)


def _record(
    request: HttpRequest, agreement_id: UUID, *, error: RepactError | None = None
) -> HttpResponse:
    agreement = agreement_queries.get_own(
        borrower_id=request.borrower_actor.id, agreement_id=agreement_id
    )
    reports = bureau_queries.of_agreement(agreement.id)
    context = {
        "agreement": agreement,
        "reports": reports,
        "preview": [] if reports else bureau_queries.preview(agreement, now=request.now),
        "reasons": bureau_actions.REASONS,
        "problems": [sentences.problem(error)] if error else [],
    }
    return render(request, "borrower/record.html", context, status=409 if error else 200)
