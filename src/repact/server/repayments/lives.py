"""A plan's life: read from its events, moved on by one more, written back.

`plans.servicing.replay` is the only arithmetic. What the tables keep of a plan is what the replay
said last; before anything is added it is compared with what the replay says now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from repact.plans.conduct import Conduct
from repact.plans.errors import PlanError
from repact.plans.servicing import ladder
from repact.plans.servicing.agreement import Agreement as SignedPlan
from repact.plans.servicing.events import (
    Event,
    Payment,
    Rest,
    RestEnd,
    Reversal,
    WriteOff,
    parse_events,
)
from repact.plans.servicing.replay import Ongoing, replay
from repact.plans.servicing.state import PlanState, RowState
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.clock import ports
from repact.server.repayments import signed, stored
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import COMPONENTS, DueItem, Part, Plan
from repact.server.repayments.stored import Item, Items, Kept, Writing

CACHED = tuple(f"{name}_minor" for name in COMPONENTS)
OPEN_STANDINGS = ("active", "breached", "terminated")
RUNNING = ("active", "breached")
PAYABLE = (agreement_states.IN_FORCE, agreement_states.BREACHED)


class News(NamedTuple):
    """One more event of one part."""

    part: int
    event: Event


@dataclass(slots=True)
class Life:
    """One plan with everything that happened to it; `states` are of the day it is looked at.

    `items` are its rows as the tables have them, `going` the folds that can still go on.
    """

    agreement: Agreement
    plan: Plan
    parts: dict[int, Part]
    signed: dict[int, SignedPlan]
    events: dict[int, tuple[Event, ...]]
    on: date
    states: dict[int, PlanState] = field(default_factory=dict)
    items: Items = field(default_factory=dict)
    going: dict[int, Ongoing] = field(default_factory=dict)

    @property
    def conduct(self) -> Conduct:
        """The servicing terms; parts on one bill share them."""
        return self.signed[1].conduct

    @property
    def rests(self) -> list[ladder.Rest]:
        """The days on which its ladder rested, or rests."""
        return [
            ladder.Rest(date.fromisoformat(start), end and date.fromisoformat(end))
            for start, end in self.plan.rests
        ]

    @property
    def open_minor(self) -> int:
        """What is left to pay, everything that is late included."""
        return sum(state.open_minor for state in self.states.values())

    @property
    def due_minor(self) -> int:
        """What is due by today, what being late cost included."""
        return sum(
            row.open_minor
            for state in self.states.values()
            for row in state.rows
            if row.due_date <= self.on
        ) + sum(state.returned.total_minor for state in self.states.values())

    @property
    def open_dates(self) -> list[date]:
        """The dates on which something is still open, oldest first."""
        return sorted(
            {
                row.due_date
                for state in self.states.values()
                for row in state.rows
                if row.open_minor and state.standing in OPEN_STANDINGS
            }
        )

    @property
    def next_due_date(self) -> date | None:
        """The oldest date on which something is still open, or the next one."""
        return next(iter(self.open_dates), None)

    def open_on(self, due_date: date, /) -> int:
        """What is open of the rows that fall due on a date."""
        return sum(
            row.open_minor
            for state in self.states.values()
            for row in state.rows
            if row.due_date == due_date
        )

    @property
    def is_over(self) -> bool:
        """Whether every part is paid."""
        return all(state.standing == "completed" for state in self.states.values())

    @property
    def standing(self) -> str:
        """The plan's standing: the gravest among its parts that are not completed."""
        found = {state.standing for state in self.states.values()}
        for standing in ("terminated", "renegotiated", "breached", "active"):
            if standing in found:
                return standing
        return "completed"


def load(agreement: Agreement, /, *, on: date) -> Life:
    """A plan's life up to a day.

    Raises `repayments.no_plan`, and `repayments.schedule_differs` when what would be charged is
    not what was signed.
    """
    found = stored.many([agreement.id], locked=False)
    if not found:
        raise RepaymentError("repayments.no_plan")
    return alive(found[0]._replace(agreement=agreement), on=on)


def to_pay(kept: Kept, /, *, currency: str, value_date: date, on: date) -> Life:
    """The life of a plan that takes a payment.

    Raises RepaymentError `repayments.not_in_force`, `.wrong_currency`, `.value_date_ahead`,
    `.charging_stopped`, and what `load` raises.
    """
    if kept.agreement.state not in PAYABLE:
        raise RepaymentError("repayments.not_in_force", state=kept.agreement.state)
    life = alive(kept, on=on)
    if currency != life.plan.currency:
        raise RepaymentError("repayments.wrong_currency", field="currency")
    if value_date > life.on:
        raise RepaymentError("repayments.value_date_ahead", field="value_date")
    if life.plan.stopped:
        raise RepaymentError("repayments.charging_stopped", reason=life.plan.stopped)
    return life


