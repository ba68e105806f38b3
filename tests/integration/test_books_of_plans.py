"""Plans and books say the same, worked out anew; where they do not, it is named."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from typer.testing import CliRunner

from repact.cli import server
from repact.ledger import chart
from repact.plans.modification import adjustment_minor
from repact.server.books import queries
from repact.server.books.models import Entry, Posting
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments import signed, taking_back, verification

ON = date(2026, 11, 24)


def as_owner(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE; SET session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = origin; SET ROLE repact_app")


@pytest.fixture
def plan(world):
    return world.in_force(world.borrower())


@pytest.fixture
def lived(world, plan):
    """A plan with a payment, one taken back, one too early for a row, and money nobody claims."""

    def pay(amount, source):
        return repayment_actions.post_payment(
            by=world.system,
            agreement_id=plan.id,
            source=source,
            amount_minor=amount,
            currency="CNY",
            value_date=ON,
            now=world.now,
        )

    pay(50_000, "a")
    taken_back = pay(7_777, "b")
    taking_back.reverse_payment(
        by=world.system, payment_id=taken_back.id, reason="charge_back", now=world.now
    )
    repayment_actions.receive_payment(
        by=world.system,
        agreement_id=None,
        source="c",
        amount_minor=123,
        currency="CNY",
        value_date=ON,
        now=world.now,
    )
    return plan


def found(on=ON):
    return {(one.check, one.by_minor) for one in verification.breaches(on=on)}


class TestPlansAndBooks:
    def test_agree_from_the_first_day(self, plan):
        assert found() == set()

    def test_agree_whatever_happened(self, lived):
        assert found() == set()
        assert found(ON + timedelta(days=3)) == set()

    def test_differ_when_a_due_item_was_changed(self, lived):
        as_owner(
            "UPDATE repayments_due_item SET principal_minor = principal_minor + 1 WHERE number = 2"
        )
        assert found() == {("due_items", 1)}

    def test_differ_when_a_due_item_is_gone(self, lived):
        as_owner("DELETE FROM repayments_due_item WHERE number = 2")
        assert found() == {("due_items", 0)}

    def test_differ_when_a_receivable_was_changed(self, lived):
        as_owner(
            "UPDATE books_posting SET amount_minor = amount_minor + 9 "
            "WHERE account = %s AND amount_minor > 0",
            chart.PLAN_PRINCIPAL,
        )
        assert {check for check, _ in found()} == {"plan_receivables"}
        as_owner(
            "UPDATE books_posting SET amount_minor = amount_minor - 9 "
            "WHERE account = %s AND amount_minor > 0",
            chart.PLAN_PRINCIPAL,
        )

    def test_differ_when_a_payment_or_suspense_was_changed(self, lived):
        as_owner("UPDATE repayments_payment SET amount_minor = amount_minor - 1 WHERE source = 'a'")
        as_owner("UPDATE repayments_suspense SET amount_minor = amount_minor + 5")
        assert found() == {("payments", 1), ("suspense", 5)}


class TestWhatAPlanIsWorth:
    """At the debt's original rate, booked with the seal, and nothing of it left in the end."""

    def balance(self, plan, account):
        return queries.balance_minor(agreement_id=plan.id, accounts=[account])

    def test_is_booked_with_the_seal(self, plan):
        part = signed.charged(plan)[0].plan
        gain = adjustment_minor(part.position, part.terms, part.schedule)
        assert gain
        assert self.balance(plan, chart.MODIFICATION) == gain
        account = chart.MODIFICATION_GAINS if gain > 0 else chart.MODIFICATION_LOSSES
        assert self.balance(plan, account) == -gain

    def test_leaves_nothing_when_all_is_paid(self, world, plan):
        quote = repayment_queries.payoff_quote(plan, on=ON)
        repayment_actions.post_payment(
            by=world.system,
            agreement_id=plan.id,
            source="all",
            amount_minor=quote.total_minor,
            currency="CNY",
            value_date=ON,
            now=world.now,
        )
        plan.refresh_from_db()
        assert plan.state == "completed"
        beside = (chart.MODIFICATION, chart.WAIVERS_TO_EARN, chart.UNEARNED_INTEREST)
        assert [self.balance(plan, account) for account in beside] == [0, 0, 0]


class TestTheCommand:
    def run(self, *words):
        return CliRunner().invoke(server.app, list(words))

    def test_verify_ledger_finds_nothing(self, lived):
        done = self.run("verify-ledger")
        assert (done.exit_code, json.loads(done.stdout)) == (0, {"breaches": 0})

    def test_verify_ledger_names_the_entry_and_ends_with_4(self, lived):
        entry = Entry.objects.get(template="agreement_sealed")
        as_owner("UPDATE books_entry SET happened_on = happened_on - 1 WHERE id = %s", entry.id)
        done = self.run("verify-ledger")
        assert done.exit_code == 4
        assert json.loads(done.stderr)["subject"] == f"{entry.id} {entry.source}"

    def test_export_and_codes(self, lived, tmp_path):
        codes = tmp_path / "codes.csv"
        codes.write_text("account,code,name,from_date\n1101,1303,,2026-01-01\n", "utf-8")
        assert json.loads(self.run("import", "accounts", str(codes)).stdout) == {"imported": 1}
        for kind in ("csv", "parquet", "beancount"):
            path = tmp_path / f"journal.{kind}"
            words = ("--from", "2026-01-01", "--to", "2027-01-01", "--format", kind)
            done = self.run("export", "journals", str(path), *words)
            assert json.loads(done.stdout) == {"lines": Posting.objects.count()}
        assert "1303" in (tmp_path / "journal.csv").read_text("utf-8")
        early = ("--from", "2026-01-01", "--to", "2027-01-01", "--known-at", "2020-01-01T00:00:00")
        done = self.run("export", "journals", str(tmp_path / "early.csv"), *early)
        assert json.loads(done.stdout) == {"lines": 0}
        assert queries.lender_code("1101", on=ON) == "1303"
