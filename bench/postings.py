"""Payments and journal entries per second beside bare PostgreSQL, in one run, fsync on.

.venv/bin/python bench/postings.py [PLANS] [SECONDS]     needs pgbench

One by one: the real action over 8 connections, beside pgbench writing the same rows by a prepared
script into tables of the same columns and indexes without triggers or foreign keys; and the same
script once more with one house account's balance in a row that every payment updates. In batches: a
settlement file, beside psycopg writing the same rows by unnest, a thousand payments a transaction;
over one connection on both sides, then over two: ours are two threads of one process, psycopg's two
processes. `share` is how much of the bare speed is left.
Every plan has contents of its own, and is paid on the day its first installment falls due. With
220,000 plans a file has 100,000 rows.
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
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from layout import DUE, as_owner, lay_out, lender_named, noon, server

CLIENTS, AT_ONCE = 8, 1_000
NOW = noon(DUE)
WRITTEN = {
    "repayments_payment": "id",
    "repayments_event": "id",
    "books_entry": "id",
    "books_posting": "id",
    "audit_event": "id",
    "procrastinate_jobs": "id",
    "procrastinate_events": "id",
}
KEPT = {
    "repayments_due_item": "paid_principal_minor = paid_principal_minor + 1",
    "repayments_part": "prepaid_minor = prepaid_minor + 1",
    "repayments_plan": "open_minor = open_minor + 1",
}
UNIQUE = {  # what may not repeat, and how it is drawn anew
    ("repayments_event", "agreement_id"),
    ("books_posting", "entry_id"),
}
Rows = dict[str, list[dict[str, Any]]]


def main() -> None:
    plans = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with server():
        run(plans, seconds)


def run(plans: int, seconds: int) -> None:
    from django.db import connection

    from repact.server.agreements.models import Agreement
    from repact.server.repayments.models import DueItem
    from repact.server.tenancy import lanes, scope

    lender = lender_named("postings")
    with scope.acting_for(lender.id):
        lay_out(lender, plans)
        first = DueItem.objects.filter(due_date=DUE).first()
        amount = first.payment_minor
        ids = list(Agreement.objects.order_by("id").values_list("id", flat=True))
        rows = rows_of_one(lender.id, ids[0], amount)
        bare(rows, plans)
        entry = {name: rows[name] for name in ("books_entry", "books_posting")}
        some = 1 + min(plans // 3, 20_000)  # paid one by one; the others by settlement files
        one_by_one("books.post", entry, seconds, entries(lender.id), keeps=0)
        one_by_one(
            "repayments.post_payment",
            rows,
            seconds,
            payments(lender.id, ids[1:some], amount),
            keeps=plans,
        )
        hot_row(rows, seconds, keeps=plans)
        connection.ensure_connection()
    with scope.acting_for(lender.id):
        in_batches("books.post_many", entry, plans, lambda: many(lender.id, plans), keeps=0)
        alone, both = ids[some : (some + plans) // 2], ids[(some + plans) // 2 :]
        lanes.LANES, whole = 1, lanes.LANES
        in_batches(
            "repayments.post_payments over one connection",
            rows,
            len(alone),
            lambda: settlement(lender.id, alone, amount),
            keeps=plans,
        )
        lanes.LANES = whole
        in_batches(
            f"repayments.post_payments over {whole} connections",
            rows,
            len(both),
            lambda: settlement(lender.id, both, amount),
            keeps=plans,
            over=whole,
        )


def rows_of_one(lender_id: Any, agreement_id: Any, amount: int) -> Rows:
    """The rows that one real payment writes."""
    with as_owner() as cursor:
        before = {name: ids_in(cursor, name) for name in WRITTEN}
    pay(lender_id, agreement_id, "first", amount)
    made: Rows = {}
    with as_owner() as cursor:
        for name in WRITTEN:
            cursor.execute(f"SELECT * FROM {name}")  # noqa: S608 - names of our own
            columns = [column.name for column in cursor.description]
            every = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            made[name] = [row for row in every if row["id"] not in before[name]]
    return made


def ids_in(cursor: Any, table: str) -> set[Any]:
    cursor.execute(f"SELECT id FROM {table}")  # noqa: S608 - names of our own
    return {row[0] for row in cursor.fetchall()}


def bare(rows: Rows, plans: int) -> None:
    """Tables of the same columns, indexes and numbering, and nothing else."""
    with as_owner() as cursor:
        for name in (*rows, *KEPT):
            cursor.execute(
                f"CREATE TABLE bare_{name} (LIKE {name}"
                " INCLUDING INDEXES INCLUDING DEFAULTS INCLUDING IDENTITY)"
            )
        for name in KEPT:
            cursor.execute(
                f"INSERT INTO bare_{name} SELECT * FROM {name}"  # noqa: S608
                " ORDER BY agreement_id, id LIMIT %s",
                [plans],
            )
            cursor.execute(
                f"ALTER TABLE bare_{name} ADD n bigserial;CREATE UNIQUE INDEX ON bare_{name} (n)"
            )


def one_by_one(
    name: str, rows: Rows, seconds: int, work: Callable[..., None], *, keeps: int
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
    if any(worker.exitcode for worker in workers):
        sys.exit(f"{name}: a worker failed")
    ours = sum(counts) / (time.perf_counter() - began)
    tell(f"{name}, one by one over {CLIENTS} connections", ours, "pgbench", plain)


def hot_row(rows: Rows, seconds: int, *, keeps: int) -> None:
    """Tell what one hot balance row would leave of the bare script's speed."""
    with as_owner() as cursor:
        cursor.execute(
            "CREATE TABLE bare_balance (account text PRIMARY KEY, balance_minor bigint);"
            "INSERT INTO bare_balance VALUES ('1001', 0)"
        )
    hot = "UPDATE bare_balance SET balance_minor = balance_minor + 1 WHERE account = '1001';"
    with_it, without = (
        pgbench(rows, seconds, keeps=keeps, last=hot),
        pgbench(rows, seconds, keeps=keeps),
    )
    tell(f"pgbench with one hot row over {CLIENTS} connections", with_it, "pgbench", without)


