"""Asking the wallet for money: by the clock under the mandate, or because the borrower says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, SYSTEM, Actor
from repact.server.connectors.wallet import DebitAnswer
from repact.server.loans import queries as loan_queries
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import actions, lives, posting
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import Collection

# Debits that never reached the wallet for a reason the borrower knows: nothing to tell.
QUIET = ("paid_otherwise", "on_hold")
DECLINED = {"insufficient_funds": "debit_declined", "leaves_too_little": "debit_left_enough"}


@doors.action("repayments.request_collection", may=(SYSTEM, BORROWER))
def request_collection(
    *, by: Actor, agreement_id: UUID, amount_minor: int | None = None, now: datetime
) -> Collection | None:
    """Ask for money to be debited; a background task carries it to the wallet.

    The amount is what is due, or the next payment when nothing is; the borrower may name one.
    While a request is open there is no second one, and the clock asks once a day. None when nothing
    is open, or the clock asks while the mandate is revoked, disputed, or a new plan was asked for.
    Raises `repayments.more_than_owed`, `.not_positive`, `.charging_stopped`.
    """
    return ask(_life(by, agreement_id, now), by=by, amount_minor=amount_minor, now=now)


def ask(
    life: Life, /, *, by: Actor, amount_minor: int | None = None, now: datetime
) -> Collection | None:
    """The same for a plan at hand, whose agreement is locked: a step of the actions that may."""
    agreement_id = life.agreement.id
    plan, by_mandate = life.plan, by.role == SYSTEM
    waiting = Collection.objects.filter(agreement_id=agreement_id, state="requested").first()
    if waiting or not life.next_due_date:
        audit_actions.unchanged()
        return waiting
    if plan.stopped and not by_mandate:
        raise RepaymentError("repayments.charging_stopped", reason=plan.stopped)
    today = Collection.objects.filter(
        agreement_id=agreement_id, requested_on=life.on, by_mandate=True
    )
    if by_mandate and (not may_debit(life) or today.exists()):
        audit_actions.unchanged()
        return None
    collection = request(life, by=by, amount_minor=amount_minor, now=now)
    collection.save(force_insert=True)
    audit_actions.record(
        by=by,
        action="repayments.request_collection",
        subject_id=collection.id,
        case_id=life.agreement.case_id,
        now=now,
        amount_minor=collection.amount_minor,
    )
    return collection


def request(
    life: Life, /, *, by: Actor, amount_minor: int | None = None, now: datetime
) -> Collection:
    """The request itself, not yet written: for the oldest date on which something is open."""
    return Collection(
        lender_id=by.lender_id,
        agreement_id=life.agreement.id,
        due_item_id=_first_open(life),
        amount_minor=_amount(life, amount_minor),
        by_mandate=by.role == SYSTEM,
        requested_on=life.on,
        requested_at=now,
    )


@doors.action("repayments.settle_collection", may=(SYSTEM,))
def settle_collection(
    *, by: Actor, collection_id: UUID, answer: DebitAnswer, now: datetime
) -> None:
    """Note the wallet's final answer; money that came is posted in the same transaction.

    A refusal is a message, not a fee. Raises `repayments.answer_unknown` while there is none.
    """
    found = Collection.objects.only("agreement_id").get(id=collection_id)
    lives.agreement_for_update(found.agreement_id)
    collection = Collection.objects.select_for_update(of=("self",)).get(id=collection_id)
    if collection.state != "requested":
        audit_actions.unchanged()
        return
    if answer.status == "unknown":
        raise RepaymentError("repayments.answer_unknown")
    collection.state, collection.settled_at = answer.status, now
    collection.reason = answer.reason or ""
    collection.save()
    agreement = collection.agreement
    audit_actions.record(
        by=by,
        action="repayments.settle_collection",
        subject_id=collection.id,
        case_id=agreement.case_id,
        now=now,
        status=answer.status,
        reason=collection.reason,
    )
    if answer.status == "succeeded":
        actions.receive_payment(
            by=by,
            agreement_id=agreement.id,
            source=f"wallet:{collection.id}",
            amount_minor=collection.amount_minor,
            currency=agreement.plan.currency,
            value_date=collection.requested_on,
            now=now,
        )
    elif collection.reason not in QUIET:
        notice_actions.tell(
            by=by,
            borrower_id=agreement.borrower_id,
            kind=DECLINED.get(collection.reason, "debit_refused"),
            source=f"collection:{collection.id}",
            now=now,
            amount_minor=collection.amount_minor,
        )


@doors.action("repayments.pay_now", may=(BORROWER,))
def pay_now(
    *, by: Actor, agreement_id: UUID, amount_minor: int | None = None, now: datetime
) -> None:
    """The borrower pays what is due, the next payment, or an amount of their own, now.

    Raises `repayments.nothing_due`, and as `request_collection` does.
    """
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None or agreement.borrower_id != by.id:
        raise RepaymentError("repayments.unknown_agreement")
    made = request_collection(by=by, agreement_id=agreement_id, amount_minor=amount_minor, now=now)
    if made is None:
        raise RepaymentError("repayments.nothing_due")
    audit_actions.record(
        by=by,
        action="repayments.pay_now",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
    )


@doors.action("repayments.revoke_mandate", may=(BORROWER,))
def revoke_mandate(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Debit nothing by the clock from now on; the plan itself goes on."""
    _mandate(by, agreement_id, now, action="repayments.revoke_mandate", revoked=True)


