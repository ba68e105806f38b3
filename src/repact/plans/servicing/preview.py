"""What would happen: the consequences of paying late, missing a payment, or paying early.

Every figure comes from the replay that will service the plan, so a preview cannot promise what
servicing does not keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import Event, Payment, Rest, RestEnd
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
    """Four scenarios from a day on, for the next row to come; none when nothing is to come.

    While another plan is asked for they are what they are if that ends today: what a rest spares by
    then is left out, and nothing is promised that the end of the request would take away.
    """
    state = replay(agreement, events, as_of)
    if _rests(state):
        events = (*(event for event in events if event.on <= as_of), _ends_on(as_of))
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


class Resting(NamedTuple):
    """What a rest changes in the costs of a day, in minor units.

    `late_minor` is what one more day of being late adds in it, `late_signed_minor` what it would
    add had the rest ended; `late_rate_ppm` and `late_signed_ppm` are the yearly rates behind them.
    `up_to_ppm` is the rate nothing goes above (None: all as signed). `interest_minor` is the
    interest its days have spared by today.
    """

    late_minor: int
    late_signed_minor: int
    late_rate_ppm: int
    late_signed_ppm: int
    up_to_ppm: int | None
    interest_minor: int


def resting(
    agreement: Agreement, events: Sequence[Event], on: date, /, *, begins: Rest | None = None
) -> Resting | None:
    """What a day costs while another plan is asked for; None where none is.

    `begins` is a rest that has not begun, to say what it would change.
    """
    known = tuple(event for event in events if event.on <= on)
    state = replay(agreement, known, on)
    if not _rests(state):
        if begins is None:
            return None
        known = (*known, begins)
        state = replay(agreement, known, on)
    ended = (*known, _ends_on(on))
    over = replay(agreement, ended, on)
    before = tuple(event for event in known if event.id != state.rests[-1].id)
    tomorrow = on + timedelta(days=1)
    return Resting(
        late_minor=_late_minor(replay(agreement, known, tomorrow)) - _late_minor(state),
        late_signed_minor=_late_minor(replay(agreement, ended, tomorrow)) - _late_minor(over),
        late_rate_ppm=state.late_rate_ppm,
        late_signed_ppm=agreement.conduct.late_rate_ppm,
        up_to_ppm=state.rests[-1].up_to_ppm,
        interest_minor=over.spared_minor - replay(agreement, before, on).spared_minor,
    )


def _late_minor(state: PlanState) -> int:
    return sum(row.due.late for row in state.rows)


def _rests(state: PlanState) -> bool:
    return bool(state.rests) and state.rests[-1].to_date is None


def _ends_on(on: date) -> RestEnd:
    return RestEnd(id="preview:rest-end", on=on, kind="rest_end")
