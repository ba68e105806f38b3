"""Reading a sum as people write it: 5200, 5,200, ¥5200, 5200元, 5千, 1.2万."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from repact.errors import RepactError
from repact.server.pages import spoken

MAX_MINOR = 99_999_900
MAX_UNITS = 999_999  # where a unit has a thousand parts, more minor units make a usual sum
_SCALES = {"": 1, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000}
_WRITTEN = re.compile(r"[¥$]?(?P<number>\d{1,9}(?:\.\d{1,3})?)(?P<scale>[百千万kw]?)(?:元|块)?")


class AmountError(RepactError):
    """The text is not a sum we can read."""


def read(text: str, /, *, field: str) -> int:
    """The sum in minor units of the page's currency.

    Raises AmountError `pages.amount_unreadable` or `pages.amount_out_of_range`.
    """
    tidy = re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text)).lower()
    match = _WRITTEN.fullmatch(tidy)
    if not match:
        raise AmountError("pages.amount_unreadable", field=field)
    try:
        minor = Decimal(match["number"]) * _SCALES[match["scale"]] * 10 ** spoken.digits()
    except InvalidOperation as error:
        raise AmountError("pages.amount_unreadable", field=field) from error
    if minor != minor.to_integral_value():
        raise AmountError("pages.amount_unreadable", field=field)
    if not 0 <= minor <= max(MAX_MINOR, MAX_UNITS * 10 ** spoken.digits()):
        raise AmountError("pages.amount_out_of_range", field=field)
    return int(minor)


def read_optional(text: str, /, *, field: str) -> int | None:
    """Like `read`, but an empty text is no answer."""
    return read(text, field=field) if text.strip() else None


def read_count(text: str, /, *, field: str) -> int:
    """A small whole number. Raises `pages.number_unreadable`."""
    tidy = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"[0-9]{1,3}", tidy):
        raise AmountError("pages.number_unreadable", field=field)
    return int(tidy)
