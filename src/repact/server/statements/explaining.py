"""Movements that are no borrower's money: what the bank keeps, what the wallet settles with us."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.ledger import chart, outcomes
from repact.ledger.entry import Entry
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import SUPERVISOR, Actor
from repact.server.books import actions as book_actions
from repact.server.people import doors
from repact.server.repayments import came, charging_back, suspense
from repact.server.repayments.came import Came
from repact.server.repayments.models import Suspense
from repact.server.statements.errors import StatementError
from repact.server.statements.models import Line

ENTRIES = ("charge", "settled")


@doors.action("statements.explain", may=(SUPERVISOR,))
def explain(*, by: Actor, line_id: UUID, state: str, source: str, now: datetime) -> Line:
    """Say that a line is a `charge` of the bank's, or money the wallet's program `settled` with us.

    Once said of an account, the next lines with it are settled by themselves. `source` is what the
    line is to repayments, where it waits in suspense. Raises StatementError `statements.not_found`,
    `.cannot_explain`, and RepaymentError `repayments.already_worked`.
    """
    line = Line.objects.select_for_update().filter(id=line_id).first()
    if line is None:
        raise StatementError("statements.not_found")
    known = {"outgoing": ENTRIES, "suspense": ("settled",)}
    if state not in known.get(line.state, ()):
        raise StatementError("statements.cannot_explain", field="state")
    from_account = chart.BANK_CLEARING
    if line.state == "suspense":
        kept = Suspense.objects.filter(source=source).only("id").first()
        if kept is None:
            raise StatementError("statements.not_found")
        suspense.close(suspense.still_open(kept.id), by, now, state="settled")
        from_account = chart.SUSPENSE
    line.state, line.rule = state, "person"
    line.save()
    post(line, by=by, from_account=from_account)
    audit_actions.record(
        by=by,
        action="statements.explain",
        subject_id=line.id,
        now=now,
        state=state,
        amount_minor=line.amount_minor,
    )
    return line


@doors.action("statements.take_back", may=(SUPERVISOR,))
def take_back(*, by: Actor, line_id: UUID, source: str, now: datetime) -> Line:
    """Say which payment an entry that the bank took back is of; it is undone.

    Raises StatementError `statements.not_found`, `.cannot_explain` where it was said before, or the
    payment is not of this sum.
    """
    line = Line.objects.select_for_update().filter(id=line_id).first()
    if line is None:
        raise StatementError("statements.not_found")
    known = {one.source for one in candidates(line)}
    if line.state != "look" or line.rule or source not in known:
        raise StatementError("statements.cannot_explain", field="source")
    line.rule = "person"
    line.save()
    charging_back.take_back(by=by, source=source, reason="bank_reversal", now=now)
    audit_actions.record(
        by=by, action="statements.take_back", subject_id=line.id, now=now, source=source
    )
    return line


def candidates(line: Line, /) -> list[Came]:
    """What came by the bank in the sum that the bank took back."""
    return came.of_sum(
        abs(line.amount_minor), currency=line.currency, cash_account=chart.BANK_CLEARING
    )


def post(line: Line, /, *, by: Actor, from_account: str = chart.BANK_CLEARING) -> None:
    """Post what a line is to the books: a step of the actions that may."""
    entry: Entry
    if line.state == "charge":
        entry = outcomes.bank_charged(
            on=line.value_date, currency=line.currency, amount_minor=-line.amount_minor
        )
    else:
        entry = outcomes.clearing_settled(
            on=line.value_date,
            currency=line.currency,
            amount_minor=line.amount_minor,
            from_account=from_account,
        )
    system = actor.system(by.lender_id)
    book_actions.post(by=system, entry=entry, source=f"line:{line.id}")
