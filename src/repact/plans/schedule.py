"""The schedule: a position and terms become rows, exact to the minor unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from repact.money.split import spread
from repact.plans import measures
from repact.plans import terms as t
from repact.plans.errors import InvariantError, PlanError
from repact.plans.fields import ROWS_MAX
from repact.plans.periods import period_rates
from repact.plans.position import Position
from repact.plans.rows import Rows


class Row(NamedTuple):
    """One payment. `carried_minor` is the part of it that was carried or kept aside,
    `vesting_minor` the waiver it earns, `balance_minor` the interest-bearing balance after it."""

    number: int
    due_date: date
    payment_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    carried_minor: int
    vesting_minor: int
    balance_minor: int


class Totals(NamedTuple):
    """Sums over the rows, and what the measures moved."""

    payment_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    waived_minor: int
    capitalized_minor: int
    carried_minor: int


class Schedule(NamedTuple):
    """The whole plan in figures."""

    rows: tuple[Row, ...]
    totals: Totals


CLOSING = ("level", "growing", "custom", "lump_sum", "balloon")
BEFORE_BALLOON = (t.Level, t.InterestOnly, t.Fixed)


def build(position: Position, terms: t.Terms) -> Schedule:
    """The exact schedule of `terms` applied to `position`.

    Raises PlanError with a code and the field at fault; InvariantError if a law of the engine does
    not hold for what was made.
    """
    _assert_fits(position, terms)
    count = _row_count(terms.shape)
    dates = terms.frequency.recurrence().dates(terms.first_due_date, count)
    rates = period_rates(terms, dates)
    standing = measures.apply(position, terms)
    rows = Rows(balance=standing.owed["principal"], rates=rates, rounding=terms.rounding)
    rows.lay(terms.shape, accrued=standing)
    _add_once_only(rows, standing, count)
    schedule = _assembled(rows, standing, _payment_dates(terms, dates))
    check(position, terms, schedule)
    return schedule


def check(position: Position, terms: t.Terms, schedule: Schedule) -> None:
    """Raise InvariantError unless every law of the algebra holds for this schedule.

    Called when a schedule is made, when it is stored and when it is read.
    """
    rows, totals = schedule.rows, schedule.totals
    paid = totals.principal_minor + totals.interest_minor + totals.penalty_minor + totals.fees_minor
    accrued = totals.payment_minor + totals.waived_minor - position.total_minor
    laws = {
        "payment_is_its_parts": totals.payment_minor == paid
        and all(r.payment_minor == sum(_amounts(r)[1:5]) for r in rows),
        "totals_are_sums": _sums(rows) == totals[:5],
        "nothing_is_lost": accrued >= 0,
        "balance_ends_at_zero": rows[-1].balance_minor == 0,
        "nothing_is_negative": all(min(_amounts(row)) >= 0 for row in rows),
        "rows_are_numbered": [row.number for row in rows] == list(range(1, len(rows) + 1)),
        "begins_on_time": position.as_of == terms.effective_date,
    }
    for law, holds in laws.items():
        if not holds:
            raise InvariantError("plan.invariant_broken", law=law)


def _amounts(row: Row) -> tuple[int, ...]:
    return row[2:]


def _sums(rows: Sequence[Row]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*(_amounts(row)[:5] for row in rows), strict=True))


def _assert_fits(position: Position, terms: t.Terms) -> None:
    if position.as_of != terms.effective_date:
        raise PlanError(
            "plan.position_not_on_effective_date",
            field="terms.effective_date",
            as_of=position.as_of.isoformat(),
        )
    if terms.first_due_date <= terms.effective_date:
        raise PlanError("plan.first_due_date_too_early", field="terms.first_due_date")
    anchor = terms.frequency.anchor_day
    if anchor is not None and not terms.frequency.recurrence().is_a_date_of(terms.first_due_date):
        raise PlanError(
            "plan.first_due_date_off_anchor", field="terms.first_due_date", anchor_day=anchor
        )


def _row_count(shape: Sequence[t.Segment]) -> int:
    closing = [i for i, segment in enumerate(shape) if segment.kind in CLOSING]
    last = len(shape) - 1
    balloon = isinstance(shape[last], t.Balloon)
    allowed = [last - 1, last] if balloon and isinstance(shape[last - 1], t.Level) else [last]
    if closing != allowed:
        where = next((i for i in closing if i not in allowed), last)
        raise PlanError("plan.does_not_close_once", field=f"terms.shape[{where}]")
    if balloon and (last == 0 or not isinstance(shape[last - 1], BEFORE_BALLOON)):
        raise PlanError("plan.balloon_misplaced", field=f"terms.shape[{last}]")
    if isinstance(shape[last], t.LumpSum) and last:
        raise PlanError("plan.lump_sum_stands_alone", field=f"terms.shape[{last}]")
    count = sum(rows_of(segment) for segment in shape)
    if count > ROWS_MAX:
        raise PlanError("plan.too_many_rows", field="terms.shape", rows=count, rows_max=ROWS_MAX)
    return count


def rows_of(segment: t.Segment) -> int:
    """How many rows a segment lays."""
    match segment:
        case t.Balloon():
            return 0
        case t.LumpSum():
            return 1
        case t.Custom():
            return len(segment.amounts_minor)
        case _:
            return segment.count


def _add_once_only(rows: Rows, standing: measures.Standing, count: int) -> None:
    """What is due with the first row, carried, set aside, or earned by a row."""
    if not rows.settled:
        for component in ("interest", "penalty", "fees"):
            rows.columns[component][0] += standing.owed[component]
    for carry, amount in standing.carried:
        _carry(rows, carry, amount, count)
    rows.columns["principal"][-1] += standing.set_aside
    rows.carried[-1] += standing.set_aside
    for waive, amount in standing.vesting:
        parts = spread(amount, count) if waive.vests == "per_installment" else [amount]
        for offset, part in enumerate(reversed(parts), start=1):
            rows.vesting[-offset] += part


def _carry(rows: Rows, carry: t.Carry, amount: int, count: int) -> None:
    if carry.to == "last":
        parts = [0] * (count - 1) + [amount]
    elif carry.to == "first":
        parts = [amount]
    else:
        parts = spread(amount, min(carry.count or count, count))
    for index, part in enumerate(parts):
        rows.columns[carry.component][index] += part
        rows.carried[index] += part


def _payment_dates(terms: t.Terms, dates: list[date]) -> list[date]:
    if terms.business_day == "none":
        return dates
    calendar = terms.business_day.as_calendar()
    return [calendar.following(day) for day in dates]


def _assembled(rows: Rows, standing: measures.Standing, dates: Sequence[date]) -> Schedule:
    columns = rows.columns
    made = []
    for number, (day, p, i, q, f, c, v, b) in enumerate(
        zip(
            dates,
            columns["principal"],
            columns["interest"],
            columns["penalty"],
            columns["fees"],
            rows.carried,
            rows.vesting,
            rows.balances,
            strict=True,
        ),
        start=1,
    ):
        made.append(Row(number, day, p + i + q + f, p, i, q, f, c, v, b))
    sums = {name: sum(column) for name, column in columns.items()}
    totals = Totals(
        payment_minor=sum(sums.values()),
        principal_minor=sums["principal"],
        interest_minor=sums["interest"],
        penalty_minor=sums["penalty"],
        fees_minor=sums["fees"],
        waived_minor=standing.waived + rows.waived_at_end,
        capitalized_minor=standing.capitalized,
        carried_minor=sum(rows.carried),
    )
    return Schedule(rows=tuple(made), totals=totals)
