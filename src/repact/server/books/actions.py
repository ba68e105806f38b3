"""Posting: one call to the database for one entry or a batch, once for each source event."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from repact import canonical
from repact.ledger.entry import Entry
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.books.errors import BooksError
from repact.server.clock import ports
from repact.server.people import doors

BATCH = 2_000
_POST = (
    "SELECT books_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s::text[], %s::bigint[])"
)
_POST_MANY = (
    "SELECT made, reused FROM books_post_many(%s, %s, %s::uuid[], %s, %s::text[], %s::date[],"
    " %s::text[], %s::uuid[], %s, %s::int[], %s::uuid[], %s::uuid[], %s::int[], %s::text[],"
    " %s::bigint[])"
)


class ToPost(NamedTuple):
    """An entry with the event that caused it, and the agreement it belongs to."""

    entry: Entry
    source: str
    agreement_id: UUID | None = None


@doors.action("books.post", may=(SYSTEM,), joins=True)
def post(*, by: Actor, entry: Entry, source: str, agreement_id: UUID | None = None) -> None:
    """Post a balanced entry for a source event; the same event posts once.

    The event that caused it is what the audit trail records; the entry names it as its source.
    Raises BooksError `books.source_reused` when the event was posted with other content.
    """
    said = _digest(entry, agreement_id)
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
                said,
                _array(ports.new_ids(len(entry.lines))),
                _array(line.account for line in entry.lines),
                _array(line.amount_minor for line in entry.lines),
            ],
        )
        (known,) = cursor.fetchone()
    audit_actions.unchanged()
    if known is not None and bytes(known) != said:
        raise BooksError("books.source_reused", source=source)


@doors.action("books.post_many", may=(SYSTEM,), joins=True)
def post_many(*, by: Actor, postings: Iterable[ToPost]) -> int:
    """Post many entries, each once for its source event; how many are new.

    Batches of `BATCH` go to the database in one call each, so that memory stays as it is however
    many there are. Raises BooksError `books.source_reused` as `post` does, and posts nothing then.
    """
    made, remaining = 0, iter(postings)
    while batch := list(itertools.islice(remaining, BATCH)):
        with connection.cursor() as cursor:
            cursor.execute(_POST_MANY, _columns(by, batch))
            new, reused = cursor.fetchone()
        if reused is not None:
            raise BooksError("books.source_reused", source=reused)
        made += new
    audit_actions.unchanged()
    return made


def digest_of(
    *,
    template: str,
    happened_on: date,
    currency: str,
    agreement_id: UUID | None,
    lines: Sequence[tuple[str, int]],
) -> bytes:
    """SHA-256 over the canonical JSON (RFC 8785) of what an entry says."""
    content = {
        "agreement_id": str(agreement_id) if agreement_id else None,
        "currency": currency,
        "happened_on": happened_on.isoformat(),
        "lines": lines,
        "template": template,
    }
    return hashlib.sha256(canonical.dumps(content)).digest()


def _digest(entry: Entry, agreement_id: UUID | None) -> bytes:
    return digest_of(
        template=entry.template,
        happened_on=entry.happened_on,
        currency=entry.currency,
        agreement_id=agreement_id,
        lines=[(line.account, line.amount_minor) for line in entry.lines],
    )


def _columns(by: Actor, batch: Sequence[ToPost]) -> list[object]:
    """The arguments of `books_post_many`: a column each for entries, then for their lines."""
    ids = ports.new_ids(len(batch))
    lines = [
        (key, number, line)
        for key, one in zip(ids, batch, strict=True)
        for number, line in enumerate(one.entry.lines, 1)
    ]
    return [
        by.lender_id,
        ports.now(),
        _array(ids),
        [one.source for one in batch],
        _array(one.entry.template for one in batch),
        _array(one.entry.happened_on for one in batch),
        _array(one.entry.currency for one in batch),
        _array(one.agreement_id or "NULL" for one in batch),
        [_digest(one.entry, one.agreement_id) for one in batch],
        _array(len(one.entry.lines) for one in batch),
        _array(ports.new_ids(len(lines))),
        _array(key for key, _, _ in lines),
        _array(number for _, number, _ in lines),
        _array(line.account for _, _, line in lines),
        _array(line.amount_minor for _, _, line in lines),
    ]


def _array(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads one, of what needs no quotes: ids, codes, days, numbers."""
    return "{" + ",".join(map(str, values)) + "}"
