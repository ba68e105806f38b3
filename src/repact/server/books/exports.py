"""Journals leave the house: CSV, Parquet and beancount, entry by entry, in constant memory."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Literal

import pyarrow as pa
import pyarrow.parquet

from repact.ledger import chart
from repact.money.currencies import exponent
from repact.server.books.errors import BooksError
from repact.server.books.queries import JournalLine

Format = Literal["csv", "parquet", "beancount"]
BATCH = 5_000
ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
# A cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(entries: Iterable[list[JournalLine]], path: Path, *, kind: Format) -> int:
    """Write entries to a new file; how many lines. Raises BooksError `books.file_exists`."""
    try:
        if kind == "parquet":
            with path.open("xb") as file:
                return write_parquet(entries, file)
        with path.open("x", encoding="utf-8", newline="") as text:
            return write_csv(entries, text) if kind == "csv" else write_beancount(entries, text)
    except FileExistsError as error:
        raise BooksError("books.file_exists", field="file") from error


def write_csv(entries: Iterable[list[JournalLine]], file: IO[str], /) -> int:
    """One line per line of the journal, amounts in minor units, texts safe in a spreadsheet."""
    writer = csv.writer(file)
    writer.writerow(JournalLine._fields)
    count = 0
    for lines in entries:
        for line in lines:
            writer.writerow([_cell(value) for value in line])
            count += 1
    return count


def write_parquet(entries: Iterable[list[JournalLine]], file: IO[bytes], /) -> int:
    """The same as columns, amounts as 64-bit integers, days and moments as such."""
    schema = pa.schema(
        [
            ("entry_id", pa.string()),
            ("source", pa.string()),
            ("template", pa.string()),
            ("happened_on", pa.date32()),
            ("recorded_at", pa.timestamp("us", tz="UTC")),
            ("currency", pa.string()),
            ("agreement_id", pa.string()),
            ("number", pa.int16()),
            ("account", pa.string()),
            ("lender_code", pa.string()),
            ("amount_minor", pa.int64()),
        ]
    )
    count = 0
    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        for rows in _batches(entries):
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema))
            count += len(rows)
    return count


def write_beancount(entries: Iterable[list[JournalLine]], file: IO[str], /) -> int:
    """A ledger that beancount reads: accounts are opened when first used, amounts in units."""
    opened: set[str] = set()
    count = 0
    file.write('option "title" "Repact"\n')
    for lines in entries:
        for line in lines:
            if line.account not in opened:
                opened.add(line.account)
                file.write(f"\n{line.happened_on} open {_name(line.account)}\n")
                if line.lender_code:
                    file.write(f'  lender-code: "{_quoted(line.lender_code)}"\n')
        first = lines[0]
        file.write(
            f'\n{first.happened_on} * "{_quoted(first.template)}" "{_quoted(first.source)}"\n'
            f'  entry: "{first.entry_id}"\n'
            f'  recorded-at: "{first.recorded_at.isoformat()}"\n'
        )
        if first.agreement_id:
            file.write(f'  agreement: "{first.agreement_id}"\n')
        for line in lines:
            amount = _units(line.amount_minor, line.currency)
            file.write(f"  {_name(line.account)}  {amount} {line.currency}\n")
            count += 1
    return count


def _batches(entries: Iterable[list[JournalLine]]) -> Iterator[list[dict[str, object]]]:
    batch: list[dict[str, object]] = []
    for lines in entries:
        for line in lines:
            agreement = str(line.agreement_id) if line.agreement_id else None
            row = line._asdict() | {"entry_id": str(line.entry_id), "agreement_id": agreement}
            batch.append(row)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _name(account: str) -> str:
    """Assets:1101-Principal-receivable: beancount's names are letters, digits and hyphens."""
    known = chart.accounts()[account]
    return f"{ROOTS[known.kind]}:{account}-{known.en.replace(' ', '-')}"


def _quoted(text: str) -> str:
    plain = " ".join(text.split())
    return plain.replace("\\", "\\\\").replace('"', '\\"')


def _units(amount_minor: int, currency: str) -> str:
    digits = exponent(currency)
    sign, amount = "-" if amount_minor < 0 else "", abs(amount_minor)
    if not digits:
        return f"{sign}{amount}"
    whole, rest = divmod(amount, 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}"