def _worker(work: Callable[..., None], *arguments: Any) -> None:
    """Leave without the embedded server's farewell: it belongs to the parent."""
    failed = 1
    try:
        work(*arguments)
        failed = 0
    finally:
        if failed:
            traceback.print_exc()
        os._exit(failed)


def pgbench(rows: Rows, seconds: int, *, keeps: int, last: str = "") -> float:
    """Transactions a second of a prepared script that writes these rows, then does the `last`."""
    values: dict[str, str] = {}
    script = [f"\\set n random(1, {max(keeps, 1)})", "BEGIN;"]
    for table, some in rows.items():
        for row in some:
            chosen = [key for key in row if not _numbered(table, key)]
            drawn = [_value(table, key, row[key], values) for key in chosen]
            script.append(
                f"INSERT INTO bare_{table} ({', '.join(chosen)}) VALUES ({', '.join(drawn)});"  # noqa: S608
            )
    for table, said in KEPT.items() if keeps else ():
        script.append(f"UPDATE bare_{table} SET {said} WHERE n = :n;")  # noqa: S608
    script += [last, "COMMIT;"]
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


def _numbered(table: str, key: str) -> bool:
    """Whether the table numbers its rows itself."""
    return (table, key) == ("audit_event", "number") or (
        table.startswith("procrastinate_") and key == "id"
    )


def _value(table: str, key: str, value: Any, values: dict[str, str]) -> str:
    """A parameter of the script; what must be unique is drawn anew."""
    if key in {"id", "source", "reference"}:
        return "gen_random_uuid()" if key == "id" else "CAST(gen_random_uuid() AS text)"
    if value is None:
        return "NULL"
    if value == "":
        return "''"
    if (table, key) in UNIQUE:
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


def payments(lender_id: Any, ids: list[Any], amount: int) -> Callable[..., None]:
    def work(number: int, seconds: int, counts: Any, ready: Any) -> None:
        mine = ids[number::CLIENTS]
        for round_ in _timed(seconds, ready):
            pay(lender_id, mine[round_ % len(mine)], f"w{number}:{round_}", amount)
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


def pay(lender_id: Any, agreement_id: Any, source: str, amount: int) -> None:
    from repact.server.audit import actor
    from repact.server.repayments import actions

    actions.post_payment(
        by=actor.system(lender_id),
        agreement_id=agreement_id,
        source=source,
        amount_minor=amount,
        currency="CNY",
        value_date=DUE,
        now=NOW,
    )


