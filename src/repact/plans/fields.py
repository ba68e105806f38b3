"""The kinds of value a plan document may hold, each with its limits."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

AMOUNT_MINOR_MAX = 10**11
RATE_PPM_MAX = 10_000_000
ROWS_MAX = 600
WHOLE_PPM = 1_000_000
FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2199, 12, 31)

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_date(value: Any) -> Any:
    """A date, or the text of one; anything else is left for the type check to refuse."""
    if isinstance(value, str) and _ISO.fullmatch(value):
        return date.fromisoformat(value)
    return value


class Strict(BaseModel):
    """Nothing is guessed: no coercion, no unknown keys, no change once made."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


IsoDate = Annotated[
    date,
    BeforeValidator(_iso_date),
    PlainSerializer(date.isoformat, return_type=str),
    Field(ge=FIRST_DATE, le=LAST_DATE),
]
Amount = Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)]
PositiveAmount = Annotated[int, Field(ge=1, le=AMOUNT_MINOR_MAX)]
RatePpm = Annotated[int, Field(ge=0, le=RATE_PPM_MAX)]
SharePpm = Annotated[int, Field(ge=0, le=WHOLE_PPM)]
Count = Annotated[int, Field(ge=1, le=ROWS_MAX)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
