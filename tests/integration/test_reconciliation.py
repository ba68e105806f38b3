"""Wallet, bank, repayments, books and core beside each other; planted differences are found."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest
from django.conf import settings

from repact.cli import connecting
from repact.server.connectors import core, wallet
from repact.server.lenders.models import Product
from repact.server.loans.models import Loan
from repact.server.people.models import Borrower
from repact.server.reconciliation import actions, queries
from repact.server.reconciliation.models import Difference
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import collecting, taking_back
from repact.server.repayments.models import Collection, Payment
from tests.conftest import KEY
from tests.integration.world import run_jobs

HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def plan(world):
    return world.in_force(world.borrower())


@pytest.fixture
def before(world):
    """What the wallet, shared by every test, already knows."""
    return {(one.kind, one.id) for one in wallet.movements()}


def run(world, before, days=0):
    fresh = [one for one in wallet.movements() if (one.kind, one.id) not in before]
    now = world.now + timedelta(days=days)
    return actions.run(by=world.system, on=now.date(), movements=fresh, now=now)


def found():
    return [(row.cause, row.subject) for row in Difference.objects.filter(resolved_on=None)]


def pay(world, plan):
    collecting.pay_now(by=world.borrower(), agreement_id=plan.id, now=world.now)
    return Collection.objects.get(agreement=plan, state="requested")


def debit(world, amount=500):
    """Money the wallet took for us of which we know nothing."""
    name = uuid.uuid4()
    account = Borrower.objects.get(id=world.borrower().id).wallet_account
    wallet.debit(
        request_id=name,
        account=account,
        amount_minor=amount,
        currency="CNY",
        mandate_ref="",
        memo="m",
    )
    return name


class TestTheSides:
    def test_agree_after_a_payment_a_reversal_and_suspense(self, world, before, plan):
        asked = pay(world, plan)
        run_jobs()
        taking_back.reverse_payment(
            by=world.system,
            payment_id=Payment.objects.get(source=f"wallet:{asked.id}").id,
            reason="chargeback",
            now=world.now,
        )
        body = {"debit": str(asked.id), "reason": "chargeback"}
        httpx.post(f"{settings.REPACT_WALLET_URL}/api/reversals", json=body, headers=HEADERS)
        made = run(world, before)
        assert found() == []
        assert (made.differing, made.compared > 3) == (0, True)

    def test_show_a_debit_nobody_posted(self, world, before):
        name = debit(world)
        run(world, before)
        assert found() == [("outside_only", f"wallet:{name}")]

    def test_show_a_debit_on_its_way_until_it_is_posted(self, world, before, plan):
        asked = pay(world, plan)
        wallet.debit(
            request_id=asked.id,
            account="demo-linxiaoyu",
            amount_minor=asked.amount_minor,
            currency="CNY",
            mandate_ref="",
            memo=plan.reference,
        )
        run(world, before)
        assert found() == [("not_posted_yet", f"wallet:{asked.id}")]
        run_jobs()
        run(world, before, days=1)
        assert found() == []
        assert Difference.objects.get().resolved_on == (world.now + timedelta(days=1)).date()

    def test_show_a_payment_no_wallet_knows(self, world, before, plan):
        repayment_actions.receive_payment(
            by=world.system,
            agreement_id=plan.id,
            source=f"wallet:{uuid.uuid4()}",
            amount_minor=100,
            currency="CNY",
            value_date=world.now.date(),
            now=world.now,
        )
        run(world, before)
        assert [cause for cause, _ in found()] == ["not_outside"]

    def test_show_a_charge_back_nobody_posted(self, world, before, plan):
        asked = pay(world, plan)
        run_jobs()
        body = {"debit": str(asked.id), "reason": "chargeback"}
        httpx.post(f"{settings.REPACT_WALLET_URL}/api/reversals", json=body, headers=HEADERS)
        run(world, before)
        assert found() == [("reversal_missing", f"reversal:{asked.id}")]

    def test_show_what_the_books_do_not_say(self, world, before, plan):
        made = Payment.objects.create(  # what a broken restore might leave
            lender=world.lender,
            agreement=plan,
            source="restored:1",
            amount_minor=100,
            currency="CNY",
            value_date=world.now.date(),
            received_at=world.now,
            allocation={},
        )
        run(world, before)
        assert found() == [("not_in_books", f"payment:{made.id}")]

    def test_age_what_differs(self, world, before):
        debit(world)
        run(world, before)
        run(world, before, days=9)
        (aged,) = queries.open_differences(on=(world.now + timedelta(days=12)).date())
        assert aged.days == 12
        assert queries.last_run().differing == 1


class TestTheKeeper:
    @pytest.fixture(autouse=True)
    def _core_keeps(self, world):
        Product.objects.update(keeper="core")

    def ref(self, plan):
        return Loan.objects.get(id=plan.parts.get().loan_id).ref

    def test_is_told_of_the_plan_and_of_each_payment_and_agrees(self, world, before, plan):
        asked = pay(world, plan)
        run_jobs()
        kept = core.kept(self.ref(plan))
        assert kept.agreement == str(plan.id)
        assert kept.paid_minor == asked.amount_minor
        run(world, before)
        assert found() == []

    def test_takes_a_payment_back(self, world, before, plan):
        asked = pay(world, plan)
        run_jobs()
        taking_back.reverse_payment(
            by=world.system,
            payment_id=Payment.objects.get(source=f"wallet:{asked.id}").id,
            reason="chargeback",
            now=world.now,
        )
        run_jobs()
        assert core.kept(self.ref(plan)).paid_minor == 0

    def test_that_differs_is_shown(self, world, before, plan):
        core.push_payment(payment_id=str(uuid.uuid4()), loan_ref=self.ref(plan), amount_minor=1)
        run(world, before)
        assert found() == [("core_differs", f"core:{self.ref(plan)}")]


def test_the_cores_debts_come_in_through_the_door_of_every_book(world, tmp_path):
    row = {"loan_ref": "X-1", "product_code": "nowhere"}
    url = f"{settings.REPACT_CORE_URL}/api/debts"
    httpx.post(url, json={"rows": [row]}, headers=HEADERS).raise_for_status()
    counts, refused = connecting.pull(lender="")
    assert counts["refused"] == len(refused) == 1