@doors.action("repayments.grant_mandate", may=(BORROWER,))
def grant_mandate(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Debit by the clock again, as signed."""
    _mandate(by, agreement_id, now, action="repayments.grant_mandate", revoked=False)


def refusal(collection: Collection, /, *, balance_minor: Callable[[], int]) -> str:
    """Why a request must not reach the wallet; empty when it may. Asked just before it would.

    The mandate and a dispute, a stop, money that came by another way, and what must stay in the
    wallet to live on: the clock never takes that. The borrower's own request may.
    """
    plan = collection.agreement.plan
    if plan.stopped:
        return "charging_stopped"
    life = lives.load(collection.agreement, on=collection.requested_on)
    if collection.by_mandate and (reason := _at_rest(life)):
        return reason
    most = _amount(life, None) if collection.by_mandate else life.open_minor
    if collection.amount_minor > most:
        return "paid_otherwise"
    if not collection.by_mandate:
        return ""
    leaves = life.conduct.debit_leaves_minor
    if leaves and balance_minor() - collection.amount_minor < leaves:
        return "leaves_too_little"
    return ""


def may_debit(life: Life, /) -> bool:
    """Whether the clock debits what falls due, as things stand."""
    return not (life.plan.stopped or _at_rest(life))


def _at_rest(life: Life) -> str:
    """Why the clock debits nothing: the mandate, or another plan was asked for; empty if it may."""
    if life.plan.mandate_revoked_at or life.plan.disputed_at:
        return "mandate_not_in_force"
    loan_ids = [part.loan_id for part in life.parts.values()]
    return "on_hold" if loan_queries.is_on_hold(loan_ids) else ""


def _mandate(by: Actor, agreement_id: UUID, now: datetime, *, action: str, revoked: bool) -> None:
    life = _life(by, agreement_id, now)
    if bool(life.plan.mandate_revoked_at) == revoked:
        audit_actions.unchanged()
        return
    life.plan.mandate_revoked_at = now if revoked else None
    life.plan.save()
    audit_actions.record(
        by=by, action=action, subject_id=agreement_id, case_id=life.agreement.case_id, now=now
    )


def _life(by: Actor, agreement_id: UUID, now: datetime) -> Life:
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None or (by.role == BORROWER and agreement.borrower_id != by.id):
        raise RepaymentError("repayments.unknown_agreement")
    return lives.load(agreement, on=posting.business_date(by, now))


def _amount(life: Life, wished: int | None) -> int:
    if wished is None:
        due_date = life.next_due_date
        return life.due_minor or (life.open_on(due_date) if due_date else 0)
    if wished <= 0:
        raise RepaymentError("repayments.not_positive", field="amount_minor")
    if wished > life.open_minor:
        raise RepaymentError("repayments.more_than_owed", field="amount_minor")
    return wished


def _first_open(life: Life) -> UUID:
    """The id of the first row that is open on the oldest date on which one is."""
    return next(
        UUID(life.items[part][row.number].id)
        for part, state in sorted(life.states.items())
        for row in state.rows
        if row.open_minor and row.due_date == life.next_due_date
    )
