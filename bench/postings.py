"""Payments and journal entries per second beside bare PostgreSQL, in one run, fsync on.

.venv/bin/python bench/postings.py [PLANS] [SECONDS]     needs pgbench on the path

One by one: the real action over 8 connections, beside pgbench writing the same rows by a prepared
script into tables of the same columns and indexes without triggers. In batches: a settlement file,
beside psycopg's own batch of the same rows. `share` is how much of the bare speed is left.
"""

from __future__ import annotations

import functools
import itertools
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django
from day import START, lay_out

ROOT = Path(__file__).resolve().parents[1]
CLIENTS, AMOUNT = 8, 1_000
NOW = datetime(START.year, START.month, START.day, 3, tzinfo=UTC)
WRITTEN = (
    "repayments_payment",
    "repayments_event",
    "books_entry",
    "books_posting",
    "audit_event",
)
KEPT = {
    "repayments_due_item": "paid_principal_minor = paid_principal_minor + 1",
    "repayments_plan": "open_minor = open_minor + 1",
}
Rows = dict[str, list[dict[str, Any]]]


def main() -> None:
    plans = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as directory:
        os.environ.setdefault("REPACT_VAR", f"{directory}/var")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repact.sandbox.settings")
        os.environ["REPACT_APPLICATION_ROLE"] = "0"
        sys.path[:0] = [str(ROOT), str(ROOT / "src")]
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        run(plans, seconds)


def run(plans: int, seconds: int) -> None:
    from django.db import connection

    from repact.server.agreements.models import Agreement
    from repact.server.lenders.models import Lender
    from repact.server.tenancy import scope

    lender = Lender.objects.create(
        slug="postings", host="postings", name_zh="示例", name_en="Sample", is_demo=True
    )
    with scope.acting_for(lender.id):
        lay_out(lender, plans)
        ids = list(Agreement.objects.order_by("id").values_list("id", flat=True))
        rows = rows_of_one(lender.id, ids[0])
        bare(rows, plans)
        entry = {name: rows[name] for name in ("books_entry", "books_posting")}
        connection.close()
        half = ids[: len(ids) // 2]
        one_by_one("books.post", entry, seconds, entries(lender.id), keeps=False)
        one_by_one("repayments.post_payment", rows, seconds, payments(lender.id, half))
        in_batches("books.post_many", entry, plans, lambda: many(lender.id, plans))
        rest = ids[len(ids) // 2 :]
        in_batches("repayments.post_payments", rows, len(rest), lambda: settlement(lender.id, rest))


def rows_of_one(lender_id: Any, agreement_id: Any) -> Rows:
    """The rows that one real payment writes."""
    from django.db import connection

    with connection.cursor() as cursor:
        before = {name: ids(cursor, name) for name in WRITTEN}
        pay(lender_id, agreement_id, "first")
        made: Rows = {}
        for name in WRITTEN:
            cursor.execute(f"SELECT * FROM {name}")  # noqa: S608 - names of our own
            columns = [column.name for column in cursor.description]
            every = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            made[name] = [row for row in every if row["id"] not in before[name]]
    return made


def ids(cursor: Any, table: str) -> set[Any]:
    cursor.execute(f"SELECT id FROM {table}")  # noqa: S608 - names of our own
    return {row[0] for row in cursor.fetchall()}


def bare(rows: Rows, plans: int) -> None:
    """Tables of the same columns and indexes, and nothing else."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for name in (*rows, *KEPT):
            cursor.execute(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING INDEXES)")
        for name in KEPT:
            cursor.execute(f"ALTER TABLE bare_{name} ADD n bigserial")
            columns = "*, nextval(pg_get_serial_sequence(%s, 'n'))"
            cursor.execute(
                f"INSERT INTO bare_{name} SELECT {columns} FROM {name} ORDER BY id LIMIT %s",  # noqa: S608
                [f"bare_{name}", plans],
            )
            cursor.execute(f"CREATE UNIQUE INDEX ON bare_{name} (n)")
        cursor.execute("ANALYZE; SET ROLE repact_app")


def one_by_one(
    name: str, rows: Rows, seconds: int, work: Callable[..., None], *, keeps: bool = True
) -> None:
    """Tell the action's transactions a second over 8 connections beside pgbench's."""
    from django.db import connection

    plain = pgbench(rows, seconds, keeps=keeps)
    connection.close()  # a fork must not share it
    context = multiprocessing.get_context("fork")
    counts = context.Array("i", CLIENTS)
    ready = context.Barrier(CLIENTS + 1)
    workers = [
        context.Process(target=_worker, args=(work, n, seconds, counts, ready))
        for n in range(CLIENTS)
    ]
    for worker in workers:
        worker.start()
    ready.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    ours = sum(counts) / (time.perf_counter() - began)
    tell(f"{name}, one by one over {CLIENTS} connections", ours, "pgbench", plain)


def _worker(work: Callable[..., None], *arguments: Any) -> None:
    """Leave without the embedded server's farewell: it belongs to the parent."""
    work(*arguments)
    os._exit(0)


def pgbench(rows: Rows, seconds: int, *, keeps: bool) -> float:
    """Transactions a second of a prepared script that writes these rows."""
    values: dict[str, str] = {}
    script = ["\\set n random(1, 1000)", "BEGIN;"]
    for table, some in rows.items():
        for row in some:
            script.append(f"INSERT INTO bare_{table} ({', '.join(row)}) VALUES (")  # noqa: S608
            script.append(", ".join(_value(table, key, row[key], values) for key in row) + ");")
    for table, said in KEPT.items() if keeps else ():
        script.append(f"UPDATE bare_{table} SET {said} WHERE n = :n;")  # noqa: S608
    script.append("COMMIT;")
    address = urlsplit(os.environ["DATABASE_URL"])
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write("\n".join(script))
        file.flush()
        command = [shutil.which("pgbench") or "/usr/lib/postgresql/15/bin/pgbench"]
        command += ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds)]
        command += ["-f", file.name, "-h", unquote(address.hostname or ""), "-U", "postgres"]
        command += [f"-D{name}={value}" for name, value in values.items()]
        command.append(address.path[1:])
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            sys.exit(done.stderr)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def _value(table: str, key: str, value: Any, values: dict[str, str]) -> str:
    """A parameter of the script; what must be unique is drawn anew."""
    if key in {"id", "source", "reference"}:
        return "gen_random_uuid()" if key == "id" else "CAST(gen_random_uuid() AS text)"
    if value is None:
        return "NULL"
    if value == "":
        return "''"
    if (table, key) in {("repayments_event", "number"), ("repayments_event", "agreement_id")}:
        drawn = "gen_random_uuid()"
        return drawn if key == "agreement_id" else str(value)
    if (table, key) == ("books_posting", "entry_id"):
        return "gen_random_uuid()"
    name = f"v{len(values)}"
    raw = isinstance(value, bytes | memoryview)
    values[name] = "\\x" + bytes(value).hex() if raw else str(value)
    return f"CAST(:{name} AS {kinds_of(table)[key]})"


