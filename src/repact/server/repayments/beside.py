"""What is owed beside any plan: money that was taken back where nothing can ask for it again.

A person works it: money from suspense pays it, or it is given up, asked by one person and decided
by another. It bears no interest, and nobody debits it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.ledger import chart, outcomes, templates
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import AGENT, SUPERVISOR, Actor
from repact.server.books import actions as book_actions
from repact.server.people import doors
from repact.server.people import queries as people_queries
from repact.server.repayments import posting, suspense
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import OwedBeside

REASON_MAX = 500


def owe(
    *,
    by: Actor,
    source: str,
    amount_minor: int,
    currency: str,
    now: datetime,
    borrower_id: UUID | None,
    loan_id: UUID | None = None,
    agreement_id: UUID | None = None,
) -> OwedBeside:
    """Note what is owed beside any plan, once for its source: a step of the actions that may.

    The books are the caller's: they know where the money left from.
    """
    return OwedBeside.objects.create(
        lender_id=by.lender_id,
        borrower_id=borrower_id,
        loan_id=loan_id,
        agreement_id=agreement_id,
        source=source,
        amount_minor=amount_minor,
        currency=currency,
        noted_on=posting.business_date(by, now),
        noted_at=now,
    )


@doors.action("repayments.pay_beside", may=(AGENT, SUPERVISOR))
def pay(*, by: Actor, beside_id: UUID, suspense_id: UUID, now: datetime) -> OwedBeside:
    """Let money in suspense pay what is owed beside any plan, all of it or a part.

    Raises `repayments.unknown_beside`, `.beside_closed`, `.wrong_currency`, `.more_than_owed`, and
    as `suspense.still_open` does.
    """
    owed, kept = _open(beside_id), suspense.still_open(suspense_id)
    if kept.currency != owed.currency:
        raise RepaymentError("repayments.wrong_currency", field="currency")
    if kept.amount_minor > owed.left_minor:
        raise RepaymentError("repayments.more_than_owed", field="amount_minor")
    owed.paid_minor += kept.amount_minor
    if not owed.left_minor:
        owed.state = "paid"
    owed.save()
    kept.beside = owed
    suspense.close(kept, by, now, state="assigned")
    book_actions.post(
        by=actor.system(by.lender_id),
        entry=templates.beside_paid(
            on=posting.business_date(by, now),
            currency=owed.currency,
            amount_minor=kept.amount_minor,
        ),
        source=f"beside:{kept.id}",
    )
    audit_actions.record(
        by=by,
        action="repayments.pay_beside",
        subject_id=owed.id,
        now=now,
        amount_minor=kept.amount_minor,
        left_minor=owed.left_minor,
    )
    return owed


@doors.action("repayments.ask_give_up", may=(AGENT, SUPERVISOR))
def ask_give_up(*, by: Actor, beside_id: UUID, reason: str, now: datetime) -> OwedBeside:
    """Ask to give up what is owed beside any plan; somebody else decides.

    Raises `repayments.unknown_beside`, `.beside_closed`, `.disposal_waits`, `.reason_missing`.
    """
    owed = _open(beside_id)
    if owed.state == "asked":
        raise RepaymentError("repayments.disposal_waits")
    if not reason.strip() or len(reason) > REASON_MAX:
        raise RepaymentError("repayments.reason_missing", field="reason")
    owed.state, owed.reason = "asked", reason.strip()
    owed.asked_by, owed.asked_at = by.id, now
    owed.save()
    audit_actions.record(by=by, action="repayments.ask_give_up", subject_id=owed.id, now=now)
    return owed


@doors.action("repayments.decide_give_up", may=(SUPERVISOR,))
def decide_give_up(*, by: Actor, beside_id: UUID, approve: bool, now: datetime) -> OwedBeside:
    """Approve or refuse what somebody else asked for; what is given up is written off.

    Raises `repayments.unknown_beside`, `.already_decided`, `.four_eyes`.
    """
    owed = OwedBeside.objects.select_for_update(of=("self",)).filter(id=beside_id).first()
    if owed is None:
        raise RepaymentError("repayments.unknown_beside")
    if owed.state != "asked":
        raise RepaymentError("repayments.already_decided", state=owed.state)
    if people_queries.person(owed.asked_by) == people_queries.person(by.id):
        raise RepaymentError("repayments.four_eyes")
    left = owed.left_minor
    if approve:
        owed.state, owed.decided_by, owed.decided_at = "given_up", by.id, now
        book_actions.post(
            by=actor.system(by.lender_id),
            entry=outcomes.written_off(
                on=posting.business_date(by, now),
                currency=owed.currency,
                carried_minor={chart.BORROWER_CREDIT: left},
            ),
            source=f"beside-given-up:{owed.id}",
        )
    else:
        owed.state, owed.asked_by, owed.asked_at = "open", None, None
    owed.save()
    audit_actions.record(
        by=by,
        action="repayments.decide_give_up",
        subject_id=owed.id,
        now=now,
        state=owed.state,
        amount_minor=left,
    )
    return owed


def _open(beside_id: UUID) -> OwedBeside:
    owed = OwedBeside.objects.select_for_update(of=("self",)).filter(id=beside_id).first()
    if owed is None:
        raise RepaymentError("repayments.unknown_beside")
    if owed.state not in {"open", "asked"}:
        raise RepaymentError("repayments.beside_closed", state=owed.state)
    return owed
