"""What a contract adds day by day, with breathing spaces taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from repact.dates.day_count import DayCount
from repact.plans import accrual

Mode = Literal["frozen", "reduced", "running"]


@dataclass(frozen=True, slots=True)
class Space:
    """One breathing space: from `start` up to, not including, `end` (None: still open)."""

    mode: Mode
    annual_rate_ppm: int | None
    start: date
    end: date | None

    def rate(self, contract_ppm: int, /) -> int:
        """The yearly rate inside: nothing, at most the reduced rate, or the contract's."""
        if self.mode == "frozen":
            return 0
        if self.mode == "reduced":
            return min(contract_ppm, self.annual_rate_ppm or 0)
        return contract_ppm


def added(
    *,
    amount_minor: int,
    annual_rate_ppm: int,
    start: date,
    end: date,
    day_count: DayCount,
    spaces: Sequence[Space],
) -> int:
    """Interest on an amount from `start` to `end`; each stretch at one rate is rounded once."""
    return sum(
        accrual.interest(
            amount_minor=amount_minor,
            annual_rate_ppm=rate,
            start=first,
            end=last,
            day_count=day_count,
        )
        for first, last, rate in stretches(
            annual_rate_ppm=annual_rate_ppm, start=start, end=end, spaces=spaces
        )
    )


def stretches(
    *, annual_rate_ppm: int, start: date, end: date, spaces: Sequence[Space]
) -> Iterator[tuple[date, date, int]]:
    """The days from `start` to `end` cut where the rate changes: (from, to, yearly rate in ppm)."""
    at = start
    for space in sorted(spaces, key=lambda space: space.start):
        first, last = max(space.start, at), min(space.end or end, end)
        if first >= last:
            continue
        if at < first:
            yield at, first, annual_rate_ppm
        yield first, last, space.rate(annual_rate_ppm)
        at = last
    if at < end:
        yield at, end, annual_rate_ppm
