"""Taking a statement in: each movement once, posted where it belongs or kept for a person."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SUPERVISOR, SYSTEM, Actor
from repact.server.people import doors
from repact.server.statements import taking
from repact.server.statements.errors import StatementError
from repact.server.statements.models import Mapping, Statement
from repact.server.statements.reading import BadLine, read
from repact.server.statements.reading.columns import Columns
from repact.server.statements.taking import Report

ACCOUNT_MAX = 64


@doors.action("statements.set_mapping", may=(SYSTEM, ENGINEER))
def set_mapping(*, by: Actor, account: str, body: dict[str, Any], now: datetime) -> Mapping:
    """Say which columns of a CSV say what. Raises StatementError `statements.bad_mapping`."""
    try:
        columns = Columns.model_validate(body)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise StatementError("statements.bad_mapping", field=where or "body") from error
    if bool(columns.amount) == bool(columns.came and columns.went):
        raise StatementError("statements.bad_mapping", field="amount")
    row, _ = Mapping.objects.update_or_create(
        lender_id=by.lender_id, account=account, defaults={"body": body}
    )
    audit_actions.record(
        by=by, action="statements.set_mapping", subject_id=row.id, now=now, account=account
    )
    return row


@doors.action("statements.take_in", may=(SYSTEM, ENGINEER, SUPERVISOR))
def take_in(*, by: Actor, account: str, kind: str, raw: bytes, now: datetime) -> Report:
    """Read a statement (`camt053`, `mt940` or `csv`) of one of our accounts.

    The same file again changes nothing; a line that stood in an earlier statement is not posted
    again. Raises StatementError `statements.no_account`, and as `reading.read` does, when the whole
    cannot be read.
    """
    if not 0 < len(account) <= ACCOUNT_MAX or not account.isprintable():
        raise StatementError("statements.no_account", field="account")
    digest = hashlib.sha256(raw).digest()
    earlier = Statement.objects.filter(account=account, sha256=digest).first()
    if earlier:
        audit_actions.unchanged()
        return Report(
            statement_id=earlier.id,
            known=earlier.line_count,
            bad=[BadLine(b["number"], b["code"]) for b in earlier.bad],
        )
    mapping = Mapping.objects.filter(account=account).first()
    columns = Columns.model_validate(mapping.body) if mapping else None
    found = read(raw, kind=kind, mapping=columns)
    report = Report(bad=list(found.bad))
    statement = Statement.objects.create(
        lender_id=by.lender_id,
        account=account,
        format=kind,
        sha256=digest,
        received_at=now,
        line_count=len(found.movements),
        bad=[{"number": bad.number, "code": bad.code} for bad in found.bad],
    )
    report.statement_id = statement.id
    taking.take(by, statement, found.movements, report, now)
    report.bad.sort(key=lambda bad: bad.number)
    statement.bad = [{"number": bad.number, "code": bad.code} for bad in report.bad]
    statement.save()
    audit_actions.record(
        by=by, action="statements.take_in", subject_id=statement.id, now=now, **report.as_dict()
    )
    return report
