"""A settlement file is posted with the same outcome as its rows one by one."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Sum

from repact.server.books.models import Posting
from repact.server.lenders.models import Lender
from repact.server.repayments import actions, batch
from repact.server.repayments.batch import Arrival
from repact.server.repayments.models import DueItem, Payment, Plan, PlanEvent, Suspense
from tests.integration.plans import DUE, at

COUNT = 24


def rows_for(hands, seed):
    """A file with everything in it: exact, part, too much, twice, unknown, wrong, late."""
    chance, made = random.Random(seed), []
    for number, one in enumerate(hands):
        due = one.life(DUE).due_minor
        amount = chance.choice([due, due, due, chance.randint(1, due), due + 7, 10**9, 0])
        currency = "USD" if number % 11 == 10 else "CNY"
        day = DUE - timedelta(days=number % 7 == 6)
        made.append(Arrival(one.agreement.id, f"f{seed}:{number}", amount, currency, day))
        if number % 5 == 4:
            made.append(Arrival(one.agreement.id, f"g{seed}:{number}", 1_000, "CNY", DUE))
    made.append(Arrival(None, f"h{seed}", 5, "CNY", DUE, said="?"))
    chance.shuffle(made)
    return made


def one_by_one(hands, rows, *, on=DUE):
    for row in rows:
        try:
            actions.receive_payment(
                by=hands[0].system,
                agreement_id=row.agreement_id,
                source=row.source,
                amount_minor=row.amount_minor,
                currency=row.currency,
                value_date=row.value_date,
                now=at(on),
                said=row.said,
            )
        except actions.RepaymentError:
            continue


def outcome(hands):
    """What stands of these plans, without names."""
    made = []
    for one in hands:
        agreement = one.agreement
        items = DueItem.objects.filter(agreement=agreement).order_by("part", "number")
        lines = Posting.objects.filter(entry__agreement_id=agreement.id)
        made.append(
            {
                "plan": Plan.objects.values_list("standing", "open_minor", "credit_minor").get(
                    agreement=agreement
                ),
                "items": [(i.open_minor, i.paid_interest_minor, i.state) for i in items],
                "payments": sorted(
                    str(sorted(p.allocation.items())) for p in agreement.payments.all()
                ),
                "events": PlanEvent.objects.filter(agreement=agreement).count(),
                "books": sorted(
                    lines.values_list("entry__template", "account").annotate(Sum("amount_minor"))
                ),
                "suspense": sorted(
                    Suspense.objects.filter(agreement=agreement).values_list("reason", flat=True)
                ),
            }
        )
    return made


@pytest.mark.parametrize("seed", [1, 2])
def test_is_posted_as_if_row_by_row(sign, seed):
    singly = [sign(principal=600_000 + n) for n in range(COUNT)]
    together = [sign(principal=600_000 + n) for n in range(COUNT)]
    rows = rows_for(singly, seed)
    one_by_one(singly, rows)
    rows = _like(rows, singly, together)
    made = batch.post_file(by=together[0].system, rows=rows, now=at(DUE))
    assert outcome(singly) == outcome(together)
    assert made.posted + made.suspended + len(made.refused) == len(rows)
    again = batch.post_file(by=together[0].system, rows=rows, now=at(DUE))
    assert (again.posted, again.suspended) == (0, 0)
    assert Payment.objects.count() == 2 * made.posted


def _like(rows, singly, together):
    """The same rows for the other plans, under names of their own."""
    twins = {a.agreement.id: b.agreement.id for a, b in zip(singly, together, strict=True)}
    return [
        Arrival(
            twins.get(row.agreement_id),
            f"t{row.source}",
            row.amount_minor,
            row.currency,
            row.value_date,
            row.said,
        )
        for row in rows
    ]


@pytest.mark.parametrize("table", ["repayments_payment", "repayments_suspense"])
def test_what_a_source_brought_is_never_looked_for_among_all(lender, table):
    """However small the table was when the question was planned, nothing is cheaper to read by."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT id FROM {table} WHERE lender_id = %s AND source = %s",  # noqa: S608
            [lender.id, "x"],
        )
        said = " ".join(line for (line,) in cursor.fetchall())
    assert f"{table}_source" in said


def test_rows_are_asked_for_among_any_values_with_one_parameter(lender):
    lenders = Lender.objects.filter(id__among={lender.id, UUID(int=1)}, slug__among=["demo", "x"])
    assert [one.id for one in lenders] == [lender.id]
    assert str(lenders.query).count("ANY") == 2
    assert not Lender.objects.filter(id__among=[]).exists()
