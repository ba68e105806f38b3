"""Working plans out, sending them, choosing one."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

import rfc8785

from repact.law import catalogue
from repact.plans.document import Document
from repact.plans.result import as_json
from repact.policy import propose
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.cases import actions as case_actions
from repact.server.cases import queries as case_queries
from repact.server.cases import states as case_states
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.offers import queries
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Offer, OfferSet
from repact.server.people import doors
from repact.server.reviews import actions as review_actions

MESSAGE_LENGTH_MAX = 500


@doors.action("offers.prepare", may=(AGENT, SUPERVISOR))
def prepare(*, by: Actor, case_id: UUID, now: datetime) -> OfferSet:
    """Work out the plans the policy allows for a case; earlier drafts are superseded.

    Raises OfferError `offers.none_fit` with the rules in the way.
    """
    case = case_queries.get(case_id)
    if case.state != case_states.IN_REVIEW:
        raise OfferError("offers.case_not_in_review", state=case.state)
    lender = lender_queries.get(case.lender_id)
    on = clock_queries.business_date(now=now, zone=lender.zone)
    loan = case_queries.loans(case)[0]
    position = loan_queries.position(loan, on=on)
    loaded = case_queries.policy_of(case, now=now)
    law = catalogue.load(lender.jurisdiction)
    facts = case_queries.facts(case, loan, now=now)
    proposal = propose.propose(position=position, facts=facts, loaded=loaded, law=law, on=on)
    if not proposal.offers:
        raise OfferError("offers.none_fit", rules=[item.rule_id for item in proposal.not_offered])
    OfferSet.objects.filter(case=case, state="draft").update(state="superseded")
    offer_set = OfferSet.objects.create(
        lender_id=by.lender_id,
        case=case,
        loan=loan,
        number=OfferSet.objects.filter(case=case).count() + 1,
        position=position.model_dump(mode="json", exclude_none=True),
        not_offered=[
            {"label": item.label, "rule_id": item.rule_id, "params": item.params}
            for item in proposal.not_offered
        ],
        policy_sha256=loaded.sha256,
        law_sha256=law.sha256,
        prepared_at=now,
        prepared_by=by.id,
    )
    for number, offered in enumerate(proposal.offers, start=1):
        _store(by, offer_set, number, offered)
    audit_actions.record(
        by=by,
        action="offers.prepare",
        subject_id=offer_set.id,
        case_id=case.id,
        now=now,
        labels=[offered.label for offered in proposal.offers],
        policy_sha256=loaded.sha256,
        law_sha256=law.sha256,
    )
    return offer_set


@doors.action("offers.send", may=(AGENT, SUPERVISOR))
def send(*, by: Actor, set_id: UUID, message: str, now: datetime) -> OfferSet:
    """Send a prepared set; its figures stay as they are until it expires.

    Raises `offers.wrong_state`, or `offers.above_authority` naming the tier that is needed.
    """
    offer_set = _set(set_id)
    if offer_set.state == "sent":
        audit_actions.unchanged()
        return offer_set
    if offer_set.state != "draft":
        raise OfferError("offers.wrong_state", state=offer_set.state)
    if len(message) > MESSAGE_LENGTH_MAX:
        raise OfferError("offers.message_too_long", field="message")
    _assert_authority(by, offer_set)
    OfferSet.objects.filter(case_id=offer_set.case_id, state="sent").update(state="superseded")
    policy = case_queries.policy_of(offer_set.case, now=now).policy
    offer_set.state, offer_set.sent_at, offer_set.sent_by = "sent", now, by.id
    offer_set.expires_at = now + timedelta(days=policy.offers.days)
    offer_set.message = message
    offer_set.save()
    case_actions.move(by=by, case_id=offer_set.case_id, event="offer", now=now)
    review_actions.finish(by=by, case_id=offer_set.case_id, now=now)
    audit_actions.record(
        by=by,
        action="offers.send",
        subject_id=offer_set.id,
        case_id=offer_set.case_id,
        now=now,
        expires_at=offer_set.expires_at.isoformat(),
    )
    return offer_set


@doors.action("offers.choose", may=(BORROWER,))
def choose(*, by: Actor, offer_id: UUID, content_sha256: str, now: datetime) -> Offer:
    """Choose an offer: one's own, open, unexpired, in exactly the version that was seen.

    Choosing the same again gives the same back. Raises OfferError `offers.not_found`,
    `offers.changed`, `offers.expired` or `offers.already_chosen`.
    """
    found = Offer.objects.filter(id=offer_id, case__borrower_id=by.id)
    set_id = found.values_list("offer_set_id", flat=True).first()
    if set_id is None:
        raise OfferError("offers.not_found")
    offer_set = _set(set_id)  # the one row every choice in this set waits for
    offer = found.select_related("case", "offer_set").get()
    if offer.content_sha256 != content_sha256:
        raise OfferError("offers.changed")
    if offer.state == "chosen":
        audit_actions.unchanged()
        return offer
    if offer_set.state == "chosen":
        raise OfferError("offers.already_chosen")
    if offer_set.state != "sent" or offer_set.expires_at is None or now >= offer_set.expires_at:
        raise OfferError("offers.expired")
    queries.assert_recomputes(offer)
    offer.state = "chosen"
    offer.save()
    Offer.objects.filter(offer_set=offer_set).exclude(id=offer.id).update(state="closed")
    offer_set.state = "chosen"
    offer_set.save()
    case_actions.move(by=by, case_id=offer.case_id, event="agree", now=now)
    audit_actions.record(
        by=by,
        action="offers.choose",
        subject_id=offer.id,
        case_id=offer.case_id,
        now=now,
        label=offer.label,
        schedule_sha256=offer.schedule_sha256,
    )
    return offer


@doors.action("offers.expire", may=(SYSTEM,))
def expire(*, by: Actor, set_id: UUID, now: datetime) -> None:
    """A set nobody chose from has run out; the case goes back to a person."""
    offer_set = _set(set_id)
    if offer_set.state != "sent" or offer_set.expires_at is None or now < offer_set.expires_at:
        audit_actions.unchanged()
        return
    offer_set.state = "expired"
    offer_set.save()
    offer_set.offers.update(state="closed")
    case_actions.move(by=by, case_id=offer_set.case_id, event="expire", now=now)
    audit_actions.record(
        by=by, action="offers.expire", subject_id=offer_set.id, case_id=offer_set.case_id, now=now
    )


def _store(by: Actor, offer_set: OfferSet, number: int, offered: propose.Offer) -> None:
    document = Document.model_validate(
        {"position": offer_set.position, "terms": offered.terms.as_json()}
    )
    content = {
        "set": str(offer_set.id),
        "schedule_sha256": offered.schedule_sha256,
        "terms": offered.terms.as_json(),
    }
    Offer.objects.create(
        lender_id=by.lender_id,
        offer_set=offer_set,
        case_id=offer_set.case_id,
        number=number,
        label=offered.label,
        terms=offered.terms.as_json(),
        result=as_json(document),
        schedule_sha256=offered.schedule_sha256,
        content_sha256=hashlib.sha256(rfc8785.dumps(content)).hexdigest(),
        installment_minor=offered.installment_minor,
        over_by_minor=offered.over_by_minor,
        tier=offered.tier,
    )


def _set(set_id: UUID) -> OfferSet:
    found = OfferSet.objects.select_for_update().filter(id=set_id).first()
    if found is None:
        raise OfferError("offers.not_found")
    return found


def _assert_authority(by: Actor, offer_set: OfferSet) -> None:
    """An agent sends what an agent may give; the next tier is another person's."""
    enough = {AGENT: {AGENT}, SUPERVISOR: {AGENT, SUPERVISOR}}[by.role]
    needed = {offer.tier for offer in offer_set.offers_in_order} - enough
    if needed:
        raise OfferError("offers.above_authority", tier=min(needed))
