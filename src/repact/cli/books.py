"""`repact server verify-ledger`, `export journals`, `import accounts`: the books from the shell."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from repact.cli.platform import of_lender

if TYPE_CHECKING:
    from repact.server.lenders.models import Lender

BROKEN = 4
DAY = ["%Y-%m-%d"]
MOMENT = ["%Y-%m-%dT%H:%M:%S"]
Named = Annotated[str, typer.Option("--lender", help="The lender's short name.")]


class Format(StrEnum):
    """How a journal is written."""

    csv = "csv"
    parquet = "parquet"
    beancount = "beancount"


def verify_ledger(*, lender: Named = "") -> None:
    """Recompute the books from raw entries; every breach is named, and the exit code is 4."""
    count = of_lender(lender, _verified)
    print(json.dumps({"breaches": count}))  # noqa: T201
    raise typer.Exit(BROKEN if count else 0)


def journals(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    *,
    kind: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.csv,
    start: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day.")],
    end: Annotated[datetime, typer.Option("--to", formats=DAY, help="The day after the last.")],
    known_at: Annotated[
        datetime | None, typer.Option(formats=MOMENT, help="As it was known then, UTC.")
    ] = None,
    lender: Named = "",
) -> None:
    """Write the journal of some days, as it is known now or was known at a moment."""

    def export(*_: object) -> int:
        from repact.server.books import exports, queries  # noqa: PLC0415 - after set-up

        moment = known_at.replace(tzinfo=UTC) if known_at else None
        entries = queries.journal(start=start.date(), end=end.date(), known_at=moment)
        return exports.write(entries, file, kind=kind.value)

    print(json.dumps({"lines": of_lender(lender, export)}))  # noqa: T201


def accounts(
    file: Annotated[Path, typer.Argument(help="CSV: account, code, name, from_date.")],
    *,
    lender: Named = "",
) -> None:
    """Take in the lender's own account codes, all of them or none."""

    def take_in(found: Lender, now: datetime) -> int:
        from repact.server.audit import actor  # noqa: PLC0415 - after set-up
        from repact.server.books import codes  # noqa: PLC0415

        with file.open(encoding="utf-8-sig", newline="") as text:
            read = codes.read(text)
        return codes.map_accounts(by=actor.system(found.id), codes=read, now=now)

    print(json.dumps({"imported": of_lender(lender, take_in)}))  # noqa: T201


def _verified(lender: Lender, now: datetime) -> int:
    from repact.server.books import verification as of_books  # noqa: PLC0415 - after set-up
    from repact.server.clock import queries as clock_queries  # noqa: PLC0415
    from repact.server.loans import verification as of_loans  # noqa: PLC0415
    from repact.server.repayments import verification as of_plans  # noqa: PLC0415

    count = 0
    on = clock_queries.business_date(now=now, zone=lender.zone)
    for found in (of_books.breaches(), of_loans.breaches(), of_plans.breaches(on=on)):
        for breach in found:
            print(json.dumps(breach._asdict(), ensure_ascii=False), file=sys.stderr)  # noqa: T201
            count += 1
    return count
