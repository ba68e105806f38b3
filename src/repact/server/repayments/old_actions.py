"""Beginning a plan, collecting, posting what was paid, noting what is late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from repact.ledger import templates
from repact.plans.certificate import schedule_hash
from repact.plans.conduct import Conduct
from repact.plans.document import Document
from repact.plans.schedule import build
from repact.plans.terms import Terms
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.cases import actions as case_actions
from repact.server.clock import queries as clock_queries
from repact.server.connectors.wallet import DebitAnswer
from repact.server.lenders import queries as lender_queries
from repact.server.loans import actions as loan_actions
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import lives
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import COMPONENTS, Collection, DueItem, Payment


@doors.action("repayments.begin", may=(SYSTEM,))
def begin(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Seal the agreement and start its plan: due items, journal, loan, case; one transaction.

    Raises `repayments.schedule_differs` unless what is charged is exactly what was signed.
    """
    agreement = Agreement.objects.select_for_update().get(id=agreement_id)
    if agreement.state != agreement_states.SIGNED:
        audit_actions.unchanged()
        return
    agreement = agreement_actions.seal(by=by, agreement_id=agreement_id, now=now)
    on = _business_date(by, now)
    document = Document.model_validate(
        {"position": agreement.contents["position"], "terms": agreement.contents["terms"]}
    )
    schedule = build(document.position, document.terms)
    if schedule_hash(document.position, document.terms, schedule) != agreement.schedule_sha256:
        raise RepaymentError("repayments.schedule_differs")
    conduct = Conduct.of(document.terms)
    DueItem.objects.bulk_create(
        DueItem(
            lender_id=by.lender_id,
            agreement=agreement,
            number=row.number,
            due_date=row.due_date,
            **{f"{name}_minor": getattr(row, f"{name}_minor") for name in COMPONENTS},
            state="due" if row.payment_minor else "paid",
            next_action_date=_first_action(row.due_date, conduct, on)
            if row.payment_minor
            else None,
        )
        for row in schedule.rows
    )
    loan = agreement.offer.offer_set.loan
    _open_books(by, agreement, on)
    loan_actions.replace_by_plan(
        by=by, loan_id=loan.id, agreement_id=agreement.id, case_id=agreement.case_id, now=now
    )
    case_actions.move(by=by, case_id=agreement.case_id, event="start_plan", now=now)
    audit_actions.record(
        by=by,
        action="repayments.begin",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        schedule_sha256=agreement.schedule_sha256,
    )


@doors.action("repayments.request_collection", may=(SYSTEM, BORROWER))
def request_collection(*, by: Actor, due_item_id: UUID, now: datetime) -> Collection | None:
    """Ask for one installment to be debited; a background task carries it to the wallet.

    While a request is open there is no second one. None when nothing is open on the item.
    """
    item = DueItem.objects.select_for_update().select_related("agreement").get(id=due_item_id)
    waiting = item.collections.filter(state="requested").first()
    if waiting or item.state == "paid":
        audit_actions.unchanged()
        return waiting
    on = _business_date(by, now)
    amount = item.open_minor + allocation.late_open(item, _conduct(item.agreement), on=on)
    collection = Collection.objects.create(
        lender_id=by.lender_id,
        due_item=item,
        amount_minor=amount,
        requested_on=on,
        requested_at=now,
    )
    audit_actions.record(
        by=by,
        action="repayments.request_collection",
        subject_id=collection.id,
        case_id=item.agreement.case_id,
        now=now,
        amount_minor=amount,
        number=item.number,
    )
    return collection


