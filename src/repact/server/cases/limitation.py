"""Debts whose time limit has run out, and what must happen before anyone promises to pay them.

Civil Code of China art. 188: three years from when the creditor could claim; art. 189: for a debt
paid in installments, from the last due date; art. 192 and 195: after that a new promise to pay
revives the claim. So the borrower reads a plain warning, and a supervisor approves.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from repact.law import catalogue, clocks
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, SUPERVISOR, Actor
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, LimitationNote
from repact.server.loans.models import Loan
from repact.server.people import doors


def barred_on(loan: Loan, /) -> date | None:
    """The first day on which the debt's time limit has run out; None when nothing says so.

    Counted from the day the lender's book gives, else from the last due date (art. 189).
    """
    start = loan.limitation_from_date
    if start is None and loan.remaining:
        start = date.fromisoformat(loan.remaining[-1][0])
    if start is None or loan.lender.jurisdiction != "cn":
        return None
    law = catalogue.load(loan.lender.jurisdiction)
    return clocks.limitation(known_on=start, harmed_on=start, law=law).barred_on


def is_barred(loan: Loan, /, *, on: date) -> bool:
    """Whether the debt's time limit has run out on a day."""
    barred = barred_on(loan)
    return barred is not None and barred <= on


def note(*, case: Case, on: date, now: datetime) -> list[LimitationNote]:
    """Note the case's loans that are time-barred on a day; once for each. Part of an action."""
    loans = case.loans.select_related("lender")
    for loan in loans:
        if is_barred(loan, on=on):
            LimitationNote.objects.get_or_create(
                lender_id=case.lender_id,
                case=case,
                loan=loan,
                defaults={"barred_date": barred_on(loan), "noted_at": now},
            )
    return list(LimitationNote.objects.filter(case=case).order_by("loan__ref"))


@doors.action("cases.acknowledge_limitation", may=(BORROWER,))
def acknowledge(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """The borrower has read that a new promise would revive these debts."""
    open_notes = LimitationNote.objects.filter(
        case_id=case_id, case__borrower_id=by.id, acknowledged_at=None
    )
    if not open_notes.update(acknowledged_at=now):
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by,
        action="cases.acknowledge_limitation",
        subject_id=case_id,
        case_id=case_id,
        now=now,
    )


@doors.action("cases.approve_limitation", may=(SUPERVISOR,))
def approve(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """A supervisor allows a plan over time-barred debts, knowing what it does.

    Raises `cases.approver_has_the_case` when the person works on the case.
    """
    case = Case.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise CaseError("cases.not_found")
    notes = LimitationNote.objects.filter(case=case, approved_at=None)
    try:
        with transaction.atomic():
            changed = notes.update(approved_at=now, approved_by=by.id)
    except IntegrityError as error:
        raise CaseError("cases.approver_has_the_case") from error
    if not changed:
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by, action="cases.approve_limitation", subject_id=case.id, case_id=case.id, now=now
    )
