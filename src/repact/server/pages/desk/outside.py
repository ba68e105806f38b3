"""What waits between us and others: differences, refused events, unread lines, silent agencies."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.audit.actor import AGENT, AUDITOR, SUPERVISOR
from repact.server.bureau import actions as bureau_actions
from repact.server.bureau import queries as bureau_queries
from repact.server.cases import queries as case_queries
from repact.server.clock import queries as clock_queries
from repact.server.conversations import actions as conversation_actions
from repact.server.conversations import queries as conversation_queries
from repact.server.notices import queries as notice_queries
from repact.server.notices import recalls
from repact.server.pages import access, conversation, sentences
from repact.server.people import queries as people_queries
from repact.server.reconciliation import actions as reconciliation_actions
from repact.server.reconciliation import queries as reconciliation_queries
from repact.server.statements import queries as statement_queries
from repact.server.webhooks import queries as webhook_queries

SHOWN = 100


@access.staff(AGENT, SUPERVISOR, AUDITOR)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Every work list between us and others, on one page."""
    on = clock_queries.business_date(now=request.now, zone=request.lender.zone)
    context = {
        "section": "outside",
        "on": on,
        "run": reconciliation_queries.last_run(),
        "differences": reconciliation_queries.open_differences(on=on)[:SHOWN],
        "not_kept": reconciliation_queries.not_kept()[:SHOWN],
        "refused": webhook_queries.refused()[:SHOWN],
        "lost": webhook_queries.lost()[:SHOWN],
        "statements": statement_queries.with_bad_lines(),
        "taken_back": statement_queries.to_look_at()[:SHOWN],
        "recalls": recalls.worklist()[:SHOWN],
        "disputes": bureau_queries.open_disputes()[:SHOWN],
        "outbox": notice_queries.outbox(),
        "waiting": [
            {
                "thread": thread,
                "name": people_queries.borrower_identity(thread.borrower).name,
                "is_late": thread.answer_due_at < request.now,
            }
            for thread in conversation_queries.waiting()[:SHOWN]
        ],
    }
    return render(request, "desk/outside.html", context)


@access.staff(SUPERVISOR)
@require_POST
def answer_dispute(request: HttpRequest, *, dispute_id: UUID) -> HttpResponse:
    """Put a report right, or say that it stands."""
    bureau_actions.answer_dispute(
        by=request.staff_actor,
        dispute_id=dispute_id,
        outcome=request.POST.get("outcome", ""),
        now=request.now,
    )
    return redirect("desk:outside")


@access.staff(SUPERVISOR)
@require_POST
def try_again(request: HttpRequest, *, keeping_id: UUID) -> HttpResponse:
    """Ask the keeper of record again for a plan it did not take."""
    reconciliation_actions.try_again(by=request.staff_actor, keeping_id=keeping_id, now=request.now)
    return redirect("desk:outside")


@access.staff(AGENT, SUPERVISOR, AUDITOR)
@require_safe
def messages(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """The conversation about a case; an auditor's look is not the lender's reading."""
    case = case_queries.get(case_id)
    by = request.staff_actor
    if request.method == "GET" and by.role != AUDITOR:
        conversation_actions.read(by=by, case_id=case.id, now=request.now)
    context = conversation.context(case) | {"section": "outside", "may_write": by.role != AUDITOR}
    return render(request, "desk/messages.html", context)


@access.staff(AGENT, SUPERVISOR)
@require_POST
def write(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Answer the borrower."""
    case = case_queries.get(case_id)
    try:
        conversation.write(request, case, by=request.staff_actor, now=request.now)
    except RepactError as error:
        context = conversation.context(case) | {
            "section": "outside",
            "may_write": True,
            "problems": [sentences.problem(error)],
            "text": request.POST.get("text", ""),
        }
        return render(request, "desk/messages.html", context, status=409)
    return redirect("desk:messages", case_id=case.id)