@doors.action("repayments.settle_collection", may=(SYSTEM,))
def settle_collection(
    *, by: Actor, collection_id: UUID, answer: DebitAnswer, now: datetime
) -> None:
    """Note the wallet's final answer; a success is posted in the same transaction."""
    collection = (
        Collection.objects.select_for_update(of=("self",))
        .select_related("due_item__agreement")
        .get(id=collection_id)
    )
    if collection.state != "requested":
        audit_actions.unchanged()
        return
    if answer.status == "unknown":
        raise RepaymentError("repayments.answer_unknown")
    collection.state, collection.settled_at = answer.status, now
    collection.reason = answer.reason or ""
    collection.save()
    agreement = collection.due_item.agreement
    audit_actions.record(
        by=by,
        action="repayments.settle_collection",
        subject_id=collection.id,
        case_id=agreement.case_id,
        now=now,
        status=answer.status,
    )
    if answer.status == "succeeded":
        post_payment(
            by=by,
            agreement_id=agreement.id,
            source=f"wallet:{collection.id}",
            amount_minor=collection.amount_minor,
            currency=agreement.contents["position"]["currency"],
            value_date=collection.requested_on,
            now=now,
        )
    else:
        notice_actions.tell(
            by=by,
            borrower_id=agreement.borrower_id,
            kind="debit_declined",
            source=f"collection:{collection.id}",
            now=now,
            amount_minor=collection.amount_minor,
        )


@doors.action("repayments.post_payment", may=(SYSTEM,))
def post_payment(
    *,
    by: Actor,
    agreement_id: UUID,
    source: str,
    amount_minor: int,
    currency: str,
    value_date: date,
    now: datetime,
) -> Payment:
    """Post money that arrived: allocation, due items and journal in one transaction, once a source.

    Raises RepaymentError `repayments.not_positive`, `.wrong_currency`, `.unknown_agreement`,
    `.not_in_force` or `.source_reused`.
    """
    if amount_minor <= 0:
        raise RepaymentError("repayments.not_positive", field="amount_minor")
    agreement = Agreement.objects.select_for_update().filter(id=agreement_id).first()
    if agreement is None:
        raise RepaymentError("repayments.unknown_agreement")
    existing = _posted_before(source, agreement_id, amount_minor, currency)
    if existing:
        audit_actions.unchanged()
        return existing
    if currency != agreement.contents["position"]["currency"]:
        raise RepaymentError("repayments.wrong_currency", field="currency")
    if agreement.state != agreement_states.IN_FORCE:
        raise RepaymentError("repayments.not_in_force", state=agreement.state)
    items = list(
        agreement.due_items.select_for_update().exclude(state="paid").order_by("due_date", "number")
    )
    made = allocation.allocate(amount_minor, items, _conduct(agreement), on=value_date)
    for item in made.touched:
        item.save()
    parts = {**made.applied, "late": made.late, "excess": made.excess}
    payment = Payment.objects.create(
        lender_id=by.lender_id,
        agreement=agreement,
        source=source,
        amount_minor=amount_minor,
        currency=currency,
        value_date=value_date,
        received_at=now,
        allocation=parts,
    )
    book_actions.post(
        by=by,
        entry=templates.payment_received(
            on=value_date,
            currency=currency,
            applied_minor=made.applied,
            late_minor=made.late,
            excess_minor=made.excess,
        ),
        source=f"payment:{payment.id}",
        agreement_id=agreement.id,
    )
    audit_actions.record(
        by=by,
        action="repayments.post_payment",
        subject_id=payment.id,
        case_id=agreement.case_id,
        now=now,
        amount_minor=amount_minor,
        **parts,
    )
    if not agreement.due_items.exclude(state="paid").exists():
        agreement_actions.complete(by=by, agreement_id=agreement.id, now=now)
        case_actions.move(by=by, case_id=agreement.case_id, event="complete", now=now)
    return payment


def _posted_before(
    source: str, agreement_id: UUID, amount_minor: int, currency: str
) -> Payment | None:
    """The payment this source brought already; it must be the same one."""
    existing = Payment.objects.filter(source=source).first()
    if existing:
        same = (existing.agreement_id, existing.amount_minor, existing.currency)
        if same != (agreement_id, amount_minor, currency):
            raise RepaymentError("repayments.source_reused", source=source)
    return existing


