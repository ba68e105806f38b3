"""`replay(agreement, events, as_of)`: what stands on a day, worked out from what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from operator import add
from typing import NamedTuple

from repact.plans import terms as t
from repact.plans.errors import InvariantError, PlanError
from repact.plans.periods import rate_on
from repact.plans.position import Position
from repact.plans.servicing import closing, rests
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import Event, Reversal
from repact.plans.servicing.fold import Fold
from repact.plans.servicing.live import LiveRow
from repact.plans.servicing.state import Amounts, Happening, PlanState, RowStanding, RowState


class PayoffQuote(NamedTuple):
    """What ends the plan on a day, by component, and what that saves against paying every row.

    `total_minor` is after the borrower's credit; what was waived on condition of completion is
    then earned.
    """

    on: date
    amounts: Amounts
    credit_minor: int
    total_minor: int
    saved_minor: int


def replay(agreement: Agreement, events: Sequence[Event], as_of: date, /) -> PlanState:
    """The state of a plan on a day: a pure fold over its events, in the order of their dates.

    Events after `as_of` have not happened yet; events of one day keep their order; reversed events
    never happened. Raises PlanError naming the first event that cannot be, InvariantError if
    money was lost.
    """
    fold = _folded(agreement, events, as_of)
    return _state(fold, as_of)


class Ongoing:
    """A plan folded up to a day, to which more of that day can still happen.

    `state` is what stands. After `then` it is what `replay` says of the same events from the start.
    """

    __slots__ = ("_fold", "_known", "_on", "state")

    def __init__(self, agreement: Agreement, events: Sequence[Event], as_of: date, /) -> None:
        self._fold = _folded(agreement, events, as_of)
        self._known = {event.id for event in events}
        self._on = as_of
        self.state = _state(self._fold, as_of)

    def takes(self, event: Event, /) -> bool:
        """Whether an event comes last of all: it is new, of this day, and undoes nothing."""
        is_last = event.on == self._on and event.id not in self._known
        return is_last and not isinstance(event, Reversal)

    def then(self, event: Event, /) -> PlanState:
        """Let an event happen that it takes; what stands now.

        Raises as `replay` does, and is of no use any more after that.
        """
        _happen(self._fold, event)
        _assert_nothing_lost(self._fold)
        self._known.add(event.id)
        self.state = _state(self._fold, self._on, known=self.state.rows)
        return self.state


def payoff(agreement: Agreement, events: Sequence[Event], on: date, /) -> PayoffQuote:
    """What has to be paid on a day to end the plan."""
    fold = _folded(agreement, events, on)
    open_minor = sum(row.open_minor for row in fold.rows)
    if fold.rests_now:
        fold.spare(on)
    amounts = Amounts(*closing.owed(fold, on))
    returned = fold.returned.open_minor if fold.returned else 0
    total = max(amounts.total_minor + returned - fold.credit, 0)
    return PayoffQuote(on, amounts, fold.credit, total, open_minor - amounts.total_minor)


def position_on(agreement: Agreement, events: Sequence[Event], on: date, /) -> Position:
    """What is owed on a day, as the start of another plan; what being late cost is penalty, and
    waivers that a breach brought back are owed.

    Raises PlanError `plan.nothing_owed`. The original contract stays the one to compare with.
    """
    fold = _folded(agreement, events, on)
    if fold.rests_now:
        fold.spare(on)
    returned = fold.returned.left if fold.returned else (0, 0, 0, 0, 0)
    amounts = Amounts(*map(add, closing.owed(fold, on), returned))
    if amounts.principal <= 0:
        raise PlanError("plan.nothing_owed", field="on")
    return agreement.position.model_copy(
        update={
            "as_of": on,
            "principal_minor": amounts.principal,
            "interest_minor": amounts.interest,
            "penalty_minor": amounts.penalty + amounts.late,
            "fees_minor": amounts.fees,
        }
    )


def _folded(agreement: Agreement, events: Sequence[Event], as_of: date) -> Fold:
    fold = Fold(agreement)
    for event in _that_happened(events, as_of):
        _happen(fold, event)
    _assert_nothing_lost(fold)
    return fold


def _happen(fold: Fold, event: Event) -> None:
    if event.on < fold.agreement.terms.effective_date:
        raise PlanError("plan.event_before_start", field=event.id)
    fold.happen(event)


def _that_happened(events: Sequence[Event], as_of: date) -> list[Event]:
    """Events up to a day, in order, without those reversed and without the reversals."""
    ordered = sorted((event for event in events if event.on <= as_of), key=lambda event: event.on)
    seen: set[str] = set()
    for event in ordered:
        if event.id in seen:
            raise PlanError("plan.duplicate_event", field=event.id)
        if isinstance(event, Reversal) and event.of not in seen:
            raise PlanError("plan.unknown_event", field=event.id, of=event.of)
        seen.add(event.id)
    gone: set[str] = set()
    happened: list[Event] = []
    for event in reversed(ordered):
        if event.id in gone:
            continue
        if isinstance(event, Reversal):
            gone.add(event.of)
        else:
            happened.append(event)
    happened.reverse()
    return happened


def _assert_nothing_lost(fold: Fold) -> None:
    """Every minor unit that arrived is on a row, was principal paid early, or is credit."""
    kept = sum(sum(row.paid) for row in fold.rows) + fold.prepaid + fold.credit
    kept += sum(fold.returned.paid) if fold.returned else 0
    if kept != fold.received:
        raise InvariantError("plan.invariant_broken", law="every_minor_unit_is_accounted_for")


def _state(fold: Fold, as_of: date, *, known: Sequence[RowState] = ()) -> PlanState:
    """What stands; `known` are rows of the same day, of which those that are as they were stay."""
    overdue = fold.overdue(as_of)
    conduct, position = fold.conduct, fold.agreement.position
    if len(known) == len(fold.rows):
        rows = tuple(
            was if _is_still(row, was) else _row_state(fold, row, as_of)
            for row, was in zip(fold.rows, known, strict=True)
        )
    else:
        rows = tuple(_row_state(fold, row, as_of) for row in fold.rows)
    returned = fold.returned
    return PlanState(
        as_of=as_of,
        standing=fold.standing,
        rows=rows,
        returned=Amounts(*(d - p for d, p in zip(returned.due, returned.paid, strict=True)))
        if returned
        else Amounts(),
        paid=Amounts(*(sum(column) for column in zip(*(row.paid for row in rows), strict=True))),
        prepaid_minor=fold.prepaid,
        open_minor=sum(row.open_minor for row in rows) + (returned.open_minor if returned else 0),
        overdue_minor=sum(row.open_minor for row in overdue if row.due_date < as_of),
        credit_minor=fold.credit,
        vested_minor=fold.vested,
        pending_minor=fold.pending_and_vested() - fold.vested,
        days_past_due=(as_of - overdue[0].due_date).days if overdue else 0,
        contract_days_past_due=_contract_days_past_due(position, fold.received, as_of),
        breach_possible_from=fold.breach_possible_from(as_of),
        annual_rate_ppm=rate_on(fold.agreement.terms, as_of),
        late_rate_ppm=rests.rate_on(fold.rests, as_of, signed_ppm=conduct.late_rate_ppm),
        spared_minor=sum(row.spared_minor for row in fold.rows),
        rests=tuple(fold.rests),
        skips_left=conduct.skips - fold.skips,
        date_moves_left=conduct.date_moves - fold.moves,
        postings=tuple(fold.postings),
        happenings=tuple(
            sorted((*fold.happenings, *_rates(fold.agreement.terms, as_of)), key=lambda one: one.on)
        ),
        written_off_on=fold.written_off_on,
    )


def _is_still(row: LiveRow, was: RowState) -> bool:
    return (
        (row.number, row.due_date, row.open_minor, row.settled_on, row.charge_minor)
        == (was.number, was.due_date, was.open_minor, was.settled_on, was.charge_minor)
        and tuple(row.paid) == was.paid
        and tuple(row.due) == was.due
    )


def _row_state(fold: Fold, row: LiveRow, as_of: date) -> RowState:
    standing: RowStanding
    if not row.open_minor:
        standing = "paid"
    elif row.due_date > as_of:
        standing = "upcoming"
    elif row.due_date == as_of:
        standing = "due"
    elif as_of <= row.due_date + timedelta(days=fold.conduct.grace_days):
        standing = "grace"
    else:
        standing = "late"
    signed = fold.agreement.schedule.rows[row.number - 1].due_date
    due, paid = Amounts._make(row.due), Amounts._make(row.paid)
    return RowState(  # in the order of its fields: this runs for every row of every replay
        *(row.number, signed, row.due_date, due, paid, row.open_minor, standing, row.settled_on),
        row.charge_minor,
    )


def _contract_days_past_due(position: Position, received: int, as_of: date) -> int | None:
    """Days since the oldest installment of the contract that the money received does not cover."""
    if position.contract is None:
        return None
    asked = 0
    for row in position.contract.remaining:
        asked += row.amount_minor
        if row.due_date >= as_of:
            break
        if asked > received:
            return (as_of - row.due_date).days
    return 0


def _rates(terms: t.Terms, as_of: date) -> list[Happening]:
    """The days on which the rate in force changed: a rate or a freeze began or ended."""
    days = {m.from_date for m in terms.measures if isinstance(m, t.RateChange | t.Freeze)}
    days |= {m.to_date for m in terms.measures if isinstance(m, t.Freeze)}
    return [
        Happening(day, "rate_changed", {"annual_rate_ppm": rate_on(terms, day)})
        for day in days
        if day <= as_of
    ]
