"""The second pair of eyes: what waits for it, what exactly is asked, and the answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from repact.errors import RepactError
from repact.server.audit.actor import AGENT, AUDITOR, SUPERVISOR
from repact.server.offers import approving, assessing
from repact.server.offers import queries as offer_queries
from repact.server.offers.models import Approval
from repact.server.pages import access, rules, sentences
from repact.server.pages.desk import cases, offers
from repact.server.people import queries as people_queries
from repact.server.policies import queries as policy_queries

VERDICTS = ("approve", "return", "refuse")


@access.staff(AGENT, SUPERVISOR, AUDITOR)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits for a second person, the oldest first."""
    waiting = [_line(approval) for approval in offer_queries.to_approve()]
    context = {
        "waiting": waiting,
        "section": "approvals",
        "stopped": policy_queries.stopped(),
        "may_see": request.staff_actor.role == SUPERVISOR,
        "alarms": [] if request.staff_actor.role == AGENT else offer_queries.alarms(),
    }
    return render(request, "desk/approvals.html", context)


@access.staff(AGENT, SUPERVISOR, AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, *, approval_id: UUID) -> HttpResponse:
    """One approval: what is given away, by which rule it needs this person, and the decision."""
    problems = []
    if request.method == "POST":
        try:
            approving.decide(
                by=request.staff_actor,
                approval_id=approval_id,
                verdict=_verdict(request),
                reason=request.POST.get("reason", ""),
                rule=request.POST.get("rule", ""),
                alternative=request.POST.get("alternative", ""),
                now=request.now,
            )
        except RepactError as error:
            problems = [sentences.problem(error)]
        else:
            return redirect("desk:approvals")
    approval = offer_queries.approval(approval_id)
    context = {
        **_line(approval),
        "section": "approvals",
        "problems": problems,
        "limits": offers.tier_limits(approval.offer_set),
        "assessed": [
            {"offer": offer, "assessed": assessing.of_offer(offer)}
            for offer in approval.offer_set.offers_in_order
        ],
        "decisions": [
            {"decision": made, "person": people_queries.staff(made.decided_by)}
            for made in approval.decisions.order_by("decided_at")
        ],
        "refusing": approving.REFUSING,
        "instead": approving.INSTEAD,
        "may_decide": request.staff_actor.role == SUPERVISOR and approval.state == "asked",
    }
    return render(request, "desk/approval.html", context, status=409 if problems else 200)


@access.staff(SUPERVISOR)
@require_POST
def see(request: HttpRequest, *, alarm_id: UUID) -> HttpResponse:
    """Say that one has looked at an alarm; it leaves the list."""
    approving.see_alarm(by=request.staff_actor, alarm_id=alarm_id, now=request.now)
    return redirect("desk:approvals")


@access.staff(AGENT, SUPERVISOR)
@require_POST
def ask(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Ask for the approval a draft needs; approved, it goes out by itself."""
    try:
        approving.ask_approval(
            by=request.staff_actor,
            set_id=offers.set_id(request),
            message=request.POST.get("message", ""),
            now=request.now,
        )
    except RepactError as error:
        context = cases.case_page(request, case_id) | {"problems": [sentences.problem(error)]}
        return render(request, "desk/case.html", context, status=409)
    return redirect("desk:case", case_id=case_id)


def _line(approval: Approval) -> dict[str, Any]:
    offer_set = approval.offer_set
    borrower = people_queries.borrower(offer_set.case.borrower_id)
    return {
        "approval": approval,
        "offer_set": offer_set,
        "case": offer_set.case,
        "name": people_queries.borrower_identity(borrower).name,
        "maker": people_queries.staff(approval.asked_by),
        "lawful": rules.of_plans(offer_set.offers_in_order),
        "above": [offer for offer in offer_set.offers_in_order if offer.tier not in offers.ALONE],
        "within": [offer for offer in offer_set.offers_in_order if offer.tier in offers.ALONE],
    }


def _verdict(request: HttpRequest) -> Any:
    verdict = request.POST.get("verdict")
    if verdict not in VERDICTS:
        raise sentences.PageError("pages.choose_verdict", field="verdict")
    return verdict
