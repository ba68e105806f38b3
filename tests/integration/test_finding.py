"""Lines are looked for together as if one by one, and it costs as many queries however many."""

from __future__ import annotations

import random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from repact.server.people import vault
from repact.server.people.models import Borrower
from repact.server.repayments.models import DueItem, Payment
from repact.server.statements import matching, posting, taking
from repact.server.statements.matching import Finder
from repact.server.statements.models import Line, Statement
from repact.server.statements.reading import Movement
from tests.integration.plans import DUE, at

NAMES = ["林 小雨", "林小雨", "Ann Lee", "ann lee", "Bo", ""]


@pytest.fixture
def hands(lender, sign):
    """Plans of named borrowers; two share a name and what they ask for."""
    made = [sign(principal=600_000 + 100_000 * (n // 2)) for n in range(6)]
    for one, name in zip(made, NAMES, strict=True):
        borrower = Borrower.objects.select_related("key").get(id=one.agreement.borrower_id)
        name_them(borrower, name)
    return made


def name_them(borrower, name):
    key = vault.new_subject(lender_id=borrower.lender_id, now=at(DUE))
    borrower.key = key
    borrower.name_sealed = vault.seal(key, name.encode(), context="people.name")
    borrower.id_number_sealed = vault.seal(key, b"110101199001011234", context="people.id_number")
    borrower.phone_sealed = vault.seal(key, b"13800000000", context="people.phone")
    borrower.save()


def asked(one):
    """What the plan's oldest open date asks for."""
    open_items = DueItem.objects.filter(agreement=one.agreement).exclude(state="paid")
    first = open_items.order_by("due_date").first()
    return first.open_minor if first else 1


def lines_for(hands, seed):
    """Lines that depend on each other: by name, by an account that paid before, by a reference."""
    chance, made = random.Random(seed), []
    amounts = [asked(one) for one in hands]
    for number in range(30):
        one = chance.choice(hands)
        amount = chance.choice([*amounts, *amounts, 900, 10**9])
        account = chance.choice(["", "", "X-1", "X-2", f"wallet-{chance.randint(1, 9)}"])
        said = chance.choice(["", "", "", "?", one.agreement.reference, "L-1-1", "L-2-1 L-3-1"])
        name = chance.choice([*NAMES, "nobody"])
        made.append(
            Movement(number, DUE, DUE, amount, "CNY", said, name, account, "", key=str(number))
        )
    return made


def became(by, movements, *, together):
    """What becomes of the lines, and to which plan; nothing of it stays."""
    with transaction.atomic():
        statement = Statement.objects.create(
            lender_id=by.lender_id,
            account="1",
            format="csv",
            sha256=b"1" * 32,
            received_at=at(DUE),
            line_count=len(movements),
        )
        lines = taking._lines(statement, movements)
        Line.objects.bulk_create(lines)
        finder, made = Finder(lines), []
        for line in lines:
            one = finder if together else Finder([line])
            posting.post_line(by=by, line_id=line.id, finder=one, now=at(DUE))
            line.refresh_from_db()
            paid = Payment.objects.filter(source=taking.source_of(line.account, line.key)).first()
            made.append((line.state, line.rule, paid and paid.agreement_id))
        transaction.set_rollback(True)
    return made


class TestLinesTogether:
    @pytest.mark.parametrize("seed", range(4))
    def test_are_found_as_if_one_after_the_other(self, system, hands, seed):
        movements = lines_for(hands, seed)
        together = became(system, movements, together=True)
        assert together == became(system, movements, together=False)
        assert {"account", "name", "reference", ""} >= {rule for _, rule, _ in together}
        assert len({rule for _, rule, _ in together}) > 2

    def test_follow_a_plan_to_what_it_asks_for_next(self, system, hands):
        one = hands[4]
        rows = list(DueItem.objects.filter(agreement=one.agreement).order_by("due_date")[:2])
        movements = [
            Movement(n, DUE, DUE, row.open_minor, "CNY", "", "Bo", "", "", key=str(n))
            for n, row in enumerate(rows)
        ]
        made = became(system, movements, together=True)
        assert made == [("posted", "name", one.agreement.id)] * 2

    def test_cost_as_many_queries_however_many(self, lender, hands):
        counts = []
        for many in (1, 4):
            lines = [
                Line(
                    reference=f"hello {n}",
                    amount_minor=asked(hands[4]) + n % 3,
                    currency="CNY",
                    payer_account=f"nobody-{n}",
                    payer_index=matching.index_of("Bo"),
                )
                for n in range(10 * many)
            ]
            with CaptureQueriesContext(connection) as done:
                finder = Finder(lines)
                found = [finder.match(line) for line in lines]
            assert [one.rule for one in found if one] == ["name"] * len(lines[::3])
            counts.append(len(done))
        assert counts[0] == counts[1] < 10

    def test_of_an_erased_borrower_are_nobodys(self, lender, hands):
        key = Borrower.objects.get(id=hands[4].agreement.borrower_id).key
        type(key).objects.filter(id=key.id).update(destroyed_at=at(DUE), wrapped=b"")
        line = Line(
            amount_minor=asked(hands[4]), currency="CNY", payer_index=matching.index_of("Bo")
        )
        assert Finder([line]).match(line) is None


def test_one_amount_of_very_many_plans_is_looked_at_in_part(lender, hands, monkeypatch):
    monkeypatch.setattr(matching, "_CANDIDATES_MAX", 1)
    amount = asked(hands[0])
    (ids,) = matching._asking({(amount, "CNY")}).values()
    assert ids == [min(one.agreement.id for one in hands[:2])]
    assert matching.suggestions({(amount, "CNY"), (7, "CNY")})[amount, "CNY"][0].id == ids[0]
