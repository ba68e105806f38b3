"""A plan after it was signed: paid late, in part, too much; moved, broken, made good, given up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from repact.ledger import chart
from repact.plans.errors import PlanError
from repact.server.books import queries as book_queries
from repact.server.books.models import Entry, Posting
from repact.server.notices.models import Notice
from repact.server.repayments import (
    actions,
    collecting,
    ending,
    moves,
    paying_out,
    suspense,
    taking_back,
    verification,
)
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import (
    Collection,
    DueItem,
    Payment,
    PlanEvent,
    Refund,
    Suspense,
)
from tests.integration import plans
from tests.integration.plans import DUE, at

ALL_ACCOUNTS = tuple(chart.accounts())


class TestLatePayment:
    def test_costs_nothing_in_the_grace_days(self, sign):
        plan = sign()
        assert plan.life(DUE + timedelta(days=3)).due_minor == plan.life(DUE).due_minor

    def test_known_late_but_made_in_time_costs_nothing_and_says_so(self, sign):
        plan = sign()
        due = plan.life(DUE).due_minor
        later = DUE + timedelta(days=20)
        with_cost = plan.life(later).due_minor
        assert with_cost > due
        plan.pay(due, later, value_date=DUE)
        assert plan.life(later).due_minor == 0
        notice = Notice.objects.get(kind="plan_changed")
        assert notice.params["zh"]
        assert notice.params["en"].startswith("Your payment of")

    def test_known_late_after_a_later_one_is_made_up_for_today(self, sign):
        plan = sign()
        due = plan.life(DUE).due_minor
        later = DUE + timedelta(days=20)
        plan.pay(due, later, source="on-the-20th")
        plan.pay(due, later + timedelta(days=1), value_date=DUE, source="on-the-day")
        late = Entry.objects.get(template="plan_compensated")
        assert late.happened_on == later + timedelta(days=1)
        assert plan.life(later + timedelta(days=1)).states[1].paid.late == 0
        assert plan.balance(chart.LATE_INCOME) == 0


class TestTooMuchMoney:
    def test_is_credit_and_goes_back_where_it_came_from(self, sign):
        plan = sign()
        quote = repayment_queries.payoff_quote(plan.agreement, on=plans.START)
        plan.pay(quote.total_minor + 777, plans.START, payer="third_party", payer_account="acc-9")
        assert plan.plan.standing == "completed"
        (refund,) = paying_out.refund_credit(
            by=plan.system, agreement_id=plan.agreement.id, now=at(plans.START)
        )
        assert (refund.amount_minor, refund.to_account) == (777, "acc-9")
        assert plan.balance(chart.BORROWER_CREDIT) == 0
        again = paying_out.refund_credit(
            by=plan.system, agreement_id=plan.agreement.id, now=at(plans.START)
        )
        assert again == []
        assert Refund.objects.count() == 1

    def test_leaves_no_interest_to_come_behind(self, sign):
        plan = sign()
        quote = repayment_queries.payoff_quote(plan.agreement, on=plans.START)
        plan.pay(quote.total_minor, plans.START)
        assert plan.balance(chart.UNEARNED_INTEREST) == 0


class TestAReversal:
    def test_is_the_inverse_of_the_payment(self, sign):
        plan = sign()
        before = plan.life(DUE).states[1].rows
        books = book_queries.trial_balance(on=DUE)
        payment = plan.pay(123_456, DUE)
        taking_back.reverse_payment(
            by=plan.system, payment_id=payment.id, reason="charge_back", now=at(DUE)
        )
        assert plan.life(DUE).states[1].rows == before
        after = book_queries.trial_balance(on=DUE)
        assert {k: v for k, v in after["CNY"].items() if v} == {
            k: v for k, v in books["CNY"].items() if v
        }

    def test_twice_is_once(self, sign):
        plan = sign()
        payment = plan.pay(5_000, DUE)
        for _ in range(2):
            taking_back.reverse_payment(
                by=plan.system, payment_id=payment.id, reason="charge_back", now=at(DUE)
            )
        assert PlanEvent.objects.filter(kind="reversal").count() == 1


class TestMoneyThatCannotBePlaced:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"currency": "USD"}, "repayments.wrong_currency"),
            ({"value_date": date(2030, 1, 1)}, "repayments.value_date_ahead"),
            ({"value_date": date(2020, 1, 1)}, "repayments.before_the_plan"),
        ],
    )
    def test_is_kept_with_the_reason(self, sign, change, reason):
        plan = sign()
        kept = plan.pay(5_000, DUE, **change)
        assert (kept.reason, kept.state) == (reason, "open")
        assert not Payment.objects.exists()
        assert plan.pay(5_000, DUE, **change).id == kept.id

    def test_of_nobody_or_after_the_end_is_kept_too(self, sign):
        plan = sign()
        total = repayment_queries.payoff_quote(plan.agreement, on=plans.START).total_minor
        plan.pay(total, plans.START)
        assert plan.pay(5_000, DUE).reason == "repayments.not_in_force"
        kept = actions.receive_payment(
            by=plan.system,
            agreement_id=None,
            source="bank:who",
            amount_minor=1,
            currency="CNY",
            value_date=DUE,
            now=at(DUE),
            said="no reference",
        )
        assert kept.reason == "repayments.unknown_agreement"

    def test_is_assigned_at_its_own_value_date(self, sign):
        plan = sign()
        kept = plan.pay(5_000, DUE, source="x", currency="CNY", value_date=date(2027, 1, 1))
        on = date(2027, 1, 4)
        payment = suspense.assign_suspense(
            by=plan.supervisor, suspense_id=kept.id, agreement_id=plan.agreement.id, now=at(on)
        )
        assert payment.value_date == date(2027, 1, 1)
        assert Suspense.objects.get().state == "assigned"
        held = Posting.objects.filter(account=chart.SUSPENSE)
        assert held.aggregate(total=Sum("amount_minor"))["total"] == 0
        with pytest.raises(RepaymentError, match=r"already_worked"):
            suspense.return_suspense(by=plan.supervisor, suspense_id=kept.id, now=at(on))

    def test_is_returned_to_its_sender(self, sign):
        plan = sign()
        kept = plan.pay(5_000, DUE, currency="USD", payer_account="acc-1")
        suspense.return_suspense(by=plan.supervisor, suspense_id=kept.id, now=at(DUE))
        assert Suspense.objects.get().state == "returned"

    def test_without_a_sender_is_not_sent_anywhere(self, sign):
        plan = sign()
        kept = plan.pay(5_000, DUE, currency="USD")
        with pytest.raises(RepaymentError, match=r"no_account_to_return_to"):
            suspense.return_suspense(by=plan.supervisor, suspense_id=kept.id, now=at(DUE))

    @pytest.mark.parametrize("amount", [0, -5, 10**11 + 1])
    def test_that_is_no_money_is_refused(self, sign, amount):
        with pytest.raises(RepaymentError):
            sign().pay(amount, DUE, currency="USD")
        assert not Suspense.objects.exists()

    def test_cannot_be_posted_and_kept(self, sign):
        plan = sign()
        plan.pay(5_000, DUE, source="one")
        with pytest.raises(IntegrityError, match="received already"), transaction.atomic():
            Suspense.objects.create(
                lender=plan.lender,
                source="one",
                amount_minor=5_000,
                currency="CNY",
                value_date=DUE,
                received_at=at(DUE),
                received_on=DUE,
                reason="x",
            )

    @pytest.mark.parametrize(
        "sql",
        ["UPDATE repayments_suspense SET amount_minor = 1", "DELETE FROM repayments_suspense"],
    )
    def test_stays_what_it_was(self, sign, sql):
        sign().pay(5_000, DUE, currency="USD")
        with (
            pytest.raises(IntegrityError, match="cannot be changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


class TestWhatIsChargedAndWasNotSigned:
    def test_goes_to_suspense_and_stops_charging(self, sign):
        plan = sign()
        item = DueItem.objects.filter(agreement=plan.agreement).order_by("number").first()
        item.interest_minor += 100
        item.save()
        kept = plan.pay(5_000, DUE)
        assert kept.reason == "repayments.charged_differs"
        assert (plan.plan.stopped, plan.plan.next_action_date) == (kept.reason, None)
        assert list(repayment_queries.stopped_plans()) == [plan.plan]
        plan.day(DUE + timedelta(days=30))
        assert not Collection.objects.exists()
        assert not Notice.objects.filter(kind="late").exists()
        with pytest.raises(RepaymentError, match=r"charged_differs"):
            actions.resume_charging(by=plan.supervisor, agreement_id=plan.agreement.id, now=at(DUE))
        item.interest_minor -= 100
        item.save()
        actions.resume_charging(by=plan.supervisor, agreement_id=plan.agreement.id, now=at(DUE))
        assert plan.plan.next_action_date

    def test_is_seen_in_the_contents_too(self, sign):
        plan = sign()
        changed = dict(plan.agreement.contents)
        changed["debts"][0]["terms"]["annual_rate_ppm"] += 1
        with plans.as_owner():
            type(plan.agreement).objects.filter(id=plan.agreement.id).update(contents=changed)
        assert plan.pay(5_000, DUE).reason == "repayments.schedule_differs"


class TestMoves:
    TERMS = {"skips": 1, "date_moves": 1, "date_move_days": 10}

    def test_of_a_day_cost_what_was_shown(self, sign):
        plan = sign(conduct=self.TERMS)
        shown = moves.preview_move(plan.life(plans.START), number=1, to_date=date(2026, 12, 20))
        made = moves.move_date(
            by=plan.borrower,
            agreement_id=plan.agreement.id,
            number=1,
            to_date=date(2026, 12, 20),
            now=at(plans.START),
        )
        assert (made, made.cost_minor) == (shown, 0)
        assert plan.plan.due_date == date(2026, 12, 20)
        with pytest.raises(PlanError, match=r"no_date_moves_left"):
            moves.preview_move(plan.life(plans.START), number=2, to_date=date(2027, 1, 20))

    def test_are_undone_until_midnight(self, sign):
        plan = sign(conduct=self.TERMS)
        arguments = {"by": plan.borrower, "agreement_id": plan.agreement.id}
        moves.skip(**arguments, number=1, now=at(plans.START))
        assert plan.plan.due_date == date(2027, 1, 15)
        moves.undo(**arguments, now=at(plans.START))
        assert plan.plan.due_date == DUE
        moves.skip(**arguments, number=1, now=at(plans.START))
        with pytest.raises(RepaymentError, match=r"nothing_to_undo"):
            moves.undo(**arguments, now=at(plans.START + timedelta(days=1)))

    def test_are_nobody_elses(self, sign):
        plan, other = sign(conduct=self.TERMS), sign()
        with pytest.raises(RepaymentError, match=r"unknown_agreement"):
            moves.skip(
                by=other.borrower, agreement_id=plan.agreement.id, number=1, now=at(plans.START)
            )

    def test_part_payments_are_the_borrowers_own_amount(self, sign):
        plan = sign()
        arguments = {"by": plan.borrower, "agreement_id": plan.agreement.id, "now": at(DUE)}
        for wrong in (0, -1, plan.life(DUE).open_minor + 1):
            with pytest.raises(RepaymentError):
                collecting.pay_now(**arguments, amount_minor=wrong)
        collecting.pay_now(**arguments, amount_minor=1_234)
        assert Collection.objects.get().amount_minor == 1_234


class TestSeveralDebts:
    @pytest.fixture
    def plan(self, sign):
        return sign(plans.document(), plans.document(principal=200_000, interest=0, penalty=0))

    def test_are_one_bill_and_two_ledgers(self, plan):
        life = plan.life(DUE)
        assert set(life.states) == {1, 2}
        plan.pay(life.due_minor, DUE)
        assert plan.life(DUE).due_minor == 0
        assert [bill.open_minor == 0 for bill in repayment_queries.bills(plan.life(DUE))][:2] == [
            True,
            False,
        ]

    def test_end_together(self, plan):
        total = repayment_queries.payoff_quote(plan.agreement, on=DUE).total_minor
        plan.pay(total, DUE)
        assert plan.plan.standing == "completed"
        assert plan.plan.credit_minor == 0

    def test_share_what_is_not_enough(self, plan):
        plan.pay(50_000, DUE)
        paid = [sum(state.paid) for state in plan.life(DUE).states.values()]
        assert sum(paid) == 50_000


class TestWithdrawing:
    def test_leaves_the_contract_as_it_would_have_stood(self, sign):
        plan = sign()
        plan.pay(10_000, plans.START)
        ending.withdraw(
            by=plan.borrower,
            agreement_id=plan.agreement.id,
            now=at(plans.START + timedelta(days=2)),
        )
        loan = plan.agreement.parts.get().loan
        loan.refresh_from_db()
        owed = loan.principal_minor + loan.interest_minor + loan.penalty_minor
        assert owed == 603_700 - 10_000
        assert loan.plan_rate_ppm is None
        beside = (chart.WAIVERS, chart.WAIVERS_TO_EARN, chart.MODIFICATION)
        for account in (*chart.PLAN_RECEIVABLE.values(), chart.UNEARNED_INTEREST, *beside):
            assert plan.balance(account) == 0
        assert plan.plan.next_action_date is None


class TestAPlanInsteadOfAPlan:
    def test_takes_over_what_is_owed_today(self, sign, lender, now):
        plan = sign()
        plan.pay(100_000, DUE)
        on = date(2027, 1, 4)
        new = plans.agreed(
            lender, at(on), [plans.document(start=on, first=date(2027, 2, 15))], number=50
        )
        part = plan.agreement.parts.get()
        ending.give_way(by=plan.system, loan_ids=[part.loan_id], to=new, now=at(on))
        assert plan.plan.standing == "renegotiated"
        loan = type(part.loan).objects.get(id=part.loan_id)
        assert (loan.as_of, loan.principal_minor < 600_000) == (on, True)
        for account in (*chart.PLAN_RECEIVABLE.values(), chart.UNEARNED_INTEREST):
            assert plan.balance(account) == 0
        loan.state = "open"  # owed by its contract, until the new plan begins
        loan.save()


class TestAPaymentTakenBackAfterTheEnd:
    @pytest.fixture
    def done(self, sign):
        """A plan that was paid whole on its first due date, with a waiver earned by it."""
        waive = {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000}
        plan = sign(measures=[waive | {"vests": "on_completion"}])
        plan.pay(50_000, plans.START, source="first")
        plan.day(DUE)
        plan.books = {a: plan.balance(a) for a in ALL_ACCOUNTS}
        total = repayment_queries.payoff_quote(plan.agreement, on=DUE).total_minor
        plan.last = plan.pay(total, DUE, source="last")
        assert plan.plan.standing == "completed"
        return plan

    def reverse(self, plan, on, payment=None):
        taking_back.reverse_payment(
            by=plan.system,
            payment_id=(payment or plan.last).id,
            reason="charge_back",
            now=at(on),
        )

    def test_has_the_plan_run_again_as_if_it_had_never_arrived(self, done):
        self.reverse(done, DUE)
        done.agreement.refresh_from_db()
        assert (done.agreement.state, done.agreement.case.state) == ("in_force", "in_plan")
        assert done.plan.standing == "active"
        assert done.plan.next_action_date
        assert {a: done.balance(a) for a in ALL_ACCOUNTS} == done.books
        notice = Notice.objects.get(kind="plan_reopened")
        assert notice.params["amount_minor"] == done.life(DUE).open_minor

    def test_earns_what_is_to_come_again_and_nothing_twice(self, done):
        self.reverse(done, DUE)
        last = max(item.due_date for item in DueItem.objects.filter(agreement=done.agreement))
        done.day(last)
        items = DueItem.objects.filter(agreement=done.agreement)
        assert not items.filter(is_earned=False).exists()
        earned = sum(item.charge_minor for item in items)
        assert done.balance(chart.INTEREST_INCOME) == -earned
        assert done.balance(chart.UNEARNED_INTEREST) == 0

    def test_can_be_paid_again_and_completes_again(self, done):
        self.reverse(done, DUE)
        on = DUE + timedelta(days=1)
        total = repayment_queries.payoff_quote(done.agreement, on=on).total_minor
        done.pay(total, on, source="again")
        done.agreement.refresh_from_db()
        assert (done.agreement.state, done.plan.standing) == ("completed", "completed")
        beside = (chart.MODIFICATION, chart.WAIVERS_TO_EARN, chart.UNEARNED_INTEREST)
        assert [done.balance(account) for account in beside] == [0, 0, 0]

    def test_twice_is_once_and_is_never_in_between(self, done):
        self.reverse(done, DUE)
        self.reverse(done, DUE)
        assert PlanEvent.objects.filter(kind="reversal").count() == 1

    def test_of_a_plan_that_was_taken_back_is_owed_by_the_contract(self, sign):
        plan = sign()
        before = type(plan.agreement.parts.get().loan).objects.get(ref="L-1-1").principal_minor
        payment = plan.pay(10_000, plans.START)
        on = plans.START + timedelta(days=2)
        ending.withdraw(by=plan.borrower, agreement_id=plan.agreement.id, now=at(on))
        self.reverse(plan, on, payment)
        assert plan.balance(chart.BORROWER_CREDIT) == 0
        assert plan.balance(chart.WALLET_CLEARING) == 0
        assert plan.agreement.parts.get().loan.principal_minor == before
        assert Notice.objects.filter(kind="payment_reversed").exists()


class TestARefund:
    def over_paid(self, plan):
        """Two people paid too much: the last 300 is a third party's, 400 the borrower's."""
        quote = repayment_queries.payoff_quote(plan.agreement, on=plans.START).total_minor
        plan.pay(quote + 400, plans.START, source="own")

    def send(self, plan):
        return paying_out.refund_credit(
            by=plan.system, agreement_id=plan.agreement.id, now=at(plans.START)
        )

    def answer(self, plan, refund, status, **more):
        paying_out.note_refund(
            by=plan.system,
            refund_id=refund.id,
            status=status,
            at=at(plans.START),
            now=at(plans.START),
            **more,
        )

    def test_goes_from_the_account_the_money_came_into(self, sign):
        plan = sign()
        quote = repayment_queries.payoff_quote(plan.agreement, on=plans.START).total_minor
        bank = {"cash_account": chart.BANK_CLEARING, "payer_account": "CN-1"}
        plan.pay(quote + 777, plans.START, payer="third_party", **bank)
        (refund,) = self.send(plan)
        assert (refund.cash_account, refund.to_account) == (chart.BANK_CLEARING, "CN-1")
        assert plan.balance(chart.BANK_CLEARING) == quote
        assert plan.balance(chart.WALLET_CLEARING) == 0

    def test_that_is_there_is_told_once(self, sign):
        plan = sign()
        self.over_paid(plan)
        (refund,) = self.send(plan)
        for _ in range(2):
            self.answer(plan, refund, "paid")
        assert Notice.objects.filter(kind="refunded").count() == 1
        with pytest.raises(RepaymentError, match=r"answered_differently"):
            self.answer(plan, refund, "refused", reason="x")

    def test_that_is_refused_is_credit_again_and_can_be_sent_again(self, sign):
        plan = sign()
        self.over_paid(plan)
        (refund,) = self.send(plan)
        assert plan.balance(chart.BORROWER_CREDIT) == 0
        self.answer(plan, refund, "refused", reason="connectors.refused")
        assert plan.balance(chart.BORROWER_CREDIT) == -400
        (again,) = self.send(plan)
        assert again.amount_minor == 400

    def test_of_suspense_that_is_refused_is_in_suspense_again(self, sign):
        plan = sign()
        kept = plan.pay(5_000, DUE, currency="USD", payer_account="acc-1")
        suspense.return_suspense(by=plan.supervisor, suspense_id=kept.id, now=at(DUE))
        refund = Refund.objects.get(suspense=kept)
        self.answer(plan, refund, "refused", reason="connectors.refused")
        again = Suspense.objects.get(state="open")
        assert (again.reason, again.amount_minor) == ("repayments.refund_refused", 5_000)
        assert not list(verification.breaches(on=DUE))
