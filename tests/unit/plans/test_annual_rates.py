"""Annual rates: the fast way against the exact one, and every published example."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repact.dates.day_count import bond_basis_days, year_fraction
from repact.dates.frequency import Recurrence
from repact.plans import annual_rates, schedule
from repact.plans import document as documents
from repact.plans.document import validate
from repact.plans.errors import PlanError
from repact.plans.rate_document import RateDocument
from repact.plans.rate_methods import in_percent, plan_rate
from tests.unit.plans.documents import plan
from tests.unit.plans.flows import rate

VECTORS = json.loads(
    (Path(__file__).resolve().parents[2] / "vectors" / "disclosure.json").read_text()
)
MONTH = {"every": 1, "unit": "month"}


def monthly(first, count, amount, every=1):
    days = Recurrence(every=every, unit="month", anchor_day=first.day).dates(first, count)
    return [(day, amount) for day in days]


class TestTheFastWay:
    """It never says anything the exact way would not."""

    @settings(max_examples=300, deadline=None)
    @given(
        st.lists(st.integers(0, 200_000), min_size=1, max_size=80),
        st.integers(1, 2_000_000),
        st.sampled_from([Fraction(12), Fraction(52), Fraction(365, 10), Fraction(6)]),
        st.booleans(),
    )
    def test_finds_the_nominal_rate_of_any_payments(self, payments, amount, per_year, level):
        if level:
            payments = [payments[0]] * len(payments)
        given_ = {"amount": amount, "payments": payments, "periods_per_year": per_year}
        assert annual_rates.nominal_ppm(**given_) == annual_rates.exact_nominal_ppm(**given_)

    @settings(max_examples=120, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(1, 60), st.integers(1, 200_000)), min_size=1, max_size=60),
        st.integers(1, 2_000_000),
        st.one_of(st.none(), st.integers(1, 900_000)),
    )
    def test_finds_the_effective_rate_of_any_payments(self, gaps, amount, near):
        day, flows = 0, []
        for gap, payment in gaps:
            day += gap
            flows.append((day, payment))
        found = annual_rates.effective_ppm(
            amount=amount, flows=flows, nominal=(near, Fraction(12)) if near else None
        )
        assert found == annual_rates.exact_effective_ppm(amount=amount, flows=flows)

    def test_is_taken_for_an_ordinary_plan(self, monkeypatch):
        def exact(**_):
            raise AssertionError("the exact way was needed")

        monkeypatch.setattr(annual_rates, "exact_nominal_ppm", exact)
        monkeypatch.setattr(annual_rates, "exact_effective_ppm", exact)
        flows = [(30 * k, 5_642) for k in range(1, 25)]
        assert annual_rates.effective_ppm(amount=120_000, flows=flows)
        assert annual_rates.nominal_ppm(
            amount=120_000, payments=[5_642] * 24, periods_per_year=Fraction(12)
        )

    def test_gives_way_where_it_cannot_be_sure(self):
        flows = {"amount": 2, "payments": [0] * 599 + [3], "periods_per_year": Fraction(12)}
        assert annual_rates.nominal_ppm(**flows) == annual_rates.exact_nominal_ppm(**flows)
        huge = {"amount": 1, "payments": [10**13], "periods_per_year": Fraction(12)}
        assert annual_rates.nominal_ppm(**huge) == annual_rates.exact_nominal_ppm(**huge)

    def test_leaves_a_tie_to_the_exact_way(self):
        tie = {"amount": 2_000_000, "payments": [2_000_001], "periods_per_year": Fraction(1)}
        assert annual_rates.nominal_ppm(**tie) == annual_rates.exact_nominal_ppm(**tie)
        flows = {"amount": 2_000_000, "flows": [(365, 2_000_001)]}
        assert annual_rates.effective_ppm(**flows) == annual_rates.exact_effective_ppm(**flows)

    def test_of_half_a_ppm_is_rounded_down(self):
        tie = {"amount": 2_000_000, "payments": [2_000_001], "periods_per_year": Fraction(1)}
        assert annual_rates.exact_nominal_ppm(**tie) == 0

    def test_survives_a_start_far_away(self):
        flows = {"amount": 100, "flows": [(3650, 101)]}
        far = annual_rates.effective_ppm(**flows, nominal=(100_000_000, Fraction(12)))
        assert far == annual_rates.exact_effective_ppm(**flows)


class TestRegulationZ:
    """12 CFR part 1026, appendix J (c): right to the last published digit."""

    SEMIMONTHLY = [
        date(1978, 3 + k // 2, 16 if k % 2 else 1)
        if k < 20
        else date(1979, 1 + (k - 20) // 2, 16 if k % 2 else 1)
        for k in range(24)
    ]
    EXAMPLES = [
        ("9.69", date(1978, 1, 10), 5000, monthly(date(1978, 2, 10), 24, 230), MONTH),
        ("11.82", date(1978, 2, 10), 6000, monthly(date(1978, 4, 1), 36, 200), MONTH),
        (
            "10.34",
            date(1978, 2, 23),
            5000,
            [(day, "219.17") for day in SEMIMONTHLY],
            {"every": 1, "unit": "semimonth"},
        ),
        (
            "10.08",
            date(1978, 1, 10),
            5000,
            [(date(1978, 2, 10), 250), *monthly(date(1978, 3, 10), 23, 230)],
            MONTH,
        ),
        (
            "28.50",
            date(1978, 3, 18),
            400,
            [
                (date(1978, 4, 20), "39.50"),
                *((date(1978, 5, 18) + timedelta(weeks=4 * k), "38.31") for k in range(11)),
            ],
            {"every": 4, "unit": "week"},
        ),
        (
            "10.50",
            date(1978, 1, 10),
            5000,
            [*monthly(date(1978, 2, 10), 23, 230), (date(1980, 1, 10), 280)],
            MONTH,
        ),
        (
            "7.30",
            date(1978, 1, 10),
            8000,
            [
                (date(1978, 3, 1), "449.36"),
                *monthly(date(1978, 5, 1), 18, 465, every=2),
                (date(1981, 5, 1), 200),
            ],
            {"every": 2, "unit": "month"},
        ),
    ]

    @pytest.mark.parametrize(("apr", "start", "amount", "payments", "unit"), EXAMPLES)
    def test_comes_out_as_published(self, apr, start, amount, payments, unit):
        assert rate("us-reg-z", [(start, amount)], payments, unit).published == apr

    @pytest.mark.parametrize("vector", VECTORS["us_appendix_j"], ids=lambda v: v["id"])
    def test_comes_out_in_years_too(self, vector):
        per_year = vector["unit_periods_per_year"]
        unit = {12: MONTH, 24: {"every": 1, "unit": "semimonth"}, 13: {"every": 4, "unit": "week"}}
        unit[6] = {"every": 2, "unit": "month"}
        payments = [
            (f"{(t + f) / per_year:.15f}", amount) for amount, t, f in vector["payments_amount_t_f"]
        ]
        made = rate("us-reg-z", [("0", vector["amount_financed"])], payments, unit[per_year])
        assert abs(made.annual_rate_ppm - vector["unrounded"] * 10_000) <= 1

    @pytest.mark.parametrize(
        ("apr", "days", "paid", "unit"),
        [
            ("11.45", 255, 1080, {"every": 255, "unit": "day"}),
            ("8.80", 181, 1044, {"every": 6, "unit": "month"}),
            ("8.76", 546, "1135.19", {"every": 12, "unit": "month"}),
            ("11.36", 730, 1240, {"every": 12, "unit": "month"}),
        ],
    )
    def test_of_a_single_payment_takes_the_term_for_the_unit(self, apr, days, paid, unit):
        start = date(1978, 1, 1)
        assert (
            rate("us-reg-z", [(start, 1000)], [(start + timedelta(days), paid)], unit).published
            == apr
        )

    def test_needs_its_unit_period(self):
        with pytest.raises(PlanError, match="plan.unit_period_required"):
            rate("us-reg-z", [(date(1978, 1, 1), 1)], [(date(1979, 1, 1), 2)])


class TestTheEuropeanApr:
    """Directive 2008/48/EC annex I; the Commission's examples."""

    @pytest.mark.parametrize("vector", VECTORS["eu"], ids=lambda v: v["id"])
    def test_comes_out_as_published(self, vector):
        flows = [(f"{t:.12f}", amount) for t, amount in vector["flows_t_years_amount"]]
        made = rate(
            "eu-apr",
            [(when, amount) for when, amount in flows if amount > 0],
            [(when, -amount) for when, amount in flows if amount < 0],
        )
        assert made.published == f"{vector['apr_1dp']:.1f}"
        assert abs(made.annual_rate_ppm - vector["solved"] * 10_000) <= 1

    @pytest.mark.parametrize(
        ("start", "ppm"), [(date(2013, 1, 12), 64_342), (date(2012, 2, 27), 64_341)]
    )
    def test_counts_odd_days_of_a_year_with_a_29_february_over_366(self, start, ppm):
        first = start + timedelta(3)
        days = Recurrence(every=1, unit="month", anchor_day=first.day).dates(first, 241)[1:]
        amount = "1433.57" if ppm == 64_342 else "1433.56"
        made = rate(
            "eu-apr", [(start, 200_000)], [(start, 4_000), *((day, amount) for day in days)]
        )
        assert made.annual_rate_ppm == ppm

    def test_counts_equal_months_where_the_days_would_say_otherwise(self):
        trap = VECTORS["traps"]["uk_month_vs_days"]
        start, *due = (date.fromisoformat(day) for day in trap["dates"])
        payments = [(day, 270) for day in due]
        in_months = rate("eu-apr", [(start, 500)], payments)
        in_days = rate("eu-apr", [(start, 500)], payments, {"every": 1, "unit": "day"})
        assert abs(in_months.annual_rate_ppm - trap["months12"] * 10_000) <= 1
        assert abs(in_days.annual_rate_ppm - trap["days365"] * 10_000) <= 1
        assert in_days.annual_rate_ppm == rate("xirr", [(start, 500)], payments).annual_rate_ppm

    def test_counts_weeks_as_fifty_seconds(self):
        start = date(2012, 3, 5)
        payments = [(start + timedelta(weeks=52), 1100)]
        assert (
            rate("eu-apr", [(start, 1000)], payments, {"every": 1, "unit": "week"}).annual_rate_ppm
            == 100_000
        )

    @pytest.mark.parametrize(
        ("flows", "apr"),
        [
            ([(1000, "0"), (-1200, f"{546 / 365:.15f}")], "13.0"),
            ([(950, "0"), (-1200, f"{546 / 365:.15f}")], "16.9"),
            ([(1000, "0"), (-600, "1"), (-600, "2")], "13.1"),
            ([(1000, "0"), (-272, "0.25"), (-272, "0.5"), (-544, "1")], "13.2"),
        ],
    )
    def test_is_what_directive_98_7_had_already(self, flows, apr):
        advances = [(when, amount) for amount, when in flows if amount > 0]
        payments = [(when, -amount) for amount, when in flows if amount < 0]
        assert rate("eu-apr", advances, payments).published == apr

    def test_of_a_few_days_is_large_and_right(self):
        payments = [(date(2012, 10, 15), 510)]
        assert rate("xirr", [(date(2012, 10, 10), 500)], payments).published == "324.4363"
        assert rate("eu-apr", [(date(2012, 10, 10), 500)], payments).published == "326.1"


