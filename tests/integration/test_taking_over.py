"""Plans that began before histories were kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from repact.cli import connecting
from repact.server.jobs import day
from repact.server.repayments import collecting, taking_over
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import (
    Collection,
    DueItem,
    Part,
    Payment,
    Plan,
    PlanEvent,
)
from tests.integration.plans import DUE, START, as_owner, at

PLAN = ("currency", "standing", "due_date", "next_action_date", "open_minor", "credit_minor")
ITEM = ("number", "due_date", "principal_minor", "paid_principal_minor", "paid_interest_minor")
ITEM += ("paid_late_minor", "charge_minor", "state")


def stands(agreement):
    plan = Plan.objects.filter(agreement=agreement).values(*PLAN, "events_count").get()
    items = list(DueItem.objects.filter(agreement=agreement).order_by("number").values(*ITEM))
    parts = list(Part.objects.filter(agreement=agreement).values("number", "standing", "loan_id"))
    return plan, items, parts


def forget(agreement):
    """Leave of a plan what there was before: rows and payments."""
    with as_owner():
        Collection.objects.filter(agreement=agreement).update(agreement=None, by_mandate=True)
        for rows in (PlanEvent, Part, Plan):
            rows.objects.filter(agreement=agreement).delete()
        DueItem.objects.filter(agreement=agreement).update(charge_minor=0, is_earned=False)


@pytest.fixture
def plan(sign):
    made = sign()
    collecting.request_collection(by=made.system, agreement_id=made.agreement.id, now=at(START))
    return made


def take_over(plan, on=START):
    return taking_over.take_over(by=plan.system, agreement_id=plan.agreement.id, now=at(on))


class TestAPlan:
    def test_stands_as_it_stood(self, plan):
        plan.pay(50_000, START)
        plan.pay(70_123, START + timedelta(days=3))
        before = stands(plan.agreement)
        forget(plan.agreement)
        assert taking_over.waiting() == [plan.agreement.id]
        assert take_over(plan, START + timedelta(days=3)) == "taken"
        assert stands(plan.agreement) == before
        assert taking_over.waiting() == []

    def test_that_was_late_stands_as_it_stood_and_is_not_reminded_of_the_past(self, plan):
        late = DUE + timedelta(days=20)
        plan.pay(30_000, late)
        plan.day(late)
        before = stands(plan.agreement)
        forget(plan.agreement)
        assert take_over(plan, late) == "taken"
        now = stands(plan.agreement)
        assert now[1] == before[1]
        assert Plan.objects.get(agreement=plan.agreement).acted_until == late
        assert Plan.objects.get(agreement=plan.agreement).next_action_date > late

    def test_takes_payments_and_lives_its_days_again(self, plan, lender):
        forget(plan.agreement)
        take_over(plan)
        asked = Collection.objects.get(agreement=plan.agreement)
        assert (asked.state, asked.by_mandate) == ("requested", False)
        plan.pay(50_000, START)
        assert Payment.objects.filter(agreement=plan.agreement).count() == 1
        day.run_day(lender_id=lender.id, on=DUE, now=at(DUE))
        assert plan.life(DUE).open_minor

    def test_is_taken_over_once(self, plan):
        forget(plan.agreement)
        assert (take_over(plan), take_over(plan)) == ("taken", "known")

    def test_whose_rows_say_something_else_is_stopped_until_a_person_looked(self, plan):
        plan.pay(50_000, START)
        forget(plan.agreement)
        first = DueItem.objects.filter(agreement=plan.agreement).order_by("number").first()
        with as_owner():
            DueItem.objects.filter(id=first.id).update(
                paid_principal_minor=first.paid_principal_minor - 1
            )
        assert take_over(plan) == "stopped"
        assert Plan.objects.get(agreement=plan.agreement).stopped == taking_over.DIFFERS

    def test_that_lacks_a_row_is_left_alone(self, plan):
        forget(plan.agreement)
        with as_owner():
            Collection.objects.all().delete()
            DueItem.objects.filter(agreement=plan.agreement).order_by("number").last().delete()
        with pytest.raises(RepaymentError, match=r"repayments.charged_differs"):
            take_over(plan)
        assert taking_over.waiting() == [plan.agreement.id]

    def test_that_was_paid_before_it_began_is_left_alone(self, plan):
        plan.pay(50_000, START)
        forget(plan.agreement)
        with as_owner():
            Payment.objects.update(value_date=date(2020, 1, 1))
        with pytest.raises(RepaymentError, match=r"repayments.cannot_take_over"):
            take_over(plan)

    def test_that_never_began_is_not_taken_over(self, plan, lender):
        with pytest.raises(RepaymentError, match=r"repayments.unknown_agreement"):
            taking_over.take_over(by=plan.system, agreement_id=lender.id, now=at(START))


def test_the_command_takes_all_it_can_and_names_the_rest(sign):
    good, bad = sign(), sign()
    for plan in (good, bad):
        forget(plan.agreement)
    with as_owner():
        DueItem.objects.filter(agreement=bad.agreement).order_by("number").last().delete()
    counts, refused = connecting.take_over(lender="")
    assert counts == {"taken": 1, "stopped": 0, "known": 0}
    assert refused == [{"agreement": str(bad.agreement.id), "code": "repayments.charged_differs"}]
    with as_owner():  # what the fixture checks at the end: receivables are what the rows ask for
        PlanEvent.objects.filter(agreement=bad.agreement).delete()
