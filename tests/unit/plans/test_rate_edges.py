"""Edges of the rates other rules define: odd days, a single unit, what was waived at once."""

from __future__ import annotations

from datetime import date

import pytest

from repact.plans import document, schedule
from repact.plans.errors import PlanError
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


class TestASingleUnit:
    @pytest.mark.parametrize("method", ["us-reg-z", "eu-apr", "cn-irr", "cn-simple", "xirr"])
    def test_has_a_rate(self, method):
        year = {"every": 12, "unit": "month"}
        made = rate(method, [("0", "0.01")], [("1", "0.02")], year)
        assert made.annual_rate_ppm == 1_000_000


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
