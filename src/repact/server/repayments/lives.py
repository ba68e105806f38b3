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
from repact.plans.servicing.events import Event, Payment, Reversal, parse_events
from repact.plans.servicing.replay import replay
from repact.plans.servicing.state import PlanState, RowState
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.clock import ports
from repact.server.repayments import signed
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import COMPONENTS, DueItem, Part, Plan, PlanEvent
from repact.server.tenancy import bulk

CACHED = tuple(f"{name}_minor" for name in COMPONENTS)
PAID = (*(f"paid_{name}_minor" for name in COMPONENTS), "paid_late_minor")
ITEM_FIELDS = ("due_date", *CACHED, *PAID, "charge_minor", "state")
PART_FIELDS = ("standing", "prepaid_minor", "returned_minor", "credit_minor", "vested_minor")
PLAN_FIELDS = (
    "standing",
    "due_date",
    "next_action_date",
    "open_minor",
    "credit_minor",
    "events_count",
)
OPEN_STANDINGS = ("active", "breached", "terminated")
RUNNING = ("active", "breached")
PAYABLE = (agreement_states.IN_FORCE, agreement_states.BREACHED)


class News(NamedTuple):
    """One more event of one part."""

    part: int
    event: Event


@dataclass(slots=True)
class Life:
    """One plan with everything that happened to it; `states` are of the day it is looked at."""

    agreement: Agreement
    plan: Plan
    parts: dict[int, Part]
    signed: dict[int, SignedPlan]
    events: dict[int, tuple[Event, ...]]
    on: date
    states: dict[int, PlanState] = field(default_factory=dict)

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
    plan = Plan.objects.filter(agreement=agreement).first()
    if plan is None:
        raise RepaymentError("repayments.no_plan")
    charged = signed.charged(agreement)
    return _life(agreement, plan, {n: part.plan for n, part in enumerate(charged, 1)}, on)


def load_to_pay(agreement: Agreement, /, *, currency: str, value_date: date, on: date) -> Life:
    """The life of a plan that takes a payment.

    Raises RepaymentError `repayments.not_in_force`, `.wrong_currency`, `.value_date_ahead`,
    `.charging_stopped`, and what `load` raises.
    """
    if agreement.state not in PAYABLE:
        raise RepaymentError("repayments.not_in_force", state=agreement.state)
    life = load(agreement, on=on)
    if currency != life.plan.currency:
        raise RepaymentError("repayments.wrong_currency", field="currency")
    if value_date > life.on:
        raise RepaymentError("repayments.value_date_ahead", field="value_date")
    if life.plan.stopped:
        raise RepaymentError("repayments.charging_stopped", reason=life.plan.stopped)
    return life


def assert_charged(life: Life, /) -> None:
    """Raise `repayments.charged_differs` unless the tables say what the replay says."""
    for number, items in _items(life, list(life.parts)).items():
        _assert_charged(life.states[number], items)


def _life(agreement: Agreement, plan: Plan, plans: dict[int, SignedPlan], on: date) -> Life:
    said: list[tuple[int, object]] = []
    if plan.events_count:
        found = PlanEvent.objects.filter(agreement=agreement).order_by("number")
        said = list(found.values_list("part", "body"))
    parts = {part.number: part for part in Part.objects.filter(agreement=agreement)}
    return _folded(agreement, plan, plans, parts, said, on)


def _folded(
    agreement: Agreement,
    plan: Plan,
    plans: dict[int, SignedPlan],
    parts: dict[int, Part],
    said: Sequence[tuple[int, object]],
    on: date,
) -> Life:
    events = {n: parse_events([body for part, body in said if part == n]) for n in plans}
    # a clock that was set back does not make what is known unhappen
    on = max([on, *(event.on for known in events.values() for event in known)])
    states = {number: replay(plans[number], events[number], on) for number in plans}
    return Life(agreement, plan, parts, plans, events, on, states)


def many(agreements: Sequence[Agreement], /, *, on: date) -> list[Life]:
    """The lives of many plans, read table by table; those that are not right are left out."""
    plans = {plan.agreement_id: plan for plan in Plan.objects.filter(agreement__in=agreements)}
    events: dict[UUID, list[PlanEvent]] = {}
    for row in PlanEvent.objects.filter(agreement__in=agreements).order_by("number"):
        events.setdefault(row.agreement_id, []).append(row)
    parts: dict[UUID, dict[int, Part]] = {}
    for part in Part.objects.filter(agreement__in=agreements):
        parts.setdefault(part.agreement_id, {})[part.number] = part
    made = []
    for agreement in agreements:
        try:
            charged = signed.charged(agreement)
        except RepaymentError:  # one at a time, it is stopped and said why
            continue
        if plan := plans.get(agreement.id):
            said = [(row.part, row.body) for row in events.get(agreement.id, [])]
            by_part = {number: part.plan for number, part in enumerate(charged, 1)}
            made.append(_folded(agreement, plan, by_part, parts[agreement.id], said, on))
    return made


def items_of(alive: Sequence[Life], /) -> dict[UUID, dict[int, dict[int, DueItem]]]:
    """The rows of many plans: agreement -> part -> number."""
    agreements = [life.agreement for life in alive]
    found: dict[UUID, dict[int, dict[int, DueItem]]] = {}
    for item in DueItem.objects.filter(agreement__in=agreements):
        parts = found.setdefault(item.agreement_id, {})
        parts.setdefault(item.part, {})[item.number] = item
    return found


