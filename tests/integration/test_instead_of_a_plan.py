"""A plan instead of a plan over several debts: all that are not paid, or none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from repact.plans.servicing.replay import position_on
from repact.sandbox import seed
from repact.server.agreements.actions import drafts
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement
from repact.server.cases import actions as case_actions
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case
from repact.server.loans.models import Loan
from repact.server.policies import actions as policy_actions
from repact.server.repayments import ending, moves, opening, taking_back, verification
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import OwedBeside, Payment
from tests.integration import plans
from tests.integration.plans import DUE, START, as_owner, at


@pytest.fixture
def plan(sign):
    """One plan over two debts; the second is much smaller."""
    return sign(plans.document(), plans.document(principal=60_000, penalty=0))


@pytest.fixture
def loans(plan):
    return [part.loan_id for part in plan.agreement.parts.order_by("number")]


def ask(plan, loan_ids):
    return case_actions.open(
        by=plan.borrower,
        loan_ids=loan_ids,
        language="en",
        now=at(DUE),
        running_agreement_id=plan.agreement.id,
    )


class TestANewPlan:
    def test_is_not_asked_for_over_some_of_the_debts(self, plan, loans):
        with pytest.raises(CaseError, match=r"not_all_loans") as refused:
            ask(plan, loans[:1])
        assert refused.value.params["missing"] == 1

    def test_is_asked_for_over_all_of_them(self, plan, loans, system):
        policy_actions.publish(by=system, text=seed.policy_text(), now=at(START))
        made = moves.ask_again(
            by=plan.borrower, agreement_id=plan.agreement.id, language="en", now=at(DUE)
        )
        assert {loan.id for loan in made.loans.all()} == set(loans)

    def test_leaves_out_what_is_paid(self, sign, system):
        policy_actions.publish(by=system, text=seed.policy_text(), now=at(START))
        plan = sign(plans.document(), plans.document(principal=60_000, penalty=0, count=1))
        plan.pay(plan.life(DUE).due_minor, DUE)
        long, short = plan.agreement.parts.order_by("number")
        assert (long.standing, short.standing) == ("active", "completed")
        made = moves.ask_again(
            by=plan.borrower, agreement_id=plan.agreement.id, language="en", now=at(DUE)
        )
        assert [loan.id for loan in made.loans.all()] == [long.loan_id]
        paid = Loan.objects.get(id=short.loan_id)
        assert (paid.principal_minor, paid.interest_minor, paid.remaining) == (0, 0, [])

    def test_over_some_of_the_debts_is_not_drafted(self, plan, lender):
        new = plans.agreed(lender, at(START), [plans.document()], number=77)
        with as_owner():
            Case.objects.filter(id=new.case_id).update(
                borrower_id=plan.agreement.borrower_id,
                kind="renegotiation",
                running_agreement_id=plan.agreement.id,
            )
        offer = Agreement.objects.get(id=new.id).offer
        with pytest.raises(AgreementError, match=r"not_all_loans"):
            drafts.draft(plan.borrower, offer, at(DUE))

    def test_over_some_of_the_debts_never_begins(self, plan, loans, lender):
        new = plans.agreed(
            lender, at(START), [plans.document(start=DUE, first=plans.date(2027, 2, 15))], number=78
        )
        with pytest.raises(RepaymentError, match=r"not_all_loans"):
            ending.give_way(by=plan.system, loan_ids=loans[:1], to=new, now=at(DUE))
        assert plan.plan.standing == "active"


class TestADebtPaidBefore:
    """One of two debts is paid when another plan takes the place of theirs."""

    @pytest.fixture
    def old(self, sign):
        plan = sign(plans.document(), plans.document(principal=60_000, penalty=0, count=1))
        plan.pay(plan.life(DUE).due_minor, DUE, source="short")
        return plan

    @pytest.fixture
    def new(self, old, lender):
        """Another plan over the debt that is left, from the day after."""
        on = DUE + timedelta(days=1)
        life = plans.alive(old.agreement, on)
        owed = position_on(life.signed[1], life.events[1], on)
        position = owed.model_dump(mode="json", exclude_none=True)
        terms = plans.terms(count=9, start=on, first=date(2027, 1, 25))
        document = {"position": position, "terms": terms}
        made = plans.agreed(lender, at(on), [document], number=90, instead_of=old.agreement)
        opening.open_plan(made, by=old.system, now=at(on))
        return plans.Hands(lender, made)

    def states(self, old):
        return [part.loan.state for part in old.agreement.parts.order_by("number")]

    def test_is_closed_when_its_plan_gives_way(self, old, new):
        assert self.states(old) == ["in_plan", "closed"]
        assert list(verification.breaches(on=DUE)) == []

    def test_is_back_in_its_plan_when_that_goes_on(self, old, new):
        on = DUE + timedelta(days=3)
        ending.withdraw(by=new.borrower, agreement_id=new.agreement.id, now=at(on))
        assert self.states(old) == ["in_plan", "in_plan"]
        payment = Payment.objects.get(source="short")
        taking_back.reverse_payment(
            by=old.system, payment_id=payment.id, reason="charge_back", now=at(on)
        )
        ending.publish(by=old.system, agreement_id=old.agreement.id, now=at(on))
        short = old.agreement.parts.get(number=2)
        assert (short.standing, short.loan.principal_minor) == ("active", 60_000)
        left = old.life(on).open_minor
        old.pay(left, on, source="all")
        assert self.states(old) == ["closed", "closed"]
        assert list(verification.breaches(on=on)) == []

    def test_whose_payment_is_taken_back_then_is_owed_beside(self, old, new):
        on, payment = DUE + timedelta(days=3), Payment.objects.get(source="short")
        taking_back.reverse_payment(
            by=old.system, payment_id=payment.id, reason="charge_back", now=at(on)
        )
        assert OwedBeside.objects.get().amount_minor == payment.amount_minor
        assert list(verification.breaches(on=on)) == []
