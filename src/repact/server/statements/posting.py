"""What was kept of a statement is posted: each line once, to a plan or a debt, or in suspense.

Lines that name a plan go together, as a settlement file does: some hundred a transaction, so that
nobody's own payment waits for a whole file. Then the others, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from repact.errors import RepactError
from repact.ledger import chart
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.people import doors
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import batch, contracts, disposing
from repact.server.repayments.batch import Arrival
from repact.server.repayments.models import ContractPayment, Payment
from repact.server.statements import matching
from repact.server.statements.matching import Finder
from repact.server.statements.models import UNPOSTED, Line, Statement
from repact.server.statements.reading import BadLine
from repact.server.statements.taking import source_of
from repact.server.tenancy import bulk, lanes

_SINGLY_AT_ONCE = 1_000

T = TypeVar("T")


@dataclass(slots=True)
class Done:
    """What became of some lines: how many are what now, and those that repayments refused."""

    states: dict[str, int] = field(default_factory=dict)
    refused: list[BadLine] = field(default_factory=list)

    def became(self, line: Line, state: str, rule: str) -> None:
        """Note what became of a line, there and here."""
        line.state, line.rule, line.payer_index = state, rule, ""
        self.states[state] = self.states.get(state, 0) + 1


def post_rest(*, by: Actor, statement_id: UUID, now: datetime) -> Iterator[Done]:
    """Post whatever of a statement is not posted yet, step by step; what each step did.

    For whoever has the statement's turn, and sees the rows of its lender.
    """
    system = actor.system(by.lender_id)
    unposted = Line.objects.filter(statement_id=statement_id, state=UNPOSTED).order_by("number")
    left = list(unposted.values_list("id", "reference"))
    named = matching.by_reference(left)
    in_order = sorted(named.items(), key=lambda one: one[1])  # everybody locks plans in this order
    steps = [
        [
            partial(post_lines, by=system, statement_id=statement_id, plans=dict(some), now=now)
            for some in _some(lane, batch.AT_ONCE)
        ]
        for lane in lanes.share(in_order, key=lambda one: one[1], few=batch.AT_ONCE)
    ]
    yield from lanes.run(steps)
    others = [line_id for line_id, _ in left if line_id not in named]
    for some in _some(others, _SINGLY_AT_ONCE):
        lines = unposted.filter(id__among=some)
        finder = Finder(list(lines))
        for line_id in some:
            yield post_line(by=system, line_id=line_id, finder=finder, now=now)


@doors.action("statements.post_lines", may=(SYSTEM,))
def post_lines(*, by: Actor, statement_id: UUID, plans: Mapping[UUID, UUID], now: datetime) -> Done:
    """Post lines of a statement to the plans that they name (line: agreement), plan by plan, in one
    transaction. One that is refused is reported like a line that cannot be read."""
    held = Line.objects.select_for_update().filter(id__among=plans, state=UNPOSTED)
    lines = sorted(held.order_by("id"), key=lambda one: (plans[one.id], one.number))
    rows = [
        Arrival(agreement_id=plans[one.id], payer="third_party", **_money(one)) for one in lines
    ]
    made = batch.post_payments(by=by, rows=rows, now=now)
    refused, waiting = dict(made.refused), set(made.waiting)
    done, kept, gone = Done(), [], []
    for line, row in zip(lines, rows, strict=True):
        if row.source in refused:
            gone.append(line)
            done.refused.append(BadLine(line.number, refused[row.source]))
        else:
            done.became(line, "suspense" if row.source in waiting else "posted", "reference")
            kept.append(line)
    bulk.update(kept, ["state", "rule", "payer_index"])
    _refuse(statement_id, gone, done.refused)
    audit_actions.record(
        by=by,
        action="statements.post_lines",
        subject_id=statement_id,
        now=now,
        bad=len(gone),
        **done.states,
    )
    return done


@doors.action("statements.post_line", may=(SYSTEM,))
def post_line(*, by: Actor, line_id: UUID, finder: Finder, now: datetime) -> Done:
    """Post a line where the finder finds that it belongs, as `post_lines` does."""
    line = Line.objects.select_for_update().filter(id=line_id, state=UNPOSTED).first()
    done = Done()
    if line is None:
        audit_actions.unchanged()
        return done
    try:
        with transaction.atomic():
            state, rule = _post(by, line, finder, now)
    except RepactError as error:
        done.refused.append(BadLine(line.number, error.code))
        _refuse(line.statement_id, [line], done.refused)
        audit_actions.record(
            by=by, action="statements.post_line", subject_id=line.id, now=now, refused=error.code
        )
    else:
        done.became(line, state, rule)
        line.save(update_fields=["state", "rule", "payer_index"])
    return done


def _post(by: Actor, line: Line, finder: Finder, now: datetime) -> tuple[str, str]:
    if sale := finder.sale_of(line):
        disposing.complete_sale(by=by, disposal_id=sale.id, on=line.value_date, now=now)
        finder.sold(sale)
        return "sold", "reference"
    found = finder.match(line)
    money = {
        **_money(line),
        "payer": "borrower" if found and found.rule == "name" else "third_party",
    }
    kept: object
    if found and found.loan_id:
        kept = contracts.take_in(by=by, loan_id=found.loan_id, now=now, **money)
    else:
        plan = found.agreement_id if found else None
        kept = repayment_actions.receive_payment(by=by, agreement_id=plan, now=now, **money)
    if isinstance(kept, Payment):
        finder.paid(line, kept.agreement_id)
    posted = isinstance(kept, Payment | ContractPayment)
    return ("posted" if posted else "suspense", found.rule if found else "")


def _money(line: Line) -> dict[str, Any]:
    """What repayments are told of a line."""
    return {
        "source": source_of(line.account, line.key),
        "amount_minor": line.amount_minor,
        "currency": line.currency,
        "value_date": line.value_date,
        "said": line.reference,
        "payer_account": line.payer_account,
        "cash_account": chart.BANK_CLEARING,
    }


def _refuse(statement_id: UUID, lines: Sequence[Line], bad: Sequence[BadLine]) -> None:
    """Take lines for such as cannot be read: in a later statement they are tried again."""
    if not lines:
        return
    Line.objects.filter(id__in=[line.id for line in lines]).delete()
    statement = Statement.objects.select_for_update().get(id=statement_id)
    statement.bad = sorted(
        [*statement.bad, *({"number": one.number, "code": one.code} for one in bad)],
        key=lambda one: int(one["number"]),
    )
    statement.save(update_fields=["bad"])


def _some(things: Sequence[T], count: int) -> Iterator[Sequence[T]]:
    for first in range(0, len(things), count):
        yield things[first : first + count]