def suffix(number: int, /) -> str:
    """What tells the sources of a plan's parts apart: nothing for the first."""
    return "" if number == 1 else f":{number}"


def is_written_off(life: Life, /) -> bool:
    """Whether the lender no longer counts on what the plan asks for; a plan is so as a whole."""
    return any(state.written_off_on for state in life.states.values())


def assert_charged(life: Life, /) -> None:
    """Raise `repayments.charged_differs` unless the tables say what the replay says."""
    for number in life.parts:
        _assert_charged(life.states[number], life.items[number])


def alive(kept: Kept, /, *, on: date) -> Life:
    """The life of a plan that was read. Raises as `load` does."""
    if kept.plan is None:
        raise RepaymentError("repayments.no_plan")
    charged = signed.charged(kept.agreement, kept.said)
    plans = {number: part.plan for number, part in enumerate(charged, 1)}
    events = {n: parse_events([body for part, body in kept.events if part == n]) for n in plans}
    # a clock that was set back does not make what is known unhappen
    on = max([on, *(event.on for known in events.values() for event in known)])
    going = {number: Ongoing(plans[number], events[number], on) for number in plans}
    states = {number: one.state for number, one in going.items()}
    items = {number: kept.items.get(number, {}) for number in plans}
    return Life(kept.agreement, kept.plan, kept.parts, plans, events, on, states, items, going)


def admit(life: Life, number: int, news: Event, /) -> tuple[list[Event], PlanState]:
    """What can no longer have happened because of an event of a part, undone; and what stands then.

    A late-arriving payment may show that a breach was never possible, or that a skipped row was
    already paid; then that event is reversed as of its own day. Raises PlanError when even that
    does not let the news stand.
    """
    plan, known, on = life.signed[number], life.events[number], life.on
    going = life.going.pop(number, None)
    if going and going.takes(news):
        try:
            state = going.then(news)
        except PlanError:
            pass  # then something else must give way
        else:
            life.going[number] = going
            return [], state
    for undone in ([], *_undoings(known, news)):
        try:
            return list(undone), replay(plan, (*known, news, *undone), on)
        except PlanError:
            continue
    return [], replay(plan, (*known, news), on)  # says what is wrong


def _undoings(known: Sequence[Event], news: Event) -> Iterable[list[Event]]:
    gone = {event.of for event in known if isinstance(event, Reversal)}
    later = [
        Reversal(id=f"undone:{event.id}", on=event.on, kind="reversal", of=event.id)
        for event in known
        if event.on >= news.on
        and event.id not in gone
        and not isinstance(event, Payment | Reversal | Rest | RestEnd | WriteOff)
    ]
    yield from ([one] for one in later)
    yield later


def add(life: Life, news: Sequence[News], /) -> None:
    """Append events to a plan's history and work out what stands then, in `life` and tables.

    Raises `repayments.charged_differs` when the tables do not say what the replay says, PlanError
    when an event cannot have happened.
    """
    for part in {one.part for one in news}:
        life.going.pop(part, None)
    states = {
        number: replay(
            life.signed[number],
            (*life.events[number], *(one.event for one in news if one.part == number)),
            life.on,
        )
        for number in sorted({one.part for one in news})
    }
    stored.write(move_on(life, news, states), lender_id=life.plan.lender_id)


def move_on(life: Life, news: Sequence[News], states: Mapping[int, PlanState], /) -> Writing:
    """Have `life` move on to what stands after some news, by part; what is to be written.

    Raises `repayments.charged_differs` as `add` does.
    """
    for number in states:
        _assert_charged(life.states[number], life.items[number])
    made = Writing(plans=[life.plan])
    for one in news:
        life.plan.events_count += 1
        life.events[one.part] = (*life.events[one.part], one.event)
        made.events.append(
            {
                "id": ports.new_id(),
                "agreement_id": life.agreement.id,
                "part": one.part,
                "number": life.plan.events_count,
                "kind": one.event.kind,
                "on_date": one.event.on,
                "body": one.event.model_dump(mode="json"),
                "recorded_at": ports.now(),
            }
        )
    for number, state in states.items():
        made.items.extend(moved(life.items[number], state, was=life.states[number]))
        life.states[number] = state
        made.parts.append(stands(life.parts[number], state))
    stand(life)
    return made


def retime(life: Life, /) -> None:
    """Write what stands of the plan, and the next day anything happens to it by the clock."""
    stand(life)
    stored.write(Writing(plans=[life.plan]), lender_id=life.plan.lender_id)


def stand(life: Life, /) -> None:
    """Note what stands of the plan in its row, without writing it."""
    plan = life.plan
    plan.due_date = life.next_due_date
    plan.standing, plan.open_minor = life.standing, life.open_minor
    plan.credit_minor = sum(state.credit_minor for state in life.states.values())
    plan.next_action_date = _next_action(life)


