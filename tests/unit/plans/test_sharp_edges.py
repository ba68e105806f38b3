"""Edges that one wrong sign or digit would move: each was once moved by a mutant unseen."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repact.plans import annual_rates, document, schedule, search
from repact.plans.errors import PlanError
from repact.plans.instruments import arrears
from repact.plans.servicing.replay import payoff, replay
from tests.unit.plans.documents import built, plan
from tests.unit.plans.flows import rate
from tests.unit.plans.servicing.contents import agreement, day, happened, paid, plain

NO_ARREARS = {"interest_minor": 0, "penalty_minor": 0}
ONE = annual_rates._ONE


def parts(**changes):
    made = document.validate(document.Document, plan(**(NO_ARREARS | changes)))
    return made.position, made.terms


def refusal(make, *args, **changes):
    with pytest.raises(PlanError) as caught:
        make(*args, **changes)
    return caught.value


class TestTheCertainBracket:
    """What the fast way takes for certain is compared with fractions."""

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(1, 40), st.integers(1, 10**7)), min_size=1, max_size=40),
        st.integers(ONE // 2, ONE - 1),
    )
    def test_loses_no_more_than_it_allows_for(self, gaps, factor):
        value, slope = annual_rates._value_and_slope(annual_rates._runs(gaps), factor)
        v, at = Fraction(factor, ONE), 0
        exact, exact_slope = Fraction(0), Fraction(0)
        for gap, payment in gaps:
            at += gap
            exact += payment * v**at
            exact_slope += at * payment * v**at
        lost = annual_rates._lost(len(gaps), at, sum(payment for _, payment in gaps))
        assert 0 <= exact * ONE - value <= lost
        assert abs(exact_slope * ONE - slope) <= at * lost

    @pytest.mark.parametrize("count", range(1, 65))
    def test_sums_equal_payments_in_closed_steps(self, count):
        factor = ONE * 98 // 100
        value, slope = annual_rates._value_and_slope(
            annual_rates._runs([(1, 1000)] * count), factor
        )
        v = Fraction(factor, ONE)
        exact = sum(1000 * v**k for k in range(1, count + 1)) * ONE
        exact_slope = sum(k * 1000 * v**k for k in range(1, count + 1)) * ONE
        lost = annual_rates._lost(count, count, 1000 * count)
        assert 0 <= exact - value <= lost
        assert abs(exact_slope - slope) <= count * lost

    @pytest.mark.parametrize(("first", "second"), [(1, 3), (3, 1), (7, 30)])
    def test_sums_runs_one_after_the_other(self, first, second):
        factor = ONE * 98 // 100
        gaps = [(first, 1000)] * 9 + [(second, 700)] * 12
        value, slope = annual_rates._value_and_slope(annual_rates._runs(gaps), factor)
        times = [first * k for k in range(1, 10)]
        times += [first * 9 + second * k for k in range(1, 13)]
        v = Fraction(factor, ONE)
        flows = [(t, payment) for t, (_, payment) in zip(times, gaps, strict=True)]
        exact = sum(payment * v**t for t, payment in flows) * ONE
        exact_slope = sum(t * payment * v**t for t, payment in flows) * ONE
        lost = annual_rates._lost(len(gaps), times[-1], 1000 * len(gaps))
        assert 0 <= exact - value <= lost
        assert abs(exact_slope - slope) <= times[-1] * lost

    def test_is_enough_for_every_usual_length(self, monkeypatch):
        def exact(**_):
            raise AssertionError("the exact way was needed")

        monkeypatch.setattr(annual_rates, "exact_nominal_ppm", exact)
        monkeypatch.setattr(annual_rates, "exact_effective_ppm", exact)
        for count in range(2, 61):
            payments = [1_200_000 // count + 9_000] * count
            per_year = Fraction(12)
            nominal = annual_rates.nominal_ppm(
                amount=1_200_000, payments=payments, periods_per_year=per_year
            )
            flows = [(30 * (k + 1), payment) for k, payment in enumerate(payments)]
            assert nominal
            assert annual_rates.effective_ppm(
                amount=1_200_000, flows=flows, nominal=(nominal, per_year)
            )

    def test_ends_at_the_largest_rate_there_is(self):
        found = annual_rates.nominal_ppm(
            amount=10, payments=[10 * 101], periods_per_year=Fraction(1)
        )
        assert found == annual_rates.exact_nominal_ppm(
            amount=10, payments=[10 * 101], periods_per_year=Fraction(1)
        )


class TestRatesOfOtherRules:
    def test_are_looked_for_up_to_ten_thousand_percent(self):
        at_the_end = rate("xirr", [("0", 100)], [("1", 100 * 100)])
        assert at_the_end.annual_rate_ppm == 99_000_000
        with pytest.raises(PlanError, match="plan.no_rate"):
            rate("xirr", [("0", 100)], [("1", 100 * 101 + 1)])

    def test_may_lose_almost_everything(self):
        assert rate("xirr", [("0", 10_000)], [("1", 2)]).annual_rate_ppm == -999_800
        with pytest.raises(PlanError, match="plan.no_rate"):
            rate("xirr", [("0", 100_000)], [("1", 1)])

    def test_count_unit_periods_that_do_not_divide_a_year(self):
        """Five months of 1,000 at simple interest of 60 are 60 * 12/5 a year on a thousand."""
        made = rate(
            "cn-simple",
            [(date(2024, 1, 15), 1000)],
            [(date(2024, 6, 15), 1060)],
            {"every": 5, "unit": "month"},
        )
        assert made.annual_rate_ppm == 144_000


class TestADate:
    """1900 to 2199, both ends included."""

    @pytest.mark.parametrize("good", ["1900-01-01", "2199-12-31"])
    def test_at_an_end_is_taken(self, good):
        contract = {
            "annual_rate_ppm": 180_000,
            "day_count": "30/360",
            "remaining": [{"due_date": good, "amount_minor": 1}],
        }
        made = document.validate(document.Document, plan() | self.with_contract(contract))
        assert made.position.contract.remaining[0].due_date.isoformat() == good

    @pytest.mark.parametrize("bad", ["1899-12-31", "2200-01-01"])
    def test_beyond_is_refused(self, bad):
        contract = {
            "annual_rate_ppm": 180_000,
            "day_count": "30/360",
            "remaining": [{"due_date": bad, "amount_minor": 1}],
        }
        error = refusal(document.validate, document.Document, plan() | self.with_contract(contract))
        assert error.code == "plan.out_of_range"

    def with_contract(self, contract):
        return {"position": plan()["position"] | {"contract": contract}}


class TestSearching:
    def test_finds_the_one_payment_that_is_in_time(self):
        position, terms = parts()
        found = search.count_done_by(position, terms, date(2024, 2, 1))
        assert found.value == 1

    @pytest.mark.parametrize("weights", [[1, 1], [1, 2, 3], [5, 1, 7, 1], [9, 1, 1, 1, 1, 1]])
    @pytest.mark.parametrize("principal", [100_000, 123_457, 1_200_000])
    def test_scales_a_season_by_the_least_that_closes(self, weights, principal):
        position, terms = parts(principal_minor=principal)
        found = search.scaled_to_close(position, terms, weights)
        amounts = found.terms.shape[0].amounts_minor
        assert amounts[:-1] == tuple(w * found.value // 1_000_000 for w in weights[:-1])
        assert amounts[-1] <= weights[-1] * found.value // 1_000_000
        less = [w * (found.value - 1) // 1_000_000 for w in weights]
        shorter = search._with_custom(terms, less)
        left = search.closing_amount(position, shorter) if all(less[:1]) else less[-1] + 1
        assert left > less[-1]

    def test_says_that_a_season_cannot_skip_interest(self):
        position, terms = parts()
        error = refusal(search.scaled_to_close, position, terms, [5, 0, 7, 1])
        assert (error.code, error.field) == ("plan.no_plan_fits", "weights")

    def test_scales_by_a_single_millionth(self):
        position, terms = parts(principal_minor=200_000, annual_rate_ppm=0)
        assert search.scaled_to_close(position, terms, [10**11, 10**11]).value == 1

    def test_rules_out_no_plan_with_a_balloon(self):
        """Its equal payments are smaller than without: the level alone says nothing about it."""
        shape = [{"kind": "level", "count": 24}, {"kind": "balloon", "amount_minor": 900_000}]
        position, terms = parts(shape=shape)
        assert schedule.level_minor(position, terms) == 0
        assert schedule.level_minor(*parts(shape=[{"kind": "level", "count": 1}])) == 0
        assert schedule.level_minor(*parts(shape=[{"kind": "level", "count": 2}])) > 600_000

    def test_finds_a_rate_at_the_very_ends(self):
        position, terms = parts(shape=[{"kind": "level", "count": 2}])
        assert search.rate_for_total(position, terms, 1_200_000).value < 10
        assert search.rate_for_total(position, terms, 10**11).value == 10_000_000


class TestAnAmountAboveTheLimit:
    def test_is_named_by_the_row_that_passes_it_not_the_one_that_reaches_it(self):
        shape = [
            {"kind": "holiday", "count": 1, "interest": "freeze"},
            {"kind": "holiday", "count": 1, "interest": "accrue"},
            {"kind": "level", "count": 2},
        ]
        error = refusal(built, principal_minor=10**11, shape=shape, **NO_ARREARS)
        assert (error.code, error.field) == ("plan.amount_above_limit", "rows[2]")


class TestASettlement:
    def test_above_what_is_owed_is_refused_with_what_is(self):
        shape = [{"kind": "lump_sum", "amount_minor": 1_240_751}]
        error = refusal(built, shape=shape)
        assert error.code == "plan.more_than_owed"
        assert error.params == {"owed_minor": 1_240_750}


class TestACatchUpPlan:
    def test_shares_the_arrears_over_its_months(self):
        change = arrears.catch_up(
            installment_minor=50_000, overdue_principal_minor=10_000, months=3, count=20
        )
        assert change.head[0].amount_minor == 53_333
        assert change.head[0].count == 3


class TestMovingADate:
    MOVES = {"date_moves": 2, "date_move_days": 10}

    def test_to_the_day_itself_is_the_last_that_is_possible(self):
        made = plain(conduct=self.MOVES)
        move = {"kind": "date_move", "on": "01-25", "row": 1, "to_date": "2024-01-25"}
        state = replay(made, happened(move), day("01-26"))
        assert state.rows[0].due_date == day("01-25")
        late = {"kind": "date_move", "on": "01-26", "row": 1, "to_date": "2024-01-25"}
        assert refusal(replay, made, happened(late), day("01-26")).code == "plan.date_moved_too_far"

    def test_goes_as_far_as_agreed_and_no_further(self):
        made = plain(conduct=self.MOVES)
        move = {"kind": "date_move", "on": "01-20", "row": 1, "to_date": "2024-02-11"}
        assert replay(made, happened(move), day("01-26")).rows[0].due_date == day("02-11")
        far = {"kind": "date_move", "on": "01-20", "row": 1, "to_date": "2024-02-12"}
        assert refusal(replay, made, happened(far), day("01-26")).code == "plan.date_moved_too_far"


class TestPayingEarly:
    """What is due comes first, then the next row; only what is left reduces principal."""

    @pytest.mark.parametrize("excess", ["shorten", "lower"])
    def test_principal_without_interest_adds_none(self, excess):
        made = plain(conduct={"excess": excess})
        events = happened(paid("02-01", 400_000 + 150_000))
        state = replay(made, events, day("02-02"))
        assert sum(row.due.interest for row in state.rows) == 0
        assert sum(row.due.principal for row in state.rows) == 1_200_000 - 150_000
        assert payoff(made, events, day("02-02")).total_minor == 650_000

    def test_lowers_every_payment_to_the_same(self):
        made = agreement(**NO_ARREARS, conduct={"excess": "lower"})
        events = happened(paid("02-01", 2 * 110_016 + 300_000))
        state = replay(made, events, day("02-02"))
        ahead = [row for row in state.rows if row.open_minor]
        assert len(ahead) == 10
        assert len({row.open_minor for row in ahead[:-1]}) == 1
        assert sum(row.due.principal for row in state.rows) == 1_200_000 - 300_000 - 4_500