def making_room(plan: SignedPlan, known: Sequence[Event], news: Event, on: date, /) -> list[Event]:
    """What can no longer have happened because of news from the past, undone.

    A late-arriving payment may show that a breach was never possible, or that a skipped row was
    already paid; then that event is reversed as of its own day. Raises PlanError when even that
    does not let the news stand.
    """
    for undone in ([], *_undoings(known, news)):
        try:
            replay(plan, (*known, news, *undone), on)
        except PlanError:
            continue
        return list(undone)
    replay(plan, (*known, news), on)  # says what is wrong
    return []


def _undoings(known: Sequence[Event], news: Event) -> Iterable[list[Event]]:
    gone = {event.of for event in known if isinstance(event, Reversal)}
    later = [
        Reversal(id=f"undone:{event.id}", on=event.on, kind="reversal", of=event.id)
        for event in known
        if event.on >= news.on
        and event.id not in gone
        and not isinstance(event, Payment | Reversal)
    ]
    yield from ([one] for one in later)
    yield later


class Changed(NamedTuple):
    """Rows to write after something happened to a plan."""

    events: list[PlanEvent]
    items: list[DueItem]
    parts: list[Part]


def add(life: Life, news: Sequence[News], /) -> None:
    """Append events to a plan's history and work out what stands then, in `life` and tables.

    Raises `repayments.charged_differs` when the tables do not say what the replay says, PlanError
    when an event cannot have happened.
    """
    changed = work_out(life, news, _items(life, sorted({one.part for one in news})))
    write([life], [changed])


def work_out(
    life: Life, news: Sequence[News], items: Mapping[int, Mapping[int, DueItem]], /
) -> Changed:
    """The same without writing: `life` moves on, and what is to be written comes back."""
    touched = sorted({one.part for one in news})
    for number in touched:
        _assert_charged(life.states[number], items[number])
    made = Changed([], [], [])
    for one in news:
        life.plan.events_count += 1
        life.events[one.part] = (*life.events[one.part], one.event)
        made.events.append(
            PlanEvent(
                lender_id=life.plan.lender_id,
                agreement=life.agreement,
                part=one.part,
                number=life.plan.events_count,
                kind=one.event.kind,
                on_date=one.event.on,
                body=one.event.model_dump(mode="json"),
                recorded_at=ports.now(),
            )
        )
    for number in touched:
        state = replay(life.signed[number], life.events[number], life.on)
        life.states[number] = state
        made.items.extend(moved(items[number], state))
        made.parts.append(stands(life.parts[number], state))
    _stand(life)
    return made


def write(alive: Sequence[Life], changed: Sequence[Changed], /) -> None:
    """Write what was worked out of some plans, table by table."""
    PlanEvent.objects.bulk_create(row for made in changed for row in made.events)
    bulk.update([row for made in changed for row in made.items], ITEM_FIELDS)
    bulk.update([row for made in changed for row in made.parts], PART_FIELDS)
    bulk.update([life.plan for life in alive], PLAN_FIELDS)


def retime(life: Life, /) -> None:
    """Write what stands of the plan, and the next day anything happens to it by the clock."""
    _stand(life)
    life.plan.save()


def _stand(life: Life) -> None:
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
    plan = life.plan
    if plan.stopped or plan.disputed_at or plan.standing not in RUNNING:
        return None
    return min((step.on for _, step in steps(life)), default=None)


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
    retime(life)
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


def _items(life: Life, touched: Sequence[int]) -> dict[int, dict[int, DueItem]]:
    found: dict[int, dict[int, DueItem]] = {number: {} for number in touched}
    for item in DueItem.objects.filter(agreement=life.agreement, part__in=touched):
        found[item.part][item.number] = item
    return found


def _assert_charged(state: PlanState, items: dict[int, DueItem]) -> None:
    same = len(items) == len(state.rows) and all(
        _figures_of(row) == _figures(items[row.number]) for row in state.rows if row.number in items
    )
    if not same:
        raise RepaymentError("repayments.charged_differs")


def _figures(item: DueItem) -> tuple[object, ...]:
    return item.due_date, *(getattr(item, name) for name in (*CACHED, *PAID))


def paid_of(row: RowState, /) -> tuple[int, ...]:
    """What the replay says was paid of a row: the components, then what being late cost."""
    return (*(getattr(row.paid, name) for name in COMPONENTS), row.paid.late)


def _figures_of(row: RowState) -> tuple[object, ...]:
    due, paid = row.due, row.paid
    return (
        row.due_date,
        *(getattr(due, name) for name in COMPONENTS),
        *(getattr(paid, name) for name in COMPONENTS),
        paid.late,
    )


def moved(items: Mapping[int, DueItem], state: PlanState, /) -> Iterator[DueItem]:
    """The rows that say something else now, changed to say what the replay does."""
    for row in state.rows:
        item, shown = items[row.number], _shown(row)
        same = (_figures_of(row), row.charge_minor, shown)
        if same == (_figures(item), item.charge_minor, item.state):
            continue
        figures = zip(("due_date", *CACHED, *PAID), _figures_of(row), strict=True)
        for name, value in figures:
            setattr(item, name, value)
        item.charge_minor, item.state = row.charge_minor, shown
        yield item


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
