"""Posting: one call to the database for one entry, once for each source event."""

from __future__ import annotations

import hashlib
from uuid import UUID

import rfc8785
from django.db import connection

from repact.ledger.entry import Entry
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.books.errors import BooksError
from repact.server.clock import ports
from repact.server.people import doors

_POST = "SELECT books_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s, %s)"


@doors.action("books.post", may=(SYSTEM,))
def post(*, by: Actor, entry: Entry, source: str, agreement_id: UUID | None = None) -> None:
    """Post a balanced entry for a source event; the same event posts once.

    The event that caused it is what the audit trail records; the entry names it as its source.
    Raises BooksError `books.source_reused` when the event was posted with other content.
    """
    digest = _digest(entry, agreement_id)
    with connection.cursor() as cursor:
        cursor.execute(
            _POST,
            [
                by.lender_id,
                ports.new_id(),
                source,
                entry.template,
                entry.happened_on,
                ports.now(),
                entry.currency,
                agreement_id,
                digest,
                [ports.new_id() for _ in entry.lines],
                [line.account for line in entry.lines],
                [line.amount_minor for line in entry.lines],
            ],
        )
        (known,) = cursor.fetchone()
    audit_actions.unchanged()
    if known is not None and bytes(known) != digest:
        raise BooksError("books.source_reused", source=source)


def _digest(entry: Entry, agreement_id: UUID | None) -> bytes:
    content = {
        "template": entry.template,
        "happened_on": entry.happened_on.isoformat(),
        "currency": entry.currency,
        "agreement_id": str(agreement_id) if agreement_id else None,
        "lines": [[line.account, line.amount_minor] for line in entry.lines],
    }
    return hashlib.sha256(rfc8785.dumps(content)).digest()
