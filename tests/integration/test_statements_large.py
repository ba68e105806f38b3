"""A bank's file of two thousand lines, with everything in it, goes the way of a settlement file."""

from __future__ import annotations

import pytest
from django.db import connection

from repact.server.books.models import Posting
from repact.server.repayments import batch
from repact.server.repayments.models import DueItem, Payment, Plan, Suspense
from repact.server.statements import actions, matching
from repact.server.statements.models import Line
from tests.integration import plans
from tests.integration.plans import DUE, START, at
from tests.integration.test_statements import ACCOUNT, COLUMNS, sheet

PLAIN, TWICE, UNKNOWN, BROKEN, OUT, TOO_LARGE, STOPPED = 1_870, 30, 40, 20, 15, 10, 15
KEPT = ("agreements_agreement", "repayments_plan", "repayments_part", "repayments_due_item")
COPY = "INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, copies c WHERE t.{key} = %s"


def copied(agreement, count):
    """Copies of a plan in force, without its past in the books: their references, in order."""
    other = {"reference": "c.reference", "offer_id": "gen_random_uuid()"}
    with plans.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE copies ON COMMIT DROP AS SELECT gen_random_uuid() AS agreement,"
            " 'T-' || lpad(n::text, 6, '0') AS reference FROM generate_series(1, %s) n",
            [count],
        )
        for table in KEPT:
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
            )
            names = [name for (name,) in cursor.fetchall()]
            key = "id" if table == KEPT[0] else "agreement_id"
            changed = {"id": "gen_random_uuid()", key: "c.agreement"}
            changed |= {**other, "case_id": "gen_random_uuid()"} if table == KEPT[0] else {}
            values = ", ".join(changed.get(name, f"t.{name}") for name in names)
            sql = COPY.format(table=table, names=", ".join(names), values=values, key=key)
            cursor.execute(sql, [agreement.id])
            cursor.execute(f"ANALYZE {table}")  # or queries are planned for a handful of rows
    return [f"T-{number:06d}" for number in range(1, count + 1)]


def line(amount_minor, said, *, went=""):
    came = "" if went else f"{amount_minor // 100}.{amount_minor % 100:02d}"
    return f"{DUE},{came},{went},{said},"


@pytest.fixture
def singly(monkeypatch):
    """How many payments went the single way."""
    calls = []
    receive = batch.actions.receive_payment

    def counted(**said):
        calls.append(said["source"])
        return receive(**said)

    monkeypatch.setattr(batch.actions, "receive_payment", counted)
    return calls


@pytest.fixture
def file(lender, system):
    """The lines, and the plan they are about."""
    made = plans.in_force(lender, at(START), [plans.document()])
    first = DueItem.objects.filter(agreement=made).order_by("due_date").first()
    references = copied(made, PLAIN + TWICE + STOPPED)
    stopped = references[PLAIN + TWICE :]
    Plan.objects.filter(agreement__reference__in=stopped).update(stopped="repayments.looked_at")
    actions.set_mapping(by=system, account=ACCOUNT, body=COLUMNS, now=at(DUE))
    due = first.open_minor
    rows = [line(due, f"repays {name}") for name in references]
    rows += [line(due, f"repays {name}") for name in references[PLAIN : PLAIN + TWICE]]
    rows += [line(due + n, f"HELLO-{n}") for n in range(UNKNOWN)]
    rows += [f"{DUE},12,34x,,broken," for _ in range(BROKEN)]
    rows += [line(0, "rent", went=f"{n}.00") for n in range(1, OUT + 1)]
    rows += [line(10**12 + n, references[0]) for n in range(TOO_LARGE)]
    return sheet(*rows)


def test_is_taken_in_whole(system, file, singly):
    report = actions.take_in(by=system, account=ACCOUNT, kind="csv", raw=file, now=at(DUE))
    posted = PLAIN + 2 * TWICE
    assert (report.posted, report.outgoing, report.look) == (posted, OUT, 0)
    assert report.suspense == UNKNOWN + STOPPED
    codes = [bad.code for bad in report.bad]
    assert (codes.count("repayments.too_large"), len(codes)) == (TOO_LARGE, TOO_LARGE + BROKEN)
    assert Payment.objects.count() == posted
    assert set(Payment.objects.values_list("cash_account", "payer")) == {("1002", "third_party")}
    assert Suspense.objects.count() == UNKNOWN + STOPPED
    assert Line.objects.count() == posted + UNKNOWN + STOPPED + OUT
    came = sum(Payment.objects.values_list("amount_minor", flat=True))
    came += sum(Suspense.objects.values_list("amount_minor", flat=True))
    in_books = Posting.objects.filter(account="1002").values_list("amount_minor", flat=True)
    assert sum(in_books) == came
    assert len(singly) <= 2 * TWICE + UNKNOWN + STOPPED + 2 * TOO_LARGE + 2
    again = actions.take_in(by=system, account=ACCOUNT, kind="csv", raw=file + b"\n", now=at(DUE))
    assert (again.posted, again.suspense, again.known) == (0, 0, Line.objects.count())
    assert Payment.objects.count() == posted


@pytest.mark.parametrize("said", ["T-000001", "pays T-000002.", "T-000001 T-000002", "T-9", ""])
def test_finds_the_plans_that_line_by_line_finds(lender, said):
    copied(plans.in_force(lender, at(START), [plans.document()]), 2)
    one = Line(reference=said, amount_minor=500, currency="CNY")
    found = matching.Finder([one]).match(one)
    assert matching.by_reference([(1, said)]) == ({1: found.agreement_id} if found else {})