@functools.cache
def kinds_of(table: str) -> dict[str, str]:
    """The type of each column."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = %s",
            [table],
        )
        return dict(cursor.fetchall())


def payments(lender_id: Any, ids: list[Any]) -> Callable[..., None]:
    def work(number: int, seconds: int, counts: Any, ready: Any) -> None:
        for round_ in _timed(seconds, ready):
            mine = ids[1 + number :: CLIENTS]
            pay(lender_id, mine[round_ % len(mine)], f"w{number}:{round_}")
            counts[number] += 1

    return work


def entries(lender_id: Any) -> Callable[..., None]:
    def work(number: int, seconds: int, counts: Any, ready: Any) -> None:
        from repact.server.audit import actor
        from repact.server.books import actions

        by = actor.system(lender_id)
        for round_ in _timed(seconds, ready):
            one = entry(round_)
            actions.post(by=by, entry=one, source=f"e{number}:{round_}", agreement_id=lender_id)
            counts[number] += 1

    return work


def _timed(seconds: int, ready: Any) -> Iterator[int]:
    from django.db import connection

    connection.ensure_connection()
    ready.wait()
    until = time.perf_counter() + seconds
    for round_ in itertools.count():
        if time.perf_counter() > until:
            return
        yield round_


def pay(lender_id: Any, agreement_id: Any, source: str) -> None:
    from repact.server.audit import actor
    from repact.server.repayments import actions

    actions.post_payment(
        by=actor.system(lender_id),
        agreement_id=agreement_id,
        source=source,
        amount_minor=AMOUNT,
        currency="CNY",
        value_date=START,
        now=NOW,
    )


def entry(number: int) -> Any:
    from repact.ledger import templates

    applied = {"principal": 900 + number % 7, "interest": 90}
    return templates.payment_received(on=START, currency="CNY", applied_minor=applied)


def many(lender_id: Any, count: int) -> None:
    from repact.server.audit import actor
    from repact.server.books import actions

    some = (actions.ToPost(entry(n), f"m{n}", lender_id) for n in range(count))
    actions.post_many(by=actor.system(lender_id), postings=some)


def settlement(lender_id: Any, ids: Iterable[Any]) -> None:
    from repact.server.audit import actor
    from repact.server.repayments import batch

    arrived = (batch.Arrival(i, f"s:{i}", AMOUNT, "CNY", START) for i in ids)
    batch.post_file(by=actor.system(lender_id), rows=arrived, now=NOW)


def in_batches(name: str, rows: Rows, count: int, work: Callable[[], None]) -> None:
    """Tell how many a second, beside psycopg writing the same rows 500 a transaction."""
    plain = psycopg_batch(rows, min(count, 20_000))
    began = time.perf_counter()
    work()
    tell(f"{name}, {count} at once", count / (time.perf_counter() - began), "psycopg", plain)


def psycopg_batch(rows: Rows, count: int) -> float:
    import uuid

    import psycopg

    def fresh(table: str, row: dict[str, Any]) -> list[Any]:
        drawn = {"id": uuid.uuid4(), "source": str(uuid.uuid4()), "reference": str(uuid.uuid4())}
        if table == "repayments_event":
            drawn["agreement_id"] = uuid.uuid4()
        if table == "books_posting":
            drawn["entry_id"] = uuid.uuid4()
        whole = row | {key: value for key, value in drawn.items() if key in row}
        return list(whole.values())

    began = time.perf_counter()
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for start in range(0, count, 500):
            with connection.transaction(), connection.cursor() as cursor:
                for table, some in rows.items():
                    columns = ", ".join(some[0])
                    places = ", ".join(["%s"] * len(some[0]))
                    cursor.executemany(
                        f"INSERT INTO bare_{table} ({columns}) VALUES ({places})",  # noqa: S608
                        [fresh(table, row) for _ in range(start, start + 500) for row in some],
                    )
    return count / (time.perf_counter() - began)


def tell(name: str, ours: float, peer: str, plain: float) -> None:
    line = {"contender": name, "per_second": round(ours)}
    line |= {f"{peer}_per_second": round(plain), "share": round(ours / plain, 3)}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
