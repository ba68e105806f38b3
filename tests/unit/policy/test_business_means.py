"""What a small business can pay: wages, taxes and rent first, low months carried by good ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repact.policy import business
from repact.policy.business import Trade
from repact.policy.flows import Flow, by_month
from repact.policy.guidelines import Business

RULES = Business(buffer_weeks=0, buffer_months=12, share_ppm_max=1_000_000)
SEASONAL = [100, 100, 100, 100, 500, 500, 500, 500, 500, 100, 100, 100]


def means(takings, rules=RULES, **paid):
    return business.assess(Trade(by_month("shop", takings), **paid), rules)


class TestABusiness:
    def test_pays_what_each_month_leaves(self):
        made = means([300] * 12, wages=(Flow("wages", 100),), rent=(Flow("rent", 50),))
        assert made.series_minor == (150,) * 12
        assert (made.level_minor, made.low_months, made.way) == (150, (), "plan")

    def test_lets_good_months_pay_for_low_ones_first(self):
        made = means(SEASONAL, wages=(Flow("wages", 200),))
        assert made.series_minor[:4] == (0, 0, 0, 0)
        assert sum(made.series_minor) <= sum(SEASONAL) - 12 * 200
        assert made.series_minor[5] == 160
        assert made.low_months == (1, 2, 3, 4, 10, 11, 12)
        assert made.months[0].uncovered == ("wages",)

    def test_names_what_a_month_does_not_cover_first_things_first(self):
        made = means(
            [100] * 12,
            wages=(Flow("wages", 60),),
            taxes=(Flow("tax", 60),),
            drawings=(Flow("home", 10),),
        )
        assert made.months[0].uncovered == ("taxes", "drawings")
        assert made.way == "breathing_space"
        assert made.findings[-1].code == "means.negative_budget"
        assert made.findings[-1].params == {"shortfall_minor": 360}

    def test_keeps_weeks_of_running_costs_and_a_share_inside(self):
        rules = Business(buffer_weeks=26, buffer_months=12, share_ppm_max=500_000)
        made = means([300] * 12, rules, costs=(Flow("goods", 100),))
        assert made.series_minor == ((200 - 50) // 2,) * 12

    def test_has_nothing_when_the_buffer_takes_all(self):
        rules = Business(buffer_weeks=52, buffer_months=1, share_ppm_max=1_000_000)
        made = means([110] * 12, rules, costs=(Flow("goods", 100),))
        assert (made.way, made.findings[-1].code) == (
            "breathing_space",
            "means.nothing_after_buffer",
        )

    def test_is_not_guessed_when_a_figure_is_not_known(self):
        made = means([300] * 12, wages=(Flow("wages", None),))
        assert (made.way, made.unknown, made.level_minor) == ("unknown", ("wages",), None)

    @settings(max_examples=100, deadline=None)
    @given(
        takings=st.lists(st.integers(0, 10_000), min_size=12, max_size=12),
        wages=st.integers(0, 6_000),
        share=st.integers(0, 1_000_000),
        weeks=st.integers(0, 8),
    )
    def test_never_pays_more_in_a_year_than_the_year_leaves(self, takings, wages, share, weeks):
        rules = Business(buffer_weeks=weeks, buffer_months=12, share_ppm_max=share)
        made = means(takings, rules, wages=(Flow("wages", wages),))
        assert all(amount >= 0 for amount in made.series_minor)
        assert sum(made.series_minor) <= max(sum(takings) - 12 * wages, 0)


@pytest.mark.parametrize("name", business.ORDER)
def test_everything_that_is_paid_lowers_what_is_left(name):
    made = means([300] * 12, **{name: (Flow("x", 100),)})
    assert made.level_minor == 200
