"""A debt is paid while a case about it is open: the request ends, or goes on for the other debts.

When the payment is taken back, the request is taken up again where nobody has decided otherwise.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor, system
from repact.server.cases import queries, states
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, CaseLoan, DroppedLoan
from repact.server.lenders import queries as lender_queries
from repact.server.loans import actions as loan_actions
from repact.server.loans.models import Loan
from repact.server.notices import actions as notice_actions
from repact.server.people import doors

PAID = "paid"
# A debt may come back into a request nobody has agreed about yet.
ASKING = (states.SUBMITTED, states.IN_REVIEW, states.OFFERED, states.REFUSED, states.APPEALED)


def open_about(loan_id: UUID, /) -> list[UUID]:
    """The open cases about a loan."""
    found = CaseLoan.objects.filter(loan_id=loan_id, case__state__in=states.OPEN)
    return list(found.order_by("case_id").values_list("case_id", flat=True))


def left_by(loan_id: UUID, /) -> list[UUID]:
    """The cases that a loan left because it was paid, and has not come back to."""
    found = DroppedLoan.objects.filter(loan_id=loan_id, returned_at=None)
    return list(found.order_by("case_id").values_list("case_id", flat=True))


@doors.action("cases.drop_paid", may=(SYSTEM,))
def drop(*, by: Actor, case_id: UUID, loan_id: UUID, now: datetime) -> Case:
    """Take a paid loan out of an open case; the case ends where it was the last.

    What was offered for it is closed before, by the stage that knows offers. The hold over it ends,
    and the borrower is told. Raises `cases.wrong_state` while a chosen plan waits to be signed.
    """
    case = _locked(case_id)
    row = CaseLoan.objects.filter(case=case, loan_id=loan_id).select_related("loan").first()
    if row is None or case.state not in states.OPEN:
        audit_actions.unchanged()
        return case
    is_last = not CaseLoan.objects.filter(case=case).exclude(loan_id=loan_id).exists()
    if is_last:
        case.state, case.closed_because = states.after(case.state, "paid"), PAID
        case.save()
    elif case.state == states.AGREED:
        raise CaseError("cases.wrong_state", state=case.state, event="paid")
    else:
        row.delete()
    DroppedLoan.objects.create(lender_id=by.lender_id, case=case, loan_id=loan_id, dropped_at=now)
    loan_actions.release_paid(by=by, loan_id=loan_id, case_id=case.id, now=now)
    _tell(case, row.loan, "debt_paid" if is_last else "debt_paid_rest", by=by, now=now)
    audit_actions.record(
        by=by,
        action="cases.drop_paid",
        subject_id=case.id,
        case_id=case.id,
        now=now,
        loan_id=str(loan_id),
        ended=is_last,
    )
    return case


@doors.action("cases.take_up_again", may=(SYSTEM,))
def take_up_again(*, by: Actor, case_id: UUID, loan_id: UUID, now: datetime) -> Case:
    """The payment of a loan that had left a case was taken back: it is part of the request again.

    A request that had ended with it is a person's again, with the time of a new answer; collection
    stops again. Unchanged where the request went another way meanwhile, or the borrower has
    another one: then the debt stands by its contract, and they may ask anew.
    """
    case = _locked(case_id)
    left = DroppedLoan.objects.filter(case=case, loan_id=loan_id, returned_at=None).first()
    if left is None or not _may_come_back(case):
        audit_actions.unchanged()
        return case
    left.returned_at = now
    left.save()
    if case.state not in states.OPEN:
        service = queries.policy_of(case, now=now).policy.service
        case.state, case.closed_because = states.after(case.state, "unpaid"), ""
        case.reply_due_at = now + timedelta(hours=service.reply_hours)
        case.save()
    CaseLoan.objects.get_or_create(lender_id=by.lender_id, case=case, loan_id=loan_id)
    _hold(case, loan_id, by=by, now=now)
    _tell(case, Loan.objects.get(id=loan_id), "debt_back_in_request", by=by, now=now)
    audit_actions.record(
        by=by,
        action="cases.take_up_again",
        subject_id=case.id,
        case_id=case.id,
        now=now,
        loan_id=str(loan_id),
    )
    return case


def _may_come_back(case: Case) -> bool:
    if case.state in states.OPEN:
        return case.state in ASKING
    ended = case.state == states.CLOSED and case.closed_because == PAID
    return ended and queries.current_of_borrower(case.borrower_id) is None


def _hold(case: Case, loan_id: UUID, *, by: Actor, now: datetime) -> None:
    policy = queries.policy_of(case, now=now).policy
    on, accrual = lender_queries.today(by.lender_id, now=now), policy.accrual_while_open
    loan_actions.hold(
        by=by,
        loan_ids=[loan_id],
        case_id=case.id,
        now=now,
        until=on + timedelta(days=policy.service.hold_days),
        mode=accrual.mode,
        annual_rate_ppm=accrual.annual_rate_ppm,
    )


def _tell(case: Case, loan: Loan, kind: str, *, by: Actor, now: datetime) -> None:
    times = DroppedLoan.objects.filter(case=case, loan=loan).count()
    notice_actions.tell(
        by=system(by.lender_id),
        borrower_id=case.borrower_id,
        kind=kind,
        source=f"{kind}:{case.id}:{loan.id}:{times}",
        now=now,
        reference=loan.ref,
    )


def _locked(case_id: UUID) -> Case:
    case = Case.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise CaseError("cases.not_found")
    return case
