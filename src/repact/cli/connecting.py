"""What `repact server` does with banks, the core and the comparison of all sides."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from repact.errors import RepactError
from repact.server.agreements import queries as agreement_queries
from repact.server.audit.actor import Actor, system
from repact.server.cases import queries as case_queries
from repact.server.clock import ports
from repact.server.clock import queries as clock_queries
from repact.server.connectors import core, wallet
from repact.server.connectors.errors import ConnectorError
from repact.server.connectors.fineract.client import Period
from repact.server.jobs import fineract
from repact.server.lenders import queries as lender_queries
from repact.server.loans import imports, rows
from repact.server.offers import queries as offer_queries
from repact.server.reconciliation import actions as reconciliation_actions
from repact.server.reconciliation import queries as reconciliation_queries
from repact.server.repayments import taking_over
from repact.server.statements import actions as statement_actions
from repact.server.statements.taking import Report
from repact.server.tenancy import scope
from repact.server.webhooks import outgoing

NOT_REAL = "This port was never run against a real Fineract. Compare before you rely on it."


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


def preview(case: str, /, *, lender: str) -> dict[str, Any]:
    """What Fineract would make of a case's agreement, or of the plans it is about; beside ours.

    Nothing is changed. Raises `cases.not_found`, `connectors.unreachable`.
    """
    with _acting(lender) as (_, _, on):
        found = case_queries.named(case)
        agreement = agreement_queries.of_case(found.id)
        plans: list[tuple[str, Any]] = []
        if agreement:
            plans = [(agreement.reference, agreement_queries.contents(agreement).debts)]
        elif offer_set := offer_queries.current_set(found.id):
            plans = [(str(one.number), one.parts) for one in offer_set.offers_in_order]
        shown = [
            {"plan": name, **_previewed(share, on=on)}
            for name, parts in plans
            for share in fineract.shares(parts)
        ]
        return {"case": found.reference, "warning": NOT_REAL, "previews": shown}


def take_over(*, lender: str) -> tuple[dict[str, int], list[dict[str, str]]]:
    """Give plans without a history theirs, each by itself: counts, and what is left alone."""
    counts = {"taken": 0, "stopped": 0, "known": 0}
    refused: list[dict[str, str]] = []
    with _acting(lender) as (by, now, _):
        for agreement_id in taking_over.waiting():
            try:
                made = taking_over.take_over(by=by, agreement_id=agreement_id, now=now)
            except RepactError as error:
                refused.append({"agreement": str(agreement_id), "code": error.code})
            else:
                counts[made] += 1
    return counts, refused


def webhook(url: str, /, *, kinds: Sequence[str], new_secret: bool, off: bool, lender: str) -> str:
    """Subscribe an address, replace its secret, or end it; its secret. Raises WebhookError."""
    with _acting(lender) as (by, now, _):
        if off:
            outgoing.unsubscribe(by=by, url=url, now=now)
            return ""
        if new_secret:
            return outgoing.replace_secret(by=by, url=url, now=now)
        return outgoing.subscribe(by=by, url=url, kinds=kinds, now=now)


def _previewed(share: fineract.Share, *, on: date) -> dict[str, Any]:
    said: dict[str, Any] = {"loan_ref": share.loan.ref, "rows": len(share.rows)}
    try:
        made = fineract.preview(share, request_id=ports.new_id(), on=on)
    except ConnectorError as error:
        if error.code == "connectors.unreachable":
            raise
        return {**said, "refused": error.code, **error.params}
    rows = [
        {"row": one.number, "ours": _row(one.ours), "theirs": _row(one.theirs)}
        for one in made.differences
    ]
    return {**said, "differences": rows}


def _row(period: Period | None) -> dict[str, Any] | None:
    if period is None:
        return None
    return {
        "due_date": period.due_date.isoformat(),
        "principal_minor": period.principal_minor,
        "interest_minor": period.interest_minor,
    }


@contextmanager
def _acting(lender: str) -> Iterator[tuple[Actor, datetime, date]]:
    found = lender_queries.named(lender)
    with scope.acting_for(found.id):
        now = clock_queries.business_now(lender_id=found.id)
        yield system(found.id), now, clock_queries.business_date(now=now, zone=found.zone)
