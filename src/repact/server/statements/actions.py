"""Taking a statement in: each movement once, posted where it belongs or kept for a person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from repact.errors import RepactError
from repact.ledger import chart
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SUPERVISOR, SYSTEM, Actor
from repact.server.people import doors
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments.models import Payment
from repact.server.statements import matching
from repact.server.statements.errors import StatementError
from repact.server.statements.models import Line, Mapping, Statement
from repact.server.statements.reading import BadLine, Movement, read
from repact.server.statements.reading.columns import Columns

ACCOUNT_MAX = 64


@dataclass(slots=True)
class Report:
    """What became of a statement's lines. `known`: the file, or the line, was there before."""

    statement_id: UUID | None = None
    posted: int = 0
    suspense: int = 0
    outgoing: int = 0
    look: int = 0
    known: int = 0
    bad: list[BadLine] = field(default_factory=list)

    def as_dict(self) -> dict[str, int]:
        """Counts only."""
        names = ("posted", "suspense", "outgoing", "look", "known")
        return {**{name: getattr(self, name) for name in names}, "bad": len(self.bad)}


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
    for movement in found.movements:
        _take(by, statement, movement, report, now)
    report.bad.sort(key=lambda bad: bad.number)
    statement.bad = [{"number": bad.number, "code": bad.code} for bad in report.bad]
    statement.save()
    audit_actions.record(
        by=by, action="statements.take_in", subject_id=statement.id, now=now, **report.as_dict()
    )
    return report


def _take(
    by: Actor, statement: Statement, movement: Movement, report: Report, now: datetime
) -> None:
    """Post one movement; one that is refused is reported like a line that cannot be read."""
    if Line.objects.filter(account=statement.account, key=movement.key).exists():
        report.known += 1
        return
    line = Line(
        lender_id=by.lender_id,
        statement=statement,
        account=statement.account,
        key=movement.key,
        booked_on=movement.booked_on,
        value_date=movement.value_date,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        reference=movement.reference,
        payer_account=movement.payer_account,
    )
    if movement.taken_back or movement.amount_minor < 0:
        line.state = "look" if movement.taken_back else "outgoing"
    else:
        try:
            with transaction.atomic():
                line.state, line.rule = _post(by, movement, statement.account, now)
        except RepactError as error:
            report.bad.append(BadLine(movement.number, error.code))
            return
    line.save(force_insert=True)
    setattr(report, line.state, getattr(report, line.state) + 1)


def source_of(account: str, key: str, /) -> str:
    """The event a bank's movement is to repayments."""
    return f"bank:{hashlib.sha256(f'{account}|{key}'.encode()).hexdigest()}"


def _post(by: Actor, movement: Movement, account: str, now: datetime) -> tuple[str, str]:
    found = matching.match(movement)
    own = found is not None and found.rule == "name"
    kept = repayment_actions.receive_payment(
        by=Actor(by.lender_id, SYSTEM, None),
        agreement_id=found.agreement.id if found else None,
        source=source_of(account, movement.key),
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        value_date=movement.value_date,
        now=now,
        said=movement.reference,
        payer="borrower" if own else "third_party",
        payer_account=movement.payer_account,
        cash_account=chart.BANK_CLEARING,
    )
    posted = isinstance(kept, Payment)
    return ("posted" if posted else "suspense", found.rule if found else "")
