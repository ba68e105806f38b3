"""A day with many plans in force, of which 4 % have something due. One JSON line for each size.

.venv/bin/python bench/day.py [PLANS ...]      on an embedded server of its own, or DATABASE_URL

Each of the due plans is debited (one request to the wallet, as a job) and earns its interest. What
grows with the plans that are not due must not show: the last line says seconds per due plan.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
START, DUE = date(2026, 11, 24), date(2026, 12, 15)
SHARE = 25  # one plan in so many is due


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or [10_000, 100_000]
    with tempfile.TemporaryDirectory() as directory:
        os.environ.setdefault("REPACT_VAR", f"{directory}/var")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repact.sandbox.settings")
        os.environ["REPACT_APPLICATION_ROLE"] = "0"
        sys.path[:0] = [str(ROOT), str(ROOT / "src")]
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        for number, size in enumerate(sizes, 1):
            print(json.dumps(one(number, size)), flush=True)


def one(number: int, size: int) -> dict[str, object]:
    """Lay out `size` plans of a lender of their own, and live the day some of them are due."""
    from repact.server.jobs import day
    from repact.server.lenders.models import Lender
    from repact.server.repayments.models import Collection
    from repact.server.tenancy import scope

    lender = Lender.objects.create(
        slug=f"day-{number}", host=f"day-{number}", name_zh="示例", name_en="Sample", is_demo=True
    )
    with scope.acting_for(lender.id):
        lay_out(lender, size)
        began, cpu = time.perf_counter(), time.process_time()
        day.run_day(
            lender_id=lender.id, on=DUE, now=datetime(DUE.year, DUE.month, DUE.day, 2, tzinfo=UTC)
        )
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        due = Collection.objects.count()
    return {
        "plans": size,
        "due": due,
        "seconds": round(seconds, 2),
        "python_cpu_seconds": round(cpu, 2),
        "milliseconds_per_due_plan": round(1000 * seconds / due, 3),
        "rss_mb_max": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def lay_out(lender: object, size: int) -> None:
    """One plan made by the program, and copies of its rows."""
    from django.db import connection

    from tests.integration import plans

    now = datetime(START.year, START.month, START.day, 2, tzinfo=UTC)
    made = plans.in_force(lender, now, [plans.document(count=3)])
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE; SET session_replication_role = replica")
        cursor.execute(
            "CREATE TEMP TABLE copies AS SELECT n, gen_random_uuid() AS agreement"
            " FROM generate_series(2, %s) n",
            [size],
        )
        for table, changed in TABLES.items():
            columns = columns_of(cursor, table)
            values = ", ".join(changed.get(name, f"t.{name}") for name in columns)
            key = "id" if table == "agreements_agreement" else "agreement_id"
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} t,"  # noqa: S608
                f" copies c WHERE t.{key} = %s",
                [made.id],
            )
        cursor.execute("DROP TABLE copies; SET session_replication_role = origin")
        cursor.execute(
            "UPDATE repayments_plan SET acted_until = %s, next_action_date = %s"
            " WHERE lender_id = %s AND mod(abs(hashtext(agreement_id::text)), %s) > 0",
            [DUE, DUE + timedelta(days=28), lender.id, SHARE],
        )
        cursor.execute(
            "UPDATE repayments_due_item i SET is_earned = true FROM repayments_plan p"
            " WHERE p.agreement_id = i.agreement_id AND p.lender_id = %s AND i.number = 1"
            " AND p.next_action_date > %s",
            [lender.id, DUE],
        )
        cursor.execute(
            "UPDATE repayments_plan SET next_action_date = %s WHERE lender_id = %s"
            " AND acted_until < %s",
            [DUE, lender.id, DUE],
        )
        cursor.execute(
            "UPDATE repayments_plan SET acted_until = %s WHERE lender_id = %s"
            " AND next_action_date = %s",
            [DUE - timedelta(days=1), lender.id, DUE],
        )
        cursor.execute("ANALYZE; SET ROLE repact_app")


NEW = "gen_random_uuid()"
TABLES = {
    "agreements_agreement": {
        "id": "c.agreement",
        "offer_id": NEW,
        "case_id": NEW,
        "reference": "'B-' || c.n",
    },
    "repayments_plan": {"id": NEW, "agreement_id": "c.agreement"},
    "repayments_part": {"id": NEW, "agreement_id": "c.agreement"},
    "repayments_due_item": {"id": NEW, "agreement_id": "c.agreement"},
}


def columns_of(cursor: object, table: str) -> list[str]:
    """A table's columns in order."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


if __name__ == "__main__":
    main()