class TestTheChineseRates:
    """PBoC announcement 〔2021〕 no. 3: 12,000 for 12 payments of 1,072."""

    CN = VECTORS["cn_annualisation"]
    PAYMENTS = [(f"{k / 12:.15f}", 1072) for k in range(1, 13)]

    @pytest.mark.parametrize(
        ("method", "figure"),
        [
            ("cn-irr", "irr_x12_pct"),
            ("cn-simple", "simple_on_avg_balance_pct"),
            ("xirr", "compound_pct"),
        ],
    )
    def test_come_out_to_the_ppm(self, method, figure):
        made = rate(method, [("0", 12_000)], self.PAYMENTS, MONTH)
        assert abs(made.annual_rate_ppm - self.CN[figure] * 10_000) <= 1

    def test_come_out_from_dates_as_well(self):
        start = date(2024, 1, 15)
        payments = monthly(date(2024, 2, 15), 12, 1072)
        assert rate("cn-irr", [(start, 12_000)], payments, MONTH).published == "13.03"
        assert rate("cn-simple", [(start, 12_000)], payments, MONTH).published == "13.29"
        assert rate("cn-simple", [(start, 12_000)], payments).annual_rate_ppm == 132_839

    def test_have_no_simple_rate_where_nothing_was_outstanding(self):
        with pytest.raises(PlanError, match="plan.no_rate"):
            rate("cn-simple", [("0", 5)], [("0", 6)])


