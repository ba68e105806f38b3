"""Debts the lender gives up counting on, or sells: asked by one person, decided by another."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from repact.ledger import chart, outcomes
from repact.plans.servicing import events
from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import AGENT, SUPERVISOR, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.books import queries as book_queries
from repact.server.clock import ports
from repact.server.loans import closing
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.people import queries as people_queries
from repact.server.repayments import actions, given_up, lives, posting
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import COMPONENTS, Disposal, DueItem

REASON_MAX, BUYER_MAX = 500, 120


@doors.action("repayments.ask_write_off", may=(AGENT, SUPERVISOR))
def ask_write_off(*, by: Actor, reference: str, reason: str, now: datetime) -> Disposal:
    """Ask for the write-off of an agreement's plan or of a debt without one, by its reference.

    Raises `repayments.unknown_debt`, `.cannot_dispose`, `.disposal_waits`, `.reason_missing`.
    """
    agreement = Agreement.objects.filter(reference=reference).first()
    if agreement is None:
        loan = _free(reference)
        return _ask(by, now, kind="write_off", loan=loan, reason=reason)
    if agreement.state not in lives.PAYABLE:
        raise RepaymentError("repayments.cannot_dispose", state=agreement.state)
    return _ask(by, now, kind="write_off", agreement=agreement, reason=reason)


@doors.action("repayments.ask_sale", may=(AGENT, SUPERVISOR))
def ask_sale(
    *, by: Actor, reference: str, buyer: str, price_minor: int, reason: str, now: datetime
) -> Disposal:
    """Ask for the sale of a debt without a plan and without an open request.

    Raises as `ask_write_off`, and `repayments.buyer_missing`, `.not_positive`, `.too_large`.
    """
    if not buyer.strip() or len(buyer) > BUYER_MAX:
        raise RepaymentError("repayments.buyer_missing", field="buyer")
    actions.assert_amount(price_minor)
    return _ask(
        by,
        now,
        kind="sale",
        loan=_free(reference),
        reason=reason,
        buyer=buyer.strip(),
        price_minor=price_minor,
    )


@doors.action("repayments.decide_disposal", may=(SUPERVISOR,))
def decide(*, by: Actor, disposal_id: UUID, approve: bool, now: datetime) -> Disposal:
    """Approve or refuse what somebody else asked for, whatever account is used; a write-off is then
    done, a sale waits for its price.

    Raises `repayments.unknown_debt`, `.already_decided`, `.four_eyes`, `.cannot_dispose`.
    """
    found = Disposal.objects.select_for_update().filter(id=disposal_id).first()
    if found is None:
        raise RepaymentError("repayments.unknown_debt")
    if found.state != "asked":
        raise RepaymentError("repayments.already_decided", state=found.state)
    if people_queries.person(found.asked_by) == people_queries.person(by.id):
        raise RepaymentError("repayments.four_eyes")
    found.state = "approved" if approve else "refused"
    found.decided_by, found.decided_at = by.id, now
    system = actor.system(by.lender_id)
    if approve and found.kind == "write_off":
        found.state, found.done_date = "done", posting.business_date(by, now)
        if found.agreement:
            _write_off_plan(found.agreement, by=system, now=now)
        elif found.loan:
            _write_off_loan(found.loan, by=system, on=found.done_date, now=now)
    found.save()
    audit_actions.record(
        by=by,
        action="repayments.decide_disposal",
        subject_id=found.id,
        now=now,
        kind=found.kind,
        state=found.state,
    )
    return found


@doors.action("repayments.complete_sale", may=(SYSTEM,))
def complete_sale(*, by: Actor, disposal_id: UUID, on: date, now: datetime) -> None:
    """The price of a sale is in our bank account: the debt belongs to its buyer from that day on.

    The borrower is told whose it is, from when, what it was by our books, and that nothing else
    changes: without that the transfer does not bind them (Civil Code of China art. 546). What was
    paid since the sale was approved stays ours: the buyer takes the debt as it is. Raises
    `repayments.cannot_dispose` where a plan or a request stands over the debt meanwhile.
    """
    sale = Disposal.objects.select_for_update().get(id=disposal_id, kind="sale", state="approved")
    loan = _free_loan(sale.loan_id)
    price = sale.price_minor or 0
    book_actions.post(
        by=by,
        entry=outcomes.debt_sold(
            on=on, currency=loan.currency, carried_minor=_of_contract(loan), price_minor=price
        ),
        source=f"sale:{sale.id}",
    )
    owed = loan_queries.position(loan, on=on)
    notice_actions.tell(  # before the debt is closed: how far it has gone in law words the notice
        by=by,
        borrower_id=loan.borrower_id,
        kind="debt_transferred",
        source=f"sold:{sale.id}",
        now=now,
        amount_minor=owed.total_minor,
        buyer=sale.buyer,
        reference=loan.ref,
        from_date=on.isoformat(),
        phone=loan.lender.complaint_phone,
    )
    closing.sell(by=by, loan_id=loan.id, buyer=sale.buyer, on=on, now=now)
    sale.state, sale.done_date = "done", on
    sale.save()
    audit_actions.record(by=by, action="repayments.complete_sale", subject_id=sale.id, now=now)


def _ask(by: Actor, now: datetime, *, kind: str, reason: str, **what: object) -> Disposal:
    if not reason.strip() or len(reason) > REASON_MAX:
        raise RepaymentError("repayments.reason_missing", field="reason")
    subject = {name: what[name] for name in ("agreement", "loan") if name in what}
    waiting = Disposal.objects.filter(**subject, state__in=["asked", "approved"])
    if waiting.exists():
        raise RepaymentError("repayments.disposal_waits")
    made = Disposal(
        lender_id=by.lender_id,
        kind=kind,
        reason=reason.strip(),
        asked_by=by.id,
        asked_at=now,
        **what,
    )
    made.reference = f"D-{now:%Y%m%d}-{ports.new_id().hex[-8:]}"
    made.save(force_insert=True)
    audit_actions.record(
        by=by,
        action="repayments.ask_sale" if kind == "sale" else "repayments.ask_write_off",
        subject_id=made.id,
        now=now,
        reference=made.reference,
    )
    return made


def _free(reference: str, /) -> Loan:
    found = Loan.objects.filter(ref=reference).first()
    if found is None:
        raise RepaymentError("repayments.unknown_debt", field="reference")
    return _free_loan(found.id)


def _free_loan(loan_id: UUID | None, /) -> Loan:
    """A debt without a plan and without an open request, locked."""
    loan = Loan.objects.select_for_update().get(id=loan_id)
    if loan.state != "open" or loan.holds.filter(released_at=None).exists():
        raise RepaymentError("repayments.cannot_dispose", state=loan.state)
    return loan


def _of_contract(loan: Loan) -> dict[str, int]:
    """What the books carry of a debt without a plan, account by account."""
    if loan.written_off_on:
        return {}
    return {
        chart.receivable(name, is_line=loan.is_line): getattr(loan, f"{name}_minor")
        for name in COMPONENTS
    }


def _write_off_loan(loan: Loan, *, by: Actor, on: date, now: datetime) -> None:
    locked = _free_loan(loan.id)
    if locked.written_off_on:
        raise RepaymentError("repayments.cannot_dispose", state="written_off")
    entry = outcomes.written_off(
        on=on, currency=locked.currency, carried_minor=_of_contract(locked)
    )
    book_actions.post(by=by, entry=entry, source=f"written_off:{locked.id}:{on}")
    closing.write_off(by=by, loan_ids=[locked.id], on=on, now=now)


def _write_off_plan(agreement: Agreement, *, by: Actor, now: datetime) -> None:
    """The plan goes on as signed; the books count on nothing of it, and earn nothing from it."""
    locked = lives.agreement_for_update(agreement.id)
    if locked is None or locked.state not in lives.PAYABLE:
        raise RepaymentError("repayments.cannot_dispose", state=agreement.state)
    life = lives.load(locked, on=posting.business_date(by, now))
    if lives.is_written_off(life):
        raise RepaymentError("repayments.cannot_dispose", state="written_off")
    carried = book_queries.balances(agreement_id=locked.id, accounts=given_up.CARRIED)
    book_actions.post(
        by=by,
        entry=outcomes.written_off(on=life.on, currency=life.plan.currency, carried_minor=carried),
        source=f"written_off:{locked.id}",
        agreement_id=locked.id,
    )
    name = f"write_off:{life.plan.events_count + 1}"
    gone = events.WriteOff(id=name, on=life.on, kind="write_off")
    lives.add(life, [lives.News(number, gone) for number in life.states])
    DueItem.objects.filter(agreement=locked, is_earned=False).update(is_earned=True)
    loan_ids = [part.loan_id for part in life.parts.values()]
    closing.write_off(by=by, loan_ids=loan_ids, on=life.on, now=now)
