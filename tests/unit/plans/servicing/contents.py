"""A signed plan of six rows of 2,000.00 at no interest, and one of twelve at 18%."""

from __future__ import annotations

from datetime import date
from typing import Any

from repact.plans import document
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import Event, parse_events
from tests.unit.plans.documents import plan


def agreement(**changes: Any) -> Agreement:
    """Twelve rows at 18%, on the first of each month from 2024-02-01; changes as `plan` takes."""
    made = document.validate(
        document.Document, plan(**{"shape": [{"kind": "level", "count": 12}]} | changes)
    )
    return Agreement.of(made.position, made.terms)


def plain(**changes: Any) -> Agreement:
    """Six rows of 2,000.00, no interest, nothing but principal."""
    return agreement(
        **{
            "interest_minor": 0,
            "penalty_minor": 0,
            "annual_rate_ppm": 0,
            "shape": [{"kind": "level", "count": 6}],
        }
        | changes
    )


def day(text: str) -> date:
    """A date of 2024, as month and day."""
    return date.fromisoformat(f"2024-{text}")


def happened(*events: dict[str, Any]) -> tuple[Event, ...]:
    """Events; an id is made up where none is given, days are of 2024."""
    whole = [
        {"id": f"e{number}"} | event | {"on": f"2024-{event['on']}"}
        for number, event in enumerate(events)
    ]
    return parse_events(whole)


def paid(on: str, amount: int, **more: Any) -> dict[str, Any]:
    """A payment."""
    return {"kind": "payment", "on": on, "amount_minor": amount, **more}
