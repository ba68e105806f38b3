"""What it takes to end a plan on a day: payoff, acceleration, the position for another plan."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from repact.plans.servicing import sparing
from repact.plans.servicing.live import FEES, INTEREST, PENALTY, PRINCIPAL, LiveRow

if TYPE_CHECKING:
    from repact.plans.servicing.fold import Fold


def owed(fold: Fold, on: date, /) -> list[int]:
    """What ends the plan on a day, per component in the order of FEES_FIRST.

    Open rows that are due, and of the rows to come: the principal, the interest earned up to the
    day, what was carried or set aside. Interest to come is not part of it (Civil Code of China
    art. 677: an early payer pays interest for the actual period).
    """
    sums = [0, 0, 0, 0, 0]
    for row in fold.overdue(on):
        for index in range(5):
            sums[index] += row.due[index] - row.paid[index]
    ahead = to_come(fold, on)
    return [a + b for a, b in zip(sums, _owed_ahead(fold, ahead, on), strict=True)]


def to_come(fold: Fold, on: date, /) -> list[LiveRow]:
    """The rows whose due date lies ahead, in the order of their periods."""
    return [row for row in fold.rows if row.due_date > on]


def collapse(fold: Fold, on: date, /) -> None:
    """Have everything fall due on a day: the rows to come become one."""
    ahead = to_come(fold, on)
    if not ahead:
        return
    net = _owed_ahead(fold, ahead, on)
    for row in ahead:
        row.due = list(row.paid)
        row.open_minor = 0
    first = ahead[0]
    first.due = [paid + part for paid, part in zip(first.paid, net, strict=True)]
    first.open_minor = sum(net)
    first.move(on, fold.conduct)
    fold.sort()


def _owed_ahead(fold: Fold, ahead: list[LiveRow], on: date) -> list[int]:
    """Of the rows to come, what is owed on a day, less what was paid on them in advance."""
    sums = [0, 0, 0, 0, 0]
    not_earned = 0
    for row in ahead:
        for index in range(5):
            sums[index] += row.due[index] - row.paid[index]
        not_earned += row.charge_minor - earned(fold, row, on)
        if row.period.resting == "accrue":
            # this holiday's interest is principal of later rows, and so far only partly earned
            sums[PRINCIPAL] -= row.charge_minor
            sums[INTEREST] += row.charge_minor
    sums[INTEREST] -= not_earned
    for index in (INTEREST, PENALTY, FEES):
        if sums[index] < 0:  # more interest was paid in advance than is earned
            sums[PRINCIPAL] += sums[index]
            sums[index] = 0
    return sums


def earned(fold: Fold, row: LiveRow, on: date, /) -> int:
    """What the row's period has earned by a day, on the principal that was there each day; nothing
    that a rest spared."""
    if not row.charge_minor or on <= row.period.start:
        return 0
    if fold.rests:
        over = on >= row.period.end
        return row.charge_minor if over else min(sparing.earned(fold, row, on), row.charge_minor)
    whole = fold.part_earned(row, row.balance_minor, row.period.start, on)
    saved = sum(fold.part_earned(row, part, since, on) for since, part in row.paid_early)
    return min(whole - saved, row.charge_minor)
