"""A statement is read and kept, each movement once: what came is posted next (`posting`)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SUPERVISOR, SYSTEM, Actor
from repact.server.people import doors
from repact.server.statements import explaining, matching
from repact.server.statements.models import LINE_STATES, UNPOSTED, Line, Mapping, Statement
from repact.server.statements.reading import BadLine, Movement, read
from repact.server.statements.reading.columns import Columns
from repact.server.tenancy import bulk


@dataclass(slots=True)
class Report:
    """What became of a statement's lines. `known`: the file, or the line, was there before.
    `unposted`: somebody else is posting them."""

    statement_id: UUID
    unposted: int = 0
    posted: int = 0
    suspense: int = 0
    outgoing: int = 0
    look: int = 0
    charge: int = 0
    settled: int = 0
    sold: int = 0
    known: int = 0
    bad: list[BadLine] = field(default_factory=list)

    def became(self, state: str, count: int, /) -> None:
        """So many lines became this."""
        setattr(self, state, getattr(self, state) + count)

    def as_dict(self) -> dict[str, int]:
        """Counts only."""
        names = (*LINE_STATES, "known")
        return {**{name: getattr(self, name) for name in names}, "bad": len(self.bad)}


@doors.action("statements.take_in", may=(SYSTEM, ENGINEER, SUPERVISOR))
def keep(*, by: Actor, account: str, kind: str, raw: bytes, now: datetime) -> Report:
    """Read a statement and keep its new lines, those that came in not posted yet.

    Raises as `reading.read` does, when the whole cannot be read.
    """
    digest = hashlib.sha256(raw).digest()
    earlier = Statement.objects.filter(account=account, sha256=digest).first()
    if earlier:
        audit_actions.unchanged()
        return _again(earlier)
    mapping = Mapping.objects.filter(account=account).first()
    columns = Columns.model_validate(mapping.body) if mapping else None
    found = read(raw, kind=kind, mapping=columns)
    bad = sorted(found.bad, key=lambda one: one.number)
    statement = Statement.objects.create(
        lender_id=by.lender_id,
        account=account,
        format=kind,
        sha256=digest,
        received_at=now,
        line_count=len(found.movements),
        bad=[{"number": one.number, "code": one.code} for one in bad],
    )
    report = Report(statement.id, bad=bad)
    lines = _lines(statement, _new(statement, found.movements))
    report.known = len(found.movements) - len(lines)
    bulk.insert(lines)
    for line in lines:
        report.became(line.state, 1)
        if line.state in explaining.ENTRIES:
            explaining.post(line, by=by)
    audit_actions.record(
        by=by, action="statements.take_in", subject_id=statement.id, now=now, **report.as_dict()
    )
    return report


def source_of(account: str, key: str, /) -> str:
    """The event a bank's movement is to repayments."""
    return f"bank:{hashlib.sha256(f'{account}|{key}'.encode()).hexdigest()}"


def _again(earlier: Statement) -> Report:
    """The same file: what was not posted yet still waits, the others are known."""
    unposted = earlier.lines.filter(state=UNPOSTED).count()
    return Report(
        earlier.id,
        unposted=unposted,
        known=earlier.line_count - unposted,
        bad=[BadLine(one["number"], one["code"]) for one in earlier.bad],
    )


def _new(statement: Statement, movements: Sequence[Movement]) -> list[Movement]:
    earlier = Line.objects.filter(account=statement.account, key__among=[m.key for m in movements])
    known = set(earlier.values_list("key", flat=True))
    return [one for one in movements if one.key not in known]


def _lines(statement: Statement, movements: Sequence[Movement]) -> list[Line]:
    settling = matching.settling(statement.account)
    made = []
    for one in movements:
        state, rule = _is(one, settling)
        made.append(
            Line(
                lender_id=statement.lender_id,
                statement=statement,
                account=statement.account,
                key=one.key,
                number=one.number,
                booked_on=one.booked_on,
                value_date=one.value_date,
                amount_minor=one.amount_minor,
                currency=one.currency,
                reference=one.reference,
                payer_account=one.payer_account,
                payer_index=matching.index_of(one.payer_name) if state == UNPOSTED else "",
                state=state,
                rule=rule,
            )
        )
    return made


def _is(movement: Movement, settling: set[str]) -> tuple[str, str]:
    """What a movement is, and by which rule: to be posted, unless it is no borrower's money."""
    if movement.taken_back:
        return "look", ""
    if movement.payer_account in settling:
        return "settled", "account"
    if movement.amount_minor < 0:
        return ("charge", "code") if movement.is_charge else ("outgoing", "")
    return UNPOSTED, ""
