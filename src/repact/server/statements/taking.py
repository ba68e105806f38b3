"""What becomes of the movements of a statement: each once, posted or kept for a person.

Movements that name a plan are posted together, as a settlement file; then the others, one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from repact.errors import RepactError
from repact.ledger import chart
from repact.server.audit import actor
from repact.server.audit.actor import Actor
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import batch, contracts, disposing
from repact.server.repayments.batch import Arrival
from repact.server.repayments.models import ContractPayment, Payment
from repact.server.statements import explaining, matching
from repact.server.statements.models import LINE_STATES, Line, Statement
from repact.server.statements.reading import BadLine, Movement

_LINES_AT_ONCE = 2_000


@dataclass(slots=True)
class Report:
    """What became of a statement's lines. `known`: the file, or the line, was there before."""

    statement_id: UUID | None = None
    posted: int = 0
    suspense: int = 0
    outgoing: int = 0
    look: int = 0
    charge: int = 0
    settled: int = 0
    sold: int = 0
    known: int = 0
    bad: list[BadLine] = field(default_factory=list)

    def as_dict(self) -> dict[str, int]:
        """Counts only."""
        names = (*LINE_STATES, "known")
        return {**{name: getattr(self, name) for name in names}, "bad": len(self.bad)}


def take(
    by: Actor, statement: Statement, movements: Sequence[Movement], report: Report, now: datetime
) -> None:
    """Post what is new among the movements of a statement, and say in the report what became of
    them. One that is refused is reported like a line that cannot be read."""
    new = _new(statement, movements)
    report.known += len(movements) - len(new)
    others = _of_others(statement, new)
    came = [one for one in new if one.key not in others]
    named = matching.by_reference(came)
    lines = [*_together(by, statement, came, named, report, now)]
    for one in new:
        if one.key in others:
            lines.append(_line(statement, one, *others[one.key]))
        elif one.key not in named:
            lines += _singly(by, statement, one, report, now)
    for line in lines:
        if line.state in explaining.ENTRIES:
            explaining.post(line, by=by)
    Line.objects.bulk_create(lines, batch_size=_LINES_AT_ONCE)
    for line in lines:
        setattr(report, line.state, getattr(report, line.state) + 1)


def source_of(account: str, key: str, /) -> str:
    """The event a bank's movement is to repayments."""
    return f"bank:{hashlib.sha256(f'{account}|{key}'.encode()).hexdigest()}"


def _new(statement: Statement, movements: Sequence[Movement]) -> list[Movement]:
    earlier = Line.objects.filter(account=statement.account, key__in=[m.key for m in movements])
    known = set(earlier.values_list("key", flat=True))
    return [one for one in movements if one.key not in known]


def _of_others(statement: Statement, movements: Sequence[Movement]) -> dict[str, tuple[str, str]]:
    """The movements that are no borrower's money, by key: what each is, and by which rule."""
    settling, made = matching.settling(statement.account), {}
    for one in movements:
        if one.taken_back:
            made[one.key] = ("look", "")
        elif one.payer_account in settling:
            made[one.key] = ("settled", "account")
        elif one.amount_minor < 0:
            made[one.key] = ("charge", "code") if one.is_charge else ("outgoing", "")
    return made


def _together(
    by: Actor,
    statement: Statement,
    came: Sequence[Movement],
    named: dict[str, UUID],
    report: Report,
    now: datetime,
) -> Iterator[Line]:
    """Post the movements that name a plan, plan by plan: everybody locks plans in that order."""
    some = sorted((one for one in came if one.key in named), key=lambda one: named[one.key])
    rows = (
        Arrival(
            agreement_id=named[one.key],
            source=source_of(statement.account, one.key),
            amount_minor=one.amount_minor,
            currency=one.currency,
            value_date=one.value_date,
            said=one.reference,
            payer="third_party",
            payer_account=one.payer_account,
            cash_account=chart.BANK_CLEARING,
        )
        for one in some
    )
    made = batch.post_file(by=actor.system(by.lender_id), rows=rows, now=now)
    refused, waiting = dict(made.refused), set(made.waiting)
    for one in some:
        source = source_of(statement.account, one.key)
        if source in refused:
            report.bad.append(BadLine(one.number, refused[source]))
        else:
            state = "suspense" if source in waiting else "posted"
            yield _line(statement, one, state, "reference")


def _singly(
    by: Actor, statement: Statement, movement: Movement, report: Report, now: datetime
) -> Iterator[Line]:
    try:
        with transaction.atomic():
            state, rule = _post(by, movement, statement.account, now)
    except RepactError as error:
        report.bad.append(BadLine(movement.number, error.code))
    else:
        yield _line(statement, movement, state, rule)


def _post(by: Actor, movement: Movement, account: str, now: datetime) -> tuple[str, str]:
    system = actor.system(by.lender_id)
    if sale := matching.sale_of(movement):
        disposing.complete_sale(by=system, disposal_id=sale.id, on=movement.value_date, now=now)
        return "sold", "reference"
    found = matching.match(movement)
    own = found is not None and found.rule == "name"
    money = {
        "by": system,
        "source": source_of(account, movement.key),
        "amount_minor": movement.amount_minor,
        "currency": movement.currency,
        "value_date": movement.value_date,
        "now": now,
        "said": movement.reference,
        "payer": "borrower" if own else "third_party",
        "payer_account": movement.payer_account,
        "cash_account": chart.BANK_CLEARING,
    }
    kept: object
    if found and found.loan:
        kept = contracts.take_in(loan_id=found.loan.id, **money)
    else:
        plan = found.agreement if found else None
        kept = repayment_actions.receive_payment(agreement_id=plan.id if plan else None, **money)
    posted = isinstance(kept, Payment | ContractPayment)
    return ("posted" if posted else "suspense", found.rule if found else "")


def _line(statement: Statement, movement: Movement, state: str, rule: str = "") -> Line:
    return Line(
        lender_id=statement.lender_id,
        statement=statement,
        account=statement.account,
        key=movement.key,
        booked_on=movement.booked_on,
        value_date=movement.value_date,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        reference=movement.reference,
        payer_account=movement.payer_account,
        state=state,
        rule=rule,
    )