@doors.action("repayments.pay_now", may=(BORROWER,))
def pay_now(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """The borrower pays the next installment now. Raises `repayments.nothing_due`."""
    item = (
        DueItem.objects.filter(agreement_id=agreement_id, agreement__borrower_id=by.id)
        .exclude(state="paid")
        .order_by("due_date", "number")
        .first()
    )
    if item is None:
        raise RepaymentError("repayments.nothing_due")
    request_collection(by=by, due_item_id=item.id, now=now)
    audit_actions.record(
        by=by,
        action="repayments.pay_now",
        subject_id=item.id,
        case_id=item.agreement.case_id,
        now=now,
    )


@doors.action("repayments.act_by_clock", may=(SYSTEM,))
def act_by_clock(*, by: Actor, due_item_id: UUID, on: date, now: datetime) -> None:
    """Do what a day asks of a due item: remind, collect, or note that it is late."""
    item = DueItem.objects.select_for_update().select_related("agreement").get(id=due_item_id)
    if item.state == "paid" or item.next_action_date is None or item.next_action_date > on:
        audit_actions.unchanged()
        return
    if on < item.due_date:
        _remind(by, item, now)
        item.next_action_date = item.due_date
    elif on == item.due_date or (item.state == "due" and not item.collections.exists()):
        request_collection(by=by, due_item_id=item.id, now=now)
        item.next_action_date = on + timedelta(days=1)
    else:
        _mark_late(by, item, now)
        item.next_action_date = None
    item.save()
    audit_actions.record(
        by=by,
        action="repayments.act_by_clock",
        subject_id=item.id,
        case_id=item.agreement.case_id,
        now=now,
        number=item.number,
        state=item.state,
    )


def _remind(by: Actor, item: DueItem, now: datetime) -> None:
    notice_actions.tell(
        by=by,
        borrower_id=item.agreement.borrower_id,
        kind="due_soon",
        source=f"due_soon:{item.id}",
        now=now,
        amount_minor=item.open_minor,
        due_date=item.due_date.isoformat(),
    )


def _mark_late(by: Actor, item: DueItem, now: datetime) -> None:
    item.state = "late"
    conduct = _conduct(item.agreement)
    notice_actions.tell(
        by=by,
        borrower_id=item.agreement.borrower_id,
        kind="late",
        source=f"late:{item.id}",
        now=now,
        amount_minor=item.open_minor,
        due_date=item.due_date.isoformat(),
        grace_days=conduct.grace_days,
    )


def _open_books(by: Actor, agreement: Agreement, on: date) -> None:
    """The loan's receivables become the plan's; what accrued meanwhile is recognized first."""
    loan = agreement.offer.offer_set.loan
    position, totals = agreement.contents["position"], agreement.contents["result"]["totals"]
    currency = position["currency"]
    accrued = {
        name: position[f"{name}_minor"] - getattr(loan, f"{name}_minor")
        for name in ("interest", "penalty")
    }
    if any(accrued.values()):
        book_actions.post(
            by=by,
            entry=templates.interest_recognized(on=on, currency=currency, accrued_minor=accrued),
            source=f"recognized:{agreement.id}",
        )
    book_actions.post(
        by=by,
        entry=templates.agreement_sealed(
            on=on,
            currency=currency,
            owed_minor={name: position[f"{name}_minor"] for name in COMPONENTS},
            planned_minor={name: totals[f"{name}_minor"] for name in COMPONENTS},
            waived_minor=totals["waived_minor"],
        ),
        source=f"agreement:{agreement.id}",
        agreement_id=agreement.id,
    )


def _first_action(due_date: date, conduct: Conduct, on: date) -> date:
    return max(due_date - timedelta(days=conduct.remind_days), min(on, due_date))


def _conduct(agreement: Agreement) -> Conduct:
    return Conduct.of(Terms.model_validate(agreement.contents["terms"]))


def _business_date(by: Actor, now: datetime) -> date:
    zone = lender_queries.get(by.lender_id).zone
    return clock_queries.business_date(now=now, zone=zone)
