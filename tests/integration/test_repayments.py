"""Money: posted once, allocated to the last minor unit, never half."""

from __future__ import annotations

import os
from datetime import date, timedelta

import httpx
import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Sum

from repact.ledger import chart
from repact.server.books.models import Entry, Posting
from repact.server.connectors import wallet
from repact.server.jobs import day
from repact.server.notices.models import Notice
from repact.server.people.models import Borrower
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import collecting
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import Collection, DueItem, Payment
from tests.integration.world import at_once, run_jobs

ROUNDS = int(os.environ.get("REPACT_ROUNDS", "10"))


@pytest.fixture
def plan(world):
    """Lin Xiaoyu's plan, in force."""
    return world.in_force(world.borrower())


@pytest.fixture
def pay(world, plan):
    def run(amount, *, source="bank:1", currency="CNY", agreement=None):
        return repayment_actions.post_payment(
            by=world.system,
            agreement_id=(agreement or plan).id,
            source=source,
            amount_minor=amount,
            currency=currency,
            value_date=date(2026, 11, 24),
            now=world.now,
        )

    return run


def fault(kind, *, path="/api/debits", count=1):
    httpx.post(
        f"{settings.REPACT_WALLET_URL}/api/faults",
        json={"kind": kind, "count": count, "method": "POST", "path": path},
        headers={"Authorization": f"Bearer {settings.REPACT_WALLET_KEY}"},
    ).raise_for_status()


class TestAPayment:
    def test_goes_to_the_oldest_installment_first(self, pay):
        first = DueItem.objects.order_by("number").filter(state="due").first()
        pay(first.payment_minor)
        first.refresh_from_db()
        assert first.state == "paid"
        assert DueItem.objects.filter(state="paid").count() == 1

    def test_is_accounted_for_to_the_last_minor_unit(self, pay):
        payment = pay(123_457)
        assert sum(payment.allocation.values()) == 123_457
        entry = Entry.objects.get(source=f"payment:{payment.id}")
        assert sum(line.amount_minor for line in entry.postings.all()) == 0

    def test_of_everything_finishes_the_plan(self, plan, pay):
        owed = sum(item.open_minor for item in DueItem.objects.all())
        quote = repayment_queries.payoff_quote(plan, on=date(2026, 11, 24))
        assert quote.total_minor == owed - quote.saved_minor
        payment = pay(quote.total_minor + 5)
        plan.refresh_from_db()
        assert plan.state == "completed"
        assert payment.allocation["excess"] == 5
        for account in (*chart.PLAN_RECEIVABLE.values(), chart.UNEARNED_INTEREST):
            left = Posting.objects.filter(account=account).aggregate(s=Sum("amount_minor"))["s"]
            assert not left

    def test_repeated_changes_nothing(self, pay):
        assert pay(5_000).id == pay(5_000).id
        assert Payment.objects.count() == 1

    @pytest.mark.parametrize("amount", [0, -1])
    def test_of_nothing_is_refused(self, pay, amount):
        with pytest.raises(RepaymentError, match=r"repayments\.not_positive"):
            pay(amount)

    def test_with_a_used_source_is_refused(self, pay):
        pay(5_000)
        with pytest.raises(RepaymentError, match=r"repayments\.source_reused"):
            pay(5_001)

    def test_in_another_currency_is_refused(self, pay):
        with pytest.raises(RepaymentError, match=r"repayments\.wrong_currency"):
            pay(5_000, currency="USD")
        assert not Payment.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_sixteen_times_at_once_is_posted_once(self, world, pay):
        for round_ in range(ROUNDS):
            name = f"bank:round-{round_}"
            results = at_once(16, world.lender.id, lambda name=name: pay(101, source=name))
            assert len({payment.id for payment in results}) == 1
            assert Payment.objects.count() == round_ + 1
            assert Entry.objects.filter(template="payment_received").count() == round_ + 1

    @pytest.mark.django_db(transaction=True)
    def test_told_differently_at_once_is_one_of_them_and_the_rest_is_refused(self, world, pay):
        amounts = iter(range(1_001, 1_009))
        results = at_once(8, world.lender.id, lambda: pay(next(amounts), source="bank:same"))
        refused = [r for r in results if isinstance(r, RepaymentError)]
        assert (len(refused), Payment.objects.count()) == (7, 1)
        assert {error.code for error in refused} == {"repayments.source_reused"}

    @pytest.mark.django_db(transaction=True)
    def test_beside_others_at_once_loses_none(self, world, pay):
        sources = iter(f"bank:{n}" for n in range(8))
        at_once(8, world.lender.id, lambda: pay(1_000, source=next(sources)))
        paid = sum(item.payment_minor - item.open_minor for item in DueItem.objects.all())
        assert paid == 8_000


