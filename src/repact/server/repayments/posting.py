"""An event of a plan's life, carried into its rows and into the books in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from repact.ledger import chart, living, outcomes, plan_life
from repact.ledger.plan_life import Change
from repact.plans.servicing.events import Event, Reversal
from repact.plans.servicing.replay import replay
from repact.plans.servicing.state import PlanState
from repact.server.agreements import actions as agreement_actions
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.books import queries as book_queries
from repact.server.books.actions import ToPost
from repact.server.cases import actions as case_actions
from repact.server.lenders import queries as lender_queries
from repact.server.loans import closing
from repact.server.repayments import lives, stored
from repact.server.repayments.lives import Life, News
from repact.server.repayments.models import DueItem, Payment
from repact.server.repayments.stored import Writing


def happen(
    life: Life,
    /,
    *,
    by: Actor,
    events: Mapping[int, Event],
    template: str,
    source: str,
    cash_minor: Mapping[int, int] | None = None,
    cash_account: str = chart.WALLET_CLEARING,
    payment: Payment | None = None,
) -> dict[int, Change]:
    """Let one event happen to parts of a plan; what it changed in each, today.

    What it changed on its own day is posted on that day; what it changed since then, because other
    things had happened by now, is made up for today. `payment` is written with it. Raises as
    `lives.add` does.
    """
    made = work_out(life, events=events, cash_minor=cash_minor or {}, payment=payment)
    stored.write(made.rows, lender_id=life.plan.lender_id)
    for one in (
        *entries(life, made, template=template, source=source, cash_account=cash_account),
        *_earned_otherwise(life, made),
    ):
        book_actions.post(by=by, entry=one.entry, source=one.source, agreement_id=one.agreement_id)
    return {number: changed.whole for number, changed in made.changes.items()}


class Changed(NamedTuple):
    """What an event changed in a part: altogether, and of that on its own day (None: all of it).

    `recovery`: the part was written off, so that the books know of its money and nothing else.
    """

    on: date
    whole: Change
    on_its_day: Change | None
    recovery: bool


class Happened(NamedTuple):
    """An event that was worked out: what it changed, by part, and what is to be written.

    `recharged` is by how much a period that is over earned otherwise, by part and row.
    """

    changes: dict[int, Changed]
    rows: Writing
    recharged: dict[tuple[int, int], int]


def work_out(
    life: Life,
    /,
    *,
    events: Mapping[int, Event],
    cash_minor: Mapping[int, int],
    payment: Payment | None = None,
) -> Happened:
    """The same without writing: `life` moves on."""
    before, changes = dict(life.states), {}
    news: list[News] = []
    states: dict[int, PlanState] = {}
    for number, event in events.items():
        cash = cash_minor.get(number, 0)
        on_its_day = _on_its_day(life, number, event, cash)
        room, states[number] = lives.admit(life, number, event)
        news += [News(number, one) for one in (event, *room)]
        whole = living.change(before[number], states[number], cash_minor=cash)
        on = event.on if on_its_day else life.on
        changes[number] = Changed(on, whole, on_its_day, bool(states[number].written_off_on))
    rows = lives.move_on(life, news, states)
    if payment is not None:
        payment.allocation = allocation(life, payment, events)
        rows.payments.append(payment)
    recharged = {
        (number, row): minor
        for number in changes
        for row, minor in _recharged(before[number], states[number], life.on)
    }
    return Happened(changes, rows, recharged)


def entries(
    life: Life,
    made: Happened,
    /,
    *,
    template: str,
    source: str,
    cash_account: str = chart.WALLET_CLEARING,
) -> Iterator[ToPost]:
    """What the books say of an event that was worked out; nothing where nothing changed."""
    for number, changed in made.changes.items():
        name = f"{source}{lives.suffix(number)}"
        if changed.recovery:
            if changed.whole.cash_minor or changed.whole.credit_minor:
                entry = outcomes.recovered(
                    on=changed.on,
                    currency=life.plan.currency,
                    amount_minor=changed.whole.cash_minor,
                    credit_minor=changed.whole.credit_minor,
                    cash_account=cash_account,
                )
                yield ToPost(entry, name, life.agreement.id)
            continue
        first = changed.on_its_day or changed.whole
        steps = [(template, changed.on, first, name)]
        if changed.on_its_day:
            later = living.less(changed.whole, changed.on_its_day)
            steps.append(("plan_compensated", life.on, later, f"{name}:later"))
        for template_, on, change, source_ in steps:
            if change.is_nothing:
                continue
            entry = plan_life.plan_changed(
                template=template_,
                on=on,
                currency=life.plan.currency,
                change=change,
                cash_account=cash_account,
            )
            yield ToPost(entry, source_, life.agreement.id)


def _recharged(was: PlanState, now: PlanState, on: date) -> Iterator[tuple[int, int]]:
    """The rows whose periods are over and earned more or less than was known, and by how much."""
    for before, after in zip(was.rows, now.rows, strict=True):
        if before.due_date <= on and after.charge_minor != before.charge_minor:
            yield after.number, after.charge_minor - before.charge_minor


def _earned_otherwise(life: Life, made: Happened) -> Iterator[ToPost]:
    """What had become income and turned out to be more or less, made up for today."""
    if not made.recharged or lives.is_written_off(life):
        return
    parts, numbers = zip(*made.recharged, strict=True)
    earned = DueItem.objects.filter(
        agreement=life.agreement, part__in=parts, number__in=numbers, is_earned=True
    )
    for item in earned.order_by("part", "number"):
        if minor := made.recharged.get((item.part, item.number)):
            entry = plan_life.interest_earned(
                on=life.on, currency=life.plan.currency, amount_minor=minor
            )
            yield ToPost(entry, f"earned:{item.id}:{life.plan.events_count}", life.agreement.id)


def allocation(life: Life, payment: Payment, parts: Iterable[int], /) -> dict[str, int]:
    """Where the payment went when it happened, by component; it adds up to its amount."""
    made = {"principal": 0, "interest": 0, "penalty": 0, "fees": 0, "late": 0, "excess": 0}
    for number in parts:
        for posted in life.states[number].postings:
            if posted.event == f"payment:{payment.id}":
                made["excess"] += posted.credit_minor
                for part in posted.parts:
                    made[part.component] += part.amount_minor
    return made


def finish(life: Life, /, *, by: Actor, now: datetime) -> None:
    """Close a plan that is paid: agreement, case, and what is left of unearned interest."""
    if not life.is_over or life.agreement.state not in lives.PAYABLE:
        return
    agreement = life.agreement
    agreement_actions.complete(by=by, agreement_id=agreement.id, now=now)
    case_actions.move(by=by, case_id=agreement.case_id, event="complete", now=now)
    loan_ids = [part.loan_id for part in life.parts.values()]
    closing.close(by=by, loan_ids=loan_ids, case_id=agreement.case_id, on=life.on, now=now)
    earn_the_rest(life, by=by)


def earn_the_rest(life: Life, /, *, by: Actor) -> None:
    """When a plan is over, what stands as interest to come has been earned, or never will be."""
    agreement = life.agreement
    DueItem.objects.filter(agreement=agreement, is_earned=False).update(is_earned=True)
    left = -book_queries.balance_minor(
        agreement_id=agreement.id, accounts=[chart.UNEARNED_INTEREST]
    )
    if left:
        book_actions.post(
            by=by,
            entry=plan_life.interest_earned(
                on=life.on, currency=life.plan.currency, amount_minor=left
            ),
            source=f"earned:{agreement.id}:rest:{life.plan.events_count}",
            agreement_id=agreement.id,
        )
    adjusted = book_queries.balance_minor(agreement_id=agreement.id, accounts=[chart.MODIFICATION])
    if adjusted:
        book_actions.post(
            by=by,
            entry=outcomes.modification_unwound(
                on=life.on, currency=life.plan.currency, amount_minor=-adjusted
            ),
            source=f"unwound:{agreement.id}:rest:{life.plan.events_count}",
            agreement_id=agreement.id,
        )


def business_date(by: Actor, now: datetime, /) -> date:
    """The lender's calendar day."""
    return lender_queries.today(by.lender_id, now=now)


def _on_its_day(life: Life, number: int, event: Event, cash: int) -> Change | None:
    """What an event of an earlier day changed on that day, as it was known then; None if today.

    A reversal is dated the day we learn of it.
    """
    if event.on >= life.on or isinstance(event, Reversal):
        return None
    plan, events = life.signed[number], life.events[number]
    until: list[Event] = [one for one in events if one.on <= event.on]
    was = replay(plan, until, event.on)
    return living.change(was, replay(plan, (*until, event), event.on), cash_minor=cash)
