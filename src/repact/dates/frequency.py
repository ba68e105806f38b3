"""Sequences of due dates."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month"]
_DAYS: dict[str, int] = {"day": 1, "week": 7}
_SHORTEST, _YEAR_MONTHS = 28, 12


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Every `every` days, weeks or months; months on `anchor_day`, clipped to the month's end."""

    every: int
    unit: Unit
    anchor_day: int | None = None

    def dates(self, first: date, count: int, /) -> list[date]:
        """`count` dates, the first being `first`."""
        if self.unit == "month":
            return self._month_dates(first, count)
        step = timedelta(days=self.every * _DAYS[self.unit])
        return [first + step * k for k in range(count)]

    def is_a_date_of(self, day: date, /) -> bool:
        """Whether `day` could be a date of this monthly sequence."""
        anchor = self.anchor_day or day.day
        return day.day == anchor or (day.day == _month_days(day.year, day.month) < anchor)

    def next_after(self, day: date, /) -> date:
        """The date of the sequence one step after `day`, itself a date of it."""
        if self.unit == "month":
            return self._month_dates(day, 2)[1]
        return day + timedelta(days=self.every * _DAYS[self.unit])

    def _month_dates(self, first: date, count: int) -> list[date]:
        anchor, every = self.anchor_day or first.day, self.every
        year, month = first.year, first.month
        made = []
        for _ in range(count):
            day = anchor if anchor <= _SHORTEST else min(anchor, _month_days(year, month))
            made.append(date(year, month, day))
            month += every
            if month > _YEAR_MONTHS:
                year += (month - 1) // _YEAR_MONTHS
                month = (month - 1) % _YEAR_MONTHS + 1
        return made


def _month_days(year: int, month: int) -> int:
    return monthrange(year, month)[1]
