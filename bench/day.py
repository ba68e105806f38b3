"""A day with many plans in force, of which 4 % have something due. One JSON line for each size.

.venv/bin/python bench/day.py [PLANS ...]      on an embedded server of its own, or DATABASE_URL

Each of the due plans is debited (one request to the wallet, as a job) and earns its interest. What
grows with the plans that are not due must not show: see the milliseconds per due plan. Each due
plan has contents of its own. At last, how long a payoff quote takes.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from datetime import timedelta
from typing import Any

from layout import DUE, as_owner, lay_out, lender_named, noon, server

SHARE = 25  # one plan in so many is due
QUOTES = 500


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or [10_000, 100_000]
    with server():
        for number, size in enumerate(sizes, 1):
            print(json.dumps(one(number, size)), flush=True)


def one(number: int, size: int) -> dict[str, object]:
    """Lay out `size` plans of a lender of their own, and live the day some of them are due."""
    from repact.server.jobs import day
    from repact.server.repayments.models import Collection, DueItem
    from repact.server.tenancy import scope

    lender = lender_named(f"day-{number}")
    with scope.acting_for(lender.id):
        began = time.perf_counter()
        lay_out(lender, size, own_contents_every=SHARE)
        wait(lender)
        laid = time.perf_counter() - began
        began, cpu = time.perf_counter(), time.process_time()
        day.run_day(lender_id=lender.id, on=DUE, now=noon(DUE))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        due = Collection.objects.count()
        if DueItem.objects.filter(is_earned=False, due_date=DUE).exists():
            sys.exit("the day left interest unearned")
        quotes = payoff_quotes()
    return {
        "plans": size,
        "due": due,
        "seconds": round(seconds, 2),
        "python_cpu_seconds": round(cpu, 2),
        "milliseconds_per_due_plan": round(1000 * seconds / due, 3),
        "rss_mb_max": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "seconds_to_lay_out": round(laid),
        **quotes,
    }


def wait(lender: Any) -> None:
    """Have the plans that are not due wait for their next day, and the others for this one."""
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE repayments_plan p SET"
            " acted_until = CASE WHEN due THEN %s::date ELSE %s END,"
            " next_action_date = CASE WHEN due THEN %s::date ELSE %s END"
            " FROM (SELECT id, right(reference, 9)::int %% %s = 0 AS due"
            "       FROM agreements_agreement WHERE lender_id = %s AND reference LIKE 'B-%%') a"
            " WHERE a.id = p.agreement_id",
            [DUE - timedelta(days=1), DUE, DUE, DUE + timedelta(days=28), SHARE, lender.id],
        )
        cursor.execute(
            "UPDATE repayments_plan p SET next_action_date = %s FROM agreements_agreement a"
            " WHERE a.id = p.agreement_id AND a.lender_id = %s AND a.reference NOT LIKE 'B-%%'",
            [DUE + timedelta(days=28), lender.id],
        )
        cursor.execute(
            "UPDATE repayments_due_item i SET is_earned = true FROM repayments_plan p"
            " WHERE p.agreement_id = i.agreement_id AND p.lender_id = %s AND i.due_date = %s"
            " AND p.next_action_date > %s",
            [lender.id, DUE, DUE],
        )


def payoff_quotes() -> dict[str, float]:
    """Milliseconds of a quote for plans a process has not seen, each read from the database."""
    from repact.server.agreements.models import Agreement
    from repact.server.repayments import queries

    found = list(Agreement.objects.filter(reference__startswith="B-").order_by("-id")[:QUOTES])
    took = []
    for agreement in found:
        began = time.perf_counter()
        queries.payoff_quote(agreement, on=DUE + timedelta(days=40))
        took.append(1000 * (time.perf_counter() - began))
    return {
        "payoff_quote_ms_median": round(statistics.median(took), 2),
        "payoff_quote_ms_p95": round(statistics.quantiles(took, n=20)[-1], 2),
    }


if __name__ == "__main__":
    main()
