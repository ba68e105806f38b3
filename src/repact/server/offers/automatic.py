"""What the system does without a person: first offers, issuing anew, the nightly twin check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from repact.errors import RepactError
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, SYSTEM, Actor
from repact.server.cases import actions as case_actions
from repact.server.cases import queries as case_queries
from repact.server.cases import states as case_states
from repact.server.offers import approving, budgets, making, queries, renewing, sets
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Alarm, Approval, OfferSet
from repact.server.people import doors
from repact.server.policies import queries as policy_queries
from repact.server.policies.errors import PublishingError

TWINS_MAX = 500


@doors.action("offers.propose_automatically", may=(SYSTEM,))
def propose_automatically(
    *, by: Actor, case_id: UUID, now: datetime, request_key: str = ""
) -> OfferSet | None:
    """At submission: work the plans out and do with them what the rollout says.

    Shadow: kept for staff to look at. Suggest: a draft for the agent. Automatic: out to the
    borrower, where no plan needs a person and the day's budgets allow it; else a draft. None: no
    plan could be made, and a person takes the case as ever. The same request gives the same set.
    """
    case = case_queries.get(case_id)
    existing = _existing(case_id, request_key)
    waits = case.state != case_states.SUBMITTED or case.needs_person
    if existing or waits or policy_queries.stopped():
        audit_actions.unchanged()
        return existing
    try:
        basis = making.basis(case, now=now)
        rollout = policy_queries.rollout(basis.loaded.policy, basis.product_codes)
        offer_set = sets.store(
            by=by,
            basis=basis,
            proposal=making.propose_from(basis),
            now=now,
            origin="automatic",
            state="shadow" if rollout.mode == "shadow" else "draft",
            request_key=request_key,
        )
    except RepactError as error:
        audit_actions.record(
            by=by,
            action="offers.none_made",
            subject_id=case.id,
            case_id=case.id,
            now=now,
            code=error.code,
            rules=error.params.get("rules", []),
        )
        return None
    audit_actions.record(
        by=by,
        action="offers.propose_automatically",
        subject_id=offer_set.id,
        case_id=case.id,
        now=now,
        mode=rollout.mode,
        tier=offer_set.tier,
        policy_sha256=offer_set.policy_sha256,
        law_sha256=offer_set.law_sha256,
    )
    if rollout.mode == "automatic" and offer_set.tier == "automatic":
        _try_to_send(by, offer_set, rollout, now)
    return offer_set


@doors.action("offers.reissue", may=(SYSTEM,))
def reissue(*, by: Actor, set_id: UUID, now: datetime) -> OfferSet | None:
    """A payment or posting moved the debt: the open set is worked out anew on the new position,
    each plan under its own terms.

    The difference is kept as one coded sentence. Only where something got worse is the borrower
    asked again. What then needs an approval the earlier set did not have waits for one; where no
    plan is left, the case goes back to a person. None: there was nothing to do.
    """
    old = sets.lock(set_id)
    if old.state != "sent" or not queries.moved(old):
        audit_actions.unchanged()
        return None
    basis = making.basis(old.case, now=now)
    try:
        new = sets.store(
            by=by,
            basis=basis,
            proposal=renewing.proposal(old, basis),
            now=now,
            origin="reissue",
            replaces=old,
        )
    except OfferError:
        _take_back(by, old, now)
        return None
    new.prepared_by = old.prepared_by
    new.difference, new.worse_in = queries.difference(old, new)
    new.save()
    sender = Actor(by.lender_id, AGENT, old.sent_by) if old.sent_by else by
    needed = approving.NEEDED.get(new.tier, 0)
    if needed and not _approval_still_holds(old, new):
        _take_back(by, old, now)
        Approval.objects.create(
            lender_id=by.lender_id,
            offer_set=new,
            tier=new.tier,
            needed=needed,
            message=old.message,
            asked_by=old.sent_by or old.prepared_by,
            asked_at=now,
        )
        return new
    if sender.role == SYSTEM and new.tier != "automatic":
        _take_back(by, old, now)
        return new
    sets.send_out(by=by, offer_set=new, sent_by=sender, message=old.message, now=now)
    audit_actions.record(
        by=by,
        action="offers.reissue",
        subject_id=new.id,
        case_id=new.case_id,
        now=now,
        replaces=str(old.id),
        worse_in=new.worse_in,
    )
    return new


@doors.action("offers.check_twins", may=(SYSTEM,))
def check_twins(*, by: Actor, sets_to_check: Iterable[OfferSet], now: datetime) -> int:
    """Make stored sets again from their facts and policy; what differs raises an alarm.

    Returns how many differ. Sets made under another version of the law are left out.
    """
    differing = 0
    for offer_set in sets_to_check:
        facts = queries.twin_difference(offer_set)
        if facts is None:
            continue
        differing += 1
        alarm, made = Alarm.objects.get_or_create(
            lender_id=by.lender_id,
            kind="twins_differ",
            subject_id=offer_set.id,
            seen_by=None,
            defaults={"facts": facts, "raised_at": now},
        )
        if made:
            audit_actions.record(
                by=by,
                action="offers.alarm",
                subject_id=alarm.subject_id,
                case_id=offer_set.case_id,
                now=now,
                kind=alarm.kind,
            )
    audit_actions.unchanged()
    return differing


def _existing(case_id: UUID, request_key: str) -> OfferSet | None:
    found = OfferSet.objects.filter(case_id=case_id)
    if request_key:
        found = found.filter(request_key=request_key)
    return found.order_by("-number").first()


def _try_to_send(
    by: Actor, offer_set: OfferSet, rollout: policy_queries.Rollout, now: datetime
) -> None:
    """Out without a person; where the day's budgets are used up it stays a draft for one."""
    try:
        with transaction.atomic():
            sets.send_out(
                by=by, offer_set=offer_set, sent_by=by, message="", now=now, rollout=rollout
            )
    except (OfferError, PublishingError) as error:
        offer_set.refresh_from_db()
        audit_actions.record(
            by=by,
            action="offers.left_to_a_person",
            subject_id=offer_set.id,
            case_id=offer_set.case_id,
            now=now,
            code=error.code,
            kind=error.params.get("kind"),
        )


def _take_back(by: Actor, old: OfferSet, now: datetime) -> None:
    """The old figures no longer stand; until new ones do, a person has the case."""
    old.state = "superseded"
    old.save()
    budgets.release(old, now=now)
    case_actions.move(by=by, case_id=old.case_id, event="expire", now=now)


def _approval_still_holds(old: OfferSet, new: OfferSet) -> bool:
    """The same rule as the database's: what costs no more, in no higher tier."""
    order = making.TIERS.index
    cheaper = new.concession_minor <= old.concession_minor
    return cheaper and order(new.tier) <= order(old.tier)
