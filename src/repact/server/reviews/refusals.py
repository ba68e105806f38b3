"""Saying no with its reason, appealing, and another person's decision."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from repact.policy.promises import Service
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, Actor, system
from repact.server.cases import actions as case_actions
from repact.server.cases.models import Case
from repact.server.lenders import queries as lender_queries
from repact.server.loans import actions as loan_actions
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.policies import queries as policy_queries
from repact.server.reviews.errors import ReviewError
from repact.server.reviews.models import CHANGES, RULES, Refusal, Review

WORDS_MAX, APPEAL_WORDS_MAX = 500, 1000


@doors.action("reviews.refuse", may=(AGENT, SUPERVISOR))
def refuse(
    *, by: Actor, case_id: UUID, rule: str, change: str, words: str, now: datetime
) -> Refusal:
    """Say no: by which rule, and what would change it; the hold is kept while one can appeal.

    Raises `reviews.say_why` for a rule or change that is in no list, `reviews.words_too_long`.
    """
    if rule not in RULES or change not in CHANGES:
        raise ReviewError("reviews.say_why", field="rule")
    if len(words) > WORDS_MAX:
        raise ReviewError("reviews.words_too_long", field="words", most=WORDS_MAX)
    case = case_actions.move(by=by, case_id=case_id, event="refuse", now=now)
    service, on = _service(by, now)
    refusal = Refusal.objects.create(
        lender_id=by.lender_id,
        case=case,
        number=Refusal.objects.filter(case=case).count() + 1,
        rule=rule,
        change=change,
        words=words,
        refused_at=now,
        refused_by=by.id,
        appeal_until_date=on + timedelta(days=service.appeal_days),
    )
    Review.objects.filter(case=case, done_at=None).update(done_at=now)
    loan_actions.extend_hold(by=by, case_id=case.id, until=refusal.appeal_until_date, now=now)
    _tell(by, case, "refused", refusal, now)
    audit_actions.record(
        by=by,
        action="reviews.refuse",
        subject_id=refusal.id,
        case_id=case.id,
        now=now,
        rule=rule,
        change=change,
    )
    return refusal


@doors.action("reviews.appeal", may=(BORROWER,))
def appeal(*, by: Actor, case_id: UUID, words: str, now: datetime) -> Refusal:
    """Ask for another person's decision; answered within the policy's hours, the hold kept.

    A second tap gives the same back. Raises `reviews.nothing_to_appeal`, `reviews.appeal_too_late`.
    """
    if len(words) > APPEAL_WORDS_MAX:
        raise ReviewError("reviews.words_too_long", field="words", most=APPEAL_WORDS_MAX)
    refusal = _latest(case_id)
    if refusal is None or refusal.case.borrower_id != by.id or refusal.outcome:
        raise ReviewError("reviews.nothing_to_appeal")
    if refusal.appealed_at:
        audit_actions.unchanged()
        return refusal
    service, on = _service(by, now)
    if on > refusal.appeal_until_date:
        raise ReviewError("reviews.appeal_too_late", until=refusal.appeal_until_date.isoformat())
    due = now + timedelta(hours=service.reply_hours)
    case_actions.move(by=by, case_id=case_id, event="appeal", now=now, reply_due_at=due)
    refusal.appealed_at, refusal.appeal_words, refusal.appeal_due_at = now, words, due
    refusal.save()
    until = on + timedelta(days=service.hold_days)
    loan_actions.extend_hold(by=by, case_id=case_id, until=until, now=now)
    audit_actions.record(
        by=by, action="reviews.appeal", subject_id=refusal.id, case_id=case_id, now=now
    )
    return refusal


@doors.action("reviews.decide_appeal", may=(AGENT, SUPERVISOR))
def decide_appeal(
    *, by: Actor, case_id: UUID, overturn: bool, words: str, now: datetime
) -> Refusal:
    """Another person decides: the case goes back to review, into their hands, or the no stands.

    Raises `reviews.nothing_to_decide`, `reviews.own_refusal` (also for a second account of the
    same person), `reviews.say_why` when a no is upheld without words.
    """
    refusal = _latest(case_id)
    if refusal is None or not refusal.appealed_at or refusal.outcome:
        raise ReviewError("reviews.nothing_to_decide")
    if len(words) > WORDS_MAX or (not overturn and not words.strip()):
        raise ReviewError("reviews.say_why", field="words")
    refusal.outcome = "overturned" if overturn else "upheld"
    refusal.outcome_words = words.strip()
    refusal.decided_at, refusal.decided_by = now, by.id
    try:
        with transaction.atomic():
            refusal.save()
    except IntegrityError as error:
        raise ReviewError("reviews.own_refusal") from error
    event = "overturn" if overturn else "uphold"
    changes = {"assigned_to_id": by.id} if overturn else {}
    case = case_actions.move(by=by, case_id=case_id, event=event, now=now, **changes)
    if overturn:
        Review.objects.filter(case=case).update(agent_id=by.id, done_at=None)
    _tell(by, case, f"appeal_{refusal.outcome}", refusal, now)
    audit_actions.record(
        by=by,
        action="reviews.decide_appeal",
        subject_id=refusal.id,
        case_id=case_id,
        now=now,
        outcome=refusal.outcome,
    )
    return refusal


def _latest(case_id: UUID) -> Refusal | None:
    """The case's last refusal, locked: everything about an appeal waits for this one row."""
    found = Refusal.objects.select_for_update(of=("self",)).select_related("case")
    return found.filter(case_id=case_id).order_by("-number").first()


def _service(by: Actor, now: datetime) -> tuple[Service, date]:
    on = lender_queries.today(by.lender_id, now=now)
    return policy_queries.in_force(lender_id=by.lender_id, on=on).policy.service, on


def _tell(by: Actor, case: Case, kind: str, refusal: Refusal, now: datetime) -> None:
    notice_actions.tell(
        by=system(by.lender_id),
        borrower_id=case.borrower_id,
        kind=kind,
        source=f"{kind}:{refusal.id}",
        now=now,
        until_date=refusal.appeal_until_date.isoformat(),
    )
