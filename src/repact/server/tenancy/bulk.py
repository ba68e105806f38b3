"""Writing many rows of one table at once.

COPY is the fastest way into PostgreSQL, and it is refused under row-level security; so the rows are
copied to a temporary table first and inserted from there, where walls and constraints judge them.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from repact.server.tenancy.models import LenderRow


def insert(rows: Sequence[LenderRow], /) -> None:
    """Insert rows of one model in two statements."""
    if not rows:
        return
    own, fields = connections[DEFAULT_DB_ALIAS], rows[0]._meta.concrete_fields
    columns = ", ".join(own.ops.quote_name(str(field.column)) for field in fields)
    table = rows[0]._meta.db_table
    with transaction.atomic(), own.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE incoming (LIKE {table}) ON COMMIT DROP")
        with cursor.copy(f"COPY incoming ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(
                    [
                        field.get_db_prep_save(getattr(row, str(field.attname)), own)
                        for field in fields
                    ]
                )
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming")  # noqa: S608 - names of our own
        cursor.execute("DROP TABLE incoming")


def update(rows: Sequence[LenderRow], fields: Sequence[str], /) -> None:
    """Write some fields of rows of one model in one statement."""
    if not rows:
        return
    own, meta = connections[DEFAULT_DB_ALIAS], rows[0]._meta
    chosen = [meta.get_field(name) for name in ("id", *fields)]
    columns = [own.ops.quote_name(str(field.column)) for field in chosen]
    arrays = ", ".join(f"%s::{field.db_type(own).split('(')[0]}[]" for field in chosen)
    values = [
        [field.get_db_prep_save(getattr(row, str(field.attname)), own) for row in rows]
        for field in chosen
    ]
    changes = ", ".join(f"{column} = v.{column}" for column in columns[1:])
    with own.cursor() as cursor:
        cursor.execute(
            f"UPDATE {meta.db_table} t SET {changes}"  # noqa: S608 - names of our own
            f" FROM unnest({arrays}) v({', '.join(columns)}) WHERE t.id = v.id",
            values,
        )
