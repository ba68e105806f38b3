"""Which lender the current connection acts for.

PostgreSQL keeps the answer in the setting `repact.lender_id`; every policy of `walls` reads it.
With no lender set, a walled table is empty and refuses every write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

SETTING = "repact.lender_id"


def current() -> UUID | None:
    """The lender the connection acts for, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [SETTING])
        (value,) = cursor.fetchone()
    return UUID(value) if value else None


@contextmanager
def acting_for(lender_id: UUID, /) -> Iterator[None]:
    """Act for one lender inside the block, then for whom it was before."""
    before = current()
    _set(str(lender_id), local=False)
    try:
        yield
    finally:
        if not connection.needs_rollback:
            _set(str(before) if before else "", local=False)


def pin(lender_id: UUID, /) -> None:
    """Act for one lender until the current transaction ends."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("pin() needs a transaction")
    _set(str(lender_id), local=True)


def clear() -> None:
    """Act for nobody; called between requests, so that nothing leaks from one to the next."""
    _set("", local=False)


def _set(value: str, *, local: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, %s)", [SETTING, value, local])
