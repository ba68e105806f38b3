"""The first day of a plan: its rows, and what moves in the books and in the lender's book."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.ledger import outcomes, sealing, templates
from repact.plans.modification import adjustment_minor
from repact.server.agreements.models import Agreement
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.loans import actions as loan_actions
from repact.server.loans.models import Loan
from repact.server.repayments import ending, lives, posting, signed
from repact.server.repayments.lives import Life
from repact.server.repayments.signed import SignedPart


def open_plan(agreement: Agreement, /, *, by: Actor, now: datetime) -> Life:
    """Start a sealed agreement's plan; a plan that ran over the same loans gives way to it.

    Raises `repayments.schedule_differs` when it is not what was signed.
    """
    on = posting.business_date(by, now)
    parts = signed.charged(agreement)
    loan_ids = [UUID(part["loan_id"]) for part in agreement.offer.parts]
    ending.give_way(by=by, loan_ids=loan_ids, to=agreement, now=now)
    life = lives.begin(agreement, parts, loan_ids, on=on)
    loans = Loan.objects.in_bulk(loan_ids)
    for number, part in enumerate(parts, 1):
        loan = loans[loan_ids[number - 1]]
        _open_books(life, number, part, loan, by)
        loan_actions.replace_by_plan(
            by=by, loan_id=loan.id, agreement_id=agreement.id, case_id=agreement.case_id, now=now
        )
    return life


def _open_books(life: Life, number: int, part: SignedPart, loan: Loan, by: Actor) -> None:
    """The loan's receivables become the plan's; what accrued meanwhile is recognized first."""
    agreement, position = life.agreement, part.plan.position
    currency = position.currency
    accrued = {
        name: getattr(position, f"{name}_minor") - getattr(loan, f"{name}_minor")
        for name in ("interest", "penalty")
    }
    suffix = "" if number == 1 else f":{number}"
    if any(accrued.values()):
        book_actions.post(
            by=by,
            entry=templates.interest_recognized(
                on=life.on, currency=currency, accrued_minor=accrued
            ),
            source=f"recognized:{agreement.id}{suffix}",
        )
    schedule = part.plan.schedule
    book_actions.post(
        by=by,
        entry=sealing.sealed(position, schedule, on=life.on),
        source=f"agreement:{agreement.id}{suffix}",
        agreement_id=agreement.id,
    )
    if gain := adjustment_minor(position, part.plan.terms, schedule):
        book_actions.post(
            by=by,
            entry=outcomes.modification_recognized(on=life.on, currency=currency, gain_minor=gain),
            source=f"modified:{agreement.id}{suffix}",
            agreement_id=agreement.id,
        )
