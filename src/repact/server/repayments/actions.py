"""Beginning a plan, money that arrives, and stopping to charge."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from repact.ledger import chart, plan_life
from repact.plans.errors import PlanError
from repact.plans.servicing import events
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SUPERVISOR, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.cases import actions as case_actions
from repact.server.clock import queries as clock_queries
from repact.server.offers import assessing
from repact.server.people import doors
from repact.server.repayments import (
    ending,
    explanation,
    lives,
    opening,
    posting,
    sharing,
    stored,
)
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import Payment, Suspense

# Money that these stand in the way of is kept in suspense, never sent away and never lost.
SUSPENDED = {
    "repayments.unknown_agreement",
    "repayments.no_plan",
    "repayments.wrong_currency",
    "repayments.not_in_force",
    "repayments.value_date_ahead",
    "repayments.before_the_plan",
    "repayments.charging_stopped",
    "repayments.schedule_differs",
    "repayments.charged_differs",
}
ALARMS = {"repayments.schedule_differs", "repayments.charged_differs"}
AMOUNT_MINOR_MAX = 10**11


@doors.action("repayments.begin", may=(SYSTEM,))
def begin(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Seal the agreement and start its plan: rows, journal, loans, case; one transaction.

    Raises `repayments.schedule_differs` unless what is charged is exactly what was signed.
    """
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None or agreement.state != agreement_states.SIGNED:
        audit_actions.unchanged()
        return
    agreement_actions.seal(by=by, agreement_id=agreement_id, now=now)
    agreement = agreement_actions.begin(by=by, agreement_id=agreement_id, now=now)
    opening.open_plan(agreement, by=by, now=now)
    case_actions.move(by=by, case_id=agreement.case_id, event="start_plan", now=now)
    audit_actions.record(
        by=by,
        action="repayments.begin",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        schedule_sha256=agreement.schedule_sha256,
        assessed=[assessing.as_facts(one) for one in assessing.of_offer(agreement.offer)],
    )


@doors.action("repayments.receive_payment", may=(SYSTEM,))
def receive_payment(
    *,
    by: Actor,
    agreement_id: UUID | None,
    source: str,
    amount_minor: int,
    currency: str,
    value_date: date,
    now: datetime,
    said: str = "",
    payer: str = "borrower",
    payer_account: str = "",
    cash_account: str = chart.WALLET_CLEARING,
) -> Payment | Suspense:
    """Take money that has already arrived: posted where it can be, else kept in suspense.

    Once for each source. `said` is the reference that came with it, `cash_account` the account of
    ours that it came into. Raises `repayments.
    not_positive`, `.too_large` or `.source_reused`: those are no money, or the same money told
    differently.
    """
    kept = _kept_before(source, amount_minor, currency, value_date)
    if kept:
        audit_actions.unchanged()
        return kept
    try:
        if agreement_id is None:
            raise RepaymentError("repayments.unknown_agreement")
        return post_payment(
            by=by,
            agreement_id=agreement_id,
            source=source,
            amount_minor=amount_minor,
            currency=currency,
            value_date=value_date,
            now=now,
            payer=payer,
            payer_account=payer_account,
            cash_account=cash_account,
        )
    except RepaymentError as error:
        if error.code not in SUSPENDED:
            raise
        if error.code in ALARMS and agreement_id:
            stop_charging(by=by, agreement_id=agreement_id, reason=error.code, now=now)
        reason = error.code
    return suspend(
        by=by,
        now=now,
        source=source,
        amount_minor=amount_minor,
        currency=currency,
        value_date=value_date,
        reason=reason,
        said=said[:200],
        payer_account=payer_account,
        cash_account=cash_account,
        agreement=Agreement.objects.filter(id=agreement_id).first() if agreement_id else None,
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
    payer: str = "borrower",
    payer_account: str = "",
    cash_account: str = chart.WALLET_CLEARING,
) -> Payment:
    """Post money to a plan: rows, history and journal in one transaction, once a source.

    Raises RepaymentError `repayments.not_positive`, `.too_large`, `.wrong_currency`,
    `.unknown_agreement`, `.not_in_force`, `.value_date_ahead`, `.before_the_plan`,
    `.charging_stopped`, `.schedule_differs`, `.charged_differs` or `.source_reused`.
    """
    assert_amount(amount_minor)
    kept = stored.one(agreement_id, source=source)
    if kept is None:
        raise RepaymentError("repayments.unknown_agreement")
    if kept.payment_id:
        audit_actions.unchanged()
        return _same(kept.payment_id, agreement_id, amount_minor, currency, value_date)
    life = lives.to_pay(
        kept,
        currency=currency,
        value_date=value_date,
        on=clock_queries.business_date(now=now, zone=kept.zone),
    )
    payment = Payment(
        lender_id=by.lender_id,
        agreement=kept.agreement,
        source=source,
        amount_minor=amount_minor,
        currency=currency,
        value_date=value_date,
        received_at=now,
        payer=payer,
        payer_account=payer_account,
        cash_account=cash_account,
    )
    return place(by=by, life=life, payment=payment, now=now)


