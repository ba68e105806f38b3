"""The debt all examples speak of, and how a plan is put into figures."""

from __future__ import annotations

from datetime import date
from typing import Any

from repact.plans import disclosure, schedule
from repact.plans import terms as t
from repact.plans.document import validate
from repact.plans.instruments.change import Basis, Change, compose
from repact.plans.position import Position

START = date(2024, 1, 1)
MONTHLY = t.Frequency(every=1, unit="month", anchor_day=1)
BASIS = Basis(
    effective_date=START,
    annual_rate_ppm=180_000,
    frequency=MONTHLY,
    first_due_date=date(2024, 2, 1),
)
MONTHS = [date(2024 + month // 12, month % 12 + 1, 1) for month in range(1, 13)]


def owing(**changes: Any) -> Position:
    """12,000.00 of principal, 345.00 of interest and 62.50 of penalty; 18% a year, twelve to go."""
    remaining = [
        {"due_date": day.isoformat(), "amount_minor": 110_016 + 3 * (day is MONTHS[-1])}
        for day in MONTHS
    ]
    return validate(
        Position,
        {
            "as_of": START.isoformat(),
            "currency": "CNY",
            "principal_minor": 1_200_000,
            "interest_minor": 34_500,
            "penalty_minor": 6_250,
            "fees_minor": 0,
            "contract": {"annual_rate_ppm": 180_000, "day_count": "30/360", "remaining": remaining},
        }
        | changes,
    )


def figures(*changes: Change, position: Position | None = None) -> dict[str, int]:
    """What the changes make of the debt: rows, first, largest, last, total, modification."""
    return figures_of(position or owing(), compose(BASIS, *changes))


def figures_of(position: Position, terms: t.Terms) -> dict[str, int]:
    """The same for terms."""
    made = schedule.build(position, terms)
    payments = [row.payment_minor for row in made.rows]
    return {
        "rows": len(payments),
        "first": payments[0],
        "largest": max(payments),
        "last": payments[-1],
        "total": sum(payments),
        "waived": made.totals.waived_minor,
        "modification": disclosure.disclose(position, terms, made).modification_minor or 0,
    }
