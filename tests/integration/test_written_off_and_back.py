"""A written-off debt gets a plan that is taken back: the write-off is as before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from repact.ledger import chart, templates
from repact.sandbox import seed
from repact.server.agreements.models import Agreement
from repact.server.audit import actor
from repact.server.audit.actor import SUPERVISOR, Actor
from repact.server.books import actions as book_actions
from repact.server.books.models import Posting
from repact.server.clock import ports
from repact.server.loans.models import Loan
from repact.server.offers.models import OfferSet
from repact.server.policies import actions as policy_actions
from repact.server.repayments import disposing, ending, opening, taking_back, verification
from repact.server.repayments.models import Payment
from tests.integration import plans
from tests.integration.plans import DUE, START, Hands, at
from tests.integration.test_back_to_the_plan import bills, renegotiate
from tests.integration.test_money_without_a_plan import holds

BACK, ON = START + timedelta(days=2), START + timedelta(days=4)


def accounts():
    """Every account that is not at zero."""
    made = {}
    for account, amount in Posting.objects.values_list("account", "amount_minor"):
        made[account] = made.get(account, 0) + amount
    return {account: amount for account, amount in made.items() if amount}


def write_off(lender, hands, reference, on):
    asked = disposing.ask_write_off(
        by=hands.supervisor, reference=reference, reason="x", now=at(on)
    )
    second = Actor(lender.id, SUPERVISOR, ports.new_id())
    disposing.decide(by=second, disposal_id=asked.id, approve=True, now=at(on))


def as_line(hands, loan):
    """Have a loan be what was drawn on a line."""
    undo = templates.line_converted(on=START, currency="CNY", amount_minor=loan.principal_minor)
    book_actions.post(by=hands.system, entry=undo.reversal(happened_on=START), source="line:1")
    Loan.objects.filter(id=loan.id).update(is_line=True)


def fresh(agreement):
    """The agreement, its offer made by a policy that there is."""
    system = actor.system(agreement.lender_id)
    policy = policy_actions.publish(by=system, text=seed.policy_text(), now=at(START))
    with plans.as_owner():
        OfferSet.objects.update(policy_sha256=policy.sha256)
    return Agreement.objects.get(id=agreement.id)


def standing(loan_id):
    return Loan.objects.filter(id=loan_id).values().get()


class TestADebtWithoutAPlan:
    @pytest.fixture(params=[False, True], ids=["loan", "line"])
    def plan(self, request, lender, now, number=7):
        """Written off by its contract, then under a plan made the same day."""
        made = fresh(plans.agreed(lender, now, (plans.document(),), number=number))
        hands = Hands(lender, made)
        loan = Loan.objects.get(ref=made.contents["debts"][0]["loan_ref"])
        if request.param:
            as_line(hands, loan)
        write_off(lender, hands, loan.ref, START)
        hands.before, hands.books, hands.loan_id = standing(loan.id), accounts(), loan.id
        opening.open_plan(made, by=hands.system, now=at(START))
        assert standing(loan.id)["written_off_on"] is None
        return hands

    def take_back(self, plan):
        ending.withdraw(by=plan.borrower, agreement_id=plan.agreement.id, now=at(BACK))

    def test_is_as_before_when_its_plan_is_taken_back(self, plan):
        self.take_back(plan)
        after = standing(plan.loan_id)
        moved = {"as_of"}
        assert {n: v for n, v in after.items() if n not in moved} == {
            n: v for n, v in plan.before.items() if n not in moved
        }
        assert accounts() == plan.books
        holds()

    def test_has_recovered_what_was_paid_meanwhile(self, plan):
        plan.pay(50_000, START, source="meanwhile")
        self.take_back(plan)
        assert accounts() == plan.books | {
            chart.WALLET_CLEARING: 50_000,
            chart.RECOVERIES: -50_000,
        }
        assert standing(plan.loan_id)["principal_minor"] == 600_000 + 3_700 - 50_000
        holds()

    def test_loses_that_recovery_when_it_is_taken_back(self, plan):
        plan.pay(50_000, START, source="meanwhile")
        self.take_back(plan)
        taking_back.reverse_payment(
            by=plan.system,
            payment_id=Payment.objects.get(source="meanwhile").id,
            reason="x",
            now=at(DUE),
        )
        assert accounts() == plan.books
        assert standing(plan.loan_id)["principal_minor"] == 600_000
        holds()

    def test_can_have_another_plan_and_give_it_back_again(self, plan, lender):
        self.take_back(plan)
        again = plans.agreed(
            lender,
            at(BACK),
            [plans.document(start=BACK)],
            number=8,
            instead_of=plan.agreement,
        )
        again = fresh(again)
        opening.open_plan(again, by=plan.system, now=at(BACK))
        assert standing(plan.loan_id)["written_off_on"] is None
        ending.withdraw(by=plan.borrower, agreement_id=again.id, now=at(ON))
        assert accounts() == plan.books
        assert standing(plan.loan_id)["written_off_on"] == START
        holds()


class TestAPlanThatWasWrittenOff:
    @pytest.fixture
    def twins(self, lender, sign):
        """Two plans written off; both paid 400.00 then, one of them under another plan."""
        plain, old = sign(), sign()
        for one in (plain, old):
            write_off(lender, one, one.agreement.reference, START)
        old.books = accounts()
        on = START + timedelta(days=1)
        new = renegotiate(lender, old, on=on)
        for one in (plain, new):
            one.pay(40_000, on, source=f"between:{one.agreement.id}")
        ending.withdraw(by=new.borrower, agreement_id=new.agreement.id, now=at(BACK))
        return plain, old, new

    def test_goes_on_written_off_with_what_was_paid_as_a_recovery(self, twins):
        plain, old, _ = twins
        assert accounts() == old.books | {
            chart.WALLET_CLEARING: 80_000,
            chart.RECOVERIES: -80_000,
        }
        assert bills(old, BACK) == bills(plain, BACK)
        loan = Loan.objects.get(id=old.agreement.parts.get().loan_id)
        assert (loan.state, loan.written_off_on) == ("in_plan", START)
        holds()

    def test_loses_the_recovery_when_it_is_taken_back(self, twins):
        plain, old, new = twins
        for one in (plain, new):
            payment = Payment.objects.get(source=f"between:{one.agreement.id}")
            taking_back.reverse_payment(
                by=one.system, payment_id=payment.id, reason="x", now=at(BACK)
            )
        assert accounts() == old.books
        assert bills(old, BACK) == bills(plain, BACK)
        holds()


class TestAPlanThatIsWrittenOffInItsCoolingOffDays:
    def test_leads_back_to_an_older_plan_that_is_written_off_too(self, lender, sign):
        plain, old = sign(), sign()
        on = START + timedelta(days=1)
        new = renegotiate(lender, old, on=on)
        for one in (plain, new):
            one.pay(10_000, on, source=f"before:{one.agreement.id}")
            write_off(lender, one, one.agreement.reference, on)
            one.pay(30_000, on, source=f"after:{one.agreement.id}")
        ending.withdraw(by=new.borrower, agreement_id=new.agreement.id, now=at(BACK))
        assert bills(old, BACK) == bills(plain, BACK)
        loan = Loan.objects.get(id=old.agreement.parts.get().loan_id)
        assert (loan.state, loan.written_off_on) == ("in_plan", on)
        assert accounts()[chart.RECOVERIES] == -60_000
        assert list(verification.breaches(on=BACK)) == []
        old.pay(5_000, BACK, source="later")
        assert accounts()[chart.RECOVERIES] == -65_000
        holds()
