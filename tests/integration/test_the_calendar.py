"""Clocks that change, February, the last day of a month, a clock that was set back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from repact.server.jobs import day
from repact.server.jobs.models import LivedDay
from repact.server.lenders.models import Lender
from repact.server.notices.models import Notice
from repact.server.repayments.models import Collection, Payment
from tests.integration.plans import DUE, START, at

LONDON = ZoneInfo("Europe/London")


def every_day(lender, first, last, hour):
    """Live each day at an hour of the lender's, as the task of every morning does."""
    on = first
    while on <= last:
        now = datetime(on.year, on.month, on.day, hour, 30, tzinfo=ZoneInfo(lender.zone))
        day.catch_up(lender_id=lender.id, now=now.astimezone(UTC))
        on += timedelta(days=1)


class TestClocksThatChange:
    @pytest.fixture
    def lender(self, lender):
        Lender.objects.filter(id=lender.id).update(zone="Europe/London")
        lender.refresh_from_db()
        return lender

    @pytest.mark.parametrize("due", [date(2027, 3, 27), date(2027, 10, 30)])
    @pytest.mark.parametrize("hour", [0, 1, 23])
    @pytest.mark.parametrize("missed", [False, True])
    def test_lose_no_day_of_the_ladder_and_add_none(self, sign, lender, due, hour, missed):
        conduct = {"grace_days": 0, "cure_days": 0, "remind_days": 0, "declared_by": "clock"}
        plan = sign(conduct=conduct, first=due, count=2)
        first, last = due - timedelta(days=1), due + timedelta(days=2)
        every_day(lender, first, first, hour)
        every_day(lender, last if missed else first + timedelta(days=1), last, hour)
        days = list(LivedDay.objects.order_by("day").values_list("day", flat=True))
        assert days == [first + timedelta(days=n) for n in range(4)]
        plan.agreement.refresh_from_db()
        assert (plan.plan.stopped, plan.plan.standing) == ("", "breached")
        assert {c.requested_on for c in Collection.objects.all()} == {due}
        assert Notice.objects.filter(kind="late").count() == 1
        breach = plan.agreement.events.get(kind="breach")
        assert breach.on_date == due + timedelta(days=1)


class TestTheLastDayOfAMonth:
    @pytest.mark.parametrize(
        ("year", "february"), [(2027, date(2027, 2, 28)), (2028, date(2028, 2, 29))]
    )
    def test_is_paid_on_whatever_day_it_is(self, sign, lender, year, february):
        plan = sign(
            start=date(year - 1, 12, 1),
            first=date(year - 1, 12, 31),
            conduct={"remind_days": 0},
            count=4,
        )
        dates = [date(year - 1, 12, 31), date(year, 1, 31), february, date(year, 3, 31)]
        assert list(plan.life(START).open_dates) == dates
        for due in dates:
            plan.day(due)
            collection = Collection.objects.get(state="requested")
            assert collection.requested_on == due
            plan.pay(collection.amount_minor, due, source=f"wallet:{collection.id}")
            Collection.objects.filter(id=collection.id).update(state="succeeded")
        assert plan.plan.standing == "completed"


class TestAClockThatWasSetBack:
    def test_takes_money_and_forgets_nothing(self, sign):
        plan = sign()
        due = plan.life(DUE).due_minor
        plan.pay(due, DUE)
        plan.day(DUE)
        earlier = DUE - timedelta(days=3)
        plan.pay(5_000, earlier, source="later")
        assert Payment.objects.count() == 2
        life = plan.life(earlier)
        assert life.on == DUE
        paid = sum(sum(state.paid) + state.credit_minor for state in life.states.values())
        assert paid == due + 5_000
        plan.day(earlier)
        assert plan.plan.standing == "active"

    def test_keeps_the_value_date_of_what_comes_from_ahead_of_it_for_later(self, sign):
        plan = sign()
        kept = plan.pay(5_000, START, value_date=START + timedelta(days=1), source="ahead")
        assert kept.reason == "repayments.value_date_ahead"
        assert at(START).date() == START
