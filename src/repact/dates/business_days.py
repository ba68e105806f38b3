"""Business days by a calendar that is data, versioned and frozen into the agreement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """A named calendar: days off beside weekends, and weekend days that are worked."""

    name: str
    days_off: Collection[date] = frozenset()
    days_worked: Collection[date] = frozenset()

    def is_business_day(self, day: date, /) -> bool:
        """Whether people work on `day`."""
        if day in self.days_worked:
            return True
        return day.weekday() < _SATURDAY and day not in self.days_off

    def following(self, day: date, /) -> date:
        """`day` itself if it is a business day, else the next one."""
        while not self.is_business_day(day):
            day += timedelta(days=1)
        return day
