"""Preparing plans and sending them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from repact.errors import RepactError
from repact.policy.limits import Tier
from repact.server.audit.actor import AGENT, SUPERVISOR
from repact.server.offers import actions as offer_actions
from repact.server.offers.errors import OfferError
from repact.server.offers.models import OfferSet
from repact.server.pages import access, sentences
from repact.server.pages.desk import cases
from repact.server.policies import queries as policy_queries

ALONE = offer_actions.ALONE


@access.staff(AGENT, SUPERVISOR)
@require_POST
def prepare(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Work out the plans this policy allows."""
    try:
        offer_actions.prepare(by=request.staff_actor, case_id=case_id, now=request.now)
    except RepactError as error:
        return _refused(request, case_id, error)
    return redirect("desk:case", case_id=case_id)


@access.staff(AGENT, SUPERVISOR)
@require_POST
def send(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """Send the prepared plans to the borrower with a few words."""
    try:
        offer_actions.send(
            by=request.staff_actor,
            set_id=set_id(request),
            message=request.POST.get("message", ""),
            now=request.now,
        )
    except RepactError as error:
        return _refused(request, case_id, error)
    return redirect("desk:case", case_id=case_id)


def set_id(request: HttpRequest) -> UUID:
    """The set whose figures the sender saw."""
    try:
        return UUID(request.POST.get("set", ""))
    except ValueError as error:
        raise OfferError("offers.wrong_state") from error


def tier_limits(offer_set: OfferSet, /) -> list[Tier]:
    """The tiers of the policy a set was made under: who may give how much."""
    return list(policy_queries.by_hash(offer_set.policy_sha256).policy.authority.tiers)


def _refused(request: HttpRequest, case_id: UUID, error: RepactError) -> HttpResponse:
    context = cases.case_page(request, case_id) | {"problems": [sentences.problem(error)]}
    return render(request, "desk/case.html", context, status=409)
