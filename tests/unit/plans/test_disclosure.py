"""What a plan costs, by the rules that say how to state it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from repact.plans import annual_rates, disclosure, document, schedule
from repact.plans.accrual import interest
from repact.plans.conduct import Conduct, late_cost
from repact.plans.errors import PlanError
from repact.plans.terms import Terms
from tests.unit.plans.documents import plan


def disclosed(contract=None, **changes):
    data = plan(**changes)
    if contract:
        data["position"]["contract"] = contract
    made = document.validate(document.Document, data)
    built = schedule.build(made.position, made.terms)
    return disclosure.disclose(made.position, made.terms, built)


class TestAnnualRates:
    @pytest.mark.parametrize(("payments", "ppm"), [([55, 55], 32_982), ([40, 40], -68_338)])
    def test_of_a_plan_paid_every_other_year_may_be_below_zero(self, payments, ppm):
        years = annual_rates.nominal_ppm(
            amount=100, payments=payments, periods_per_year=Fraction(1, 2)
        )
        assert years == ppm

    def test_a_level_loan_costs_its_own_rate(self):
        assert disclosed(interest_minor=0, penalty_minor=0).annual_rate_nominal_ppm == 180_000

    def test_the_pboc_example_comes_out_to_the_published_digit(self):
        """12 x 1072 for 12,000: IRR 1.086185% a month, 13.034224% a year."""
        rate = annual_rates.nominal_ppm(
            amount=1_200_000, payments=[107_200] * 12, periods_per_year=Fraction(12)
        )
        assert rate == 130_342

    def test_what_is_repaid_at_par_costs_nothing(self):
        payments = [100] * 12
        assert (
            annual_rates.nominal_ppm(amount=1_200, payments=payments, periods_per_year=Fraction(12))
            == 0
        )

    def test_a_plan_that_repays_less_has_a_negative_rate(self):
        rate = annual_rates.nominal_ppm(
            amount=1_200, payments=[90] * 12, periods_per_year=Fraction(12)
        )
        assert rate is not None
        assert rate < 0

    def test_effective_is_the_power_of_days(self):
        """500 -> 510 after 5 days: 324.436% a year (days over 365)."""
        rate = annual_rates.effective_ppm(amount=50_000, flows=[(5, 51_000)])
        assert rate == 3_244_363

    @pytest.mark.parametrize(("amount", "payments"), [(0, [1]), (-5, [1]), (10, [0, 0])])
    def test_where_nothing_is_owed_or_paid_there_is_no_rate(self, amount, payments):
        assert (
            annual_rates.nominal_ppm(
                amount=amount, payments=payments, periods_per_year=Fraction(12)
            )
            is None
        )

    def test_beyond_any_sense_there_is_no_rate(self):
        assert annual_rates.effective_ppm(amount=1, flows=[(1, 10**11)]) is None
        assert (
            annual_rates.nominal_ppm(amount=10**11, payments=[1], periods_per_year=Fraction(12))
            is None
        )


class TestComparisons:
    CONTRACT = {
        "annual_rate_ppm": 180_000,
        "day_count": "30/360",
        "remaining": [{"due_date": "2024-02-01", "amount_minor": 110_016}] * 12,
    }

    def test_capitalizing_at_the_contract_rate_changes_no_value(self):
        """Instruments, golden vector: re-age P+I over 12 months, PV - GCA = +0.01."""
        measures = [
            {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000, "vests": "now"},
            {"kind": "capitalize", "component": "interest"},
        ]
        shape = [{"kind": "level", "count": 12}]
        made = disclosed(contract=self.CONTRACT, measures=measures, shape=shape)
        assert made.modification_minor == 1
        assert made.present_value_minor == 1_234_501

    def test_versus_contract_is_the_total_minus_what_the_contract_asks(self):
        made = disclosed(contract=self.CONTRACT)
        assert made.versus_contract_minor == made.versus_today_minor + 1_240_750 - 12 * 110_016

    def test_without_a_contract_its_figures_are_absent(self):
        made = disclosed()
        assert (made.versus_contract_minor, made.present_value_minor) == (None, None)
        assert made.modification_minor is None


class TestConduct:
    DUE = date(2026, 12, 15)

    def cost(self, on):
        conduct = Conduct(grace_days=3, late_rate_ppm=117_000)
        return late_cost(conduct=conduct, principal_minor=36_500, due_date=self.DUE, on=on)

    def test_within_the_grace_days_being_late_costs_nothing(self):
        assert self.cost(date(2026, 12, 18)) == 0

    def test_after_them_only_the_days_beyond_count(self):
        assert (
            self.cost(date(2026, 12, 25))
            == interest(
                amount_minor=36_500,
                annual_rate_ppm=117_000,
                start=date(2026, 12, 18),
                end=date(2026, 12, 25),
                day_count="ACT/365F",
            )
            == 82
        )

    def test_conduct_with_an_unknown_key_is_refused(self):
        terms = Terms.model_validate(plan()["terms"] | {"conduct": {"grace": 3}})
        with pytest.raises(PlanError):
            Conduct.of(terms)


def test_a_modification_loss_is_the_published_one():
    """law.md 4.4: 8,235.72 left at 18%, made 18 payments at 9.6%, loses 507.61 at the old rate."""
    made = document.validate(
        document.Document,
        plan(
            principal_minor=823_572,
            interest_minor=0,
            penalty_minor=0,
            annual_rate_ppm=96_000,
            shape=[{"kind": "level", "count": 18}],
            contract={"annual_rate_ppm": 180_000, "day_count": "30/360", "remaining": []},
        ),
    )
    built = schedule.build(made.position, made.terms)
    shown = disclosure.disclose(made.position, made.terms, built)
    assert (built.rows[0].payment_minor, built.rows[-1].payment_minor) == (49_310, 49_306)
    assert (shown.present_value_minor, shown.modification_minor) == (772_811, -50_761)
