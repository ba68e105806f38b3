"""Laying the sides beside each other, once a day, and keeping what differs until it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SUPERVISOR, SYSTEM, Actor
from repact.server.connectors.wallet import Movement
from repact.server.people import doors
from repact.server.reconciliation import comparing
from repact.server.reconciliation.errors import ReconciliationError
from repact.server.reconciliation.models import Difference, Keeping, Run

TAKEN_BACK = "fineract.taken_back"
WAITING = ("refused", "differs")
ASKED = {"refused": "begin_again", "differs": "push_again"}  # what a person asks for: an event


@doors.action("reconciliation.run", may=(SYSTEM, ENGINEER, SUPERVISOR))
def run(*, by: Actor, on: date, movements: Sequence[Movement], now: datetime) -> Run:
    """Compare the wallet's movements, the bank's lines, repayments, the books and the core.

    A difference stays open until a run no longer finds it. Raises ConnectorError while the core is
    away: then nothing is noted.
    """
    compared = comparing.Compared()
    found = [
        *comparing.outside(movements, on=on, compared=compared),
        *comparing.books(compared=compared),
        *comparing.keeper(compared=compared),
    ]
    _note(by, found, on)
    row = Run.objects.create(
        lender_id=by.lender_id,
        on_date=on,
        ran_at=now,
        compared=compared.count,
        differing=len(found),
    )
    audit_actions.record(
        by=by,
        action="reconciliation.run",
        subject_id=row.id,
        now=now,
        compared=row.compared,
        differing=row.differing,
    )
    return row


@doors.action("reconciliation.note_keeping", may=(SYSTEM,))
def note_keeping(
    *,
    by: Actor,
    agreement_id: UUID,
    loan_id: UUID,
    state: str,
    code: str = "",
    params: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Note what the keeper of record answered to a plan; the desk lists what it did not take."""
    said = {"state": state, "code": code, "params": dict(params or {})}
    row = Keeping.objects.select_for_update().filter(
        agreement_id=agreement_id, loan_id=loan_id
    ).first() or Keeping(lender_id=by.lender_id, agreement_id=agreement_id, loan_id=loan_id)
    if row.state == "kept" or {name: getattr(row, name) for name in said} == said:
        audit_actions.unchanged()
        return
    for name, value in said.items():
        setattr(row, name, value)
    row.noted_at = now
    row.save()
    audit_actions.record(
        by=by,
        action="reconciliation.note_keeping",
        subject_id=agreement_id,
        now=now,
        state=state,
        code=code,
    )


@doors.action("reconciliation.note_taken_back", may=(SYSTEM,))
def note_taken_back(*, by: Actor, agreement_id: UUID, loan_id: UUID, now: datetime) -> None:
    """A plan was taken back where the keeper cannot undo it by itself: a person has to."""
    row = Keeping.objects.select_for_update().filter(
        agreement_id=agreement_id, loan_id=loan_id
    ).first() or Keeping(lender_id=by.lender_id, agreement_id=agreement_id, loan_id=loan_id)
    if row.code == TAKEN_BACK:
        audit_actions.unchanged()
        return
    row.state, row.code, row.params, row.noted_at = "differs", TAKEN_BACK, {}, now
    row.save()
    audit_actions.record(
        by=by, action="reconciliation.note_taken_back", subject_id=agreement_id, now=now
    )


@doors.action("reconciliation.try_again", may=(SUPERVISOR,))
def try_again(*, by: Actor, keeping_id: UUID, now: datetime) -> None:
    """Ask the keeper of record again, after a person has looked; a background task does.

    Raises ReconciliationError `reconciliation.not_found`.
    """
    row = Keeping.objects.filter(id=keeping_id).first()
    if row is None:
        raise ReconciliationError("reconciliation.not_found")
    if row.state not in WAITING:
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by, action=f"reconciliation.{ASKED[row.state]}", subject_id=row.agreement_id, now=now
    )


def _note(by: Actor, found: Sequence[comparing.Found], on: date) -> None:
    known = {
        row.subject: row for row in Difference.objects.select_for_update().filter(resolved_on=None)
    }
    for one in found:
        row = known.pop(one.subject, None) or Difference(
            lender_id=by.lender_id, subject=one.subject, first_seen_on=on
        )
        row.cause, row.currency, row.last_seen_on = one.cause, one.currency, on
        row.outside_minor, row.books_minor = one.outside_minor, one.books_minor
        row.repayments_minor = one.repayments_minor
        row.save()
    for row in known.values():
        row.resolved_on = on
        row.save()
