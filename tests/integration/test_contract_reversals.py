"""A payment for a debt without a plan is taken back: by the wallet, the bank or a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from repact.ledger import chart
from repact.server.audit.actor import AGENT, SUPERVISOR, Actor
from repact.server.books.models import Posting
from repact.server.clock import ports
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.notices.models import Notice
from repact.server.pages import sentences
from repact.server.people.doors import NotAllowedError
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import (
    beside,
    came,
    charging_back,
    contract_reversals,
    contracts,
    disposing,
    suspense,
)
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import (
    ContractPayment,
    ContractReversal,
    OwedBeside,
    Payment,
    Refund,
    Reversal,
    Suspense,
)
from tests.integration.plans import DUE, at
from tests.integration.test_money_without_a_plan import ON, balance, holds, loan, pay  # noqa: F401
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.test_webhooks import ask, catcher, deliver, present, push  # noqa: F401
from tests.integration.world import at_once

LATER = date(2026, 12, 4)
UNDONE = ("<BookgDt>", "<RvslInd>true</RvslInd><BookgDt>")


def standing(one):
    """Everything the book says of a debt."""
    return Loan.objects.filter(id=one.id).values().get()


def accounts():
    """Every account that is not at zero."""
    made = {}
    for account, amount in Posting.objects.values_list("account", "amount_minor"):
        made[account] = made.get(account, 0) + amount
    return {account: amount for account, amount in made.items() if amount}


@pytest.fixture
def back(world):
    def run(source="wallet-event:1", *, by=None, reason="charge_back", on=LATER):
        charging_back.take_back(by=by or world.system, source=source, reason=reason, now=at(on))

    return run


class TestWhatCame:
    @pytest.mark.parametrize("is_too_much", [False, True])
    def test_in_a_sum_is_found_however_much_came_since(
        self,
        loan,  # noqa: F811
        pay,  # noqa: F811
        is_too_much,
        monkeypatch,
    ):
        monkeypatch.setattr(came, "SHOWN", 1)
        other = Loan.objects.exclude(id=loan.id).filter(state="open").first()
        owed = loan_queries.position(loan, on=ON).total_minor
        wanted = owed + 5_000 if is_too_much else 12_345
        pay(loan, wanted, source="wallet-event:1")
        pay(other, 10_000, source="wallet-event:2")
        assert ContractPayment.objects.count() == 2
        account = ContractPayment.objects.values_list("cash_account", flat=True)[0]
        found = came.of_sum(wanted, currency="CNY", cash_account=account)
        assert [(one.source, one.amount_minor) for one in found] == [("wallet-event:1", wanted)]


class TestAReversal:
    def test_leaves_debt_and_books_as_if_nothing_had_arrived(self, loan, pay, back):  # noqa: F811
        before, books = standing(loan), accounts()
        pay(loan, 90_000, on=ON)
        assert standing(loan) != before
        back()
        assert (standing(loan), accounts()) == (before, books)
        holds()

    def test_opens_a_debt_again_that_it_had_closed(self, loan, pay, back):  # noqa: F811
        before = standing(loan)
        owed = loan_queries.position(loan, on=LATER).total_minor
        pay(loan, loan_queries.position(loan, on=ON).total_minor)
        loan.refresh_from_db()
        assert loan.state == "closed"
        back()
        assert standing(loan) == before
        loan.refresh_from_db()
        assert loan_queries.position(loan, on=LATER).total_minor == owed
        holds()

    def test_places_what_came_later_anew(self, world, loan, pay, back):  # noqa: F811
        twin = standing(loan)
        pay(loan, 90_000, source="wallet-event:1")
        pay(loan, 40_000, source="wallet-event:2", on=ON)
        pay(loan, 30_000, source="wallet-event:3", on=ON)
        back()
        with_reversal, books = standing(loan), accounts()
        for number in (2, 3):
            back(f"wallet-event:{number}")
        assert standing(loan) == twin
        pay(loan, 40_000, source="wallet-event:4")
        pay(loan, 30_000, source="wallet-event:5")
        assert (standing(loan), accounts()) == (with_reversal, books)
        holds()

    def test_is_told_with_what_is_owed(self, loan, pay, back):  # noqa: F811
        pay(loan, 90_000)
        back()
        owed = loan_queries.position(Loan.objects.get(id=loan.id), on=LATER).total_minor
        told = Notice.objects.get(kind="contract_payment_reversed")
        assert told.params == {"amount_minor": 90_000, "reference": loan.ref, "open_minor": owed}
        assert "900.00" in sentences.told(told.kind, told.params)

    def test_twice_is_once(self, world, loan, pay, back):  # noqa: F811
        pay(loan, 90_000)
        back()
        back()
        found = ContractPayment.objects.get()
        contract_reversals.reverse_contract_payment(
            by=world.staff(SUPERVISOR), payment_id=found.id, reason="x", now=at(LATER)
        )
        assert ContractReversal.objects.count() == 1
        holds()

    def test_of_nothing_is_refused(self, world, back):
        with pytest.raises(RepaymentError, match="unknown_payment"):
            back("wallet-event:none")
        with pytest.raises(RepaymentError, match="unknown_payment"):
            contract_reversals.reverse_contract_payment(
                by=world.system, payment_id=ports.new_id(), reason="x", now=at(LATER)
            )

    def test_is_not_an_agents(self, world, loan, pay, back):  # noqa: F811
        pay(loan, 900)
        with pytest.raises(NotAllowedError):
            back(by=world.staff(AGENT))

    def test_is_never_changed(self, loan, pay, back):  # noqa: F811
        pay(loan, 900)
        back()
        with pytest.raises(IntegrityError), transaction.atomic():
            ContractReversal.objects.update(reason="y")

    def test_after_the_book_came_in_again_owes_what_was_covered(self, loan, pay, back):  # noqa: F811
        first = pay(loan, 90_000)
        Loan.objects.filter(id=loan.id).update(as_of=ON + timedelta(days=1))
        was = standing(loan)
        back()
        now = standing(loan)
        for name, amount in first.allocation.items():
            assert now[f"{name}_minor"] == was[f"{name}_minor"] + amount
        assert sum(a for _, a in now["remaining"]) == sum(a for _, a in first.before["remaining"])
        holds()


class TestAWrittenOffDebt:
    @pytest.fixture
    def second(self, world):
        return Actor(world.lender.id, SUPERVISOR, ports.new_id())

    def write_off(self, world, second, loan):  # noqa: F811
        asked = disposing.ask_write_off(
            by=world.staff(AGENT), reference=loan.ref, reason="x", now=world.now
        )
        disposing.decide(by=second, disposal_id=asked.id, approve=True, now=world.now)

    def test_loses_a_recovery_that_is_taken_back(self, world, second, loan, pay, back):  # noqa: F811
        self.write_off(world, second, loan)
        before, books = standing(loan), accounts()
        pay(loan, 900)
        back()
        assert (standing(loan), accounts()) == (before, books)
        holds()

    def test_takes_in_what_had_been_paid_before_it(self, world, second, loan, pay, back):  # noqa: F811
        pay(loan, 90_000)
        self.write_off(world, second, loan)
        given_up = balance(chart.WRITTEN_OFF)
        back()
        assert balance(chart.WRITTEN_OFF) == given_up + 90_000
        holds()


class TestWhatWasTooMuch:
    def test_goes_with_its_payment(self, loan, pay, back):  # noqa: F811
        before, books = standing(loan), accounts()
        owed = loan_queries.position(loan, on=ON).total_minor
        pay(loan, owed + 4_000)
        back()
        assert (standing(loan), accounts()) == (before, books)
        assert Suspense.objects.get().state == "returned"
        holds()

    def test_that_had_been_sent_back_is_owed_beside(self, world, loan, pay, back):  # noqa: F811
        pay(loan, loan_queries.position(loan, on=ON).total_minor + 4_000)
        suspense.return_suspense(
            by=world.staff(SUPERVISOR), suspense_id=Suspense.objects.get().id, now=world.now
        )
        assert Refund.objects.count() == 1
        back()
        back()
        owed = OwedBeside.objects.get()
        assert (owed.amount_minor, owed.borrower_id, owed.state) == (4_000, None, "open")
        holds()

    def test_that_a_person_placed_is_undone_there(self, world, loan, pay, back):  # noqa: F811
        other = Loan.objects.filter(state="open").exclude(id=loan.id).first()
        befores = [standing(one) for one in (loan, other)]
        pay(loan, loan_queries.position(loan, on=ON).total_minor + 4_000)
        contracts.assign_to_loan(
            by=world.staff(AGENT),
            suspense_id=Suspense.objects.get().id,
            loan_id=other.id,
            now=world.now,
        )
        back()
        assert [standing(one) for one in (loan, other)] == befores
        assert balance(chart.WALLET_CLEARING) == 0
        holds()

    def test_waits_in_suspense_and_is_let_go(self, pay, back, loan):  # noqa: F811
        pay(loan, 700, currency="EUR")
        back()
        back()
        assert Suspense.objects.get().state == "returned"
        assert balance(chart.SUSPENSE) == 0
        holds()


class TestADebtUnderAPlanMeanwhile:
    @pytest.fixture
    def owed(self, world, pay, back):  # noqa: F811
        """Paid to the contract, then a plan; the bank takes the payment back after that."""
        by = world.borrower()
        pay(Loan.objects.filter(borrower_id=by.id, state="open").order_by("ref").first(), 90_000)
        world.in_force(by)
        back()
        return OwedBeside.objects.get()

    def test_owes_it_beside_the_plan_and_says_so(self, world, owed):
        assert (owed.amount_minor, owed.state) == (90_000, "open")
        assert owed.borrower_id == world.borrower().id
        assert balance(chart.BORROWER_CREDIT) == 90_000
        told = Notice.objects.get(kind="payment_owed_beside")
        assert "900.00" in sentences.told(told.kind, told.params)
        holds()

    def test_is_paid_in_parts_from_suspense(self, world, owed):
        by = world.staff(AGENT)
        for amount, left in ((50_000, 40_000), (40_000, 0)):
            kept = self.unplaced(world, amount)
            made = beside.pay(by=by, beside_id=owed.id, suspense_id=kept.id, now=at(LATER))
            assert (made.left_minor, made.state) == (left, "open" if left else "paid")
            kept.refresh_from_db()
            assert (kept.state, kept.beside_id) == ("assigned", owed.id)
        assert (balance(chart.BORROWER_CREDIT), balance(chart.SUSPENSE)) == (0, 0)
        with pytest.raises(RepaymentError, match="beside_closed"):
            beside.pay(by=by, beside_id=owed.id, suspense_id=kept.id, now=at(LATER))
        holds()

    def test_is_not_paid_with_more_or_in_another_currency(self, world, owed):
        by = world.staff(AGENT)
        for amount, currency, code in ((90_001, "CNY", "more_than"), (5, "EUR", "wrong_curr")):
            kept = self.unplaced(world, amount, currency)
            with pytest.raises(RepaymentError, match=code):
                beside.pay(by=by, beside_id=owed.id, suspense_id=kept.id, now=at(LATER))

    def unplaced(self, world, amount, currency="CNY"):
        return repayment_actions.receive_payment(
            by=world.system,
            agreement_id=None,
            source=f"wallet-event:{amount}",
            amount_minor=amount,
            currency=currency,
            value_date=ON,
            now=at(LATER),
        )

    def test_is_given_up_by_two_people(self, world, owed):
        agent, by = world.staff(AGENT), world.staff(SUPERVISOR)
        with pytest.raises(RepaymentError, match="reason_missing"):
            beside.ask_give_up(by=agent, beside_id=owed.id, reason=" ", now=at(LATER))
        with pytest.raises(RepaymentError, match="already_decided"):
            beside.decide_give_up(by=by, beside_id=owed.id, approve=True, now=at(LATER))
        beside.ask_give_up(by=by, beside_id=owed.id, reason="small", now=at(LATER))
        with pytest.raises(RepaymentError, match="disposal_waits"):
            beside.ask_give_up(by=agent, beside_id=owed.id, reason="small", now=at(LATER))
        with pytest.raises(RepaymentError, match="four_eyes"):
            beside.decide_give_up(by=by, beside_id=owed.id, approve=True, now=at(LATER))
        with pytest.raises(IntegrityError), transaction.atomic():
            OwedBeside.objects.update(state="given_up", decided_by=by.id, decided_at=at(LATER))
        second = Actor(world.lender.id, SUPERVISOR, ports.new_id())
        beside.decide_give_up(by=second, beside_id=owed.id, approve=False, now=at(LATER))
        beside.ask_give_up(by=agent, beside_id=owed.id, reason="small", now=at(LATER))
        beside.decide_give_up(by=second, beside_id=owed.id, approve=True, now=at(LATER))
        assert (balance(chart.BORROWER_CREDIT), balance(chart.WRITTEN_OFF)) == (0, 90_000)
        with pytest.raises(RepaymentError, match="beside_closed"):
            beside.ask_give_up(by=agent, beside_id=owed.id, reason="x", now=at(LATER))
        with pytest.raises(RepaymentError, match="unknown_beside"):
            beside.ask_give_up(by=agent, beside_id=loan_id(), reason="x", now=at(LATER))
        holds()


def loan_id():
    return Loan.objects.values_list("id", flat=True).first()


class TestOfAPlan:
    def test_is_the_same_door(self, world, back):
        plan = world.in_force(world.borrower())
        contracts.take_in(
            by=world.system,
            loan_id=plan.parts.first().loan_id,
            source="wallet-event:1",
            amount_minor=700,
            currency="CNY",
            value_date=ON,
            now=world.now,
        )
        back(on=DUE)
        assert Reversal.objects.get().payment == Payment.objects.get()
        holds()


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_reverse_a_payment_once(self, world, loan, pay):  # noqa: F811
        for number in range(5):
            pay(loan, 5_000, source=f"wallet-event:{number}")
            before = balance(chart.WALLET_CLEARING)

            def run(number=number):
                charging_back.take_back(
                    by=world.system, source=f"wallet-event:{number}", reason="x", now=at(LATER)
                )

            assert at_once(6, world.lender.id, run) == [None] * 6
            assert balance(chart.WALLET_CLEARING) == before - 5_000
            assert ContractReversal.objects.count() == number + 1
        holds()
