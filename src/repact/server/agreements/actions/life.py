"""From the lender's seal to the end of an agreement."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from repact.server.agreements import authority, queries, states
from repact.server.agreements.actions import files, papers
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement
from repact.server.agreements.signing import signatures
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.clock import ports
from repact.server.lenders import queries as lender_queries
from repact.server.people import doors


@doors.action("agreements.seal", may=(SYSTEM,))
def seal(*, by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """Add the lender's signature, which locks the document.

    Raises `agreements.waits_for_signer` while a signature is missing, `agreements.authority_away`
    while no timestamp is to be had (the caller's job tries again), and `agreements.charged_differs`
    when the document does not say what would be charged.
    """
    agreement = files.locked(agreement_id)
    if agreement.state != states.SIGNED:
        audit_actions.unchanged()
        return agreement
    if agreement.signatures.exclude(state="signed").exists():
        raise AgreementError("agreements.waits_for_signer")
    queries.assert_charged_is_signed(agreement)
    lender = lender_queries.get(by.lender_id)
    before = files.latest(agreement)
    sealed = signatures.seal_by_lender(
        files.read(before), signer=authority.signer(), name=lender.name_zh, at=ports.now()
    )
    kept = files.keep(agreement, before.revision + 1, sealed)
    agreement.sealed_at = now
    _move(agreement, "seal")
    _record(by, agreement, "agreements.seal", now, pdf_sha256=kept.pdf_sha256)
    return agreement


@doors.action("agreements.begin", may=(SYSTEM,))
def begin(*, by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """The plan begins: in the same transaction as the seal, and as the end of what it replaces.

    Its event is what tells others: the collection hold stays, and the credit record is instructed.
    """
    agreement = files.locked(agreement_id)
    if agreement.state != states.SEALED:
        audit_actions.unchanged()
        return agreement
    if agreement.replaces_id:
        supersede(by=by, agreement_id=agreement.replaces_id, successor_id=agreement.id, now=now)
    _move(agreement, "begin")
    _record(by, agreement, "agreements.begin", now, credit_record="plan_agreed", hold="collection")
    return agreement


@doors.action("agreements.supersede", may=(SYSTEM,))
def supersede(*, by: Actor, agreement_id: UUID, successor_id: UUID, now: datetime) -> None:
    """A newer version that names this agreement has been sealed."""
    agreement = files.locked(agreement_id)
    if agreement.state == states.SUPERSEDED:
        audit_actions.unchanged()
        return
    _end(agreement, "supersede", now)
    _record(by, agreement, "agreements.supersede", now, successor_id=str(successor_id))


@doors.action("agreements.resume", may=(SYSTEM,))
def resume(
    *, by: Actor, agreement_id: UUID, successor_id: UUID, is_breached: bool, now: datetime
) -> None:
    """The version that had replaced this agreement was taken back: this one is in force again, as
    it was signed, and breached again if it was; the record names both by their contents."""
    agreement = files.locked(agreement_id)
    if agreement.state != states.SUPERSEDED:
        audit_actions.unchanged()
        return
    successor = Agreement.objects.get(id=successor_id)
    agreement.ended_at = None
    _move(agreement, "resume_breached" if is_breached else "resume")
    _record(
        by,
        agreement,
        "agreements.resume",
        now,
        reason="successor_withdrawn",
        successor_id=str(successor_id),
        successor_sha256=successor.contents_sha256,
        contents_sha256=agreement.contents_sha256,
    )


@doors.action("agreements.withdraw", may=(BORROWER, SYSTEM))
def withdraw(*, by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """Take a signed plan back within the cooling-off days; called by whoever restores the contract.

    The days count from the one after sealing, in the lender's zone; the last one counts whole.
    Raises `agreements.cooling_off_over` with the last day, or `agreements.wrong_state`.
    """
    agreement = files.own(by, agreement_id) if by.role == BORROWER else files.locked(agreement_id)
    if agreement.state == states.WITHDRAWN:
        audit_actions.unchanged()
        return agreement
    states.after(agreement.state, "withdraw")
    last = queries.withdraw_until(agreement)
    if last is None or lender_queries.today(by.lender_id, now=now) > last:
        raise AgreementError("agreements.cooling_off_over", last=last.isoformat() if last else "")
    _end(agreement, "withdraw", now)
    _record(by, agreement, "agreements.withdraw", now, credit_record="plan_withdrawn")
    return agreement


@doors.action("agreements.breach", may=(SYSTEM, SUPERVISOR))
def breach(*, by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """The plan is broken by its own terms; the hold on collection ends with it."""
    return _step(by, agreement_id, "breach", states.BREACHED, now, credit_record="plan_breached")


@doors.action("agreements.reinstate", may=(SYSTEM, SUPERVISOR))
def reinstate(*, by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """The breach is made good: the plan runs on as signed."""
    return _step(by, agreement_id, "reinstate", states.IN_FORCE, now, credit_record="plan_cured")


@doors.action("agreements.complete", may=(SYSTEM,))
def complete(*, by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """Everything is paid."""
    return _step(
        by, agreement_id, "complete", states.COMPLETED, now, credit_record="plan_completed"
    )


@doors.action("agreements.reopen", may=(SYSTEM,))
def reopen(*, by: Actor, agreement_id: UUID, reason: str, now: datetime) -> Agreement:
    """A payment that had ended the plan was taken back: it runs on, and its certificate of
    settlement no longer holds. `reason` is a code.
    """
    agreement = files.locked(agreement_id)
    if agreement.state == states.IN_FORCE:
        audit_actions.unchanged()
        return agreement
    agreement.ended_at = None
    _move(agreement, "reopen")
    for paper in agreement.papers.filter(kind="settlement", revocation=None):
        papers.revoke(paper, reason=reason, now=now)
    _record(by, agreement, "agreements.reopen", now, reason=reason, credit_record="plan_reopened")
    return agreement


@doors.action("agreements.void", may=(BORROWER, AGENT, SUPERVISOR, SYSTEM))
def void(*, by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """Drop an agreement that the lender has not sealed: nothing was charged by it."""
    agreement = files.own(by, agreement_id) if by.role == BORROWER else files.locked(agreement_id)
    if agreement.state == states.VOID:
        audit_actions.unchanged()
        return agreement
    _end(agreement, "void", now)
    _record(by, agreement, "agreements.void", now)
    return agreement


def _step(
    by: Actor, agreement_id: UUID, event: str, there: str, now: datetime, **facts: Any
) -> Agreement:
    agreement = files.locked(agreement_id)
    if agreement.state == there:
        audit_actions.unchanged()
        return agreement
    if there in states.OVER:
        _end(agreement, event, now)
    else:
        _move(agreement, event)
    _record(by, agreement, f"agreements.{event}", now, **facts)
    return agreement


def _end(agreement: Agreement, event: str, now: datetime) -> None:
    agreement.ended_at = now
    _move(agreement, event)
    agreement.shares.filter(revoked_at=None).update(revoked_at=now)


def _move(agreement: Agreement, event: str) -> None:
    agreement.state = states.after(agreement.state, event)
    agreement.save()


def _record(by: Actor, agreement: Agreement, action: str, now: datetime, **facts: Any) -> None:
    audit_actions.record(
        by=by,
        action=action,
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        **facts,
    )
