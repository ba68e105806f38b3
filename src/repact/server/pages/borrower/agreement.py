"""The agreement: cost sheet, key facts, signing, and the signed document."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from repact.errors import RepactError
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements import states
from repact.server.agreements.models import Agreement
from repact.server.pages import access, sentences
from repact.server.pages.middleware import IDENTIFIED_AT
from repact.server.reconciliation import queries as reconciliation_queries

UNSIGNED = ("draft", "ready")


@access.borrower
@require_safe
def show(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """Where the agreement stands: the next act while it is unsigned, else the document."""
    agreement = _own(request, agreement_id)
    signers = agreement_queries.signers(agreement)
    if agreement.state in UNSIGNED and signers[0].state == "waiting":
        return redirect(f"borrower:{_next_act(agreement)}", agreement_id=agreement.id)
    said = agreement_queries.contents(agreement)
    return render(
        request,
        "borrower/agreement.html",
        {
            "agreement": agreement,
            "facts": agreement_queries.key_facts(agreement),
            "sealed": agreement.sealed_at is not None,
            "over": agreement.state in states.OVER,
            "held": reconciliation_queries.is_refused(agreement.id),
            "signers": signers,
            "papers": agreement_queries.papers(agreement),
            "waits_for": next((s for s in signers[1:] if s.state == "waiting"), None)
            if signers[0].state == "signed"
            else None,
            "lender_name": said.lender.name_en
            if request.LANGUAGE_CODE == "en"
            else said.lender.name_zh,
        },
    )


@access.borrower
@require_http_methods(["GET", "HEAD", "POST"])
def cost_sheet(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """Every cost, its payee and what could be added: read before signing."""
    agreement = _own(request, agreement_id)
    if agreement.state not in UNSIGNED:
        return redirect("borrower:agreement", agreement_id=agreement.id)
    by, problems = request.borrower_actor, []
    if request.method == "POST":
        try:
            agreement_actions.confirm_page(
                by=by, agreement_id=agreement.id, page="costs", now=request.now
            )
        except RepactError as error:
            problems = [sentences.problem(error)]
        else:
            return redirect("borrower:key_facts", agreement_id=agreement.id)
    agreement_actions.open_page(by=by, agreement_id=agreement.id, page="costs", now=request.now)
    context = {
        "agreement": agreement,
        "sheet": agreement_queries.cost_sheet(agreement),
        "problems": problems,
        "seconds": agreement.contents["cost_sheet_seconds"],
        "notice": agreement_queries.notice(agreement),
    }
    return render(request, "borrower/cost_sheet.html", context, status=422 if problems else 200)


@access.borrower
@require_http_methods(["GET", "HEAD", "POST"])
def key_facts(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """What both sides promise, on one screen."""
    agreement = _own(request, agreement_id)
    if agreement.state not in UNSIGNED:
        return redirect("borrower:agreement", agreement_id=agreement.id)
    by, problems = request.borrower_actor, []
    agreement_actions.open_page(by=by, agreement_id=agreement.id, page="facts", now=request.now)
    seen = request.POST.getlist("seen")
    if request.method == "POST":
        try:
            agreement_actions.confirm_page(
                by=by, agreement_id=agreement.id, page="facts", seen=seen, now=request.now
            )
        except RepactError as error:
            problems = [sentences.problem(error)]
        else:
            return redirect("borrower:sign", agreement_id=agreement.id)
    context = {
        "agreement": agreement,
        "facts": agreement_queries.key_facts(agreement),
        "seen": seen,
        "problems": problems,
    }
    return render(request, "borrower/key_facts.html", context, status=422 if problems else 200)


@access.borrower
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """Ask for a one-time code, then sign with it."""
    agreement = _own(request, agreement_id)
    signers = agreement_queries.signers(agreement)
    if agreement.state not in UNSIGNED or signers[0].state != "waiting":
        return redirect("borrower:agreement", agreement_id=agreement.id)
    by, problems = request.borrower_actor, []
    try:
        if request.POST.get("act") == "code":
            agreement_actions.request_code(by=by, agreement_id=agreement.id, now=request.now)
        elif request.POST.get("act") == "sign":
            agreement_actions.sign(
                by=by,
                agreement_id=agreement.id,
                code=request.POST.get("code", "").strip(),
                consent=request.POST.get("consent") == "1",
                device=request.headers.get("User-Agent", "")[:200],
                identified_at=_identified_at(request),
                now=request.now,
            )
            return redirect("borrower:agreement", agreement_id=agreement.id)
    except RepactError as error:
        problems = [sentences.problem(error)]
    context = {
        "agreement": agreement,
        "facts": agreement_queries.key_facts(agreement),
        "identified": agreement_queries.is_identified(_identified_at(request)),
        "code_sent": agreement_queries.waiting_code(signers[0]) is not None,
        "level": agreement.contents["signature_level"],
        "others": signers[1:],
        "problems": problems,
    }
    return render(request, "borrower/sign.html", context, status=422 if problems else 200)


@access.borrower
@require_safe
def schedule(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """Every payment of the plan, as a table."""
    agreement = _own(request, agreement_id)
    said = agreement_queries.contents(agreement)
    context = {
        "agreement": agreement,
        "rows": said.rows,
        "totals": said.bill.totals,
        "debts": agreement_queries.schedules_of_debts(agreement),
    }
    return render(request, "borrower/schedule.html", context)


@access.borrower
@require_safe
def pdf(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """The document itself, as signed so far."""
    agreement = _own(request, agreement_id)
    response = HttpResponse(agreement_queries.pdf(agreement), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{agreement.reference}.pdf"'
    return response


def _identified_at(request: HttpRequest) -> datetime | None:
    said = request.session.get(IDENTIFIED_AT)
    return datetime.fromisoformat(said) if said else None


def _own(request: HttpRequest, agreement_id: UUID) -> Agreement:
    return agreement_queries.get_own(
        borrower_id=request.borrower_actor.id, agreement_id=agreement_id
    )


def _next_act(agreement: Agreement) -> str:
    if not agreement_queries.is_confirmed(agreement, "costs"):
        return "cost_sheet"
    return "sign" if agreement_queries.is_confirmed(agreement, "facts") else "key_facts"
