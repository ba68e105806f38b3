"""The schedule: a position and terms become rows, exact to the minor unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import repeat
from typing import NamedTuple

from repact.money.rounding import DIVIDE
from repact.money.split import spread
from repact.plans import annuity, laws, measures
from repact.plans import terms as t
from repact.plans.errors import PlanError
from repact.plans.fields import AMOUNT_MINOR_MAX, ROWS_MAX
from repact.plans.figures import Row, Schedule, Totals
from repact.plans.periods import PeriodRate, period_rates
from repact.plans.position import Position
from repact.plans.rows import Rows

CLOSING = ("level", "growing", "custom", "lump_sum", "balloon")
BEFORE_BALLOON = (t.Level, t.InterestOnly, t.Fixed)


class Laid(NamedTuple):
    """A schedule, and what it was worked out from: the dates that end its periods, their rates, and
    the position after the measures."""

    schedule: Schedule
    dates: list[date]
    rates: list[PeriodRate]
    standing: measures.Standing


def build(position: Position, terms: t.Terms) -> Schedule:
    """The exact schedule of `terms` applied to `position`.

    Raises PlanError with a code and the field at fault; InvariantError if a law of the engine does
    not hold for what was made.
    """
    return lay(position, terms).schedule


def lay(position: Position, terms: t.Terms, /) -> Laid:
    """The same, for whoever needs what it was worked out from, too."""
    _assert_fits(position, terms)
    count = _row_count(terms.shape)
    recurrence = terms.frequency.recurrence()
    dates = recurrence.dates(terms.first_due_date, count)
    rates = period_rates(terms, dates, recurrence)
    standing = measures.apply(position, terms)
    rows = Rows(balance=standing.owed["principal"], rates=rates, rounding=terms.rounding)
    rows.lay(terms.shape, accrued=standing)
    _add_once_only(rows, standing, count)
    columns = _columns(rows, _payment_dates(terms, dates))
    _assert_within_limits(columns)
    totals = _totals(columns, standing, rows.waived_at_end)
    laws.check_conservation(position, terms, columns, totals, standing=standing, rates=rates)
    # a third of the time of Row._make
    made = tuple(map(tuple.__new__, repeat(Row), zip(*columns, strict=True)))
    return Laid(Schedule(rows=made, totals=totals), dates, rates, standing)


def check(position: Position, terms: t.Terms, schedule: Schedule) -> None:
    """Raise InvariantError unless every law of the algebra holds for this schedule.

    For a schedule that was stored or read; what `build` makes keeps them already.
    """
    dates = terms.frequency.recurrence().dates(terms.first_due_date, len(schedule.rows))
    rates = period_rates(terms, dates)
    standing = measures.apply(position, terms)
    columns = laws.Columns(*zip(*schedule.rows, strict=True))
    laws.check_sums(columns, schedule.totals)
    laws.check_conservation(
        position, terms, columns, schedule.totals, standing=standing, rates=rates
    )


def level_minor(position: Position, terms: t.Terms) -> int:
    """The equal payment of a shape that is one level segment of two rows or more, without laying
    any row; 0 for any other shape, about which this says nothing."""
    segment = terms.shape[0]
    if len(terms.shape) > 1 or not isinstance(segment, t.Level) or segment.count == 1:
        return 0
    dates = terms.frequency.recurrence().dates(terms.first_due_date, segment.count)
    exact = annuity.level_payment(
        balance=measures.apply(position, terms).owed["principal"],
        balloon=0,
        rates=period_rates(terms, dates),
    )
    return DIVIDE[terms.rounding](*exact)


def _assert_fits(position: Position, terms: t.Terms) -> None:
    if position.as_of != terms.effective_date:
        raise PlanError(
            "plan.position_not_on_effective_date",
            field="terms.effective_date",
            as_of=position.as_of.isoformat(),
        )
    if terms.first_due_date <= terms.effective_date:
        raise PlanError("plan.first_due_date_too_early", field="terms.first_due_date")
    anchor, first = terms.frequency.anchor_day, terms.first_due_date
    if anchor not in {None, first.day} and not terms.frequency.recurrence().is_a_date_of(first):
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


def _columns(rows: Rows, dates: Sequence[date]) -> laws.Columns:
    principal, interest, penalty, fees = rows.columns.values()
    parts = zip(principal, interest, penalty, fees, strict=True)
    return laws.Columns(
        range(1, len(dates) + 1),
        dates,
        [p + i + q + f for p, i, q, f in parts],
        *(principal, interest, penalty, fees),
        *(rows.carried, rows.vesting, rows.balances),
    )


def _assert_within_limits(columns: laws.Columns) -> None:
    """No payment and no balance above what the engine is proven for."""
    if max(*columns.payment, *columns.balance) > AMOUNT_MINOR_MAX:
        pairs = zip(columns.payment, columns.balance, strict=True)
        row = next(at for at, pair in enumerate(pairs, 1) if max(pair) > AMOUNT_MINOR_MAX)
        raise PlanError(
            "plan.amount_above_limit", field=f"rows[{row}]", limit_minor=AMOUNT_MINOR_MAX
        )


def _totals(columns: laws.Columns, standing: measures.Standing, waived_at_end: int) -> Totals:
    return Totals(
        payment_minor=sum(columns.payment),
        principal_minor=sum(columns.principal),
        interest_minor=sum(columns.interest),
        penalty_minor=sum(columns.penalty),
        fees_minor=sum(columns.fees),
        waived_minor=standing.waived + waived_at_end,
        capitalized_minor=standing.capitalized,
        carried_minor=sum(columns.carried),
    )
