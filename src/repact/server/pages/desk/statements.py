"""Bank statements: a file in, what became of each line, and the money nobody could place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.audit.actor import AGENT, AUDITOR, ENGINEER, SUPERVISOR
from repact.server.clock import queries as clock_queries
from repact.server.pages import access, sentences
from repact.server.statements import actions, explaining, queries, taking
from repact.server.statements.errors import StatementError
from repact.server.statements.models import FORMATS

READERS = (AGENT, SUPERVISOR, AUDITOR, ENGINEER)


@access.staff(*READERS)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The form, the newest statements, and what waits to be placed."""
    return _page(request)


@access.staff(SUPERVISOR, ENGINEER)
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file in; the same file again changes nothing."""
    file = request.FILES.get("file")
    account = request.POST.get("account", "").strip()
    try:
        if file is None:
            raise sentences.PageError("pages.statement_missing", field="file")
        if not account:
            raise sentences.PageError("pages.account_missing", field="account")
        report = actions.take_in(
            by=request.staff_actor,
            account=account,
            kind=request.POST.get("format", ""),
            raw=file.read(),
            now=request.now,
        )
    except RepactError as error:
        return _page(request, error=error)
    return redirect("desk:statement", statement_id=report.statement_id)


@access.staff(*READERS)
@require_safe
def statement(request: HttpRequest, *, statement_id: UUID) -> HttpResponse:
    """What became of one statement, line by line where a person must look."""
    found = queries.outcome(statement_id)
    if found is None:
        raise Http404
    context = {
        "section": "statements",
        "outcome": found,
        "may_explain": request.user.role == SUPERVISOR,
    }
    return render(request, "desk/statement.html", context)


@access.staff(SUPERVISOR)
@require_POST
def explain(request: HttpRequest, *, line_id: UUID) -> HttpResponse:
    """Say of one line that it is the bank's charge, or the wallet's settlement."""
    line = queries.line(line_id)
    try:
        if line is None:
            raise StatementError("statements.not_found")
        explaining.explain(
            by=request.staff_actor,
            line_id=line.id,
            state=request.POST.get("state", ""),
            source=taking.source_of(line.account, line.key),
            now=request.now,
        )
    except RepactError as error:
        return _page(request, error=error)
    return redirect("desk:statement", statement_id=line.statement_id)


def _page(request: HttpRequest, *, error: RepactError | None = None) -> HttpResponse:
    on = clock_queries.business_date(now=request.now, zone=request.lender.zone)
    typed: Mapping[str, Any] = request.POST if error else {}
    context = {
        "section": "statements",
        "formats": FORMATS,
        "accounts": queries.accounts(),
        "typed": {name: typed.get(name, "") for name in ("account", "format")},
        "statements": queries.latest(),
        "unmatched": queries.unmatched(on=on),
        "may_take_in": request.user.role in {SUPERVISOR, ENGINEER},
        "may_place": request.user.role in {AGENT, SUPERVISOR},
        "problems": [sentences.problem(error)] if error else [],
    }
    return render(request, "desk/statements.html", context, status=409 if error else 200)
