"""The figures of a plan: rows, totals, the whole."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


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
