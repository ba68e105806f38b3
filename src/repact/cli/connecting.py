"""What `repact server` does with banks, the core and the comparison of all sides."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from repact.server.audit.actor import Actor, system
from repact.server.clock import queries as clock_queries
from repact.server.connectors import core, wallet
from repact.server.lenders import queries as lender_queries
from repact.server.loans import imports, rows
from repact.server.reconciliation import actions as reconciliation_actions
from repact.server.reconciliation import queries as reconciliation_queries
from repact.server.statements import actions as statement_actions
from repact.server.statements.actions import Report
from repact.server.tenancy import scope


def statement(file: Path, /, *, account: str, kind: str, lender: str) -> Report:
    """Take in a bank's file. Raises as `statements.take_in` does."""
    with _acting(lender) as (by, now, _):
        return statement_actions.take_in(
            by=by, account=account, kind=kind, raw=file.read_bytes(), now=now
        )


def mapping(file: Path, /, *, account: str, lender: str) -> None:
    """Set the mapping of an account's CSV. Raises `statements.bad_mapping`."""
    with _acting(lender) as (by, now, _):
        body = json.loads(file.read_text(encoding="utf-8"))
        statement_actions.set_mapping(by=by, account=account, body=body, now=now)


def pull(*, lender: str) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Pull the core's debts through the door every book comes in by: counts, and refused rows."""
    with _acting(lender) as (by, now, on), tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "core.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows.COLUMNS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(core.debts())
        report = imports.import_book(by=by, path=path, all_or_nothing=False, now=now, on=on)
    counts = {
        "imported": report.imported,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": len(report.refused),
    }
    return counts, [row.as_dict() for row in report.refused]


def reconcile(*, lender: str) -> dict[str, Any]:
    """Compare every side now; what differs, with cause and age in days."""
    with _acting(lender) as (by, now, on):
        run = reconciliation_actions.run(by=by, on=on, movements=list(wallet.movements()), now=now)
        found = reconciliation_queries.open_differences(on=on)
        return {
            "on": on.isoformat(),
            "compared": run.compared,
            "differing": run.differing,
            "differences": [
                {
                    "subject": one.difference.subject,
                    "cause": one.difference.cause,
                    "days": one.days,
                }
                for one in found
            ],
        }


@contextmanager
def _acting(lender: str) -> Iterator[tuple[Actor, datetime, date]]:
    found = lender_queries.named(lender)
    with scope.acting_for(found.id):
        now = clock_queries.business_now(lender_id=found.id)
        yield system(found.id), now, clock_queries.business_date(now=now, zone=found.zone)
