"""Whose turn it is with a statement: one program at a time posts its lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.db import DatabaseError, connection

_KEY = "hashtextextended(%s, 0)"


@contextmanager
def turn(lender_id: UUID, account: str, sha256: bytes, /) -> Iterator[bool]:
    """Whether nobody else is at this statement; nobody else will be inside the block.

    The database holds the turn for the connection (in a transaction, until that ends), so that one
    that dies gives it back.
    """
    name = f"statements:{lender_id}:{account}:{sha256.hex()}"
    within = connection.in_atomic_block
    mine = _ask(f"SELECT pg_try_advisory_{'xact_' if within else ''}lock({_KEY})", name)
    try:
        yield mine
    finally:
        if mine and not within:
            with suppress(DatabaseError):  # a lost connection holds nothing
                _ask(f"SELECT pg_advisory_unlock({_KEY})", name)


def _ask(sql: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [name])
        (answer,) = cursor.fetchone()
    return bool(answer)