class TestWhereThereIsNotOneRate:
    def test_none_is_said(self):
        with pytest.raises(PlanError, match="plan.no_rate"):
            rate("xirr", [("0", 100)], [("0", 50)])
        with pytest.raises(PlanError, match="plan.no_rate"):
            rate("eu-apr", [("0", 1)], [("0.01", 100_000)])

    def test_several_are_said(self):
        with pytest.raises(PlanError, match="plan.rate_not_unique") as caught:
            rate("xirr", [("0", 100), ("2", 132)], [("1", 230)])
        assert caught.value.params["rates_min"] == 2

    def test_two_that_fall_together_are_not_one(self):
        with pytest.raises(PlanError, match="plan.rate_not_unique"):
            rate("xirr", [("0", 100), ("2", 121)], [("1", 220)])

    def test_one_below_zero_is_a_rate(self):
        assert rate("xirr", [("0", 100)], [("1", 90)]).annual_rate_ppm == -100_000
        assert rate("xirr", [("0", 100)], [("1", 90)]).published == "-10.0000"

    def test_one_that_rises_with_the_flows_reversed_is_the_same(self):
        assert rate("xirr", [("1", 110)], [("0", 100)]).annual_rate_ppm == 100_000

    def test_a_tie_goes_up(self):
        amounts = [("1", "100000.05")]
        assert rate("xirr", [("0", 100_000)], amounts).annual_rate_ppm == 1