def place(
    *,
    by: Actor,
    life: Life,
    payment: Payment,
    now: datetime,
    from_suspense: bool = False,
) -> Payment:
    """Put a payment into a plan whose agreement is locked; a step of the actions that may.

    Raises `repayments.before_the_plan` as the engine refuses it.
    """
    parts = {number: (plan, life.events[number]) for number, plan in life.signed.items()}
    shares = sharing.share(payment.amount_minor, parts, on=payment.value_date)
    arrived = {
        number: events.Payment(
            id=f"payment:{payment.id}", on=payment.value_date, kind="payment", amount_minor=share
        )
        for number, share in shares.items()
    }
    try:
        posting.happen(
            life,
            by=by,
            events=arrived,
            template="payment_received",
            source=f"payment:{payment.id}",
            cash_minor=shares,
            cash_account=chart.SUSPENSE if from_suspense else payment.cash_account,
            payment=payment,
        )
    except PlanError as error:
        if error.code != "plan.event_before_start":
            raise
        raise RepaymentError("repayments.before_the_plan", field="value_date") from error
    explanation.tell_if_late(life, parts, arrived, by=by, now=now)
    audit_actions.record(
        by=by,
        action="repayments.post_payment",
        subject_id=payment.id,
        case_id=life.agreement.case_id,
        now=now,
        amount_minor=payment.amount_minor,
        **payment.allocation,
    )
    ending.reinstate(life, by=by, now=now)
    posting.finish(life, by=by, now=now)
    return payment


@doors.action("repayments.stop_charging", may=(SYSTEM,))
def stop_charging(*, by: Actor, agreement_id: UUID, reason: str, now: datetime) -> None:
    """Charge nothing and call nothing late until a person has looked; the desk shows it."""
    agreement = lives.agreement_for_update(agreement_id)
    plan = getattr(agreement, "plan", None)
    if agreement is None or plan is None or plan.stopped:
        audit_actions.unchanged()
        return
    plan.stopped, plan.next_action_date = reason, None
    plan.save()
    audit_actions.record(
        by=by,
        action="repayments.stop_charging",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        reason=reason,
    )


@doors.action("repayments.resume_charging", may=(SUPERVISOR,))
def resume_charging(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Go on after a person has looked. Raises as `lives.load` does while anything differs still."""
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None:
        raise RepaymentError("repayments.unknown_agreement")
    life = lives.load(agreement, on=posting.business_date(by, now))
    lives.assert_charged(life)
    life.plan.stopped = ""
    lives.retime(life)
    audit_actions.record(
        by=by,
        action="repayments.resume_charging",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
    )


def suspend(*, by: Actor, now: datetime, **said: Any) -> Suspense:
    """Keep money that cannot be placed: a step of the actions that may."""
    assert_amount(said["amount_minor"])
    suspense = Suspense.objects.create(
        lender_id=by.lender_id, received_at=now, received_on=posting.business_date(by, now), **said
    )
    book_actions.post(
        by=by,
        entry=plan_life.suspense_received(
            on=suspense.value_date,
            currency=suspense.currency,
            amount_minor=suspense.amount_minor,
            cash_account=suspense.cash_account,
        ),
        source=f"suspense:{suspense.id}",
    )
    audit_actions.record(
        by=by,
        action="repayments.receive_payment",
        subject_id=suspense.id,
        now=now,
        amount_minor=suspense.amount_minor,
        reason=suspense.reason,
    )
    return suspense


def _kept_before(
    source: str, amount_minor: int, currency: str, value_date: date
) -> Suspense | None:
    kept = Suspense.objects.filter(source=source).first()
    if kept:
        said = (kept.amount_minor, kept.currency, kept.value_date)
        if said != (amount_minor, currency, value_date):
            raise RepaymentError("repayments.source_reused", source=source)
    return kept


def _same(
    payment_id: UUID, agreement_id: UUID, amount_minor: int, currency: str, value_date: date
) -> Payment:
    """The payment that a source brought before; it must be the same one."""
    existing = Payment.objects.get(id=payment_id)
    said = (existing.agreement_id, existing.amount_minor, existing.currency)
    if (*said, existing.value_date) != (agreement_id, amount_minor, currency, value_date):
        raise RepaymentError("repayments.source_reused", source=existing.source)
    return existing


def assert_amount(amount_minor: int, /) -> None:
    """Raise `repayments.not_positive` or `.too_large` unless it is an amount of money."""
    if amount_minor <= 0:
        raise RepaymentError("repayments.not_positive", field="amount_minor")
    if amount_minor > AMOUNT_MINOR_MAX:
        raise RepaymentError("repayments.too_large", field="amount_minor")