def steps(life: Life, /) -> list[tuple[date, ladder.Step]]:
    """Steps still to be taken for every date on which something is open, in order."""
    left = [
        (due_date, step)
        for due_date in life.open_dates
        for step in ladder.steps(life.conduct, due_date, rests=life.rests)
        if step.on > life.plan.acted_until
    ]
    return sorted(left, key=lambda one: (one[1].on, one[0]))


def _next_action(life: Life) -> date | None:
    """The day of the first of `steps`; later dates than those that can have it are not looked at,
    since the ladder of a later date is the same one, later, where none of its days rested."""
    plan = life.plan
    if plan.stopped or plan.disputed_at or plan.standing not in RUNNING:
        return None
    first: date | None = None
    for due_date in life.open_dates:
        ladder_of = ladder.steps(life.conduct, due_date, rests=life.rests)
        if first and not plan.rests and ladder_of[0].on >= first:
            break
        to_come = (step.on for step in ladder_of if step.on > plan.acted_until)
        first = min(filter(None, (first, next(to_come, None))), default=None)
    return first


def begin(
    agreement: Agreement, parts: Sequence[signed.SignedPart], loan_ids: Sequence[UUID], *, on: date
) -> Life:
    """Lay out a plan as it was signed: its parts, its rows, and the first day something happens."""
    plans = {number: part.plan for number, part in enumerate(parts, 1)}
    lender_id = agreement.lender_id
    made = {
        number: Part(
            lender_id=lender_id,
            agreement=agreement,
            number=number,
            loan_id=loan_id,
            schedule_sha256=part.schedule_sha256,
        )
        for number, (part, loan_id) in enumerate(zip(parts, loan_ids, strict=True), 1)
    }
    plan = Plan(
        lender_id=lender_id,
        agreement=agreement,
        currency=plans[1].position.currency,
        open_minor=0,
        acted_until=on,
    )
    Part.objects.bulk_create(made.values())
    DueItem.objects.bulk_create(_as_signed(agreement, parts))
    states = {number: replay(signed_plan, (), on) for number, signed_plan in plans.items()}
    life = Life(agreement, plan, made, plans, dict.fromkeys(plans, ()), on, states)
    stand(life)
    plan.save(force_insert=True)
    return life


def _as_signed(agreement: Agreement, parts: Sequence[signed.SignedPart]) -> list[DueItem]:
    return [
        DueItem(
            lender_id=agreement.lender_id,
            agreement=agreement,
            part=number,
            number=row.number,
            due_date=row.due_date,
            charge_minor=part.plan.periods[row.number - 1].charge_minor,
            state="due" if row.payment_minor else "paid",
            **{name: getattr(row, name) for name in CACHED},
        )
        for number, part in enumerate(parts, 1)
        for row in part.plan.schedule.rows
    ]


def _assert_charged(state: PlanState, items: Mapping[int, Item]) -> None:
    same = len(items) == len(state.rows) and all(
        _figures_of(row) == items[row.number][1:11] for row in state.rows if row.number in items
    )
    if not same:
        raise RepaymentError("repayments.charged_differs")


def paid_of(row: RowState, /) -> tuple[int, ...]:
    """What the replay says was paid of a row: the components, then what being late cost."""
    paid = row.paid
    return paid.principal, paid.interest, paid.penalty, paid.fees, paid.late


def _figures_of(row: RowState) -> tuple[object, ...]:
    """The fields of an `Item` from its day to `paid_late_minor`, as the replay says them."""
    due = row.due
    return (
        row.due_date.isoformat(),
        *(due.principal, due.interest, due.penalty, due.fees),
        *paid_of(row),
    )


def moved(
    items: dict[int, Item], state: PlanState, /, *, was: PlanState | None = None
) -> Iterator[Item]:
    """The rows that say something else now, changed in `items` to say what the replay does.

    `was` is what their figures say, when that is known: rows it has in common are passed over.
    """
    known = was.rows if was else (None,) * len(state.rows)
    for before, row in zip(known, state.rows, strict=True):
        item, shown = items[row.number], _shown(row)
        if (row is before or row == before) and (item.charge_minor, item.state) == (
            row.charge_minor,
            shown,
        ):
            continue
        now = Item(item.id, *_figures_of(row), row.charge_minor, shown)
        if now != item:
            items[row.number] = now
            yield now


def stands(part: Part, state: PlanState, /) -> Part:
    """A part as the replay leaves it; not saved."""
    part.standing, part.credit_minor = state.standing, state.credit_minor
    part.prepaid_minor, part.vested_minor = state.prepaid_minor, state.vested_minor
    part.returned_minor = state.returned.total_minor
    return part


def _shown(row: RowState) -> str:
    return "due" if row.standing in {"upcoming", "due"} else row.standing


def agreement_for_update(agreement_id: UUID, /) -> Agreement | None:
    """The agreement, locked: whoever changes a plan holds this lock."""
    return Agreement.objects.select_for_update().filter(id=agreement_id).first()
