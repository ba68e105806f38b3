"""A server of its own for a benchmark, and many plans in force on it.

One plan is made by the program; the others are copies of its rows, each with contents of its own
where it is told to, so that nothing a process remembers of one plan helps with the next.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import django
import rfc8785

ROOT = Path(__file__).resolve().parents[1]
START, DUE = date(2026, 11, 24), date(2026, 12, 15)
INSTALLMENTS = 12
NEW = "gen_random_uuid()"
TABLES = {
    "agreements_agreement": {
        "id": "c.agreement",
        "offer_id": NEW,
        "case_id": NEW,
        "reference": "c.reference",
        "contents": "COALESCE(c.contents, t.contents)",
        "contents_sha256": "COALESCE(c.sha256, t.contents_sha256)",
    },
    "repayments_plan": {"id": NEW, "agreement_id": "c.agreement"},
    "repayments_part": {"id": NEW, "agreement_id": "c.agreement"},
    "repayments_due_item": {"id": NEW, "agreement_id": "c.agreement"},
}
COPIES = """
CREATE TEMP TABLE copies (n int, agreement uuid, reference text, contents jsonb, sha256 text);
INSERT INTO copies
    SELECT n, gen_random_uuid(), 'B-' || lpad(n::text, 9, '0') FROM generate_series(2, %s) n
"""


@contextmanager
def server() -> Iterator[None]:
    """An embedded server with every table, or the one at DATABASE_URL; ends with the block."""
    with tempfile.TemporaryDirectory() as directory:
        os.environ.setdefault("REPACT_VAR", f"{directory}/var")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repact.sandbox.settings")
        os.environ["REPACT_APPLICATION_ROLE"] = "0"
        sys.path[:0] = [str(ROOT), str(ROOT / "src")]
        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        settings.REPACT_APPLICATION_ROLE = True  # from here on behind the walls
        connection.close()
        yield
        connection.close()


def lender_named(slug: str) -> Any:
    """A lender of its own."""
    from repact.server.lenders.models import Lender

    return Lender.objects.create(
        slug=slug, host=slug, name_zh="示例", name_en="Sample", is_demo=True
    )


def noon(on: date) -> datetime:
    """Ten in the morning of a day in Shanghai."""
    return datetime(on.year, on.month, on.day, 2, tzinfo=UTC)


def lay_out(lender: Any, size: int, *, own_contents_every: int = 1) -> None:
    """Lay out `size` plans; one in so many has contents of its own, the others share theirs."""
    from tests.integration import plans

    made = plans.in_force(lender, noon(START), [plans.document(count=INSTALLMENTS)])
    with as_owner() as cursor:
        cursor.execute(COPIES, [size])
        _own_contents(cursor, made, range(own_contents_every, size + 1, own_contents_every))
        cursor.execute("CREATE UNIQUE INDEX ON copies (n); ANALYZE copies")
        for table, changed in TABLES.items():
            columns = columns_of(cursor, table)
            values = ", ".join(changed.get(name, f"t.{name}") for name in columns)
            key = "id" if table == "agreements_agreement" else "agreement_id"
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} t,"  # noqa: S608
                f" copies c WHERE t.{key} = %s",
                [made.id],
            )


@contextmanager
def as_owner() -> Iterator[Any]:
    """Past the walls, without triggers and time limits: for rows laid out and tables made."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "RESET ROLE; SET session_replication_role = replica; SET statement_timeout = 0"
        )
        yield cursor
        cursor.execute("DROP TABLE IF EXISTS copies; SET session_replication_role = origin")
        cursor.execute("ANALYZE; RESET statement_timeout; SET ROLE repact_app")


def columns_of(cursor: Any, table: str) -> list[str]:
    """A table's columns in order."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def _own_contents(cursor: Any, made: Any, numbers: range) -> None:
    """The same plan under a reference of its own, with the hash that goes with it."""
    first, kept = numbers[0] if numbers else 0, "B-#########"
    whole = rfc8785.dumps(made.contents | {"reference": kept}).decode()
    cursor.execute("CREATE TEMP TABLE own (n int, contents jsonb, sha256 text)")
    with cursor.copy("COPY own FROM STDIN") as copy:
        for number in numbers:
            text = whole.replace(kept, f"B-{number:09d}")
            copy.write_row((number, text, hashlib.sha256(text.encode()).hexdigest()))
    cursor.execute(
        "UPDATE copies c SET contents = o.contents, sha256 = o.sha256 FROM own o"
        " WHERE o.n = c.n AND c.n >= %s; DROP TABLE own",
        [first],
    )
