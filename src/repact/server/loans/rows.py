"""One row of the lender's book: text in, a checked row or a bad row with its reason out."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from repact.dates.day_count import DayCount
from repact.plans.fields import Amount, Currency, IsoDate, PositiveAmount, RatePpm

COMPONENTS = ("principal", "interest", "penalty", "fees")
_INTEGER = re.compile(r"0|[1-9][0-9]{0,17}")
_DUE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}):([0-9]{1,12})")


def _integer(text: Any) -> Any:
    return int(text) if isinstance(text, str) and _INTEGER.fullmatch(text) else text


def _remaining(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    rows = []
    for item in filter(None, text.split(";")):
        match = _DUE.fullmatch(item)
        if match is None:
            raise ValueError("remaining")
        rows.append([date.fromisoformat(match[1]).isoformat(), int(match[2])])
    if rows != sorted(rows, key=lambda row: row[0]):
        raise ValueError("remaining")
    return rows


def _truth(text: Any) -> Any:
    """`true` or `false`, as CSV writes them and as a Parquet boolean reads."""
    return {"true": True, "false": False}.get(text.lower(), text) if isinstance(text, str) else text


def _clean(text: Any) -> Any:
    """Refuse control and direction characters; names keep every letter they have."""
    if isinstance(text, str) and any(unicodedata.category(c) in {"Cc", "Cf"} for c in text):
        raise ValueError("control_character")
    return text


Number = BeforeValidator(_integer)
Text = Annotated[str, BeforeValidator(_clean), Field(min_length=1, max_length=120)]
Ref = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Code = Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,32}$")]


class LoanRow(BaseModel):
    """The documented columns of a lender's book."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    loan_ref: Ref
    borrower_ref: Ref
    borrower_name: Text
    borrower_id_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4,32}$")]
    borrower_phone: Annotated[str, Field(pattern=r"^[0-9+]{5,20}$")]
    wallet_account: Ref
    language: Literal["zh-hans", "en"]
    product_code: Ref
    legal_creditor: Text
    currency: Currency
    disbursed_date: IsoDate
    disbursed_minor: Annotated[PositiveAmount, Number]
    annual_rate_ppm: Annotated[RatePpm, Number]
    penalty_rate_ppm: Annotated[RatePpm, Number]
    day_count: DayCount
    as_of: IsoDate
    principal_minor: Annotated[PositiveAmount, Number]
    overdue_principal_minor: Annotated[Amount, Number]
    interest_minor: Annotated[Amount, Number]
    penalty_minor: Annotated[Amount, Number]
    fees_minor: Annotated[Amount, Number]
    oldest_unpaid_due_date: IsoDate | None
    remaining: Annotated[list[list[Any]], BeforeValidator(_remaining), Field(max_length=600)]
    contact_preference: Literal["any", "messages_only", "no_calls"]
    legal_stage: Literal["none", "pre_suit", "filed", "judgment", "enforcement", "insolvency"] = (
        "none"
    )
    limitation_from_date: IsoDate | None = None
    region: Code = ""
    employer: Code = ""
    is_secured: Annotated[bool, BeforeValidator(_truth)] = False

    def stored(self, name: str, /) -> Any:
        """The value of a column as the loan keeps it."""
        return self.sha256() if name == "source_sha256" else getattr(self, name)

    def sha256(self) -> bytes:
        """SHA-256 of the whole row: a row that did not change has the same.

        A column left out is not part of it, so that a book without it stays what it was.
        """
        unsaid = {name for name in OPTIONAL if getattr(self, name) == _unsaid(name)}
        return hashlib.sha256(self.model_dump_json(exclude=unsaid).encode()).digest()


COLUMNS = tuple(LoanRow.model_fields)
OPTIONAL = frozenset(
    name for name, field in LoanRow.model_fields.items() if not field.is_required()
)


def _unsaid(name: str) -> Any:
    return LoanRow.model_fields[name].default


@dataclass(frozen=True, slots=True)
class BadRow:
    """A refused row: where it is and why."""

    line: int
    column: str
    code: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """The row as it is reported."""
        return asdict(self)


def read(
    record: dict[str, str], *, line: int, products: Collection[str], seen: set[str]
) -> LoanRow | BadRow:
    """Check one row. `seen` collects the loan references of the file."""
    values: dict[str, Any] = {
        **{name: text for name, text in record.items() if text or name not in OPTIONAL},
        "oldest_unpaid_due_date": record.get("oldest_unpaid_due_date") or None,
    }
    try:
        row = LoanRow.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        column = str(first["loc"][0]) if first["loc"] else ""
        return BadRow(line, column, "loans.bad_value", first["type"])
    return _relations(row, line, products, seen) or row


def _relations(row: LoanRow, line: int, products: Collection[str], seen: set[str]) -> BadRow | None:
    """What a single column cannot show."""
    if row.product_code not in products:
        return BadRow(line, "product_code", "loans.unknown_product", "unknown")
    if row.loan_ref in seen:
        return BadRow(line, "loan_ref", "loans.twice_in_file", "duplicate")
    if row.overdue_principal_minor > row.principal_minor:
        return BadRow(line, "overdue_principal_minor", "loans.bad_value", "above_principal")
    for name in ("disbursed_date", "oldest_unpaid_due_date", "limitation_from_date"):
        day = getattr(row, name)
        if day and day > row.as_of:
            return BadRow(line, name, "loans.bad_value", "after_as_of")
    seen.add(row.loan_ref)
    return None
