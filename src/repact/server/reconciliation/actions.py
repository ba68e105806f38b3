"""Laying the sides beside each other, once a day, and keeping what differs until it does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SUPERVISOR, SYSTEM, Actor
from repact.server.connectors.wallet import Movement
from repact.server.people import doors
from repact.server.reconciliation import comparing
from repact.server.reconciliation.models import Difference, Run


@doors.action("reconciliation.run", may=(SYSTEM, ENGINEER, SUPERVISOR))
def run(*, by: Actor, on: date, movements: Sequence[Movement], now: datetime) -> Run:
    """Compare the wallet's movements, the bank's lines, repayments, the books and the core.

    A difference stays open until a run no longer finds it. Raises ConnectorError while the core is
    away: then nothing is noted.
    """
    compared = comparing.Compared()
    found = [
        *comparing.outside(movements, on=on, compared=compared),
        *comparing.books(compared=compared),
        *comparing.keeper(compared=compared),
    ]
    _note(by, found, on)
    row = Run.objects.create(
        lender_id=by.lender_id,
        on_date=on,
        ran_at=now,
        compared=compared.count,
        differing=len(found),
    )
    audit_actions.record(
        by=by,
        action="reconciliation.run",
        subject_id=row.id,
        now=now,
        compared=row.compared,
        differing=row.differing,
    )
    return row


def _note(by: Actor, found: Sequence[comparing.Found], on: date) -> None:
    known = {
        row.subject: row for row in Difference.objects.select_for_update().filter(resolved_on=None)
    }
    for one in found:
        row = known.pop(one.subject, None) or Difference(
            lender_id=by.lender_id, subject=one.subject, first_seen_on=on
        )
        row.cause, row.currency, row.last_seen_on = one.cause, one.currency, on
        row.outside_minor, row.books_minor = one.outside_minor, one.books_minor
        row.repayments_minor = one.repayments_minor
        row.save()
    for row in known.values():
        row.resolved_on = on
        row.save()
