"""Sequences of due dates."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month"]
_DAYS: dict[str, int] = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Every `every` days, weeks or months; months on `anchor_day`, clipped to the month's end."""

    every: int
    unit: Unit
    anchor_day: int | None = None

    def dates(self, first: date, count: int, /) -> list[date]:
        """`count` dates, the first being `first`."""
        if self.unit == "month":
            return [self._month_date(first, k) for k in range(count)]
        step = timedelta(days=self.every * _DAYS[self.unit])
        return [first + step * k for k in range(count)]

    def is_a_date_of(self, day: date, /) -> bool:
        """Whether `day` could be a date of this monthly sequence."""
        anchor = self.anchor_day or day.day
        return day.day == anchor or (day.day == _month_days(day.year, day.month) < anchor)

    def next_after(self, day: date, /) -> date:
        """The date of the sequence one step after `day`, itself a date of it."""
        if self.unit == "month":
            return self._month_date(day, 1)
        return day + timedelta(days=self.every * _DAYS[self.unit])

    def _month_date(self, first: date, steps: int) -> date:
        months = first.year * 12 + first.month - 1 + steps * self.every
        year, month = divmod(months, 12)
        anchor = self.anchor_day or first.day
        return date(year, month + 1, min(anchor, _month_days(year, month + 1)))


def _month_days(year: int, month: int) -> int:
    return monthrange(year, month)[1]
