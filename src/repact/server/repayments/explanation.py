"""Why a plan changed: one sentence in both languages when news came from the past, and receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from repact.plans.conduct import FEES_FIRST, Due
from repact.plans.servicing.agreement import Agreement as SignedPlan
from repact.plans.servicing.compensation import compensate
from repact.plans.servicing.events import Event, Reversal
from repact.plans.servicing.words import about
from repact.server.audit.actor import Actor
from repact.server.notices import actions as notice_actions
from repact.server.repayments.lives import Life
from repact.server.repayments.models import Payment


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """So much of a payment for one component of one payment date; None: no date (credit)."""

    due_date: date | None
    component: Due | str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where one payment went, line by line; the lines add up to its amount."""

    payment: Payment
    lines: tuple[ReceiptLine, ...]
    is_reversed: bool


def tell_if_late(
    life: Life,
    known: Mapping[int, tuple[SignedPlan, Sequence[Event]]],
    news: Mapping[int, Event],
    /,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Tell the borrower what a payment changed that reached us later than it was made.

    Nothing is said when nothing but the payment itself changed.
    """
    for number, event in news.items():
        if event.on >= life.on:
            continue
        plan, before = known[number]
        made = compensate(plan, _still_so(before, life.events[number]), event, life.on)
        if not (made.late_minor or made.vested_minor):
            continue
        currency = life.plan.currency
        notice_actions.tell(
            by=by,
            borrower_id=life.agreement.borrower_id,
            kind="plan_changed",
            source=f"changed:{life.agreement.id}:{life.plan.events_count}:{number}",
            now=now,
            zh=about(made, currency=currency, language="zh"),
            en=about(made, currency=currency, language="en"),
            late_minor=made.late_minor,
            open_minor=made.open_minor,
        )


def _still_so(before: Sequence[Event], now: Sequence[Event]) -> list[Event]:
    """What had happened and still has, without what the news itself undid."""
    gone = {event.of for event in now if isinstance(event, Reversal)}
    return [e for e in before if e.id not in gone and not isinstance(e, Reversal)]


def receipt(payment: Payment, life: Life, /) -> Receipt:
    """A payment's receipt as it stands now: later news may have moved its parts."""
    name = f"payment:{payment.id}"
    lines = []
    for state in life.states.values():
        for posting in state.postings:
            if posting.event != name:
                continue
            for part in sorted(posting.parts, key=lambda one: FEES_FIRST.index(one.component)):
                when = state.rows[part.row - 1].due_date if part.row else None
                lines.append(ReceiptLine(when, part.component, part.amount_minor))
            if posting.credit_minor:
                lines.append(ReceiptLine(None, "credit", posting.credit_minor))
    return Receipt(payment, tuple(lines), hasattr(payment, "reversal"))
