"""Reading what differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from repact.server.reconciliation.models import Difference, Run


@dataclass(frozen=True, slots=True)
class Aged:
    """A difference and for how many days it has been one."""

    difference: Difference
    days: int


def open_differences(*, on: date) -> list[Aged]:
    """What differs still, the oldest first."""
    found = Difference.objects.filter(resolved_on=None).order_by("first_seen_on", "subject")
    return [Aged(row, (on - row.first_seen_on).days) for row in found]


def last_run() -> Run | None:
    """The newest comparison."""
    return Run.objects.order_by("-on_date", "-ran_at").first()
