"""Edges of the rates other rules define: odd days, a single unit, what was waived at once."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from repact.plans import document, schedule
from repact.plans import rate_times as times
from repact.plans.errors import PlanError
from repact.plans.rate_document import RateDocument, UnitPeriod
from repact.plans.rate_methods import plan_rate
from tests.unit.plans.documents import plan
from tests.unit.plans.flows import rate

MONTH = {"every": 1, "unit": "month"}


class TestOddDays:
    @pytest.mark.parametrize("method", ["cn-irr", "cn-simple"])
    def test_are_a_part_of_a_period(self, method):
        """A month and 15 days are an eighth of a year."""
        dated = rate(method, [(date(2024, 1, 10), 1000)], [(date(2024, 2, 25), 1100)], MONTH)
        timed = rate(method, [("0", 1000)], [("0.125", 1100)], MONTH)
        assert dated.annual_rate_ppm == timed.annual_rate_ppm


class TestTimes:
    """From a first day to a second, as each rule counts."""

    def test_are_nothing_from_a_day_to_itself(self):
        day = date(2024, 2, 29)
        for between in (times.equal_month_years, times.week_years, times.actual_years):
            assert between(day, day) == 0
        assert times.unit_periods(day, day, UnitPeriod(every=2, unit="month")) == (0, 0)

    @pytest.mark.parametrize(
        ("start", "end", "year"),
        [
            (date(2012, 2, 27), date(2012, 3, 1), 366),
            (date(2013, 2, 25), date(2013, 2, 28), 366),
            (date(2013, 2, 26), date(2013, 3, 1), 365),
            (date(2012, 2, 25), date(2012, 2, 28), 365),
            (date(2012, 2, 26), date(2012, 2, 29), 366),
        ],
    )
    def test_of_odd_days_are_over_366_within_a_year_of_a_29_february(self, start, end, year):
        odd = Fraction((end - start).days, year)
        assert times.equal_month_years(start, end) == odd
        assert times.week_years(start, end + timedelta(weeks=3)) == Fraction(3, 52) + odd

    @pytest.mark.parametrize(
        ("start", "end", "whole", "odd"),
        [
            (date(1978, 1, 30), date(1978, 2, 15), 1, 0),
            (date(1978, 1, 31), date(1978, 2, 15), 0, 1),
            (date(1978, 2, 1), date(1978, 2, 16), 1, 0),
            (date(1978, 1, 16), date(1978, 2, 16), 2, 0),
            (date(1978, 1, 14), date(1978, 2, 16), 2, Fraction(2, 15)),
        ],
    )
    def test_go_back_by_half_months(self, start, end, whole, odd):
        unit = UnitPeriod(every=1, unit="semimonth")
        assert times.unit_periods(start, end, unit) == (whole, odd)


class TestATie:
    """Half a year's unit period and simple interest over half of it: exact in decimals."""

    @pytest.mark.parametrize(("paid", "ppm"), [("80000.01", 1), ("80000.02", 1), ("80000.03", 2)])
    def test_goes_up(self, paid, ppm):
        flows = ([(date(2024, 1, 1), 80_000)], [(date(2024, 4, 1), paid)])
        assert rate("us-reg-z", *flows, {"every": 6, "unit": "month"}).annual_rate_ppm == ppm


class TestFlowsThatCancelOut:
    """They balance at any rate, so that they say nothing of one."""

    def test_have_no_rate(self):
        for flows in ([("0", 100)], [("0", 100), ("1", 50)]):
            with pytest.raises(PlanError, match="plan.no_rate"):
                rate("xirr", flows, flows)

    def test_change_none(self):
        assert (
            rate("xirr", [("0", 100), ("0.5", 30)], [("0.5", 30), ("1", 110)]).annual_rate_ppm
            == 100_000
        )


class TestFlows:
    @pytest.mark.parametrize("count", [1_300, 1_301])
    def test_are_at_most_1300(self, count):
        flow = {"years": "1", "amount_minor": 1}
        data = {"advances": [flow], "payments": [flow] * count}
        if count == 1_300:
            assert len(document.validate(RateDocument, data).payments) == count
        else:
            with pytest.raises(PlanError, match="plan.out_of_range"):
                document.validate(RateDocument, data)


class TestASingleUnit:
    @pytest.mark.parametrize("method", ["us-reg-z", "eu-apr", "cn-irr", "cn-simple", "xirr"])
    def test_has_a_rate(self, method):
        year = {"every": 12, "unit": "month"}
        made = rate(method, [("0", "0.01")], [("1", "0.02")], year)
        assert made.annual_rate_ppm == 1_000_000

    def test_has_a_rate_when_it_is_paid_first(self):
        assert rate("xirr", [("1", "0.02")], [("0", "0.01")]).annual_rate_ppm == 1_000_000


class TestAPlan:
    @pytest.mark.parametrize("method", ["us-reg-z", "eu-apr", "cn-irr", "cn-simple", "xirr"])
    def test_costs_nothing_for_what_it_waives_at_once(self, method):
        def found(**arrears):
            made = document.validate(document.Document, plan(**arrears))
            built = schedule.build(made.position, made.terms)
            return plan_rate(method, made.position, made.terms, built)

        waive = [
            {"kind": "waive", "component": name, "share_ppm": 1_000_000}
            for name in ("interest", "penalty")
        ]
        assert found(measures=waive) == found(interest_minor=0, penalty_minor=0)
