"""A longer break within the signed terms, and what an amount of one's own would do.

A pause moves the next payments behind the last one, a skip of the agreement for each, at no cost.
What the agreement does not have is asked for as another plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from repact.plans.errors import PlanError
from repact.plans.servicing.events import Event, Payment, Skip
from repact.plans.servicing.replay import replay
from repact.plans.servicing.state import PlanState
from repact.server.audit import actor
from repact.server.audit.actor import BORROWER, Actor
from repact.server.people import doors
from repact.server.repayments import moves, posting, sharing
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life

LEAST = 2  # one payment is a skip


@dataclass(frozen=True, slots=True)
class Pause:
    """What a pause of `count` payments would change: which wait, what is due next, what it costs,
    and when the plan ends."""

    count: int
    from_date: date
    until_date: date
    amount_minor: int
    cost_minor: int
    next_due_date: date
    last_due_date: date


@dataclass(frozen=True, slots=True)
class OwnAmount:
    """What an amount paid today would do: what is then left of the next payment and of all, and
    what it costs in the end; less than nothing is saved."""

    amount_minor: int
    due_date: date
    left_of_next_minor: int
    left_minor: int
    cost_minor: int

    @property
    def saved_minor(self) -> int:
        """What it saves."""
        return max(-self.cost_minor, 0)


def most(life: Life, /) -> int:
    """How many payments may wait now, by the agreement; fewer than `LEAST` is no pause."""
    left = min(state.skips_left for state in life.states.values())
    return min(left, max(len(_waiting(life)) - 1, 0))


def preview_pause(life: Life, /, *, count: int) -> Pause:
    """What letting the next payments wait changes.

    Raises PlanError `plan.no_skips_left`, `plan.row_not_movable`.
    """
    numbers = _numbers(life, count)
    before, after = life.states, _after(life, numbers)
    dates = [_due_dates(before, number) for number in numbers]
    left = [row for state in after.values() for row in state.rows if row.open_minor]
    return Pause(
        count=count,
        from_date=min(dates),
        until_date=max(dates),
        amount_minor=sum(
            row.open_minor
            for state in before.values()
            for row in state.rows
            if row.number in numbers
        ),
        cost_minor=_open(after) - _open(before),
        next_due_date=min(row.due_date for row in left),
        last_due_date=max(row.due_date for row in left),
    )


@doors.action("repayments.pause", may=(BORROWER,))
def pause(*, by: Actor, agreement_id: UUID, count: int, now: datetime) -> Pause:
    """Let the next payments wait, as the signed terms allow; undone as one until midnight.

    Raises as `preview_pause` does.
    """
    life = moves.own(by, agreement_id, now)
    made = preview_pause(life, count=count)
    name = f"{moves.PAUSE}{life.plan.events_count + 1}"
    for number in _numbers(life, count):
        one = _skip(life, name, number)
        posting.happen(
            life,
            by=actor.system(by.lender_id),
            events=dict.fromkeys(moves.parts_with(life, number), one),
            template="plan_moved",
            source=f"{one.id}:{life.agreement.id}",
        )
    moves.record(life, by, "repayments.pause", now, count=count)
    return made


def preview_payment(life: Life, /, *, amount_minor: int) -> OwnAmount:
    """What an amount of one's own, paid today, would do.

    Raises `repayments.not_positive`, `.more_than_owed`, `.nothing_due`.
    """
    if amount_minor <= 0:
        raise RepaymentError("repayments.not_positive", field="amount")
    if amount_minor > life.open_minor:
        raise RepaymentError("repayments.more_than_owed", field="amount")
    due_date = life.next_due_date
    if due_date is None:
        raise RepaymentError("repayments.nothing_due")
    parts = {number: (plan, life.events[number]) for number, plan in life.signed.items()}
    after = dict(life.states)
    for number, part in sharing.share(amount_minor, parts, on=life.on).items():
        paid = Payment(id="preview", on=life.on, kind="payment", amount_minor=part)
        plan, known = parts[number]
        after[number] = replay(plan, (*known, paid), life.on)
    return OwnAmount(
        amount_minor=amount_minor,
        due_date=due_date,
        left_of_next_minor=sum(
            row.open_minor for s in after.values() for row in s.rows if row.due_date == due_date
        ),
        left_minor=_open(after),
        cost_minor=_open(after) + amount_minor - life.open_minor,
    )


def _waiting(life: Life) -> list[int]:
    """The numbers of the rows that are open and not past due, in the order of their dates."""
    rows = {
        (row.due_date, row.number)
        for state in life.states.values()
        for row in state.rows
        if row.open_minor and row.due_date >= life.on
    }
    return list(dict.fromkeys(number for _, number in sorted(rows)))


def _numbers(life: Life, count: int) -> list[int]:
    if not LEAST <= count <= most(life):
        raise PlanError("plan.no_skips_left", field="count", skips=most(life))
    return _waiting(life)[:count]


def _after(life: Life, numbers: list[int]) -> dict[int, PlanState]:
    made = dict(life.states)
    for part, plan in life.signed.items():
        news: list[Event] = [
            _skip(life, "preview:", number)
            for number in numbers
            if part in moves.parts_with(life, number)
        ]
        made[part] = replay(plan, (*life.events[part], *news), life.on)
    return made


def _skip(life: Life, name: str, number: int) -> Skip:
    return Skip(id=f"{name}:{number}", on=life.on, kind="skip", row=number)


def _due_dates(states: dict[int, PlanState], number: int) -> date:
    return min(row.due_date for s in states.values() for row in s.rows if row.number == number)


def _open(states: dict[int, PlanState]) -> int:
    return sum(state.open_minor for state in states.values())
