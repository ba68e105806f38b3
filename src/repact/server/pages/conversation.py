"""What both pages of a conversation share: the lines, and one message written."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from repact.server.audit.actor import Actor
from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.clock import ports
from repact.server.conversations import actions as conversation_actions
from repact.server.conversations import queries as conversation_queries
from repact.server.conversations.models import Thread
from repact.server.evidence import queries as evidence_queries
from repact.server.people import queries as people_queries


def context(case: Case, /) -> dict[str, Any]:
    """Everything a page of a conversation shows; a message that is sent again keeps its name."""
    thread = conversation_queries.thread(case.id)
    return {
        "case": case,
        "thread": thread,
        "lines": _lines(thread) if thread else [],
        "files": evidence_queries.of_case(case.id),
        "request_id": ports.new_id(),
        "most": conversation_actions.TEXT_MAX,
    }


def write(request: HttpRequest, case: Case, /, *, by: Actor, now: datetime) -> None:
    """Write what a form says. Raises as `conversations.write` does."""
    own = {str(name) for name in evidence_queries.of_case(case.id).values_list("id", flat=True)}
    conversation_actions.write(
        by=by,
        case_id=case.id,
        borrower_id=case.borrower_id,
        request_id=_name(request.POST.get("request_id", "")),
        text=request.POST.get("text", ""),
        attachments=[UUID(name) for name in request.POST.getlist("files") if name in own],
        reply_hours=case_queries.reply_hours(case, now=now),
        now=now,
    )


def _lines(thread: Thread) -> list[dict[str, Any]]:
    people: dict[UUID, Any] = {}
    lines = []
    for said in conversation_queries.said(thread):
        if said.side == "lender" and said.by_id not in people:
            people[said.by_id] = people_queries.staff(said.by_id)
        lines.append({"said": said, "person": people.get(said.by_id)})
    return lines


def _name(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return ports.new_id()
