"""A plan's first entry, from the plan itself: what its instruments do to the books."""

from __future__ import annotations

from datetime import date

from repact.ledger import templates
from repact.ledger.entry import Entry
from repact.plans.figures import Schedule
from repact.plans.position import Position

COMPONENTS = ("principal", "interest", "penalty", "fees")


def sealed(position: Position, schedule: Schedule, /, *, on: date) -> Entry:
    """The entry `agreement_sealed` of a schedule made from a position.

    Waivers that the rows have yet to earn wait in an account of their own.
    """
    totals = schedule.totals
    return templates.agreement_sealed(
        on=on,
        currency=position.currency,
        owed_minor={name: getattr(position, f"{name}_minor") for name in COMPONENTS},
        planned_minor={name: getattr(totals, f"{name}_minor") for name in COMPONENTS},
        waived_minor=totals.waived_minor,
        pending_minor=sum(row.vesting_minor for row in schedule.rows),
    )
