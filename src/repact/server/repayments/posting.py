"""An event of a plan's life, carried into its rows and into the books in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from repact.ledger import chart, outcomes, plan_life
from repact.ledger.plan_life import Change
from repact.plans.servicing.events import Event, Reversal
from repact.plans.servicing.replay import replay
from repact.server.agreements import actions as agreement_actions
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.books import queries as book_queries
from repact.server.cases import actions as case_actions
from repact.server.lenders import queries as lender_queries
from repact.server.repayments import accounting, lives
from repact.server.repayments.lives import Life, News
from repact.server.repayments.models import DueItem


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
) -> dict[int, Change]:
    """Let one event happen to parts of a plan; what it changed in each, today.

    What it changed on its own day is posted on that day; what it changed since then, because other
    things had happened by now, is made up for today. Raises as `lives.add` does.
    """
    cash = cash_minor or {}
    before = dict(life.states)
    early = {
        number: _on_its_day(life, number, event, cash.get(number, 0))
        for number, event in events.items()
    }
    news = []
    for number, event in events.items():
        known = life.events[number]
        room = lives.making_room(life.signed[number], known, event, life.on)
        news += [News(number, one) for one in (event, *room)]
    lives.add(life, news)
    made = {}
    for number, event in events.items():
        whole = accounting.change(
            before[number], life.states[number], cash_minor=cash.get(number, 0)
        )
        name = source if number == 1 else f"{source}:{number}"
        on_its_day = early[number]
        _post(
            life,
            by,
            template,
            event.on if on_its_day else life.on,
            on_its_day or whole,
            name,
            cash_account,
        )
        if on_its_day:
            later = accounting.less(whole, on_its_day)
            _post(life, by, "plan_compensated", life.on, later, f"{name}:later", cash_account)
        made[number] = whole
    return made


def finish(life: Life, /, *, by: Actor, now: datetime) -> None:
    """Close a plan that is paid: agreement, case, and what is left of unearned interest."""
    if not life.is_over or life.agreement.state not in lives.PAYABLE:
        return
    agreement = life.agreement
    agreement_actions.complete(by=by, agreement_id=agreement.id, now=now)
    case_actions.move(by=by, case_id=agreement.case_id, event="complete", now=now)
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
    return accounting.change(was, replay(plan, (*until, event), event.on), cash_minor=cash)


def _post(
    life: Life,
    by: Actor,
    template: str,
    on: date,
    change: Change,
    source: str,
    cash_account: str,
) -> None:
    if change.is_nothing:
        return
    book_actions.post(
        by=by,
        entry=plan_life.plan_changed(
            template=template,
            on=on,
            currency=life.plan.currency,
            change=change,
            cash_account=cash_account,
        ),
        source=source,
        agreement_id=life.agreement.id,
    )
