"""One movement of an account, whatever the file said it in."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

# Currencies whose minor unit is not a hundredth (ISO 4217).
DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3, "JOD": 3, "OMR": 3, "TND": 3}
AMOUNT_MINOR_MAX = 10**13


@dataclass(frozen=True, slots=True)
class Movement:
    """What came (positive) or went (negative), in minor units.

    `key` tells it from every other movement of the account. `taken_back`: the bank undid an earlier
    entry. `is_charge`: the bank says that it keeps this for its services.
    """

    number: int
    booked_on: date
    value_date: date
    amount_minor: int
    currency: str
    reference: str
    payer_name: str
    payer_account: str
    bank_ref: str
    taken_back: bool = False
    is_charge: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read: its number in the file and why."""

    number: int
    code: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a file said."""

    movements: tuple[Movement, ...]
    bad: tuple[BadLine, ...]


class BadLineError(Exception):
    """One line cannot be read; the code says why."""


def minor(text: str, currency: str, /) -> int:
    """An amount's text in minor units, exactly. Raises BadLineError."""
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise BadLineError("currency")
    try:
        scaled = Decimal(text.strip()).scaleb(DIGITS.get(currency, 2))
    except InvalidOperation as error:
        raise BadLineError("amount") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise BadLineError("amount")
    if not 0 < abs(scaled) <= AMOUNT_MINOR_MAX:
        raise BadLineError("amount")
    return int(scaled)


def day(text: str, /) -> date:
    """A date's text, with or without a time after it. Raises BadLineError."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError as error:
        raise BadLineError("date") from error


def keyed(movements: Sequence[Movement], /) -> tuple[Movement, ...]:
    """Movements with keys: the bank's own reference, else what they say and which of its equals.

    Two equal lines in one statement are two movements; the same two in a later, overlapping
    statement are the same two.
    """
    seen: Counter[str] = Counter()
    made = []
    for one in movements:
        said = "|".join(
            (
                one.booked_on.isoformat(),
                one.value_date.isoformat(),
                str(one.amount_minor),
                one.currency,
                one.reference,
                one.payer_name,
                one.payer_account,
                one.bank_ref,
                str(one.taken_back),
            )
        )
        digest = hashlib.sha256(said.encode()).hexdigest()
        seen[digest] += 1
        made.append(replace(one, key=f"{digest}:{seen[digest]}"))
    return tuple(made)
