"""Money that could not be placed, and plans whose charging stopped: both wait for a person."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.agreements.models import Agreement
from repact.server.audit.actor import AGENT, AUDITOR, SUPERVISOR
from repact.server.loans.models import Loan
from repact.server.pages import access, sentences
from repact.server.repayments import actions, contracts, suspense
from repact.server.repayments import queries as repayment_queries

SHOWN = 200


@access.staff(AGENT, SUPERVISOR, AUDITOR)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first."""
    return _page(request)


@access.staff(AGENT, SUPERVISOR)
@require_POST
def assign(request: HttpRequest, *, suspense_id: UUID) -> HttpResponse:
    """Post one sum to the plan, or to the debt without one, whose reference was typed."""
    reference = request.POST.get("reference", "").strip()
    agreement = Agreement.objects.filter(reference=reference).first()
    loan = None if agreement else Loan.objects.filter(ref=reference, state="open").first()

    def run() -> None:
        if loan:
            contracts.assign_to_loan(
                by=request.staff_actor, suspense_id=suspense_id, loan_id=loan.id, now=request.now
            )
            return
        suspense.assign_suspense(
            by=request.staff_actor,
            suspense_id=suspense_id,
            agreement_id=agreement.id if agreement else suspense_id,
            now=request.now,
        )

    return _done(request, run)


@access.staff(SUPERVISOR)
@require_POST
def give_back(request: HttpRequest, *, suspense_id: UUID) -> HttpResponse:
    """Send one sum back to where it came from."""
    return _done(
        request,
        lambda: suspense.return_suspense(
            by=request.staff_actor, suspense_id=suspense_id, now=request.now
        ),
    )


@access.staff(SUPERVISOR)
@require_POST
def resume(request: HttpRequest, *, agreement_id: UUID) -> HttpResponse:
    """Go on charging after looking."""
    return _done(
        request,
        lambda: actions.resume_charging(
            by=request.staff_actor, agreement_id=agreement_id, now=request.now
        ),
    )


def _done(request: HttpRequest, run: Callable[[], object]) -> HttpResponse:
    try:
        run()
    except RepactError as error:
        return _page(request, error=error)
    return redirect("desk:money")


def _page(request: HttpRequest, *, error: RepactError | None = None) -> HttpResponse:
    waiting = repayment_queries.open_suspense()[:SHOWN]
    today = request.now.date()
    context = {
        "section": "money",
        "waiting": [(kept, (today - kept.received_on).days) for kept in waiting],
        "owed_beside": repayment_queries.owed_beside().count(),
        "stopped": repayment_queries.stopped_plans()[:SHOWN],
        "problems": [sentences.problem(error)] if error else [],
    }
    return render(request, "desk/money.html", context, status=409 if error else 200)