class TestTheDocument:
    @pytest.mark.parametrize(
        ("payments", "code"),
        [
            ([{"date": "2024-01-01", "amount_minor": 1}], "plan.dates_or_years"),
            ([{"amount_minor": 1}], "plan.dates_or_years"),
            ([{"years": "1e3", "amount_minor": 1}], "plan.not_a_decimal"),
            ([{"years": "１", "amount_minor": 1}], "plan.not_a_decimal"),
            ([], "plan.out_of_range"),
        ],
    )
    def test_is_refused_by_code(self, payments, code):
        with pytest.raises(PlanError, match=code):
            validate(
                RateDocument,
                {"advances": [{"years": "0", "amount_minor": 1}], "payments": payments},
            )

    @pytest.mark.parametrize(
        ("ppm", "digits", "text"),
        [(96_857, 2, "9.69"), (64_500, 1, "6.5"), (-50, 2, "-0.01"), (0, 1, "0.0")],
    )
    def test_prints_percent_half_up(self, ppm, digits, text):
        assert in_percent(ppm, digits=digits) == text


class TestAPlan:
    @pytest.mark.parametrize("method", ["us-reg-z", "eu-apr", "cn-irr", "cn-simple", "xirr"])
    def test_has_a_rate_by_every_method(self, method):
        made = documents.validate(
            documents.Document,
            plan(interest_minor=0, penalty_minor=0, shape=[{"kind": "level", "count": 12}]),
        )
        built = schedule.build(made.position, made.terms)
        low, high = {"eu-apr": (195_000, 196_000), "xirr": (195_000, 196_500)}.get(
            method, (179_900, 180_100) if method != "cn-simple" else (180_000, 190_000)
        )
        assert low <= plan_rate(method, made.position, made.terms, built).annual_rate_ppm <= high


class TestDayCounts:
    """The ISDA examples (QuantLib's test suite carries them)."""

    @pytest.mark.parametrize(
        ("name", "convention"),
        [("act_act_isda", "ACT/ACT"), ("act_365f", "ACT/365F"), ("act_360", "ACT/360")],
    )
    def test_come_out_as_published(self, name, convention):
        for start, end, expected in VECTORS["day_count"][name]:
            part, whole = year_fraction(
                date.fromisoformat(start), date.fromisoformat(end), convention
            )
            assert abs(Fraction(part, whole) - Fraction(str(expected))) < Fraction(1, 10**11)

    def test_of_the_bond_basis_come_out_as_published(self):
        known = {
            ("2006-08-31", "2007-02-28"): 178,
            ("2007-02-28", "2007-08-31"): 183,
            ("2008-02-29", "2008-08-31"): 182,
            ("2006-01-31", "2006-02-28"): 28,
            ("2006-02-28", "2006-03-03"): 5,
            ("2006-09-30", "2006-10-31"): 30,
            ("2007-02-26", "2008-02-28"): 362,
            ("2007-02-26", "2008-02-29"): 363,
            ("2008-02-29", "2009-02-28"): 359,
            ("2008-02-28", "2008-03-31"): 33,
        }
        for (start, end), days in known.items():
            assert bond_basis_days(date.fromisoformat(start), date.fromisoformat(end)) == days
