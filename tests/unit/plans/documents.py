"""Small plan documents to start a test from."""

from __future__ import annotations

from typing import Any

from repact.plans import document, schedule
from repact.plans.figures import Schedule


def plan(**changes: Any) -> dict[str, Any]:
    """Twelve thousand over two years at 18%; dotted names change one field."""
    made: dict[str, Any] = {
        "position": {
            "as_of": "2024-01-01",
            "currency": "CNY",
            "principal_minor": 1_200_000,
            "interest_minor": 34_500,
            "penalty_minor": 6_250,
            "fees_minor": 0,
        },
        "terms": {
            "version": 1,
            "effective_date": "2024-01-01",
            "annual_rate_ppm": 180_000,
            "day_count": "30/360",
            "rounding": "half_up",
            "measures": [],
            "frequency": {"every": 1, "unit": "month", "anchor_day": 1},
            "first_due_date": "2024-02-01",
            "shape": [{"kind": "level", "count": 24}],
        },
    }
    for name, value in changes.items():
        made[
            "terms" if name in made["terms"] or name in {"business_day", "conduct"} else "position"
        ][name] = value
    return made


def built(**changes: Any) -> Schedule:
    """The schedule of `plan(**changes)`."""
    made = document.validate(document.Document, plan(**changes))
    return schedule.build(made.position, made.terms)
