"""The borrower's own number: trying it, proposing it, taking it back, and a person's answer."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import rfc8785
from django.db import transaction

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, Actor
from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.clock import ports
from repact.server.offers import answering, making, queries, sets, transcript
from repact.server.offers.answering import Answered, Wish
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Alarm, Entry, OfferSet, Question
from repact.server.people import doors
from repact.server.policies import queries as policy_queries
from repact.server.policies.errors import PublishingError

QUESTIONS_PER_HOUR = 60
ALONE = {"automatic", "agent"}
WORDS_LENGTH_MAX = 500


@doors.action("offers.try_number", may=(BORROWER,))
def try_number(*, by: Actor, case_id: UUID, wish: Wish, now: datetime) -> Answered:
    """What a number of the borrower's own would come to. Nothing is proposed by trying.

    Different numbers are counted by the hour, in real time; a person sees when there were very
    many. Raises `offers.too_many_questions` beyond that, and `offers.not_negotiable`.
    """
    case = _own(by, case_id)
    _count(by, case, wish)
    return answering.answer(making.basis(case, now=now), wish)


@doors.action("offers.ask_for", may=(BORROWER,))
def ask_for(*, by: Actor, case_id: UUID, wish: Wish, now: datetime) -> Entry:
    """Propose one's own number: it enters the transcript, and is answered at once where no person
    is needed; else it waits for one. Asking the same again gives the same back.

    The engine works before the case is locked, and again only where the facts changed meanwhile, so
    that nobody waits for it. Raises `offers.not_negotiable`, or `offers.too_many_questions`.
    """
    case = _own(by, case_id)
    asked = _said(wish)
    if standing := _standing(case, asked, now):
        audit_actions.unchanged()
        return standing
    _count(by, case, wish)
    looked = making.basis(case, now=now)
    answered = answering.answer(looked, wish)
    case = _own(by, case_id, lock=True)
    if standing := _standing(case, asked, now):
        audit_actions.unchanged()
        return standing
    basis = making.basis(case, now=now)
    if making.fingerprint(basis) != making.fingerprint(looked):
        answered = answering.answer(basis, wish)
    entry = transcript.append(
        by=by,
        case_id=case.id,
        kind="proposal",
        content={"wish": asked, "state": answered.state, "plans": _hashes(answered)},
        now=now,
        expires_at=now + timedelta(days=basis.loaded.policy.offers.days),
    )
    audit_actions.record(
        by=by,
        action="offers.ask_for",
        subject_id=entry.id,
        case_id=case.id,
        now=now,
        state=answered.state,
        wish=asked,
    )
    _answer_at_once(by, basis, answered, entry, now)
    return entry


@doors.action("offers.withdraw_proposal", may=(BORROWER,))
def withdraw_proposal(*, by: Actor, entry_id: UUID, now: datetime) -> Entry:
    """Take an unanswered proposal back. Raises `offers.not_found` or `offers.wrong_state`."""
    entry = _proposal(entry_id)
    case = _own(by, entry.case_id, lock=True)
    standing = transcript.state(entry, now=now)
    if standing == "withdrawn":
        audit_actions.unchanged()
        return entry
    if standing != "open":
        raise OfferError("offers.wrong_state", state=standing)
    transcript.append(by=by, case_id=case.id, kind="withdrawal", content={}, now=now, about=entry)
    audit_actions.record(
        by=by, action="offers.withdraw_proposal", subject_id=entry.id, case_id=case.id, now=now
    )
    return entry


@doors.action("offers.take_up", may=(AGENT, SUPERVISOR))
def take_up(*, by: Actor, entry_id: UUID, now: datetime) -> OfferSet:
    """Make a draft of what the borrower proposed, beside the plans that are open now.

    The draft is sent, or shown to a second person, like any other. Raises `offers.wrong_state` or
    `offers.none_fit` with the rule in the way.
    """
    entry = _proposal(entry_id)
    case = Case.objects.select_for_update().get(id=entry.case_id)
    if transcript.state(entry, now=now) != "open" or not sets.may_be_offered(case):
        raise OfferError("offers.wrong_state", state=case.state)
    basis = making.basis(case, now=now)
    answered = answering.answer(basis, Wish(**entry.content["wish"]))
    proposal = making.Proposal(
        offers=[*_own_plans(answered), *_open_plans(case.id)] if answered.plans else [],
        not_offered=[answered.rule] if answered.rule else [],
    )
    offer_set = sets.store(
        by=by,
        basis=basis,
        proposal=proposal,
        now=now,
        origin="counter",
        builder={"entry": str(entry.id), "changes": []},
    )
    audit_actions.record(
        by=by, action="offers.take_up", subject_id=offer_set.id, case_id=case.id, now=now
    )
    return offer_set


@doors.action("offers.answer", may=(AGENT, SUPERVISOR))
def answer(*, by: Actor, entry_id: UUID, words: str, now: datetime) -> Entry:
    """Answer a proposal in words: why not, and what would work instead.

    Raises `offers.reason_missing` or `offers.wrong_state`.
    """
    entry = _proposal(entry_id)
    said = words.strip()
    if not said or len(said) > WORDS_LENGTH_MAX:
        raise OfferError("offers.reason_missing", field="words")
    Case.objects.select_for_update().get(id=entry.case_id)
    if transcript.state(entry, now=now) != "open":
        raise OfferError("offers.wrong_state", state="answered")
    reply = transcript.append(
        by=by, case_id=entry.case_id, kind="answer", content={"words": said}, now=now, about=entry
    )
    audit_actions.record(
        by=by, action="offers.answer", subject_id=reply.id, case_id=entry.case_id, now=now
    )
    return reply


def _standing(case: Case, asked: dict[str, Any], now: datetime) -> Entry | None:
    """The same proposal, still open, or answered with the plans that are open now."""
    for entry in transcript.open_proposals(case.id, now=now):
        if entry.content["wish"] == asked:
            return entry
    current = queries.sent_set(case.id)
    if current is None or not queries.is_open(current, now=now) or queries.moved(current):
        return None
    made_for = (current.builder or {}).get("entry")
    entry = Entry.objects.filter(id=made_for, case=case).first() if made_for else None
    return entry if entry and entry.content["wish"] == asked else None


def _answer_at_once(
    by: Actor, basis: making.Basis, answered: Answered, entry: Entry, now: datetime
) -> None:
    """Where the rollout and the first tier allow it, the asked plan is out in the same moment."""
    rollout = policy_queries.rollout(basis.loaded.policy, basis.product_codes)
    current = queries.sent_set(basis.case.id)
    is_open = current is not None and queries.is_open(current, now=now)
    if answered.state != "approvable" or rollout.mode != "automatic":
        return
    kept = _open_plans(basis.case.id) if is_open else []
    if answered.plans[0].tier != "automatic" or any(made.tier not in ALONE for made in kept):
        return
    sender = Actor(by.lender_id, AGENT, current.sent_by) if current and current.sent_by else None
    system = Actor(by.lender_id, "system", None)
    try:
        with transaction.atomic():
            offer_set = sets.store(
                by=system,
                basis=basis,
                proposal=making.Proposal([*_own_plans(answered), *kept], []),
                now=now,
                origin="counter",
                builder={"entry": str(entry.id), "changes": []},
            )
            sets.send_out(
                by=system,
                offer_set=offer_set,
                sent_by=sender or system,
                message=current.message if current and is_open else "",
                now=now,
                expires_at=current.expires_at if current and is_open else None,
                rollout=rollout,
            )
            transcript.append(
                by=system,
                case_id=basis.case.id,
                kind="answer",
                content={"state": "approvable", "set": str(offer_set.id)},
                now=now,
                about=entry,
            )
    except (OfferError, PublishingError) as error:
        audit_actions.record(
            by=by,
            action="offers.left_to_a_person",
            subject_id=entry.id,
            case_id=basis.case.id,
            now=now,
            code=error.code,
        )


def _own_plans(answered: Answered) -> list[making.Made]:
    """The nearest plan, under the name it has for the borrower."""
    return [replace(plan, label="own") for plan in answered.plans[:1]]


def _open_plans(case_id: UUID) -> list[making.Made]:
    """The plans that are open to the borrower now, to stand beside the new one."""
    current = queries.sent_set(case_id)
    if current is None or current.state != "sent":
        return []
    return [making.of_offer(offer) for offer in current.offers_in_order if offer.label != "own"]


def _own(by: Actor, case_id: UUID, *, lock: bool = False) -> Case:
    if lock:
        Case.objects.select_for_update().filter(id=case_id).first()
    case = case_queries.get_own(borrower_id=by.id, case_id=case_id)  # type: ignore[arg-type]
    if not sets.may_be_offered(case):
        raise OfferError("offers.not_negotiable", state=case.state)
    return case


def _proposal(entry_id: UUID) -> Entry:
    entry = Entry.objects.filter(id=entry_id, kind="proposal").first()
    if entry is None:
        raise OfferError("offers.not_found")
    return entry


def _count(by: Actor, case: Case, wish: Wish) -> None:
    """Count one more different number; the last one allowed raises an alarm for the agent."""
    moment = ports.now()
    digest = hashlib.sha256(rfc8785.dumps(_said(wish))).hexdigest()
    asked = queries.questions(case.id, since=moment - timedelta(hours=1))
    if digest in asked:
        audit_actions.unchanged()
        return
    if len(asked) >= QUESTIONS_PER_HOUR:
        raise OfferError("offers.too_many_questions", per_hour=QUESTIONS_PER_HOUR)
    Question.objects.create(lender_id=by.lender_id, case=case, wish_sha256=digest, asked_at=moment)
    if len(asked) + 1 == QUESTIONS_PER_HOUR:
        Alarm.objects.get_or_create(
            lender_id=by.lender_id,
            kind="probing",
            subject_id=case.id,
            seen_by=None,
            defaults={"facts": {"per_hour": QUESTIONS_PER_HOUR}, "raised_at": moment},
        )
    audit_actions.unchanged()  # trying a number is no act: nothing about the case changed


def _said(wish: Wish) -> dict[str, Any]:
    return {name: value for name, value in asdict(wish).items() if value is not None}


def _hashes(answered: Answered) -> list[str]:
    return [plan.schedule_sha256 for plan in answered.plans]
