"""Storing a set and letting it out: the two steps every way of making an offer shares."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import rfc8785

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, SUPERVISOR, Actor
from repact.server.cases import actions as case_actions
from repact.server.cases import states as case_states
from repact.server.cases.models import Case
from repact.server.lenders import queries as lender_queries
from repact.server.offers import budgets, making, transcript
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Approval, Offer, OfferSet
from repact.server.policies import queries as policy_queries
from repact.server.policies.queries import Rollout
from repact.server.reviews import actions as review_actions

MESSAGE_LENGTH_MAX = 500


def lock(set_id: UUID, /) -> OfferSet:
    """The set, with its case and itself locked, in that order everywhere.

    Raises `offers.not_found`.
    """
    case_id = OfferSet.objects.filter(id=set_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise OfferError("offers.not_found")
    Case.objects.select_for_update().get(id=case_id)
    return OfferSet.objects.select_for_update(of=("self",)).select_related("case").get(id=set_id)


def store(
    *,
    by: Actor,
    basis: making.Basis,
    proposal: making.Proposal,
    now: datetime,
    **more: Any,
) -> OfferSet:
    """Store plans as a draft (or what `more` says); earlier drafts of the case are superseded.

    Raises `offers.none_fit` with the rules in the way.
    """
    if not proposal.offers:
        raise OfferError(
            "offers.none_fit", rules=[item["rule_id"] for item in proposal.not_offered]
        )
    case = basis.case
    Case.objects.select_for_update().get(id=case.id)
    drafts = OfferSet.objects.filter(case=case, state="draft")
    Approval.objects.filter(offer_set__in=drafts, state="asked").update(state="withdrawn")
    drafts.update(state="superseded")
    first = basis.facts["positions"][0]
    offer_set = OfferSet.objects.create(
        lender_id=by.lender_id,
        case=case,
        loan_id=UUID(first["loan_id"]),
        number=OfferSet.objects.filter(case=case).count() + 1,
        position=first["position"],
        facts=basis.facts,
        not_offered=proposal.not_offered,
        policy_sha256=basis.loaded.sha256,
        law_sha256=basis.law.sha256,
        fingerprint=making.fingerprint(basis),
        on_date=basis.on,
        tier=making.highest([made.tier for made in proposal.offers]),
        concession_minor=max(made.concession_minor for made in proposal.offers),
        prepared_at=now,
        prepared_by=by.id,
        **more,
    )
    for number, made in enumerate(proposal.offers, start=1):
        _store_offer(offer_set, number, made)
    return offer_set


def send_out(
    *,
    by: Actor,
    offer_set: OfferSet,
    sent_by: Actor,
    message: str,
    now: datetime,
    expires_at: datetime | None = None,
    rollout: Rollout | None = None,
) -> OfferSet:
    """Let a draft out to the borrower: budgets first, then the set, the case and the transcript.

    `sent_by` answers for it (the system: nobody's hand). The figures stay until `expires_at`, by
    the policy the set was made under. Raises `policies.stopped` or `offers.budget_exhausted`.
    """
    policy_queries.assert_offering()
    policy = policy_queries.by_hash(offer_set.policy_sha256).policy
    for earlier in OfferSet.objects.filter(case_id=offer_set.case_id, state="sent"):
        earlier.state = "superseded"
        earlier.save()
        budgets.release(earlier, now=now)
    budgets.reserve(
        offer_set=offer_set,
        given_by=sent_by,
        policy=policy,
        rollout=rollout,
        on=lender_queries.today(offer_set.lender_id, now=now),
        now=now,
    )
    offer_set.state, offer_set.sent_at, offer_set.sent_by = "sent", now, sent_by.id
    offer_set.expires_at = expires_at or now + timedelta(days=policy.offers.days)
    offer_set.message = message
    offer_set.save()
    case_actions.move(by=by, case_id=offer_set.case_id, event="offer", now=now)
    if by.role in {AGENT, SUPERVISOR}:
        review_actions.finish(by=by, case_id=offer_set.case_id, now=now)
    _note(by, offer_set, now)
    return offer_set


def close(case_id: UUID, /, *, now: datetime) -> list[OfferSet]:
    """Close everything that stands or is prepared in a case: nothing of it can be chosen or sent
    any more, and what was reserved is given back. Part of an action."""
    found = OfferSet.objects.select_for_update().filter(
        case_id=case_id, state__in=["draft", "shadow", "sent", "chosen"]
    )
    closed = list(found.order_by("number"))
    for offer_set in closed:
        was_out = offer_set.state in {"sent", "chosen"}
        offer_set.state = "expired" if was_out else "superseded"
        offer_set.save()
        offer_set.offers.update(state="closed")
        budgets.release(offer_set, now=now)
    asked = Approval.objects.filter(offer_set__in=closed, state="asked")
    asked.update(state="withdrawn")
    return closed


def may_be_offered(case: Case, /) -> bool:
    """Whether the case is where offers are made."""
    return case.state in {case_states.SUBMITTED, case_states.IN_REVIEW, case_states.OFFERED}


def checked_message(message: str, /) -> str:
    """The words that go with a set. Raises `offers.message_too_long`."""
    if len(message) > MESSAGE_LENGTH_MAX:
        raise OfferError("offers.message_too_long", field="message")
    return message


def _note(by: Actor, offer_set: OfferSet, now: datetime) -> None:
    offers = [
        {
            "label": offer.label,
            "content_sha256": offer.content_sha256,
            "schedule_sha256": offer.schedule_sha256,
            "installment_minor": offer.installment_minor,
        }
        for offer in offer_set.offers_in_order
    ]
    transcript.append(
        by=by,
        case_id=offer_set.case_id,
        kind="reissue" if offer_set.origin == "reissue" else "offers",
        content={"set": str(offer_set.id), "offers": offers},
        now=now,
        expires_at=offer_set.expires_at,
    )
    audit_actions.record(
        by=by,
        action="offers.send",
        subject_id=offer_set.id,
        case_id=offer_set.case_id,
        now=now,
        origin=offer_set.origin,
        tier=offer_set.tier,
        concession_minor=offer_set.concession_minor,
        expires_at=offer_set.expires_at.isoformat() if offer_set.expires_at else None,
    )


def _store_offer(offer_set: OfferSet, number: int, made: making.Made) -> None:
    content = {
        "set": str(offer_set.id),
        "number": number,
        "parts": [
            {name: part[name] for name in ("loan_id", "terms", "schedule_sha256")}
            for part in made.parts
        ],
        "schedule_sha256": made.schedule_sha256,
    }
    if made.condition:
        content["condition"] = made.condition
    Offer.objects.create(
        lender_id=offer_set.lender_id,
        offer_set=offer_set,
        case_id=offer_set.case_id,
        number=number,
        label=made.label,
        terms=made.parts[0]["terms"],
        result=made.result,
        stored_parts=made.parts,
        schedule_sha256=made.schedule_sha256,
        content_sha256=hashlib.sha256(rfc8785.dumps(content)).hexdigest(),
        installment_minor=made.installment_minor,
        over_by_minor=made.over_by_minor,
        tier=made.tier,
        concession_minor=made.concession_minor,
        findings=made.findings,
        keep_up=made.keep_up,
        condition=made.condition,
    )
