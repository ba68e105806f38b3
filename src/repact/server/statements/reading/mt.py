"""SWIFT MT940: each entry read on its own, so that a broken one leaves the others alone."""

from __future__ import annotations

import re

import mt940
from mt940.models import Transaction

from repact.server.statements.errors import StatementError
from repact.server.statements.reading.movement import (
    BadLine,
    BadLineError,
    Movement,
    Read,
    day,
    keyed,
    minor,
)

_TAG = re.compile(r"^:(\d{2}[A-Z]?):", re.MULTILINE)
_ACCOUNT = re.compile(r"^[A-Z0-9/ -]{4,40}$")


def read(raw: bytes, /) -> Read:
    """Every entry. Raises StatementError `statements.unreadable` when it is no MT940 at all."""
    text = _decoded(raw).replace("\r\n", "\n")
    marks = list(_TAG.finditer(text))
    if not marks:
        raise StatementError("statements.unreadable")
    fields = [
        (mark[1], text[mark.start() : nxt], text.count("\n", 0, mark.start()) + 1)
        for mark, nxt in zip(marks, [m.start() for m in marks[1:]] + [len(text)], strict=True)
    ]
    opening = next((block for name, block, _ in fields if name in {"60F", "60M"}), None)
    if opening is None:
        raise StatementError("statements.unreadable")
    movements: list[Movement] = []
    bad: list[BadLine] = []
    for (name, block, line), after in zip(fields, [*fields[1:], ("", "", 0)], strict=True):
        if name in {"60F", "60M"}:
            opening = block
        if name != "61":
            continue
        details = after[1] if after[0] == "86" else ""
        try:
            movements.append(_movement(line, opening, block, details))
        except BadLineError as error:
            bad.append(BadLine(line, str(error)))
    return Read(keyed(movements), tuple(bad))


def _movement(line: int, opening: str, entry: str, details: str) -> Movement:
    """One entry, read by the library beneath a header of its statement."""
    details = details.split("\n-", maxsplit=1)[0]
    try:
        parsed = list(mt940.parse(f":20:X\n:25:X\n:28C:1/1\n{opening.strip()}\n{entry}{details}\n"))
    except Exception as error:
        raise BadLineError("unreadable") from error
    if len(parsed) != 1 or not isinstance(parsed[0], Transaction) or "amount" not in parsed[0].data:
        raise BadLineError("unreadable")
    data = parsed[0].data
    amount = data["amount"]
    status = str(data.get("status") or "")
    sign = 1 if status in {"C", "RD"} else -1 if status in {"D", "RC"} else 0
    if not sign:
        raise BadLineError("direction")
    words = (data.get("purpose"), data.get("extra_details"), data.get("transaction_details"))
    given = str(data.get("customer_reference") or "")
    reference = " ".join([*(str(one) for one in words if one), "" if given == "NONREF" else given])
    return Movement(
        number=line,
        booked_on=day(str(data.get("entry_date") or data["date"])),
        value_date=day(str(data["date"])),
        amount_minor=sign * minor(str(abs(amount.amount)), str(amount.currency)),
        currency=str(amount.currency),
        reference=" ".join(reference.split())[:200],
        payer_name=str(data.get("applicant_name") or "")[:140],
        payer_account=_account(str(data.get("applicant_iban") or "")),
        bank_ref=str(data.get("bank_reference") or "")[:64],
        taken_back=status.startswith("R"),
        is_charge=str(data.get("id") or "").endswith("CHG"),
    )


def _account(text: str) -> str:
    return text[:64] if _ACCOUNT.match(text) else ""


def _decoded(raw: bytes) -> str:
    """UTF-8, else GB 18030 as banks in China write it."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError as error:
            raise StatementError("statements.unreadable") from error
