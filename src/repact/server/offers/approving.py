"""Four eyes: asking for another person's approval, and deciding."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, SUPERVISOR, Actor
from repact.server.offers import sets, transcript
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Alarm, Approval, Decision, OfferSet
from repact.server.people import doors
from repact.server.people import queries as people_queries

Verdict = Literal["approve", "return", "refuse"]
NEEDED = {"supervisor": 1, "committee": 2}
# By which rule a set is refused, and what may be asked for instead: fixed lists, so that the
# borrower reads a sentence in either language; words of one's own may be added.
REFUSING = (
    "policy.smaller_concession_is_enough",
    "policy.another_suits_better",
    "policy.evidence_needed",
    "policy.above_means",
    "policy.authority.concession_minor_max",
    "policy.authority.waived_minor_max",
    "policy.authority.share_ppm_max",
    "policy.authority.forbearance_number_max",
    "policy.caps.borrower_year_minor",
)
INSTEAD = ("smaller_concession", "another_plan", "evidence", "date", "person")
WORDS_LENGTH_MAX = 500
_STATE = {"approve": "approved", "return": "returned", "refuse": "refused"}


@doors.action("offers.ask_approval", may=(AGENT, SUPERVISOR))
def ask_approval(*, by: Actor, set_id: UUID, message: str, now: datetime) -> Approval:
    """Ask others to approve a draft above one's own authority; approved, it goes out by itself.

    Raises `offers.wrong_state`, `offers.no_approval_needed`, or `offers.nobody_may` where the
    concession is above every tier.
    """
    offer_set = sets.lock(set_id)
    existing = Approval.objects.filter(offer_set=offer_set).first()
    if existing:
        audit_actions.unchanged()
        return existing
    if offer_set.state != "draft":
        raise OfferError("offers.wrong_state", state=offer_set.state)
    if offer_set.tier == "nobody":
        raise OfferError("offers.nobody_may")
    if offer_set.tier not in NEEDED:
        raise OfferError("offers.no_approval_needed")
    approval = Approval.objects.create(
        lender_id=by.lender_id,
        offer_set=offer_set,
        tier=offer_set.tier,
        needed=NEEDED[offer_set.tier],
        message=sets.checked_message(message),
        asked_by=by.id,
        asked_at=now,
    )
    audit_actions.record(
        by=by,
        action="offers.ask_approval",
        subject_id=approval.id,
        case_id=offer_set.case_id,
        now=now,
        tier=offer_set.tier,
        concession_minor=offer_set.concession_minor,
    )
    return approval


@doors.action("offers.decide", may=(SUPERVISOR,))
def decide(
    *,
    by: Actor,
    approval_id: UUID,
    verdict: Verdict,
    reason: str,
    rule: str = "",
    alternative: str = "",
    now: datetime,
) -> Approval:
    """Approve, give back to the agent, or refuse; never one's own, whatever account is used.

    Approved by as many people as the tier needs, the set goes out. Giving back needs a reason; a
    refusal names its rule of `REFUSING` and an alternative of `INSTEAD`, and both are told to the
    borrower. Deciding the same twice changes nothing. Raises `offers.same_person`,
    `offers.wrong_state`, `offers.reason_missing`, `offers.say_which_rule` and what sending raises.
    """
    approval, offer_set = _locked(approval_id)
    person = people_queries.person(by.id)
    if approval.decisions.filter(person=person, verdict=verdict).exists():
        audit_actions.unchanged()
        return approval
    if approval.state != "asked" or offer_set.state != "draft":
        raise OfferError("offers.wrong_state", state=approval.state)
    if person in {approval.maker_person, approval.preparer_person}:
        raise OfferError("offers.same_person")
    words = _words(verdict, reason, rule, alternative)
    Decision.objects.create(
        lender_id=by.lender_id,
        approval=approval,
        decided_by=by.id,
        decided_at=now,
        verdict=verdict,
        reason=words or rule,
    )
    given = approval.decisions.filter(verdict="approve").count()
    if verdict != "approve" or given >= approval.needed:
        approval.state = _STATE[verdict]
        approval.save()
    audit_actions.record(
        by=by,
        action="offers.decide",
        subject_id=approval.id,
        case_id=offer_set.case_id,
        now=now,
        verdict=verdict,
        given=given,
        needed=approval.needed,
        rule=rule,
    )
    said = {"rule": rule, "reason": words, "alternative": alternative}
    _carry_out(by, approval, offer_set, said, now)
    return approval


@doors.action("offers.see_alarm", may=(SUPERVISOR,))
def see_alarm(*, by: Actor, alarm_id: UUID, now: datetime) -> Alarm:
    """A supervisor has looked at an alarm: it leaves the list, and who looked stays known.

    Seeing it again changes nothing. Raises `offers.not_found`.
    """
    alarm = Alarm.objects.select_for_update().filter(id=alarm_id).first()
    if alarm is None:
        raise OfferError("offers.not_found")
    if alarm.seen_by:
        audit_actions.unchanged()
        return alarm
    alarm.seen_by, alarm.seen_at = by.id, now
    alarm.save()
    audit_actions.record(
        by=by, action="offers.see_alarm", subject_id=alarm.subject_id, now=now, kind=alarm.kind
    )
    return alarm


def _carry_out(
    by: Actor, approval: Approval, offer_set: OfferSet, said: dict[str, str], now: datetime
) -> None:
    if approval.state == "approved":
        maker = Actor(lender_id=by.lender_id, role=AGENT, id=approval.asked_by)
        sets.send_out(by=by, offer_set=offer_set, sent_by=maker, message=approval.message, now=now)
    elif approval.state in {"returned", "refused"}:
        offer_set.state = "superseded"
        offer_set.save()
    if approval.state == "refused":
        entry = transcript.append(
            by=by,
            case_id=offer_set.case_id,
            kind="refusal",
            content={"set": str(offer_set.id), **said},
            now=now,
        )
        audit_actions.record(
            by=by,
            action="offers.refuse",
            subject_id=entry.id,
            case_id=offer_set.case_id,
            now=now,
        )


def _locked(approval_id: UUID) -> tuple[Approval, OfferSet]:
    set_id = Approval.objects.filter(id=approval_id).values_list("offer_set_id", flat=True).first()
    if set_id is None:
        raise OfferError("offers.not_found")
    offer_set = sets.lock(set_id)
    return Approval.objects.select_for_update().get(id=approval_id), offer_set


def _words(verdict: Verdict, reason: str, rule: str, alternative: str) -> str:
    words = reason.strip()
    if len(words) > WORDS_LENGTH_MAX or (verdict == "return" and not words):
        raise OfferError("offers.reason_missing", field="reason")
    if verdict == "refuse" and (rule not in REFUSING or alternative not in INSTEAD):
        raise OfferError("offers.say_which_rule", field="rule")
    return words
