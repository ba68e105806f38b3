"""The queue and one case: what is true, is it shown, what do we offer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.server.agreements import queries as agreement_queries
from repact.server.audit.actor import AGENT, AUDITOR, SUPERVISOR
from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.clock import ports
from repact.server.evidence import actions as evidence_actions
from repact.server.evidence import queries as evidence_queries
from repact.server.loans import queries as loan_queries
from repact.server.offers import queries as offer_queries
from repact.server.pages import access, rules
from repact.server.pages.borrower import debts, summary
from repact.server.pages.borrower import offers_own as offer_lines
from repact.server.people import queries as people_queries
from repact.server.reviews import actions as review_actions

READERS = (AGENT, SUPERVISOR, AUDITOR)


@access.staff(*READERS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Every case that waits for us, due first."""
    return render(request, "desk/queue.html", {"queue": _queue(request)})


@access.staff(*READERS)
@require_safe
def show(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """One case on one page."""
    return render(request, "desk/case.html", case_page(request, case_id))


@access.staff(AGENT, SUPERVISOR)
@require_POST
def take(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Start the review; from now on this person's name is on the case."""
    review_actions.take(by=request.staff_actor, case_id=case_id, now=request.now)
    return redirect("desk:case", case_id=case_id)


@access.staff(AGENT, SUPERVISOR)
@require_safe
def evidence(request: HttpRequest, *, file_id: UUID) -> HttpResponse:
    """One file, decrypted for this reader; the reading leaves a trace."""
    file, content = evidence_actions.view(by=request.staff_actor, file_id=file_id, now=request.now)
    response = HttpResponse(content, content_type=file.media_type)
    response["Content-Disposition"] = f'inline; filename="evidence-{file.id}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@access.staff(AGENT, SUPERVISOR)
@require_POST
def decide_evidence(request: HttpRequest, *, file_id: UUID) -> HttpResponse:
    """Accept a file, or say that it does not show what it should."""
    file = evidence_actions.decide(
        by=request.staff_actor,
        file_id=file_id,
        accepted=request.POST.get("decision") == "accept",
        now=request.now,
    )
    return redirect("desk:case", case_id=file.case_id)


def case_page(request: HttpRequest, case_id: UUID, /) -> dict[str, Any]:
    """Everything the case page shows. What was not sent yet is the borrower's alone: 404."""
    # The page around a case is made of this one, so it is found when it is needed.
    from repact.server.pages.desk import around  # noqa: PLC0415

    case = case_queries.get(case_id)
    if case.submitted_at is None:
        raise Http404
    borrower = people_queries.borrower(case.borrower_id)
    offer_set = offer_queries.current_set(case.id)
    return {
        "queue": _queue(request),
        "case": case,
        "identity": people_queries.borrower_identity(borrower),
        "debts": debts.of_case(case, now=request.now, zone=request.lender.zone),
        "answers": summary.lines(case.answers),
        "budget": summary.budget(case.answers),
        "means": case_queries.affordability(case, now=request.now),
        "around": around.context(request, case),
        "hold": loan_queries.hold_state(case.id),
        "files": evidence_queries.of_case(case.id),
        "offer_set": offer_set,
        "lawful": rules.of_plans(offer_set.offers_in_order) if offer_set else [],
        "proposals": offer_lines.open_proposals(case, now=request.now),
        "probing": offer_queries.probing(case.id, now=ports.now()),
        "names_signers": agreement_queries.draft_of_case(case.id) is not None
        and loan_queries.parties([loan.id for loan in case_queries.loans(case)]),
        "may_act": request.staff_actor.role in {AGENT, SUPERVISOR},
    }


def _queue(request: HttpRequest) -> list[dict[str, Any]]:
    """One entry for each waiting case, with the name and how long is left."""
    return [
        {
            "case": case,
            "name": _name(case),
            "hours_left": int((case.reply_due_at - request.now).total_seconds() // 3600),
        }
        for case in case_queries.queue()
    ]


def _name(case: Case) -> str:
    borrower = people_queries.borrower(case.borrower_id)
    return people_queries.borrower_identity(borrower).name
