"""A row while it lives: what is due, what was paid, what being late has cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from repact.dates.day_count import year_fraction
from repact.money.rounding import divide_half_up
from repact.plans.conduct import FEES_FIRST, Conduct, Due
from repact.plans.fields import WHOLE_PPM
from repact.plans.figures import Row
from repact.plans.servicing import rests
from repact.plans.servicing.agreement import Agreement, Period

LATE, FEES, PENALTY, INTEREST, PRINCIPAL = range(5)
INDEX: dict[Due, int] = {name: index for index, name in enumerate(FEES_FIRST)}


class Part(NamedTuple):
    """A part of a payment: so much for one component of one row (row 0: a returned waiver)."""

    row: int
    component: Due
    amount_minor: int


@dataclass(slots=True)
class LiveRow:
    """One row; `due` and `paid` are lists in the order of FEES_FIRST.

    `late_sum` is the exact late cost so far, up to `late_until`, over the one denominator of its
    day count; `balance_minor` is the interest-bearing balance its period starts with,
    `charge_minor` what the period earns on it, less what principal `paid_early`, on a day within
    the period, does not earn, and less what rests took off (`spared_minor`).
    """

    number: int
    due_date: date
    due: list[int]
    paid: list[int]
    open_minor: int
    vesting_minor: int
    period: Period
    balance_minor: int
    charge_minor: int
    late_until: date
    late_sum: int = 0
    settled_on: date | None = None
    paid_early: tuple[tuple[date, int], ...] = ()
    spared_minor: int = 0

    @property
    def left(self) -> tuple[int, ...]:
        """What is not paid of it, in the order of FEES_FIRST."""
        return tuple(due - paid for due, paid in zip(self.due, self.paid, strict=True))

    def pay(self, index: int, amount: int, /) -> int:
        """Use at most `amount` for one component; what was used."""
        used = min(amount, self.due[index] - self.paid[index])
        self.paid[index] += used
        self.open_minor -= used
        return used

    def run_late(self, conduct: Conduct, on: date, /, *, rested: Sequence[rests.Rest] = ()) -> None:
        """Let late cost run up to a day, on the principal still open; nothing in grace days, and no
        more than as signed less what days of rest spare of it."""
        principal = self.due[PRINCIPAL] - self.paid[PRINCIPAL]
        if on <= self.late_until or not principal or not conduct.late_rate_ppm:
            return
        part, whole = year_fraction(self.late_until, on, conduct.late_day_count)
        signed = conduct.late_rate_ppm * part
        less = 0
        for begins, ends, most_ppm in rests.days_spared(rested, start=self.late_until, end=on):
            days, _ = year_fraction(begins, ends, conduct.late_day_count)
            less += max(conduct.late_rate_ppm - most_ppm, 0) * days
        self.late_sum += principal * max(signed - less, 0)
        self.late_until = on
        late = divide_half_up(self.late_sum, whole * WHOLE_PPM)
        self.open_minor += late - self.due[LATE]
        self.due[LATE] = late

    def wait(self, days: int, /) -> None:
        """Have it fall due later, what being late has cost so far included."""
        self.due_date += timedelta(days=days)
        self.late_until += timedelta(days=days)

    def move(self, to: date, conduct: Conduct, /) -> None:
        """Have it fall due on another day."""
        self.due_date = to
        self.late_until = to + timedelta(days=conduct.grace_days)


def live_rows(agreement: Agreement, /) -> list[LiveRow]:
    """The rows as signed, nothing paid."""
    grace = timedelta(days=agreement.conduct.grace_days)
    rows, periods = agreement.schedule.rows, agreement.periods
    return [_live(row, period, grace) for row, period in zip(rows, periods, strict=True)]


def _live(row: Row, period: Period, grace: timedelta) -> LiveRow:
    return LiveRow(
        number=row.number,
        due_date=row.due_date,
        due=[0, row.fees_minor, row.penalty_minor, row.interest_minor, row.principal_minor],
        paid=[0, 0, 0, 0, 0],
        open_minor=row.payment_minor,
        vesting_minor=row.vesting_minor,
        period=period,
        balance_minor=period.balance_minor,
        charge_minor=period.charge_minor,
        late_until=row.due_date + grace,
        settled_on=None if row.payment_minor else row.due_date,
    )


def spend(
    rows: list[LiveRow], amount: int, order: list[int], *, across_rows: bool
) -> Iterator[Part]:
    """Use an amount on these rows in this order: rows whole, or component by component."""
    if across_rows:
        places = ((row, index) for row in rows for index in order)
    else:
        places = ((row, index) for index in order for row in rows)
    for row, index in places:
        if not amount:
            return
        used = row.pay(index, amount)
        if used:
            amount -= used
            yield Part(row.number, FEES_FIRST[index], used)
