"""Taking a statement in: each movement once, posted where it belongs or kept for a person."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from pydantic import ValidationError

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SYSTEM, Actor
from repact.server.people import doors
from repact.server.statements import posting, taking, turns
from repact.server.statements.errors import StatementError
from repact.server.statements.models import Mapping, Statement
from repact.server.statements.reading.columns import Columns
from repact.server.statements.taking import Report
from repact.server.tenancy import scope

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


def take_in(*, by: Actor, account: str, kind: str, raw: bytes, now: datetime) -> Report:
    """Read a statement (`camt053`, `mt940` or `csv`) of one of our accounts, and post it.

    It is kept at once, and posted some hundred lines a transaction; what a crash leaves, a job
    finishes (`finish`), or the same file given again. Otherwise that changes nothing; a line that
    stood in an earlier statement is not posted again. Raises StatementError
    `statements.no_account`, and as `reading.read` does, when the whole cannot be read.
    """
    if not 0 < len(account) <= ACCOUNT_MAX or not account.isprintable():
        raise StatementError("statements.no_account", field="account")
    digest = hashlib.sha256(raw).digest()
    with scope.acting_for(by.lender_id), turns.turn(by.lender_id, account, digest) as mine:
        report = _keep(by=by, account=account, kind=kind, raw=raw, now=now)
        if mine and report.unposted:
            for done in posting.post_rest(by=by, statement_id=report.statement_id, now=now):
                for state, count in done.states.items():
                    report.became(state, count)
                    report.unposted -= count
                report.bad += done.refused
                report.unposted -= len(done.refused)
            report.bad.sort(key=lambda bad: bad.number)
    return report


def finish(*, by: Actor, statement_id: UUID, now: datetime) -> bool:
    """Post what is left of a statement; False while somebody else is at it."""
    found = Statement.objects.get(id=statement_id)
    with turns.turn(found.lender_id, found.account, bytes(found.sha256)) as mine:
        if mine:
            for _ in posting.post_rest(by=by, statement_id=statement_id, now=now):
                pass
    return mine


def _keep(*, by: Actor, account: str, kind: str, raw: bytes, now: datetime) -> Report:
    """Keep it, or find what somebody kept at the same moment."""
    try:
        return taking.keep(by=by, account=account, kind=kind, raw=raw, now=now)
    except IntegrityError:
        return taking.keep(by=by, account=account, kind=kind, raw=raw, now=now)
