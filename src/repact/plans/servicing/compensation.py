"""News from the past: what a late-arriving event changes, as entries that make up for it.

What was booked is never rewritten. The plan is folded once as it was known and once as it is known
now; the difference, by row and component, is what has to be posted today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from repact.plans.conduct import Due
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import Event, Payment, Reversal
from repact.plans.servicing.live import Part
from repact.plans.servicing.replay import replay
from repact.plans.servicing.state import PlanState

Cause = Literal["payment_arrived", "payment_reversed", "event_undone", "event_arrived"]


class Compensation(NamedTuple):
    """What to post on `on`, signed: parts of payments, cost of being late, credit, waivers earned.

    `cause` and the figures are what a sentence about it needs (`words.about`): the day and amount
    of the event that arrived late, and by how much late cost and what is open changed.
    """

    on: date
    cause: Cause
    happened_on: date
    amount_minor: int
    parts: tuple[Part, ...]
    late_minor: int
    credit_minor: int
    vested_minor: int
    open_minor: int

    @property
    def changes_nothing(self) -> bool:
        """Whether the news made no difference."""
        return not (self.parts or self.late_minor or self.credit_minor or self.vested_minor)


def compensate(
    agreement: Agreement, known: Sequence[Event], news: Event, on: date, /
) -> Compensation:
    """What one event that happened earlier, and is only known now, changes up to a day.

    Raises PlanError as `replay` does when the event cannot have happened.
    """
    before = replay(agreement, known, on)
    after = replay(agreement, (*known, news), on)
    return Compensation(
        on=on,
        cause=_cause(known, news),
        happened_on=_happened_on(known, news),
        amount_minor=_amount(known, news),
        parts=_differences(before, after),
        late_minor=_late(after) - _late(before),
        credit_minor=after.credit_minor - before.credit_minor,
        vested_minor=after.vested_minor - before.vested_minor,
        open_minor=after.open_minor - before.open_minor,
    )


def _differences(before: PlanState, after: PlanState) -> tuple[Part, ...]:
    sums: Counter[tuple[int, Due]] = Counter()
    for state, sign in ((before, -1), (after, 1)):
        for posting in state.postings:
            for part in posting.parts:
                sums[part.row, part.component] += sign * part.amount_minor
    return tuple(Part(*where, amount) for where, amount in sorted(sums.items()) if amount)


def _late(state: PlanState) -> int:
    return sum(row.due.late for row in state.rows)


def _undone(known: Sequence[Event], news: Event) -> Event | None:
    if not isinstance(news, Reversal):
        return None
    return next((event for event in known if event.id == news.of), None)


def _cause(known: Sequence[Event], news: Event) -> Cause:
    if isinstance(news, Payment):
        return "payment_arrived"
    undone = _undone(known, news)
    if isinstance(undone, Payment):
        return "payment_reversed"
    return "event_undone" if undone else "event_arrived"


def _happened_on(known: Sequence[Event], news: Event) -> date:
    return (_undone(known, news) or news).on


def _amount(known: Sequence[Event], news: Event) -> int:
    event = _undone(known, news) or news
    return event.amount_minor if isinstance(event, Payment) else 0
