"""The first day of a plan: its rows, and what moves in the books and in the lender's book."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.ledger import chart, outcomes, sealing, templates
from repact.plans.modification import adjustment_minor
from repact.server.agreements.models import Agreement
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.loans import actions as loan_actions
from repact.server.loans import closing
from repact.server.loans.models import Loan
from repact.server.repayments import ending, given_up, lines, lives, posting, signed
from repact.server.repayments.lives import Life
from repact.server.repayments.models import COMPONENTS
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
        _bring_up_to_date(life, number, part, loan, by, now)
        _open_books(life, number, part, by)
        loan_actions.replace_by_plan(
            by=by, loan_id=loan.id, agreement_id=agreement.id, case_id=agreement.case_id, now=now
        )
    return life


def _bring_up_to_date(
    life: Life, number: int, part: SignedPart, loan: Loan, by: Actor, now: datetime
) -> None:
    """What is owed stands in the contract's receivables to the minor unit before it leaves them.

    What accrued meanwhile is recognized; a debt that was written off is counted on again, since a
    plan is made for it; what was drawn on a line becomes principal.
    """
    agreement, position = life.agreement, part.plan.position
    name = f"{agreement.id}{lives.suffix(number)}"
    posted = []
    if loan.written_off_on:
        carried = {chart.RECEIVABLE[one]: getattr(position, f"{one}_minor") for one in COMPONENTS}
        gone = outcomes.written_off(on=life.on, currency=loan.currency, carried_minor=carried)
        posted.append(
            (gone.reversal(happened_on=life.on), given_up.counted_source(agreement.id, number))
        )
        closing.count_again(by=by, loan_id=loan.id, case_id=agreement.case_id, now=now)
    else:
        accrued = {
            one: getattr(position, f"{one}_minor") - getattr(loan, f"{one}_minor")
            for one in ("interest", "penalty")
        }
        if any(accrued.values()):
            recognized = templates.interest_recognized(
                on=life.on, currency=position.currency, accrued_minor=accrued
            )
            posted.append((recognized, f"recognized:{name}"))
    for entry, source in posted:
        book_actions.post(by=by, entry=entry, source=source)
    if loan.is_line:
        lines.convert(life, number, loan, by=by, now=now)


def _open_books(life: Life, number: int, part: SignedPart, by: Actor) -> None:
    """The loan's receivables become the plan's, and the plan changes what they are worth."""
    agreement, position = life.agreement, part.plan.position
    currency, schedule = position.currency, part.plan.schedule
    suffix = lives.suffix(number)
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
