"""Publishing a policy, which takes two people; stopping new offers, which takes one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from repact.policy import loading
from repact.policy.loading import LoadedPolicy
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SUPERVISOR, SYSTEM, Actor
from repact.server.lenders import queries as lender_queries
from repact.server.people import doors
from repact.server.people import queries as people_queries
from repact.server.policies import queries
from repact.server.policies.errors import PublishingError
from repact.server.policies.models import PolicyVersion, Proposal, Stop

REASON_LENGTH_MAX = 500


@doors.action("policies.publish", may=(SYSTEM,))
def publish(*, by: Actor, text: str, now: datetime) -> PolicyVersion:
    """Publish a policy when the server is set up; the same content is published once.

    Raises PolicyError when it is invalid, `policies.other_law` when it is made for another law
    than the lender's. People publish by `propose` and `approve`.
    """
    loaded = loading.parse(text)
    existing = PolicyVersion.objects.filter(sha256=loaded.sha256).first()
    if existing:
        audit_actions.unchanged()
        return existing
    return _publish(by=by, loaded=loaded, text=text, proposed_by=None, now=now)


@doors.action("policies.propose", may=(SUPERVISOR, ENGINEER))
def propose(*, by: Actor, text: str, now: datetime) -> Proposal:
    """Put a policy forward for publishing. Proposing the same content again changes nothing.

    Raises PolicyError when it is invalid, `policies.not_clean` with the first finding of the policy
    check, `policies.already_published` or `policies.takes_effect_in_the_past`.
    """
    loaded = _checked(by, text, now)
    waiting = Proposal.objects.filter(sha256=loaded.sha256, state="proposed").first()
    if waiting:
        audit_actions.unchanged()
        return waiting
    proposal = Proposal.objects.create(
        lender_id=by.lender_id,
        code=loaded.policy.code,
        text=text,
        sha256=loaded.sha256,
        effective_from=loaded.policy.effective_from,
        proposed_by=by.id,
        proposed_at=now,
    )
    audit_actions.record(
        by=by, action="policies.propose", subject_id=proposal.id, now=now, sha256=loaded.sha256
    )
    return proposal


@doors.action("policies.approve", may=(SUPERVISOR, ENGINEER))
def approve(*, by: Actor, proposal_id: UUID, now: datetime) -> PolicyVersion:
    """Publish what another person proposed. It takes effect on its date; offers already made keep
    the policy they were made under.

    Raises `policies.same_person`, `policies.wrong_state`, and what `propose` raises.
    """
    proposal = _waiting(proposal_id)
    _assert_other_person(by, proposal.proposed_by)
    loaded = _checked(by, proposal.text, now)
    version = _publish(
        by=by, loaded=loaded, text=proposal.text, proposed_by=proposal.proposed_by, now=now
    )
    proposal.state, proposal.decided_by, proposal.decided_at = "published", by.id, now
    proposal.save()
    return version


@doors.action("policies.give_back", may=(SUPERVISOR, ENGINEER))
def give_back(*, by: Actor, proposal_id: UUID, reason: str, now: datetime) -> Proposal:
    """Do not publish, and say why. Whoever proposed may take it back the same way."""
    proposal = _waiting(proposal_id)
    proposal.state, proposal.decided_by, proposal.decided_at = "returned", by.id, now
    proposal.reason = _reason(reason)
    proposal.save()
    audit_actions.record(by=by, action="policies.give_back", subject_id=proposal.id, now=now)
    return proposal


@doors.action("policies.stop", may=(SUPERVISOR, ENGINEER))
def stop(*, by: Actor, reason: str, now: datetime) -> Stop:
    """Stop new offers of this lender at once; signed plans go on. A second stop changes nothing.

    The database lets no offer out that was not out when this returns.
    """
    existing = queries.stopped()
    if existing:
        audit_actions.unchanged()
        return existing
    try:
        with transaction.atomic():
            made = Stop.objects.create(
                lender_id=by.lender_id, reason=_reason(reason), stopped_by=by.id, stopped_at=now
            )
    except IntegrityError:  # somebody else pressed it in the same moment
        audit_actions.unchanged()
        return Stop.objects.get(resumed_at=None)
    audit_actions.record(by=by, action="policies.stop", subject_id=made.id, now=now)
    return made


@doors.action("policies.ask_to_resume", may=(SUPERVISOR, ENGINEER))
def ask_to_resume(*, by: Actor, now: datetime) -> Stop:
    """The first of the two people who let offers go out again. Raises `policies.not_stopped`."""
    found = _stop()
    found.resume_asked_by, found.resume_asked_at = by.id, now
    found.save()
    audit_actions.record(by=by, action="policies.ask_to_resume", subject_id=found.id, now=now)
    return found


@doors.action("policies.resume", may=(SUPERVISOR, ENGINEER))
def resume(*, by: Actor, now: datetime) -> Stop:
    """The second person: offers go out again.

    Raises `policies.not_stopped`, `policies.resume_not_asked` or `policies.same_person`.
    """
    found = _stop()
    if found.resume_asked_by is None:
        raise PublishingError("policies.resume_not_asked")
    _assert_other_person(by, found.resume_asked_by)
    found.resumed_by, found.resumed_at = by.id, now
    found.save()
    audit_actions.record(by=by, action="policies.resume", subject_id=found.id, now=now)
    return found


def _publish(
    *, by: Actor, loaded: LoadedPolicy, text: str, proposed_by: UUID | None, now: datetime
) -> PolicyVersion:
    lender = lender_queries.get(by.lender_id)
    if lender.jurisdiction != loaded.policy.jurisdiction:
        raise PublishingError(
            "policies.other_law", field="jurisdiction", jurisdiction=lender.jurisdiction
        )
    version = PolicyVersion.objects.create(
        lender_id=by.lender_id,
        code=loaded.policy.code,
        text=text,
        sha256=loaded.sha256,
        effective_from=loaded.policy.effective_from,
        published_at=now,
        published_by=by.id,
        proposed_by=proposed_by,
    )
    audit_actions.record(
        by=by, action="policies.publish", subject_id=version.id, now=now, sha256=loaded.sha256
    )
    return version


def _checked(by: Actor, text: str, now: datetime) -> LoadedPolicy:
    """The policy, clean, new, and not reaching back."""
    loaded = loading.parse(text)
    if PolicyVersion.objects.filter(sha256=loaded.sha256).exists():
        raise PublishingError("policies.already_published")
    if loaded.policy.effective_from < lender_queries.today(by.lender_id, now=now):
        raise PublishingError(
            "policies.takes_effect_in_the_past",
            field="effective_from",
            effective_from=loaded.policy.effective_from.isoformat(),
        )
    findings = queries.findings(loaded, on=lender_queries.today(by.lender_id, now=now))
    if findings:
        raise PublishingError("policies.not_clean", findings=findings)
    return loaded


def _waiting(proposal_id: UUID) -> Proposal:
    proposal = Proposal.objects.select_for_update().filter(id=proposal_id).first()
    if proposal is None:
        raise PublishingError("policies.not_found")
    if proposal.state != "proposed":
        raise PublishingError("policies.wrong_state", state=proposal.state)
    return proposal


def _stop() -> Stop:
    found = Stop.objects.select_for_update().filter(resumed_at=None).first()
    if found is None:
        raise PublishingError("policies.not_stopped")
    return found


def _assert_other_person(by: Actor, other: UUID) -> None:
    if people_queries.person(by.id) == people_queries.person(other):
        raise PublishingError("policies.same_person")


def _reason(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > REASON_LENGTH_MAX:
        raise PublishingError("policies.reason_missing", field="reason")
    return words
