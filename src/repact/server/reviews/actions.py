"""Taking a case and finishing the look at it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, SUPERVISOR, Actor
from repact.server.cases import actions as case_actions
from repact.server.people import doors
from repact.server.reviews.models import Review


@doors.action("reviews.take", may=(AGENT, SUPERVISOR))
def take(*, by: Actor, case_id: UUID, now: datetime) -> Review:
    """Take a case; who took it first keeps it."""
    existing = Review.objects.filter(case_id=case_id).first()
    if existing:
        audit_actions.unchanged()
        return existing
    case_actions.begin_review(by=by, case_id=case_id, now=now)
    review = Review.objects.create(
        lender_id=by.lender_id, case_id=case_id, agent_id=by.id, opened_at=now
    )
    audit_actions.record(
        by=by, action="reviews.take", subject_id=review.id, case_id=case_id, now=now
    )
    return review


@doors.action("reviews.finish", may=(AGENT, SUPERVISOR))
def finish(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """The look is over: plans went out."""
    changed = Review.objects.filter(case_id=case_id, done_at=None).update(done_at=now)
    if changed:
        audit_actions.record(
            by=by, action="reviews.finish", subject_id=case_id, case_id=case_id, now=now
        )
    else:
        audit_actions.unchanged()