def entry(number: int) -> Any:
    from repact.ledger import templates

    applied = {"principal": 900 + number % 7, "interest": 90}
    return templates.payment_received(on=DUE, currency="CNY", applied_minor=applied)


def many(lender_id: Any, count: int) -> None:
    from repact.server.audit import actor
    from repact.server.books import actions

    some = (actions.ToPost(entry(n), f"m{n}", lender_id) for n in range(count))
    actions.post_many(by=actor.system(lender_id), postings=some)


def settlement(lender_id: Any, ids: Iterable[Any], amount: int) -> None:
    from repact.server.audit import actor
    from repact.server.repayments import batch

    arrived = (batch.Arrival(i, f"s:{i}", amount, "CNY", DUE) for i in ids)
    made = batch.post_file(by=actor.system(lender_id), rows=arrived, now=NOW)
    if made.refused or made.suspended:
        sys.exit(f"the settlement file was not taken: {made}")


def in_batches(
    name: str, rows: Rows, count: int, work: Callable[[], None], *, keeps: int, over: int = 1
) -> None:
    """Tell how many a second, beside psycopg writing the same rows a thousand a transaction: over
    one connection, and over as many as ours."""
    some = max(AT_ONCE, min(count // over, 20_000) // AT_ONCE * AT_ONCE)
    plain = psycopg_batch(rows, some, keeps=keeps)
    began = time.perf_counter()
    work()
    ours = count / (time.perf_counter() - began)
    tell(f"{name}, {count} at once", ours, "psycopg", plain)
    if over > 1:
        bare = functools.partial(psycopg_batch, rows, some, keeps=keeps)
        tell(
            f"{name}, {count} at once, beside as many of psycopg",
            *(ours, "psycopg", over * some / _both([bare] * over)),
        )


def _both(works: list[Callable[..., object]]) -> float:
    """How long some works take at the same time, each in a process of its own; `ready` is what each
    waits at when it has prepared itself."""
    from django.db import connection

    connection.close()  # a fork must not share it
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(len(works) + 1)
    workers = [
        context.Process(target=_worker, args=(functools.partial(work, ready=ready),))
        for work in works
    ]
    for worker in workers:
        worker.start()
    ready.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a process failed")
    return time.perf_counter() - began


def psycopg_batch(rows: Rows, count: int, *, keeps: int, ready: Any = None) -> float:
    """How many a second psycopg alone writes, one statement a table and a thousand payments."""
    import psycopg

    batches = [_columns_of_batch(rows, AT_ONCE) for _ in range(count // AT_ONCE)]
    if ready:
        ready.wait()
    began = time.perf_counter()
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for first, batch in enumerate(batches):
            with connection.transaction(), connection.cursor() as cursor:
                for statement, columns in batch:
                    cursor.execute(statement, columns)
                for table, said in KEPT.items() if keeps else ():
                    cursor.execute(
                        f"UPDATE bare_{table} t SET {said}"  # noqa: S608
                        " FROM unnest(%s::bigint[]) v(n) WHERE t.n = v.n",
                        [[1 + (first * AT_ONCE + n) % keeps for n in range(AT_ONCE)]],
                    )
    return len(batches) * AT_ONCE / (time.perf_counter() - began)


def _columns_of_batch(rows: Rows, count: int) -> list[tuple[str, list[list[Any]]]]:
    """A statement for each table, and the columns it writes."""
    made = []
    for table, some in rows.items():
        chosen = [key for key in some[0] if not _numbered(table, key)]
        kinds = [kinds_of(table)[key] for key in chosen]
        arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
        names = ", ".join(chosen)
        statement = f"INSERT INTO bare_{table} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608
        columns = [
            [_drawn(table, key, row[key]) for _ in range(count) for row in some] for key in chosen
        ]
        made.append((statement, columns))
    return made


def _drawn(table: str, key: str, value: Any) -> Any:
    if key in {"id", "source", "reference"} or (table, key) in UNIQUE:
        fresh = uuid.uuid4()
        return fresh if key == "id" or key.endswith("_id") else str(fresh)
    return bytes(value) if isinstance(value, memoryview) else value


def tell(name: str, ours: float, peer: str, plain: float) -> None:
    line = {"contender": name, "per_second": round(ours)}
    line |= {f"{peer}_per_second": round(plain), "share": round(ours / plain, 3)}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
