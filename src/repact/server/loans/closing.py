"""Debts that are over, given up, sold, or turned from a line into a loan: what the book says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.loans.errors import LoanError
from repact.server.loans.models import Loan
from repact.server.people import doors

NOTHING = {
    "overdue_principal_minor": 0,
    "principal_minor": 0,
    "interest_minor": 0,
    "penalty_minor": 0,
    "fees_minor": 0,
    "plan_rate_ppm": None,
    "plan_penalty_rate_ppm": None,
}


@doors.action("loans.close", may=(SYSTEM,))
def close(*, by: Actor, loan_ids: Sequence[UUID], case_id: UUID, on: date, now: datetime) -> None:
    """A plan was paid: nothing is owed of its loans any more.

    The clock of the contract is kept beside, for the day on which a payment is taken back.
    """
    changed = Loan.objects.filter(id__in=loan_ids, state="in_plan").update(
        state="closed", as_of=on, remaining=[], **NOTHING
    )
    _say(by, "loans.close", loan_ids, case_id, now, changed=changed)


@doors.action("loans.reopen", may=(SYSTEM,))
def reopen(*, by: Actor, loan_ids: Sequence[UUID], case_id: UUID, now: datetime) -> None:
    """The payment that had ended a plan was taken back: its loans are in the plan again.

    What is owed of them, the plan publishes.
    """
    changed = Loan.objects.filter(id__in=loan_ids, state="closed").update(state="in_plan")
    _say(by, "loans.reopen", loan_ids, case_id, now, changed=changed)


@doors.action("loans.convert_line", may=(SYSTEM,))
def convert_line(*, by: Actor, loan_id: UUID, case_id: UUID, now: datetime) -> None:
    """What was drawn on a card or a line is a loan from now on."""
    changed = Loan.objects.filter(id=loan_id, is_line=True).update(is_line=False)
    _say(by, "loans.convert_line", [loan_id], case_id, now, changed=changed)


@doors.action("loans.draw_again", may=(SYSTEM,))
def draw_again(*, by: Actor, loan_id: UUID, case_id: UUID, since: datetime, now: datetime) -> None:
    """The plan that had turned a line into a loan was taken back: it is a line again.

    It gives credit again unless it was blocked before `since`; the core is told by the event.
    """
    loan = Loan.objects.select_for_update().get(id=loan_id)
    loan.is_line = True
    if loan.line_blocked_at and loan.line_blocked_at >= since:
        loan.line_blocked_at = loan.line_block_acknowledged_at = None
    loan.save()
    _say(by, "loans.draw_again", [loan_id], case_id, now, changed=1)


@doors.action("loans.write_off", may=(SYSTEM,))
def write_off(*, by: Actor, loan_ids: Sequence[UUID], on: date, now: datetime) -> None:
    """Note that the lender gives up counting on debts; what is owed of them stays owed."""
    found = Loan.objects.filter(id__in=loan_ids, written_off_on=None).exclude(state="closed")
    _say(by, "loans.write_off", loan_ids, None, now, changed=found.update(written_off_on=on))


@doors.action("loans.count_again", may=(SYSTEM,))
def count_again(*, by: Actor, loan_id: UUID, case_id: UUID, now: datetime) -> None:
    """A new plan is made over a debt that was written off: the lender counts on it again."""
    changed = Loan.objects.filter(id=loan_id).exclude(written_off_on=None)
    _say(
        by,
        "loans.count_again",
        [loan_id],
        case_id,
        now,
        changed=changed.update(written_off_on=None),
    )


@doors.action("loans.sell", may=(SYSTEM,))
def sell(*, by: Actor, loan_id: UUID, buyer: str, on: date, now: datetime) -> None:
    """A debt belongs to somebody else from now on: it is closed here.

    Raises `loans.wrong_state` while a plan or a request stands over it.
    """
    loan = Loan.objects.select_for_update().get(id=loan_id)
    if loan.state != "open" or loan.holds.filter(released_at=None).exists():
        raise LoanError("loans.wrong_state", state=loan.state)
    for name, value in NOTHING.items():
        setattr(loan, name, value)
    loan.state, loan.as_of, loan.remaining, loan.legal_creditor = "closed", on, [], buyer
    loan.oldest_unpaid_due_date = None
    loan.save()
    audit_actions.record(by=by, action="loans.sell", subject_id=loan.id, now=now)


def _say(
    by: Actor,
    action: str,
    loan_ids: Sequence[UUID],
    case_id: UUID | None,
    now: datetime,
    *,
    changed: int,
) -> None:
    if not changed:
        audit_actions.unchanged()
        return
    audit_actions.record_many(
        by=by,
        action=action,
        subjects=[audit_actions.Subject(one, case_id, {}) for one in loan_ids],
        now=now,
    )
