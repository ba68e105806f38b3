"""What would happen: the consequences of paying late, missing a payment, or paying early.

Every figure comes from the replay that will service the plan, so a preview cannot promise what
servicing does not keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import Event, Payment
from repact.plans.servicing.replay import payoff, replay
from repact.plans.servicing.state import PlanState, RowState

Kind = Literal["three_days_late", "one_missed", "two_missed", "paid_off_early"]
DAYS_LATE = 3


class Consequence(NamedTuple):
    """One scenario, as it would stand on `on`, the day it is made good.

    `extra_minor` is what being late would have cost by then, negative where paying early saves;
    `pay_minor` what has to be paid on that day. `returning_minor` is what a breach declared on that
    day would bring back, 0 where none is possible yet.
    """

    kind: Kind
    on: date
    pay_minor: int
    extra_minor: int
    days_past_due: int
    contract_days_past_due: int | None
    breach_possible_from: date | None
    returning_minor: int


def consequences(
    agreement: Agreement, events: Sequence[Event], as_of: date, /
) -> tuple[Consequence, ...]:
    """Four scenarios from a day on, for the next row to come; none when nothing is to come."""
    state = replay(agreement, events, as_of)
    ahead = sorted(
        (row for row in state.rows if row.open_minor and row.due_date > as_of),
        key=lambda row: (row.due_date, row.number),
    )
    if not ahead:
        return ()
    known = (*events, *_paid_up(state, as_of))
    days = _days(agreement, ahead)
    late: tuple[tuple[Kind, date], ...] = (
        ("three_days_late", days[0] + timedelta(days=DAYS_LATE)),
        ("one_missed", days[1]),
        ("two_missed", days[2]),
    )
    return (
        *(_late(agreement, known, kind, on) for kind, on in late),
        _early(agreement, known, days[0]),
    )


def _paid_up(state: PlanState, as_of: date) -> tuple[Event, ...]:
    """A payment of all that is due already, so that a scenario is about what is to come."""
    due = sum(row.open_minor for row in state.rows if row.due_date <= as_of)
    if not due:
        return ()
    return (Payment(id="preview:paid-up", on=as_of, kind="payment", amount_minor=due),)


def _days(agreement: Agreement, ahead: Sequence[RowState]) -> list[date]:
    """The next three days of the plan, going on at its frequency where it has ended by then."""
    recurrence = agreement.terms.frequency.recurrence()
    days = [row.due_date for row in ahead[:3]]
    while len(days) < 3:
        days.append(recurrence.next_after(days[-1]))
    return days


def _late(agreement: Agreement, events: Sequence[Event], kind: Kind, on: date) -> Consequence:
    state = replay(agreement, events, on)
    possible = state.breach_possible_from
    breach = possible is not None and possible <= on and agreement.conduct.waivers_return
    due = [row for row in state.rows if row.open_minor and row.due_date <= on]
    return Consequence(
        kind=kind,
        on=on,
        pay_minor=sum(row.open_minor for row in due),
        extra_minor=sum(row.due.late for row in due),
        days_past_due=state.days_past_due,
        contract_days_past_due=state.contract_days_past_due,
        breach_possible_from=possible,
        returning_minor=state.pending_minor if breach else 0,
    )


def _early(agreement: Agreement, events: Sequence[Event], on: date) -> Consequence:
    quote = payoff(agreement, events, on)
    state = replay(agreement, events, on)
    return Consequence(
        kind="paid_off_early",
        on=on,
        pay_minor=quote.total_minor,
        extra_minor=-quote.saved_minor,
        days_past_due=0,
        contract_days_past_due=state.contract_days_past_due,
        breach_possible_from=None,
        returning_minor=0,
    )
