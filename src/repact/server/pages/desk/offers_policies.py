"""Policies: what is in force, what waits for a second person, and the stop of new offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.audit.actor import AUDITOR, ENGINEER, SUPERVISOR
from repact.server.clock import queries as clock_queries
from repact.server.pages import access, sentences
from repact.server.people import queries as people_queries
from repact.server.policies import actions
from repact.server.policies import queries as policy_queries
from repact.server.policies.models import Proposal


@access.staff(SUPERVISOR, ENGINEER, AUDITOR)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The policy in force, every version, what was proposed, and whether offers go out."""
    return render(request, "desk/policies.html", _page(request))


@access.staff(SUPERVISOR, ENGINEER, AUDITOR)
@require_safe
def version(request: HttpRequest, *, version_id: UUID) -> HttpResponse:
    """One published version, word for word."""
    found = policy_queries.version(version_id)
    return render(request, "desk/policy.html", {"version": found, "section": "policies"})


@access.staff(SUPERVISOR, ENGINEER)
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Put a text forward; another person publishes it."""
    text = request.POST.get("text", "")
    return _act(
        request,
        lambda: actions.propose(by=request.staff_actor, text=text, now=request.now),
        text=text,
    )


@access.staff(SUPERVISOR, ENGINEER)
@require_POST
def decide(request: HttpRequest, *, proposal_id: UUID) -> HttpResponse:
    """Publish what another person proposed, or give it back with a reason."""
    by, now = request.staff_actor, request.now
    if request.POST.get("verdict") == "approve":
        return _act(request, lambda: actions.approve(by=by, proposal_id=proposal_id, now=now))
    reason = request.POST.get("reason", "")
    return _act(
        request,
        lambda: actions.give_back(by=by, proposal_id=proposal_id, reason=reason, now=now),
    )


@access.staff(SUPERVISOR, ENGINEER)
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Stop new offers alone; let them go out again with a second person."""
    by, now = request.staff_actor, request.now
    reason = request.POST.get("reason", "")
    acts: dict[str, Callable[[], object]] = {
        "stop": lambda: actions.stop(by=by, reason=reason, now=now),
        "ask": lambda: actions.ask_to_resume(by=by, now=now),
        "resume": lambda: actions.resume(by=by, now=now),
    }
    act = acts.get(request.POST.get("act", ""))
    return _act(request, act) if act else redirect("desk:policies")


def _act(request: HttpRequest, act: Callable[[], object], *, text: str = "") -> HttpResponse:
    try:
        act()
    except RepactError as error:
        context = _page(request) | {"problems": [sentences.problem(error)], "text": text}
        context["policy_findings"] = error.params.get("findings", [])
        return render(request, "desk/policies.html", context, status=409)
    return redirect("desk:policies")


def _page(request: HttpRequest) -> dict[str, Any]:
    on = clock_queries.business_date(now=request.now, zone=request.lender.zone)
    stopped = policy_queries.stopped()
    versions = list(policy_queries.versions())
    return {
        "section": "policies",
        "in_force": next((v for v in versions if v.effective_from <= on), None),
        "versions": versions,
        "on": on,
        "proposals": [_proposal(request, proposal) for proposal in policy_queries.proposals()],
        "stopped": stopped,
        "stopped_by": people_queries.staff(stopped.stopped_by) if stopped else None,
        "may_resume": stopped is not None
        and stopped.resume_asked_by is not None
        and _is_another(request, stopped.resume_asked_by),
        "may_act": request.staff_actor.role in {SUPERVISOR, ENGINEER},
    }


def _proposal(request: HttpRequest, proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal,
        "proposer": people_queries.staff(proposal.proposed_by),
        "changes": [
            {"line": line, "kind": {"+": "added", "-": "removed"}.get(line[:1], "place")}
            for line in policy_queries.changes(proposal)
        ],
        "may_approve": _is_another(request, proposal.proposed_by),
    }


def _is_another(request: HttpRequest, staff_id: UUID) -> bool:
    return people_queries.person(request.staff_actor.id) != people_queries.person(staff_id)
