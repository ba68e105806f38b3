"""The clock and a plan: the ladder of conduct, the mandate, the days, the interest they earn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from repact.ledger import chart
from repact.server.clock import ports
from repact.server.connectors.wallet import DebitAnswer
from repact.server.jobs import day
from repact.server.jobs.models import LivedDay
from repact.server.loans import actions as loan_actions
from repact.server.notices.models import Notice
from repact.server.repayments import clockwork, collecting, ending, moves
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import (
    Collection,
    DueItem,
)
from tests.integration import plans
from tests.integration.plans import DUE, at


class TestTheLadder:
    TERMS = {"grace_days": 3, "cure_days": 5, "remind_days": 3, "debit_attempts": 2}

    def kinds(self):
        return list(Notice.objects.order_by("created_at", "id").values_list("kind", flat=True))

    def climb(self, plan, until):
        on = plan.plan.next_action_date
        while on and on <= until:
            plan.day(on)
            on = plan.plan.next_action_date

    def test_is_climbed_step_by_step(self, sign):
        plan = sign(conduct=self.TERMS)
        self.climb(plan, DUE + timedelta(days=10))
        assert self.kinds() == ["due_soon", "missed", "nudge", "late", "invite"]
        assert plan.plan.standing == "active"  # a person declares a breach, unless signed otherwise

    def test_of_missed_days_is_caught_up_without_old_words(self, sign):
        plan = sign(conduct=self.TERMS)
        plan.day(DUE + timedelta(days=6))
        assert self.kinds() == ["late"]
        assert Collection.objects.count() == 1

    def test_ends_when_the_money_is_there(self, sign):
        plan = sign(conduct=self.TERMS)
        self.climb(plan, DUE + timedelta(days=1))
        plan.pay(plan.life(DUE).due_minor, DUE + timedelta(days=1))
        assert plan.plan.due_date == date(2027, 1, 15)
        assert plan.plan.next_action_date == date(2027, 1, 12)

    def test_goes_on_for_the_next_payment_while_an_old_one_is_open(self, sign):
        plan = sign(conduct=self.TERMS)
        self.climb(plan, date(2027, 1, 15))
        for collection in Collection.objects.filter(state="requested"):
            assert collection.amount_minor > 0
        assert Notice.objects.filter(kind="due_soon").count() == 2

    def test_ends_in_a_breach_and_is_made_good(self, sign):
        plan = sign(
            conduct={**self.TERMS, "waivers_return": True, "declared_by": "clock"},
            measures=[
                {
                    "kind": "waive",
                    "component": "penalty",
                    "amount_minor": 700,
                    "vests": "on_completion",
                }
            ],
        )
        self.climb(plan, DUE + timedelta(days=30))
        on = DUE + timedelta(days=9)
        plan.agreement.refresh_from_db()
        assert (plan.agreement.state, plan.plan.standing) == ("breached", "breached")
        assert plan.agreement.parts.get().returned_minor == 700
        owed = plan.life(on).states[1].overdue_minor
        plan.pay(owed, on)
        plan.agreement.refresh_from_db()
        assert (plan.agreement.state, plan.plan.standing) == ("in_force", "active")
        assert plan.agreement.parts.get().returned_minor == 0

    def test_is_no_breach_before_its_time(self, sign):
        plan = sign(conduct=self.TERMS)
        with pytest.raises(RepaymentError, match=r"breach_too_early"):
            ending.declare_breach(by=plan.supervisor, agreement_id=plan.agreement.id, now=at(DUE))

    def test_a_breach_is_undone_by_money_that_had_come_in_time(self, sign):
        plan = sign(conduct={**self.TERMS, "declared_by": "clock"})
        due = plan.life(DUE).due_minor
        self.climb(plan, DUE + timedelta(days=12))
        assert plan.plan.standing == "breached"
        plan.pay(due, DUE + timedelta(days=12), value_date=DUE)
        assert plan.plan.standing == "active"
        plan.agreement.refresh_from_db()
        assert plan.agreement.state == "in_force"


class TestTheMandate:
    @pytest.fixture
    def plan(self, sign):
        return sign(conduct={"debit_attempts": 3, "debit_leaves_minor": 80_000})

    def ask(self, plan, on):
        return collecting.request_collection(
            by=plan.system, agreement_id=plan.agreement.id, now=at(on)
        )

    def refuse(self, plan, collection, reason="insufficient_funds"):
        collecting.settle_collection(
            by=plan.system,
            collection_id=collection.id,
            answer=DebitAnswer(status="declined", reason=reason),
            now=at(collection.requested_on),
        )

    def test_never_asks_twice_a_day(self, plan):
        self.refuse(plan, self.ask(plan, DUE))
        assert self.ask(plan, DUE) is None
        assert self.ask(plan, DUE + timedelta(days=1))

    def test_asks_no_more_often_than_signed(self, plan):
        for days in range(10):
            plan.day(DUE + timedelta(days=days))
            for collection in Collection.objects.filter(state="requested"):
                self.refuse(plan, collection)
        assert Collection.objects.count() == 3

    def test_refused_is_a_message_and_no_fee(self, plan):
        before = plan.life(DUE).due_minor
        self.refuse(plan, self.ask(plan, DUE))
        assert plan.life(DUE).due_minor == before
        assert Notice.objects.filter(kind="debit_declined").count() == 1

    def test_refused_for_another_reason_says_nothing_of_the_balance(self, plan):
        self.refuse(plan, self.ask(plan, DUE), reason="account_closed")
        assert [said.kind for said in Notice.objects.filter(kind__startswith="debit")] == [
            "debit_refused"
        ]

    def test_leaves_what_is_needed_to_live(self, plan):
        collection = self.ask(plan, DUE)
        too_little = collection.amount_minor + 79_999
        assert collecting.refusal(collection, balance_minor=lambda: too_little) == (
            "leaves_too_little"
        )
        assert not collecting.refusal(collection, balance_minor=lambda: too_little + 1)

    def test_is_revoked_and_granted_by_a_tap(self, plan):
        collecting.revoke_mandate(by=plan.borrower, agreement_id=plan.agreement.id, now=at(DUE))
        assert self.ask(plan, DUE) is None
        collecting.grant_mandate(by=plan.borrower, agreement_id=plan.agreement.id, now=at(DUE))
        assert self.ask(plan, DUE)

    def test_rests_during_a_dispute(self, plan):
        moves.dispute(by=plan.borrower, agreement_id=plan.agreement.id, now=at(plans.START))
        plan.day(DUE)
        assert not Collection.objects.exists()
        moves.answer_dispute(
            by=plan.supervisor, agreement_id=plan.agreement.id, answer="right", now=at(DUE)
        )
        assert plan.plan.next_action_date > DUE

    def test_rests_on_the_day_of_a_payment_that_was_skipped(self, sign):
        plan = sign(conduct={"debit_attempts": 3, "skips": 1})
        moves.skip(by=plan.borrower, agreement_id=plan.agreement.id, number=1, now=at(plans.START))
        for days in range(4):
            plan.day(DUE + timedelta(days=days))
        assert not Collection.objects.exists()

    def test_rests_while_another_plan_is_asked_for(self, plan):
        asked_before = self.ask(plan, DUE)
        loan_ids = [part.loan_id for part in plan.agreement.parts.all()]
        case_id = ports.new_id()
        loan_actions.hold(by=plan.system, loan_ids=loan_ids, case_id=case_id, now=at(DUE))
        assert collecting.refusal(asked_before, balance_minor=lambda: 10**9) == "on_hold"
        self.refuse(plan, asked_before, "on_hold")
        assert not Notice.objects.filter(kind__startswith="debit").exists()
        tomorrow = DUE + timedelta(days=1)
        assert self.ask(plan, tomorrow) is None
        loan_actions.release(by=plan.system, case_id=case_id, because="withdrawn", now=at(tomorrow))
        assert self.ask(plan, tomorrow)

    def test_asked_before_money_came_another_way_reaches_nobody(self, plan):
        collection = self.ask(plan, DUE)
        plan.pay(collection.amount_minor, DUE)
        fresh = repayment_queries.collection(collection.id)
        assert collecting.refusal(fresh, balance_minor=lambda: 10**9) == "paid_otherwise"


class TestInterest:
    def test_is_income_when_its_period_is_over_and_once(self, sign):
        plan = sign()
        item = DueItem.objects.order_by("number").first()
        for _ in range(2):
            plan.day(DUE)
            clockwork.earn_interest(by=plan.system, item_ids=[item.id], on=DUE, now=at(DUE))
        assert (
            -plan.balance(chart.INTEREST_INCOME) == item.charge_minor == item.interest_minor - 3_000
        )


class TestTheDays:
    def test_that_were_missed_are_lived_in_order_and_once(self, sign, lender):
        plan = sign(conduct=TestTheLadder.TERMS)
        assert day.catch_up(lender_id=lender.id, now=at(plans.START)) == 1
        assert day.catch_up(lender_id=lender.id, now=at(DUE + timedelta(days=10))) == 31
        kinds = list(Notice.objects.order_by("created_at", "id").values_list("kind", flat=True))
        assert kinds == ["due_soon", "missed", "nudge", "late", "invite"]
        assert day.catch_up(lender_id=lender.id, now=at(DUE + timedelta(days=10))) == 0
        assert plan.plan.acted_until == DUE + timedelta(days=9)

    def test_are_not_lived_again_by_a_clock_that_was_set_back(self, sign, lender):
        plan = sign(conduct=TestTheLadder.TERMS)
        day.catch_up(lender_id=lender.id, now=at(DUE))
        assert day.catch_up(lender_id=lender.id, now=at(plans.START)) == 0
        plan.pay(1_000, DUE)
        plan.pay(2_000, plans.START)
        assert sum(plan.life(plans.START).states[1].paid) == 3_000

    @pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Shanghai"])
    def test_follow_the_lenders_calendar_over_a_change_of_clocks(self, sign, lender, zone):
        lender.zone = zone
        lender.save()
        first = datetime(2027, 3, 12, 17, tzinfo=UTC)
        day.catch_up(lender_id=lender.id, now=first)
        for hours in range(1, 24 * 20):
            day.catch_up(lender_id=lender.id, now=first + timedelta(hours=hours))
        days = list(LivedDay.objects.order_by("day").values_list("day", flat=True))
        assert [b - a for a, b in pairwise(days)] == [timedelta(days=1)] * (len(days) - 1)

    def test_of_one_plan_that_is_not_right_go_on_for_the_others(self, sign, lender):
        broken, plan = sign(), sign()
        with plans.as_owner():
            type(broken.agreement).objects.filter(id=broken.agreement.id).update(
                schedule_sha256="0" * 64
            )
        plan.day(DUE)
        assert broken.plan.stopped == "repayments.schedule_differs"
        assert Collection.objects.get().agreement_id == plan.agreement.id

    def test_end_a_month_where_it_ends(self, sign):
        plan = sign(
            plans.document(
                first=date(2028, 1, 31),
                frequency={"every": 1, "unit": "month", "anchor_day": 31},
                count=3,
            )
        )
        assert [bill.due_date for bill in repayment_queries.bills(plan.life(plans.START))] == [
            date(2028, 1, 31),
            date(2028, 2, 29),
            date(2028, 3, 31),
        ]