class TestACollection:
    @pytest.fixture
    def item(self, plan):
        return DueItem.objects.filter(state="due").order_by("number").first()

    def ask(self, world, item):
        return collecting.request_collection(
            by=world.system, agreement_id=item.agreement_id, now=world.now
        )

    def test_is_posted(self, world, item):
        self.ask(world, item)
        run_jobs()
        item.refresh_from_db()
        assert item.state == "paid"

    def test_asked_twice_is_one_request(self, world, item):
        assert self.ask(world, item).id == self.ask(world, item).id

    @pytest.mark.parametrize("kind", ["timeout_after_commit", "timeout_before_commit"])
    def test_that_times_out_is_posted_once_when_the_wallet_answers_again(self, world, item, kind):
        account = Borrower.objects.get(id=world.borrower().id).wallet_account
        before = wallet.account(account).balance_minor
        self.ask(world, item)
        fault(kind)
        with pytest.raises(RepaymentError, match=r"repayments\.answer_unknown"):
            run_jobs()
        assert not Payment.objects.exists()
        with connection.cursor() as cursor:  # what the queue's retry does
            cursor.execute("UPDATE procrastinate_jobs SET status = 'todo'")
        run_jobs()
        assert Payment.objects.count() == 1
        assert before - wallet.account(account).balance_minor == Payment.objects.get().amount_minor

    def test_that_is_declined_says_so_and_leaves_the_item_due(self, world):
        answer = wallet.DebitAnswer(status="declined", reason="insufficient_funds")
        plan = world.in_force(world.borrower())
        item = DueItem.objects.filter(agreement=plan, state="due").order_by("number").first()
        collection = self.ask(world, item)
        collecting.settle_collection(
            by=world.system, collection_id=collection.id, answer=answer, now=world.now
        )
        item.refresh_from_db()
        assert (item.state, Payment.objects.count()) == ("due", 0)
        assert Notice.objects.filter(kind="debit_declined").exists()


class TestTheDays:
    def test_remind_collect_and_note_what_is_late(self, world, plan):
        fault("error_500", count=1000)
        first = DueItem.objects.filter(state="due").order_by("number").first()
        days = (first.due_date - date(2026, 11, 24)).days
        day.advance_clock(lender_id=world.lender.id, days=days - 1)
        assert Notice.objects.filter(kind="due_soon").count() == 1
        assert not Collection.objects.exists()
        day.advance_clock(lender_id=world.lender.id, days=1)
        assert Collection.objects.get().due_item_id == first.id
        day.advance_clock(lender_id=world.lender.id, days=2)
        first.refresh_from_db()
        assert first.state == "grace"
        assert Notice.objects.filter(kind="missed").count() == 1
        day.advance_clock(lender_id=world.lender.id, days=2)
        first.refresh_from_db()
        assert first.state == "late"
        assert Notice.objects.filter(kind="late").count() == 1

    def test_touch_nothing_that_has_nothing_to_do(self, world, plan):
        assert repayment_queries.due_by_clock(on=date(2026, 11, 24)) == []

    def test_lived_twice_change_nothing(self, world, plan):
        on = DueItem.objects.filter(state="due").order_by("number").first().due_date
        now = world.now + timedelta(days=60)
        for _ in range(2):
            day.run_day(lender_id=world.lender.id, on=on, now=now)
        assert Collection.objects.count() == 1


class TestTheBooks:
    """What the database refuses, whoever asks."""

    def test_refuse_a_line_more(self, pay):
        entry = Entry.objects.get(source=f"payment:{pay(5_000).id}")
        with pytest.raises(IntegrityError, match="not balanced"), transaction.atomic():
            Posting.objects.create(
                lender_id=entry.lender_id,
                entry=entry,
                number=9,
                account="1101",
                amount_minor=1,
            )
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE books_posting SET amount_minor = amount_minor + 1",
            "DELETE FROM books_posting",
            "UPDATE books_entry SET happened_on = happened_on - 1",
            "DELETE FROM books_entry",
            "UPDATE audit_event SET action = 'x'",
        ],
    )
    def test_refuse_to_change(self, pay, sql):
        pay(5_000)
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)

    @pytest.mark.parametrize(
        "sql",
        [
            "TRUNCATE books_posting, books_entry CASCADE",
            "ALTER TABLE books_entry DISABLE TRIGGER ALL",
            "ALTER TABLE books_entry DISABLE ROW LEVEL SECURITY",
            "DROP TABLE books_posting",
        ],
    )
    def test_cannot_be_opened_by_the_applications_role(self, pay, sql):
        with (
            pytest.raises((ProgrammingError, IntegrityError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
