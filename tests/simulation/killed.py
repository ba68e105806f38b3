"""What `test_kills` kills: a program that pays and says what was acknowledged.

python killed.py begin | pay FIRST | take FILE | drain | look | lines | wake

in a place of its own (REPACT_VAR).

The plans begin on `KILLED_ON`, a day in ISO 8601.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

DAY = date.fromisoformat(os.environ.get("KILLED_ON", "2026-11-24"))
NOW = datetime(DAY.year, DAY.month, DAY.day, 2, tzinfo=UTC)
PLANS = 3


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "repact.sandbox.settings"
    if sys.argv[1] == "begin":
        os.environ["REPACT_APPLICATION_ROLE"] = "0"
    django.setup()
    {
        "begin": begin,
        "pay": pay,
        "drain": drain,
        "look": look,
        "wake": wake,
        "take": take,
        "lines": lines,
    }[sys.argv[1]]()


def begin() -> None:
    """A lender, and plans large enough for every payment of the test."""
    from django.core.management import call_command

    from repact.server.lenders.models import Lender
    from repact.server.tenancy import scope
    from tests.integration import plans

    call_command("migrate", verbosity=0)
    lender = Lender.objects.create(slug="killed", name_zh="示例", name_en="Sample", is_demo=True)
    with scope.acting_for(lender.id):
        for number in range(1, PLANS + 1):
            signed = plans.document(
                principal=10**10, start=DAY, first=DAY.replace(day=1) + timedelta(days=45)
            )
            plans.in_force(lender, NOW, [signed], number=number)


def pay() -> None:
    """Pay from a number on, for ever, one after the other; say each number once it is done."""
    from repact.server.agreements.models import Agreement
    from repact.server.audit import actor
    from repact.server.lenders.models import Lender
    from repact.server.repayments import actions
    from repact.server.tenancy import scope

    lender = Lender.objects.get()
    with scope.acting_for(lender.id):
        agreements = list(Agreement.objects.order_by("reference").values_list("id", flat=True))
        number = int(sys.argv[2])
        while True:
            actions.receive_payment(
                by=actor.system(lender.id),
                agreement_id=agreements[number % PLANS],
                source=f"k{number}",
                amount_minor=100 + number,
                currency="CNY",
                value_date=NOW.date(),
                now=NOW,
            )
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            number += 1


def take() -> None:
    """Take in a bank's file, few lines a transaction; say so whenever some are posted."""
    from pathlib import Path

    from repact.server.audit import actor
    from repact.server.lenders.models import Lender
    from repact.server.repayments import batch
    from repact.server.statements import actions
    from repact.server.tenancy import scope

    post = batch.post_payments

    def post_payments(**said: Any) -> Any:
        made = post(**said)
        sys.stdout.write("some\n")
        sys.stdout.flush()
        return made

    batch.post_payments, batch.AT_ONCE = post_payments, 4
    lender = Lender.objects.get()
    with scope.acting_for(lender.id):
        by, columns = actor.system(lender.id), ("booked_on", "amount", "reference")
        mapping = dict(zip(columns, columns, strict=True)) | {"currency": "CNY"}
        actions.set_mapping(by=by, account="1", body=mapping, now=NOW)
        raw = Path(sys.argv[2]).read_bytes()
        report = actions.take_in(by=by, account="1", kind="csv", raw=raw, now=NOW)
        sys.stdout.write(f"{report.as_dict()}\n")


def lines() -> None:
    """What became of the lines of statements, as JSON."""
    from django.db.models import Count, Sum

    from repact.ledger import chart
    from repact.server.books.models import Posting
    from repact.server.lenders.models import Lender
    from repact.server.repayments.models import Payment, Suspense
    from repact.server.statements.models import Line, Statement
    from repact.server.tenancy import scope

    with scope.acting_for(Lender.objects.get().id):
        states = Line.objects.values_list("state").annotate(count=Count("id"))
        came = Line.objects.filter(state__in=["posted", "suspense"])
        cash = Posting.objects.filter(account=chart.BANK_CLEARING)
        said = {
            "states": dict(states.order_by()),
            "bad": [len(one.bad) for one in Statement.objects.order_by("received_at", "id")],
            "payments": Payment.objects.filter(source__startswith="bank:").count(),
            "suspense": Suspense.objects.count(),
            "came_minor": came.aggregate(total=Sum("amount_minor"))["total"],
            "cash_minor": cash.aggregate(total=Sum("amount_minor"))["total"],
            "off_minor": Posting.objects.aggregate(total=Sum("amount_minor"))["total"],
        }
    sys.stdout.write(json.dumps(said))


def wake() -> None:
    """See that the database answers, and leave it running."""
    from django.db import connection

    connection.ensure_connection()
    os._exit(0)


def drain() -> None:
    """Give back what killed workers held, and do all that is waiting, without waiting longer."""
    from django.db import connection
    from procrastinate.contrib.django import app

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = NULL"
            " WHERE task_name IN ('jobs.take_in_event', 'jobs.finish_statement')"
            " AND status = 'todo'"
        )

    async def work() -> None:
        workers = app.with_connector(app.connector.get_worker_connector())
        async with workers.open_async():
            manager = workers.job_manager
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=0):
                await manager.retry_job(job)
            await workers.run_worker_async(wait=False, concurrency=2, install_signal_handlers=False)

    asyncio.run(work())


def look() -> None:
    """What the database says, as JSON."""
    from django.db.models import Count, Sum

    from repact.ledger import chart
    from repact.server.agreements.models import Agreement
    from repact.server.audit.models import Event
    from repact.server.books.models import Entry, Posting
    from repact.server.lenders.models import Lender
    from repact.server.repayments.models import Payment, PlanEvent, Suspense
    from repact.server.tenancy import scope
    from repact.server.webhooks.models import InboxEvent
    from tests.integration import plans

    with scope.acting_for(Lender.objects.get().id):
        for agreement in Agreement.objects.all():
            plans.alive(agreement, NOW.date())
        cash = Posting.objects.filter(account=chart.WALLET_CLEARING)
        lines = Entry.objects.annotate(total=Sum("postings__amount_minor"), n=Count("postings"))
        said = {
            "payments": dict(Payment.objects.values_list("source", "amount_minor")),
            "events": PlanEvent.objects.filter(kind="payment").count(),
            "recorded": Event.objects.filter(action="repayments.post_payment").count(),
            "cash_minor": cash.aggregate(total=Sum("amount_minor"))["total"] or 0,
            "waiting": InboxEvent.objects.filter(state="received").count(),
            "refused": InboxEvent.objects.exclude(state__in=["received", "done"]).count(),
            "suspense": Suspense.objects.count(),
            "unbalanced": lines.exclude(total=0).count(),
        }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
