"""What a person can pay: every step told, nothing guessed, nothing overstated."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repact.errors import RepactError
from repact.policy import affordability, loading
from repact.policy.affordability import Budget, PriorityArrears
from repact.policy.flows import Flow, by_month, by_week

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "policies" / "demo-consumer-finance.yaml").read_text(encoding="utf-8")
RULES = loading.parse(TEXT).policy.affordability


def means(income=520_000, people=1, *, rent=415_000, **more):
    budget = Budget(income, people, {"rent": rent, "food": None}, **more)
    return affordability.assess(budget, RULES)


class TestAffordability:
    def test_is_what_is_left_minus_a_buffer(self):
        made = means()
        assert (made.surplus_minor, made.buffer_minor) == (105_000, 15_000)
        assert (made.affordable_minor, made.way) == (90_000, "plan")

    def test_never_takes_spending_below_the_living_floor(self):
        made = means(people=2, rent=0)
        assert made.floor_applied
        assert made.surplus_minor == 520_000 - 230_000

    def test_is_nothing_when_spending_is_more_than_income(self):
        made = means(300_000, rent=400_000)
        assert (made.is_negative, made.way) == (True, "breathing_space")
        assert (made.surplus_minor, made.shortfall_minor) == (0, 100_000)
        assert made.findings[-1].code == "means.negative_budget"

    def test_is_nothing_when_the_buffer_takes_what_is_left(self):
        made = means(430_000)
        assert (made.surplus_minor, made.affordable_minor) == (15_000, 0)
        assert made.findings[-1].code == "means.nothing_after_buffer"

    def test_is_not_guessed_when_the_income_is_not_known(self):
        made = means(None)
        assert (made.affordable_minor, made.way) == (None, "unknown")
        assert not made.is_negative
        assert made.unknown == ("income", "food")

    def test_is_not_guessed_when_one_income_of_two_is_not_known(self):
        made = means(None, incomes=(Flow("wage", 300_000), Flow("partner", None)))
        assert made.affordable_minor is None
        assert made.unknown == ("partner", "food")

    def test_tells_every_step_and_what_is_left_after_it(self):
        made = means(
            arrears=(PriorityArrears("rent", 60_000), PriorityArrears("rent", 1)),
            debts=(Flow("card", 20_000),),
        )
        assert [(s.code, s.amount_minor, s.left_minor) for s in made.steps] == [
            ("income", 520_000, 520_000),
            ("spending", -415_000, 105_000),
            ("priority_arrears", -10_001, 94_999),
            ("other_debts", -20_000, 74_999),
            ("buffer", -15_000, 59_999),
        ]
        assert made.steps[2].items == (("rent", 10_001),)

    def test_adds_what_is_told_by_the_week_to_what_is_told_by_the_month(self):
        made = means(100_000, rent=0, incomes=(Flow("tips", 1_200, "weekly"),))
        assert made.steps[0].amount_minor == 100_000 + 1_200 * 52 // 12

    def test_says_when_priority_arrears_are_not_known(self):
        found = means(arrears=(PriorityArrears("support", None),)).findings
        assert ("means.priority_arrears_unknown", {"kind": "support"}) in [
            (f.code, f.params) for f in found
        ]

    def test_leaves_out_what_the_policy_calls_not_essential(self):
        spare = RULES.categories[-1].model_copy(update={"essential": False})
        rules = RULES.model_copy(update={"categories": (*RULES.categories[:-1], spare)})
        budget = Budget(520_000, 1, {"rent": 400_000, "other": 100_000})
        made = affordability.assess(budget, rules)
        assert made.surplus_minor == 120_000


class TestAGuideline:
    def test_asks_for_a_reason_and_never_cuts(self):
        made = means(region="other_city")
        (finding,) = made.findings
        assert finding.code == "means.above_guideline"
        assert finding.params["high_minor"] == 220_000
        assert made.needs_reasons == ("rent",)
        assert made.surplus_minor == 105_000

    def test_is_content_with_a_reason_of_the_policy_only(self):
        assert means(reasons={"rent": "fixed_contract"}).needs_reasons == ()
        assert means(reasons={"rent": "because"}).needs_reasons == ("rent",)

    def test_notices_what_is_too_little_and_lets_pass_what_is_usual(self):
        assert means(rent=10_000).findings[0].code == "means.below_guideline"
        assert means(rent=100_000).findings == ()

    def test_depends_on_the_region(self):
        assert means(rent=300_000, region="large_city").findings == ()


class TestAFlow:
    @pytest.mark.parametrize(
        ("period", "income", "spending"),
        [
            ("weekly", 4_333, 4_417),
            ("fortnightly", 2_166, 2_250),
            ("monthly", 1_000, 1_000),
            ("quarterly", 333, 334),
            ("yearly", 83, 84),
        ],
    )
    def test_is_turned_into_months_never_overstating(self, period, income, spending):
        flow = Flow("x", 1_000, period)
        assert flow.average_minor("income") == income
        assert flow.average_minor("spending") == spending

    def test_may_come_in_some_months_only(self):
        flow = Flow("harvest", 600_000, "monthly", (9, 10))
        assert [flow.month_minor(month, "income") for month in (8, 9)] == [0, 600_000]
        assert flow.average_minor("income") == 100_000
        bonus = Flow("bonus", 100_001, "yearly", (1, 2))
        assert (bonus.month_minor(1, "income"), bonus.month_minor(2, "spending")) == (
            50_000,
            50_001,
        )
        weekly = Flow("stall", 100, "weekly", (6,))
        assert (weekly.month_minor(6, "income"), weekly.month_minor(6, "spending")) == (400, 500)

    @pytest.mark.parametrize(
        ("amount", "period", "months", "field"),
        [
            (-1, "monthly", (), "amount_minor"),
            (1, "monthly", (13,), "months"),
            (1, "monthly", (2, 1), "months"),
            (1, "quarterly", (1,), "period"),
        ],
    )
    def test_that_has_no_meaning_is_refused(self, amount, period, months, field):
        with pytest.raises(RepactError) as refusal:
            Flow("x", amount, period, months)
        assert (refusal.value.code, refusal.value.field) == ("policy.flow", field)

    def test_can_be_told_month_by_month_or_week_by_week(self):
        months = by_month("shop", list(range(12)))
        assert sum(flow.month_minor(12, "income") for flow in months) == 11
        weeks = by_week("shop", [100] * 52, start=date(2026, 1, 1))
        assert sum(flow.month_minor(1, "income") for flow in weeks) == 400
        assert sum(flow.amount_minor for flow in weeks) == 5_200

    def test_wants_a_whole_year(self):
        with pytest.raises(RepactError):
            by_month("shop", [1] * 11)
        with pytest.raises(RepactError):
            by_week("shop", [1] * 51, start=date(2026, 1, 1))


AMOUNTS = st.integers(0, 2_000_000)
FLOWS = st.builds(
    Flow,
    st.sampled_from(["a", "b", "c"]),
    AMOUNTS,
    st.sampled_from(["weekly", "fortnightly", "monthly", "yearly"]),
    st.sets(st.integers(1, 12)).map(lambda months: tuple(sorted(months))),
)
BUDGETS = st.builds(
    Budget,
    AMOUNTS,
    st.integers(1, 8),
    st.dictionaries(st.sampled_from(["rent", "food", "other"]), AMOUNTS | st.none()),
    incomes=st.lists(FLOWS, max_size=3).map(tuple),
    spending=st.lists(FLOWS, max_size=3).map(tuple),
    debts=st.lists(FLOWS, max_size=2).map(tuple),
    arrears=st.lists(
        st.builds(PriorityArrears, st.sampled_from(["rent", "tax"]), AMOUNTS | st.none()),
        max_size=2,
    ).map(tuple),
)


class TestAnyBudget:
    @settings(max_examples=150, deadline=None)
    @given(budget=BUDGETS)
    def test_is_never_called_affordable_beyond_what_is_left(self, budget):
        made = affordability.assess(budget, RULES)
        assert 0 <= made.affordable_minor <= made.surplus_minor
        assert made.surplus_minor == made.affordable_minor + made.buffer_minor
        assert made.surplus_minor == 0 or made.shortfall_minor == 0
        left = 0
        for step in made.steps:
            left += step.amount_minor
            assert step.left_minor == left
            assert sum(value for _, value in step.items) == abs(step.amount_minor)

    @settings(max_examples=150, deadline=None)
    @given(budget=BUDGETS, more=st.integers(0, 100_000))
    def test_never_falls_when_income_rises(self, budget, more):
        richer = Budget(
            budget.income_minor + more,
            budget.people,
            budget.spending_minor,
            budget.incomes,
            budget.spending,
            budget.debts,
            budget.arrears,
        )
        before = affordability.assess(budget, RULES).affordable_minor
        assert affordability.assess(richer, RULES).affordable_minor >= before

    @settings(max_examples=100, deadline=None)
    @given(
        amount=AMOUNTS,
        days=st.sampled_from([("weekly", 7), ("fortnightly", 14)]),
        first=st.integers(0, 13),
        year=st.integers(2020, 2040),
    )
    def test_no_year_brings_less_or_costs_more_than_was_counted(self, amount, days, first, year):
        period, step = days
        start = date(year, 1, 1) + timedelta(days=first % step)
        end = date(year + 1, 1, 1)
        paid = amount * len(range(0, (end - start).days, step))
        flow = Flow("x", amount, period)
        assert flow.average_minor("income") * 12 <= paid <= flow.average_minor("spending") * 12
