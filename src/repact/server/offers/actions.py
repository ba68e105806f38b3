"""Working plans out, sending them, choosing one, and what becomes of those nobody chose."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.cases import actions as case_actions
from repact.server.cases import queries as case_queries
from repact.server.cases import states as case_states
from repact.server.cases.models import Case
from repact.server.offers import budgets, making, queries, sets, transcript
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Approval, Offer, OfferSet
from repact.server.people import doors

ALONE = {"automatic", "agent"}


@doors.action("offers.prepare", may=(AGENT, SUPERVISOR))
def prepare(*, by: Actor, case_id: UUID, now: datetime) -> OfferSet:
    """Work out the plans the policy allows for a case; earlier drafts are superseded.

    Raises OfferError `offers.case_not_in_review`, or `offers.none_fit` with the rules in the way.
    """
    case = case_queries.get(case_id)
    if case.state != case_states.IN_REVIEW:
        raise OfferError("offers.case_not_in_review", state=case.state)
    basis = making.basis(case, now=now)
    offer_set = sets.store(by=by, basis=basis, proposal=making.propose_from(basis), now=now)
    audit_actions.record(
        by=by,
        action="offers.prepare",
        subject_id=offer_set.id,
        case_id=case.id,
        now=now,
        labels=[offer.label for offer in offer_set.offers_in_order],
        policy_sha256=offer_set.policy_sha256,
        law_sha256=offer_set.law_sha256,
    )
    return offer_set


@doors.action("offers.send", may=(AGENT, SUPERVISOR))
def send(*, by: Actor, set_id: UUID, message: str, now: datetime) -> OfferSet:
    """Send a prepared set; its figures stay as they are until it expires.

    Raises `offers.wrong_state`, `offers.above_authority` naming the tier that is needed,
    `policies.stopped` or `offers.budget_exhausted`.
    """
    offer_set = sets.lock(set_id)
    if offer_set.state == "sent":
        audit_actions.unchanged()
        return offer_set
    if offer_set.state != "draft":
        raise OfferError("offers.wrong_state", state=offer_set.state)
    if offer_set.case.state == case_states.SUBMITTED:
        raise OfferError("offers.case_not_in_review", state=offer_set.case.state)
    if offer_set.tier not in ALONE:
        raise OfferError("offers.above_authority", tier=offer_set.tier)
    if Approval.objects.filter(offer_set=offer_set, state="asked").exists():
        raise OfferError("offers.wrong_state", state="asked")
    words = sets.checked_message(message)
    return sets.send_out(by=by, offer_set=offer_set, sent_by=by, message=words, now=now)


@doors.action("offers.choose", may=(BORROWER,))
def choose(*, by: Actor, offer_id: UUID, content_sha256: str, now: datetime) -> Offer:
    """Choose an offer: one's own, open, unexpired, in exactly the version that was seen.

    Choosing the same again gives the same back. A set that was issued anew since, with nothing
    worse for the borrower, is not asked about again: its plan of the same kind is chosen. Raises
    OfferError `offers.not_found`, `offers.changed`, `offers.expired`, `offers.position_moved` or
    `offers.already_chosen`.
    """
    found = Offer.objects.filter(id=offer_id, case__borrower_id=by.id)
    set_id = found.values_list("offer_set_id", flat=True).first()
    if set_id is None:
        raise OfferError("offers.not_found")
    sets.lock(set_id)  # the case's row is what every choice in this case waits for
    offer = found.select_related("case", "offer_set").get()
    if offer.content_sha256 != content_sha256:
        raise OfferError("offers.changed")
    offer = queries.standing(offer)
    if offer.state == "chosen":
        audit_actions.unchanged()
        return offer
    _assert_open(offer.offer_set, now)
    queries.assert_recomputes(offer)
    return _choose(by, offer, now)


@doors.action("offers.expire", may=(SYSTEM,))
def expire(*, by: Actor, set_id: UUID, now: datetime) -> None:
    """A set nobody chose from has run out; the case goes back to a person."""
    offer_set = sets.lock(set_id)
    if offer_set.state != "sent" or offer_set.expires_at is None or now < offer_set.expires_at:
        audit_actions.unchanged()
        return
    offer_set.state = "expired"
    offer_set.save()
    offer_set.offers.update(state="closed")
    budgets.release(offer_set, now=now)
    case_actions.move(by=by, case_id=offer_set.case_id, event="expire", now=now)
    audit_actions.record(
        by=by, action="offers.expire", subject_id=offer_set.id, case_id=offer_set.case_id, now=now
    )


@doors.action("offers.use_budget", may=(SYSTEM,))
def use_budget(*, by: Actor, offer_id: UUID, now: datetime) -> None:
    """The plan is in force: what was reserved for it is used."""
    _end(by, offer_id, now, use=True)


@doors.action("offers.release_budget", may=(SYSTEM,))
def release_budget(*, by: Actor, offer_id: UUID, now: datetime) -> None:
    """Nothing came of a chosen plan (it was never signed): what was reserved is given back."""
    _end(by, offer_id, now, use=False)


@doors.action("offers.give_back_budget", may=(SYSTEM,))
def give_back_budget(*, by: Actor, offer_id: UUID, now: datetime) -> None:
    """The plan was taken back in its cooling-off days: what it used, or still held, is free again,
    whichever of the two tasks comes first."""
    set_id = Offer.objects.filter(id=offer_id).values_list("offer_set_id", flat=True).first()
    if set_id is None:
        raise OfferError("offers.not_found")
    offer_set = sets.lock(set_id)
    given = [budgets.release(offer_set, now=now), budgets.give_back(offer_set, now=now)]
    if not any(given):
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by,
        action="offers.give_back_budget",
        subject_id=offer_set.id,
        case_id=offer_set.case_id,
        now=now,
    )


@doors.action("offers.withdraw_case", may=(BORROWER,))
def withdraw_case(*, by: Actor, case_id: UUID, now: datetime) -> Case:
    """The borrower takes the request back, and with it, in the same moment, every plan that was
    offered or prepared. Raises what `cases.withdraw` raises."""
    case = case_actions.withdraw(by=by, case_id=case_id, now=now)
    _closed(by, case_id, now)
    return case


@doors.action("offers.close_case", may=(SYSTEM,))
def close_case(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """A case is over or back with a person: nothing of what was offered can be chosen any more."""
    _closed(by, case_id, now)


@doors.action("offers.unsigned", may=(SYSTEM,))
def unsigned(*, by: Actor, offer_id: UUID, now: datetime) -> None:
    """Nothing came of a chosen plan: its agreement was dropped before it was sealed. What was
    reserved is given back, and a person has the case again."""
    set_id = Offer.objects.filter(id=offer_id).values_list("offer_set_id", flat=True).first()
    if set_id is None:
        raise OfferError("offers.not_found")
    case = sets.lock(set_id).case
    if case.state != case_states.AGREED:
        audit_actions.unchanged()
        return
    _closed(by, case.id, now)
    case_actions.move(by=by, case_id=case.id, event="unsigned", now=now)


@doors.action("offers.papers_missed", may=(SYSTEM,))
def papers_missed(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """Papers never came: a person has the case, and plans that waited for the papers are closed.

    What was signed stays as it was signed.
    """
    Case.objects.select_for_update().get(id=case_id)
    standing = queries.current_set(case_id)
    case_actions.give_to_person(by=by, case_id=case_id, why="papers_missed", now=now)
    waited = standing and any(offer.condition for offer in standing.offers_in_order)
    if standing is None or standing.state not in {"draft", "sent"} or not waited:
        return
    _closed(by, case_id, now)
    if standing.state == "sent":
        case_actions.move(by=by, case_id=case_id, event="expire", now=now)


def _closed(by: Actor, case_id: UUID, now: datetime) -> None:
    closed = sets.close(case_id, now=now)
    if not closed:
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by,
        action="offers.close_case",
        subject_id=closed[-1].id,
        case_id=case_id,
        now=now,
        sets=[str(item.id) for item in closed],
    )


def _end(by: Actor, offer_id: UUID, now: datetime, *, use: bool) -> None:
    set_id = Offer.objects.filter(id=offer_id).values_list("offer_set_id", flat=True).first()
    if set_id is None:
        raise OfferError("offers.not_found")
    offer_set = sets.lock(set_id)
    end = budgets.use if use else budgets.release
    if not end(offer_set, now=now):
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by,
        action="offers.use_budget" if use else "offers.release_budget",
        subject_id=offer_set.id,
        case_id=offer_set.case_id,
        now=now,
    )


def _assert_open(offer_set: OfferSet, now: datetime) -> None:
    if offer_set.state == "chosen":
        raise OfferError("offers.already_chosen")
    if offer_set.state == "superseded":
        raise OfferError("offers.changed")
    if not queries.is_open(offer_set, now=now):
        raise OfferError("offers.expired")
    if queries.moved(offer_set):
        raise OfferError("offers.position_moved", set_id=str(offer_set.id))


def _choose(by: Actor, offer: Offer, now: datetime) -> Offer:
    offer_set = offer.offer_set
    offer.state = "chosen"
    offer.save()
    Offer.objects.filter(offer_set=offer_set).exclude(id=offer.id).update(state="closed")
    offer_set.state = "chosen"
    offer_set.save()
    budgets.narrow(offer_set, offer)
    case_actions.move(by=by, case_id=offer.case_id, event="agree", now=now)
    transcript.append(
        by=by,
        case_id=offer.case_id,
        kind="choice",
        content={"offer": str(offer.id), "content_sha256": offer.content_sha256},
        now=now,
    )
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
