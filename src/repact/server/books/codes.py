"""The lender's own account codes: taken in from a CSV, whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from repact.ledger import chart
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SYSTEM, Actor
from repact.server.books.errors import BooksError
from repact.server.books.models import AccountCode
from repact.server.people import doors

COLUMNS = ("account", "code", "name", "from_date")
LINES_MAX = 10_000


class Code(BaseModel):
    """One line of the file. Codes hold no formula: exports are opened in spreadsheets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str
    code: str = Field(pattern=r"^[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z._/\u4e00-\u9fff-]{0,39}$")
    name: str = Field(default="", max_length=120, pattern=r"^([^=+\-@\x00-\x1f][^\x00-\x1f]*)?$")
    from_date: date


class BadLine(NamedTuple):
    """A line of the file that cannot be taken in, and the field at fault."""

    line: int
    field: str


def read(text: Iterable[str], /) -> list[Code]:
    """The codes of a CSV with the columns of `COLUMNS`.

    Raises BooksError `books.codes_refused` with the bad lines: unknown accounts, empty codes, two
    codes for one account from one day, columns missing or too many.
    """
    rows = csv.DictReader(text)
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise BooksError("books.codes_refused", lines=[BadLine(1, "columns")._asdict()])
    found: dict[tuple[str, date], Code] = {}
    bad: list[BadLine] = []
    for number, row in enumerate(rows, 2):
        if number > LINES_MAX:
            raise BooksError("books.codes_refused", lines=[BadLine(number, "lines")._asdict()])
        if None in row or None in row.values():
            bad.append(BadLine(number, "columns"))
            continue
        try:
            code = Code.model_validate(row)
        except ValidationError as error:
            bad.append(BadLine(number, str(error.errors()[0]["loc"][0])))
            continue
        if code.account not in chart.accounts() or (code.account, code.from_date) in found:
            bad.append(BadLine(number, "account"))
        found[code.account, code.from_date] = code
    if bad:
        raise BooksError("books.codes_refused", lines=[one._asdict() for one in bad[:20]])
    return list(found.values())


@doors.action("books.map_accounts", may=(ENGINEER, SYSTEM))
def map_accounts(*, by: Actor, codes: Iterable[Code], now: datetime) -> int:
    """Name our accounts by the lender's codes, each from its day on; how many are new.

    What is there already changes nothing; raises BooksError `books.code_differs` when an account
    has another code from the same day: history is not rewritten, a later day is named instead.
    """
    known = {(row.account, row.from_date): row for row in AccountCode.objects.all()}
    new = []
    for code in codes:
        row = known.get((code.account, code.from_date))
        if row is None:
            new.append(AccountCode(lender_id=by.lender_id, recorded_at=now, **code.model_dump()))
        elif (row.code, row.name) != (code.code, code.name):
            raise BooksError("books.code_differs", account=code.account)
    AccountCode.objects.bulk_create(new)
    if not new:
        audit_actions.unchanged()
        return 0
    audit_actions.record(
        by=by,
        action="books.map_accounts",
        subject_id=by.lender_id,
        now=now,
        codes={f"{row.account} {row.from_date}": row.code for row in new},
    )
    return len(new)
