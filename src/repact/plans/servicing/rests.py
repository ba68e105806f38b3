"""Days on which another plan is asked for, and what they spare the borrower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

Mode = Literal["frozen", "reduced", "running"]


class Rest(NamedTuple):
    """A rest from a day up to, not including, another (None: it lasts).

    Nothing above the yearly rate `up_to_ppm` is charged for its days, and never later either; None
    leaves everything as signed.
    """

    id: str
    from_date: date
    to_date: date | None
    up_to_ppm: int | None


def up_to_ppm(mode: Mode, annual_rate_ppm: int | None, /) -> int | None:
    """The yearly rate a rest charges at most: nothing, the reduced rate, or (None) as signed."""
    return {"frozen": 0, "reduced": annual_rate_ppm, "running": None}[mode]


def days_spared(
    rests: Sequence[Rest], *, start: date, end: date
) -> Iterator[tuple[date, date, int]]:
    """Within some days, the days of each rest that may spare something (the last not included), and
    the yearly rate that is charged at most."""
    for rest in rests:
        first, last = max(rest.from_date, start), min(rest.to_date or end, end)
        if rest.up_to_ppm is not None and first < last:
            yield first, last, rest.up_to_ppm


def rate_on(rests: Sequence[Rest], day: date, /, *, signed_ppm: int) -> int:
    """What is charged on a day where a yearly rate was signed: no more than a rest allows."""
    for rest in rests:
        ended = rest.to_date is not None and rest.to_date <= day
        if rest.up_to_ppm is not None and rest.from_date <= day and not ended:
            return min(signed_ppm, rest.up_to_ppm)
    return signed_ppm
