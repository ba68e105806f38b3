"""A plan that runs while another one is asked for: its ladder rests, and goes on afterwards."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from repact.server.cases.models import Case
from repact.server.jobs import resting as tasks
from repact.server.loans import actions as loan_actions
from repact.server.notices.models import Notice
from repact.server.repayments import ending, resting
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.errors import RepaymentError
from tests.integration.plans import DUE, START, at

TERMS = {"grace_days": 3, "cure_days": 5, "remind_days": 3, "declared_by": "clock"}
WARNINGS = ("due_soon", "missed", "nudge", "late", "invite", "breached")


def day(number):
    """A day counted from the first due date."""
    return DUE + timedelta(days=number)


def warned():
    found = Notice.objects.filter(kind__in=WARNINGS).order_by("created_at", "id")
    return list(found.values_list("kind", flat=True))


def live(plan, first, last):
    for number in range(first, last + 1):
        plan.day(day(number))


def carry_on():
    """Run what a hold or a release asks of plans; the queue's other tasks want peers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing'"
            " WHERE task_name = 'jobs.heed_request' AND status = 'todo' RETURNING args"
        )
        for (args,) in sorted(cursor.fetchall(), key=str):
            tasks.heed_request(**json.loads(args))


@pytest.fixture
def plan(sign):
    return sign(conduct=TERMS)


@pytest.fixture
def ask(plan):
    """Ask for another plan on a day, as `repayments.ask_again` and `cases.submit` do."""
    numbers = iter(range(1, 10))

    def of(on):
        case = Case.objects.create(
            lender_id=plan.lender.id,
            borrower_id=plan.agreement.borrower_id,
            reference=f"R-{next(numbers)}",
            language="zh-hans",
            created_at=at(on),
            kind="renegotiation",
            running_agreement_id=plan.agreement.id,
        )
        loan_ids = [part.loan_id for part in plan.agreement.parts.all()]
        loan_actions.hold(by=plan.system, loan_ids=loan_ids, case_id=case.id, now=at(on))
        carry_on()
        return case

    return of


@pytest.fixture
def stop(plan):
    def of(case, on):
        Case.objects.filter(id=case.id).update(state="withdrawn")
        loan_actions.release(by=plan.system, case_id=case.id, because="withdrawn", now=at(on))
        carry_on()

    return of


class TestWhileAnotherPlanIsAskedFor:
    def test_nobody_is_warned_and_nothing_is_broken(self, plan, ask):
        live(plan, -3, 1)
        ask(day(1))
        live(plan, 2, 40)
        assert warned() == ["due_soon", "missed"]
        assert plan.plan.standing == "active"
        assert plan.plan.next_action_date is None

    def test_the_borrower_is_told(self, plan, ask):
        ask(day(1))
        (told,) = Notice.objects.filter(kind="plan_waits_late")
        assert told.params["amount_minor"] == plan.life(day(1)).due_minor
        home = repayment_queries.home(borrower_id=plan.agreement.borrower_id, now=at(day(5)))
        assert home.resting
        assert (home.mandate, home.debited) == (True, False)
        assert home.last_good_date is None

    def test_a_borrower_who_owes_nothing_yet_is_not_told_of_a_sum(self, plan, ask):
        ask(day(-2))
        (told,) = Notice.objects.filter(kind__startswith="plan_waits")
        assert (told.kind, told.params) == ("plan_waits", {})

    def test_no_person_declares_a_breach_either(self, plan, ask):
        live(plan, -3, 1)
        ask(day(1))
        with pytest.raises(RepaymentError, match=r"new_plan_asked"):
            ending.declare_breach(
                by=plan.supervisor, agreement_id=plan.agreement.id, now=at(day(30))
            )

    def test_a_day_that_is_lived_before_the_plan_was_told_breaks_nothing(self, plan):
        live(plan, -3, 8)
        loan_ids = [part.loan_id for part in plan.agreement.parts.all()]
        loan_actions.hold(by=plan.system, loan_ids=loan_ids, case_id=plan.lender.id, now=at(day(9)))
        live(plan, 9, 9)
        assert plan.plan.standing == "active"

    def test_a_policy_may_let_it_run(self, plan, ask, monkeypatch):
        monkeypatch.setattr(resting, "_rests_by_policy", lambda _: False)
        live(plan, -3, 1)
        ask(day(1))
        live(plan, 2, 9)
        assert plan.plan.standing == "breached"


class TestWhenTheRequestHasEnded:
    def test_the_ladder_goes_on_where_it_stood(self, plan, ask, stop):
        live(plan, -3, 1)
        case = ask(day(1))
        live(plan, 2, 20)
        stop(case, day(21))
        live(plan, 21, 28)
        assert warned() == ["due_soon", "missed", "nudge", "late", "due_soon", "invite"]
        assert plan.plan.standing == "active"
        live(plan, 29, 29)  # day 9 as signed, and 20 days of rest
        assert plan.plan.standing == "breached"

    def test_no_breach_is_possible_before_the_days_of_rest_are_made_up_for(self, plan, ask, stop):
        live(plan, -3, 1)
        stop(ask(day(1)), day(21))
        with pytest.raises(RepaymentError, match=r"breach_too_early") as refused:
            ending.declare_breach(
                by=plan.supervisor, agreement_id=plan.agreement.id, now=at(day(28))
            )
        assert refused.value.params["possible_from"] == day(29).isoformat()
        ending.declare_breach(by=plan.supervisor, agreement_id=plan.agreement.id, now=at(day(29)))
        assert plan.plan.standing == "breached"

    def test_the_borrower_is_told_the_sum_and_the_last_day(self, plan, ask, stop):
        live(plan, -3, 1)
        stop(ask(day(1)), day(21))
        (told,) = Notice.objects.filter(kind="plan_goes_on_late")
        assert told.params["last_date"] == day(28).isoformat()
        assert told.params["amount_minor"] == plan.life(day(21)).due_minor

    def test_or_that_it_goes_on_where_nothing_is_due(self, plan, ask, stop):
        stop(ask(START + timedelta(days=2)), START + timedelta(days=5))
        assert Notice.objects.filter(kind="plan_goes_on").count() == 1
        live(plan, -3, 1)
        assert warned() == ["due_soon", "missed"]

    def test_what_was_told_twice_is_heeded_once(self, plan, ask, stop):
        stop(ask(day(1)), day(4))
        for _ in range(2):
            resting.heed_requests(by=plan.system, agreement_id=plan.agreement.id, now=at(day(4)))
        assert plan.plan.rests == [[day(1).isoformat(), day(4).isoformat()]]
        assert Notice.objects.filter(kind__startswith="plan_").count() == 2
