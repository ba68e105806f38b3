"""CSV by a mapping of columns: the header is found by its names, never by its line."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from repact.server.statements.errors import StatementError
from repact.server.statements.reading.movement import (
    BadLine,
    BadLineError,
    Movement,
    Read,
    keyed,
    minor,
)

Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Columns(BaseModel):
    """Which column says what. With one signed `amount`, or `came` and `went`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    booked_on: Name
    value_date: Name | None = None
    amount: Name | None = None
    came: Name | None = None
    went: Name | None = None
    reference: Name | None = None
    payer_name: Name | None = None
    payer_account: Name | None = None
    bank_ref: Name | None = None
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
    date_format: Annotated[str, Field(max_length=20)] = "%Y-%m-%d"
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    decimal: Annotated[str, StringConstraints(min_length=1, max_length=1)] = "."
    thousands: Annotated[str, StringConstraints(max_length=1)] = ","
    encoding: Annotated[str, StringConstraints(pattern="^(utf-8-sig|gb18030|latin-1)$")] = (
        "utf-8-sig"
    )

    @property
    def named(self) -> dict[str, str]:
        """Field -> the column that says it."""
        fields = ("booked_on", "value_date", "amount", "came", "went")
        fields += ("reference", "payer_name", "payer_account", "bank_ref")
        return {name: column for name in fields if (column := getattr(self, name))}


def read(raw: bytes, mapping: Columns, /) -> Read:
    """Every row below the header. Raises StatementError `statements.unreadable`, `.no_header`."""
    try:
        text = raw.decode(mapping.encoding)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter))
    except (UnicodeDecodeError, csv.Error) as error:
        raise StatementError("statements.unreadable") from error
    wanted = set(mapping.named.values())
    start = next((n for n, row in enumerate(rows) if wanted <= {c.strip() for c in row}), None)
    if start is None:
        raise StatementError("statements.no_header", columns=sorted(wanted))
    header = [column.strip() for column in rows[start]]
    places = {name: header.index(column) for name, column in mapping.named.items()}
    movements: list[Movement] = []
    bad: list[BadLine] = []
    for number, row in enumerate(rows[start + 1 :], start + 2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            movements.append(_movement(number, row, places, mapping))
        except BadLineError as error:
            bad.append(BadLine(number, str(error)))
    return Read(keyed(movements), tuple(bad))


def _movement(number: int, row: list[str], places: dict[str, int], mapping: Columns) -> Movement:
    if len(row) <= max(places.values()):
        raise BadLineError("columns")
    said = {name: row[place].strip() for name, place in places.items()}
    booked = _day(said["booked_on"], mapping)
    return Movement(
        number=number,
        booked_on=booked,
        value_date=_day(said["value_date"], mapping) if said.get("value_date") else booked,
        amount_minor=_amount(said, mapping),
        currency=mapping.currency,
        reference=said.get("reference", "")[:200],
        payer_name=said.get("payer_name", "")[:140],
        payer_account=said.get("payer_account", "")[:64],
        bank_ref=said.get("bank_ref", "")[:64],
    )


def _amount(said: dict[str, str], mapping: Columns) -> int:
    came, went = _plain(said.get("came", ""), mapping), _plain(said.get("went", ""), mapping)
    if mapping.amount:
        return minor(_plain(said["amount"], mapping), mapping.currency)
    given = [text for text in (came, went) if text.strip("0.")]
    if len(given) != 1:
        raise BadLineError("amount")
    value = minor(given[0], mapping.currency)
    return value if given[0] is came or given[0] == came else -abs(value)


def _plain(text: str, mapping: Columns) -> str:
    bare = text.replace(mapping.thousands, "") if mapping.thousands else text
    return bare.replace(mapping.decimal, ".").replace(" ", "").replace("¥", "")


def _day(text: str, mapping: Columns) -> date:
    try:
        return datetime.strptime(text, mapping.date_format).date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise BadLineError("date") from error
