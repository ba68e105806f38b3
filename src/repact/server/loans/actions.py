"""Holding loans, and what stages publish into the book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, SYSTEM, Actor
from repact.server.loans.errors import LoanError
from repact.server.loans.models import Hold, Loan
from repact.server.people import doors


@doors.action("loans.hold", may=(BORROWER, SYSTEM))
def hold(*, by: Actor, loan_ids: Sequence[UUID], case_id: UUID, now: datetime) -> None:
    """Put loans on hold for a case; a loan already held stays as it is."""
    loans = list(Loan.objects.select_for_update().filter(id__in=loan_ids).order_by("id"))
    if len(loans) != len(set(loan_ids)):
        raise LoanError("loans.not_found")
    held = set(
        Hold.objects.filter(loan__in=loans, released_at=None).values_list("loan_id", flat=True)
    )
    fresh = [loan for loan in loans if loan.id not in held]
    for loan in fresh:
        Hold.objects.create(lender_id=by.lender_id, loan=loan, case_id=case_id, requested_at=now)
    if not fresh:
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by,
        action="loans.hold",
        subject_id=case_id,
        case_id=case_id,
        now=now,
        loan_ids=[str(loan.id) for loan in fresh],
    )


@doors.action("loans.acknowledge_hold", may=(SYSTEM,))
def acknowledge_hold(*, by: Actor, hold_id: UUID, at: datetime, now: datetime) -> None:
    """Note that the core has stopped its debits and reminders for a loan."""
    hold = Hold.objects.select_for_update().get(id=hold_id)
    if hold.state != "requested":
        audit_actions.unchanged()
        return
    hold.state, hold.acknowledged_at = "acknowledged", at
    hold.save()
    audit_actions.record(
        by=by,
        action="loans.acknowledge_hold",
        subject_id=hold.loan_id,
        case_id=hold.case_id,
        now=now,
    )


@doors.action("loans.replace_by_plan", may=(SYSTEM,))
def replace_by_plan(
    *, by: Actor, loan_id: UUID, agreement_id: UUID, case_id: UUID, now: datetime
) -> None:
    """From now on a plan says what is due; the contract stays known, its days past due too."""
    loan = Loan.objects.select_for_update().get(id=loan_id)
    if loan.state != "open":
        raise LoanError("loans.wrong_state", state=loan.state)
    loan.state = "in_plan"
    loan.save()
    audit_actions.record(
        by=by,
        action="loans.replace_by_plan",
        subject_id=loan.id,
        case_id=case_id,
        now=now,
        agreement_id=str(agreement_id),
    )
