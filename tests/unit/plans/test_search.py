"""Working backwards: what is found meets the target, and its neighbor does not."""

from __future__ import annotations

from datetime import date

import pytest

from repact.plans import document, schedule, search, wish
from repact.plans.errors import PlanError
from repact.plans.instruments import arrears, payments, price, timing
from repact.plans.instruments.change import Change, compose
from tests.spec.figures import BASIS, owing
from tests.unit.plans.documents import plan

NO_ARREARS = {"interest_minor": 0, "penalty_minor": 0}


def parts(**changes):
    made = document.validate(document.Document, plan(**(NO_ARREARS | changes)))
    return made.position, made.terms


def largest(made):
    return max(row.payment_minor for row in made.rows)


class TestTheLeast:
    @pytest.mark.parametrize("payment", [400_000, 110_030, 60_000, 25_000, 18_500])
    def test_number_of_payments_is_one_more_than_too_few(self, payment):
        position, terms = parts()
        found = search.count_for_payment(position, terms, payment)
        assert largest(found.schedule) <= payment
        if found.value > 1:
            made = document.validate(
                document.Document,
                plan(**NO_ARREARS, shape=[{"kind": "level", "count": found.value - 1}]),
            )
            assert largest(schedule.build(made.position, made.terms)) > payment

    def test_number_is_found_where_very_long_plans_end_in_a_large_payment(self):
        position, terms = parts()
        long = document.validate(
            document.Document, plan(**NO_ARREARS, shape=[{"kind": "level", "count": 600}])
        )
        assert largest(schedule.build(long.position, long.terms)) > 18_500
        assert search.count_for_payment(position, terms, 18_500).value < 600

    def test_number_that_does_not_exist_is_said(self):
        with pytest.raises(PlanError, match="plan.no_plan_fits"):
            search.count_for_payment(*parts(), 17_999)

    def test_waiver_is_the_least_that_helps(self):
        position, terms = parts(interest_minor=34_500)
        found = search.waiver_for_payment(position, terms, "interest", 70_000)
        assert found.value == 59_909 + 34_500 - 70_000
        assert largest(found.schedule) == 70_000

    def test_waiver_of_principal_never_takes_it_all(self):
        position, terms = parts()
        found = search.waiver_for_payment(position, terms, "principal", 1)
        assert 0 < found.value < 1_200_000

    def test_share_set_aside_is_the_least_that_helps(self):
        position, terms = parts()
        found = search.share_for_payment(position, terms, 40_000)
        assert all(row.payment_minor <= 40_000 for row in found.schedule.rows[:-1])
        less = found.terms.model_copy(
            update={
                "measures": (
                    found.terms.measures[0].model_copy(update={"share_ppm": found.value - 1}),
                )
            }
        )
        before_last = schedule.build(position, less).rows[:-1]
        assert any(row.payment_minor > 40_000 for row in before_last)


class TestScreening:
    def test_leaves_out_only_what_could_not_fit(self):
        position, terms = parts()
        candidates = [
            terms.model_copy(update={"shape": shape.terms.shape})
            for shape in (
                search.count_done_by(position, terms, date(2024 + k, 1, 1)) for k in (1, 2, 3, 4)
            )
        ]
        candidates.append(parts(shape=[{"kind": "growing", "count": 40, "growth_ppm": 0}])[1])
        candidates.append(parts(shape=[{"kind": "level", "count": 1}])[1])
        found = [one.value for one in search.screened(position, candidates, 45_000)]
        every = [
            place
            for place, terms in enumerate(candidates)
            if largest(schedule.build(position, terms)) <= 45_000
        ]
        assert found == every == [2, 3, 4]


class TestTheMost:
    def test_payments_by_a_day(self):
        found = search.count_done_by(*parts(), date(2025, 6, 30))
        assert found.schedule.rows[-1].due_date == date(2025, 6, 1)
        assert found.value == 17

    def test_by_a_day_before_the_first_is_none(self):
        with pytest.raises(PlanError, match="plan.no_plan_fits"):
            search.count_done_by(*parts(), date(2024, 1, 31))

    def test_rate_for_a_total(self):
        position, terms = parts()
        found = search.rate_for_total(position, terms, 1_300_000)
        assert found.schedule.totals.payment_minor <= 1_300_000
        more = terms.model_copy(update={"annual_rate_ppm": found.value + 1})
        assert schedule.build(position, more).totals.payment_minor > 1_300_000

    def test_rate_for_a_payment(self):
        position, terms = parts()
        found = search.rate_for_payment(position, terms, 55_000)
        assert largest(found.schedule) <= 55_000
        more = terms.model_copy(update={"annual_rate_ppm": found.value + 1})
        assert largest(schedule.build(position, more)) > 55_000


class TestASum:
    def test_paid_first_leaves_a_lower_payment(self):
        found = search.after_lump_sum(*parts(), 300_000)
        assert found.schedule.rows[0].payment_minor == 300_000
        assert found.value == found.schedule.rows[1].payment_minor < 59_909

    def test_that_closes_a_custom_shape_is_worked_out(self):
        position, terms = parts(shape=[{"kind": "custom", "amounts_minor": [700_000, 1]}])
        right = search.closing_amount(position, terms)
        position, terms = parts(shape=[{"kind": "custom", "amounts_minor": [700_000, right]}])
        assert search.closing_amount(position, terms) == right

    def test_closes_only_what_is_custom(self):
        with pytest.raises(PlanError, match="plan.not_one_of"):
            search.closing_amount(*parts())
        position, terms = parts(shape=[{"kind": "custom", "amounts_minor": [1, 1]}])
        with pytest.raises(PlanError, match="plan.negative_amortization"):
            search.closing_amount(position, terms)

    def test_is_level_only_where_the_shape_closes_with_level(self):
        position, terms = parts(shape=[{"kind": "growing", "count": 9, "growth_ppm": 0}])
        with pytest.raises(PlanError, match="plan.not_one_of"):
            search.count_for_payment(position, terms, 1)


class TestASeason:
    def test_scales_its_weights_until_the_debt_is_repaid(self):
        position, terms = parts()
        found = search.scaled_to_close(position, terms, [1, 1, 4, 4, 1, 1])
        paid = [row.payment_minor for row in found.schedule.rows]
        assert abs(paid[2] - 4 * paid[0]) <= 4
        assert paid[-1] <= paid[0] + 1
        assert found.schedule.rows[-1].balance_minor == 0

    def test_needs_a_scale_beyond_the_debt_itself_where_interest_runs_long(self):
        position, terms = parts()
        found = search.scaled_to_close(position, terms, [1] * 120)
        assert sum(row.payment_minor for row in found.schedule.rows) > 2 * 1_200_000

    @pytest.mark.parametrize("weights", [[0, 0], [0, 1, 0]])
    def test_without_income_has_no_plan(self, weights):
        with pytest.raises(PlanError, match="plan.no_plan_fits"):
            search.scaled_to_close(*parts(), weights)


class TestACascade:
    RUNGS = (
        Change(measures=price.penalty_waiver().measures, tail=timing.term_extension(count=24).tail),
        timing.payment_holiday(periods=2, interest="freeze"),
        Change(annual_rate_ppm=0, conduct={"grace_days": 3}),
        timing.due_date_change(anchor_day=16, first_due_date=date(2024, 2, 16)),
    )

    def test_stops_at_the_first_step_that_reaches_the_target(self):
        made = search.cascade(owing(), BASIS, self.RUNGS, 100_000)
        assert [rung.reached for rung in made] == [True]

    def test_reaches_its_target_to_the_unit(self):
        largest = search.cascade(owing(), BASIS, self.RUNGS[:1], 1)[0].largest_minor
        assert search.cascade(owing(), BASIS, self.RUNGS, largest)[0].reached
        assert not search.cascade(owing(), BASIS, self.RUNGS, largest - 1)[0].reached

    def test_adds_each_step_to_those_before_and_prices_it(self):
        made = search.cascade(owing(), BASIS, self.RUNGS, 1)
        assert [rung.reached for rung in made] == [False] * 4
        assert made[-1].terms.annual_rate_ppm == 0
        assert made[-1].terms.shape[0].kind == "holiday"
        assert made[-1].terms.conduct == {"grace_days": 3}
        costs = [rung.cost_minor for rung in made]
        assert costs == sorted(costs)

    def test_has_no_price_without_a_contract(self):
        made = search.cascade(owing(contract=None), BASIS, self.RUNGS[:1], 1)
        assert made[0].cost_minor is None


class TestAWish:
    def meet(self, target, free="count", **changes):
        data = plan(**(NO_ARREARS | changes))
        return wish.meet(document.validate(wish.Wish, data | {"target": target, "free": free}))

    def test_is_met_by_the_parameter_that_is_free(self):
        assert self.meet({"payment_max_minor": 60_000}).value == 24
        assert self.meet({"payment_max_minor": 55_000}, "rate").value < 180_000
        assert self.meet({"payment_max_minor": 55_000}, "set_aside").value > 0
        assert self.meet(
            {"payment_max_minor": 70_000}, "waive_interest", interest_minor=34_500
        ).value
        assert self.meet({"total_max_minor": 1_300_000}, "rate").value > 0
        assert self.meet({"done_by": "2025-01-01"}).value == 12
        assert self.meet({"lump_sum_minor": 300_000}).value < 59_909

    @pytest.mark.parametrize(
        ("target", "free"),
        [({"done_by": "2025-01-01"}, "rate"), ({"total_max_minor": 1}, "count")],
    )
    def test_is_refused_where_the_parameter_cannot_serve(self, target, free):
        with pytest.raises(PlanError, match="plan.target_not_free"):
            self.meet(target, free)

    def test_has_one_target(self):
        with pytest.raises(PlanError, match="plan.one_target"):
            self.meet({})


class TestComposing:
    def test_refuses_two_shapes_that_both_close(self):
        with pytest.raises(PlanError, match="plan.closes_twice"):
            compose(BASIS, timing.term_extension(count=3), timing.term_extension(count=4))

    def test_refuses_a_shape_that_does_not_close(self):
        with pytest.raises(PlanError, match="plan.does_not_close"):
            compose(BASIS, timing.interest_only(periods=3))

    @pytest.mark.parametrize(
        "changes",
        [
            (price.rate_reduction(annual_rate_ppm=1), Change(annual_rate_ppm=2)),
            (Change(conduct={"skips": 1}), Change(conduct={"skips": 2})),
        ],
    )
    def test_refuses_two_instruments_that_claim_the_same(self, changes):
        with pytest.raises(PlanError, match="plan.changed_twice"):
            compose(BASIS, *changes, timing.term_extension(count=3))

    def test_never_capitalizes_what_is_given_up(self):
        first = compose(
            BASIS,
            arrears.capitalize(penalty_ppm=1_000_000),
            price.penalty_waiver(),
            timing.term_extension(count=3),
        )
        assert schedule.build(owing(), first).totals.capitalized_minor == 34_500

    def test_brings_a_rate_back_after_its_time(self):
        change = price.rate_reduction(
            annual_rate_ppm=90_000, until=date(2024, 6, 1), then_ppm=180_000
        )
        terms = compose(BASIS, change, timing.term_extension(count=12))
        assert [m.annual_rate_ppm for m in terms.measures] == [180_000]

    def test_needs_a_rate_to_go_back_to(self):
        change = price.rate_reduction(annual_rate_ppm=90_000, until=date(2024, 6, 1))
        assert compose(BASIS, change, timing.term_extension(count=3)).measures == ()

    def test_catalogues_each_number_once(self):
        from repact.plans.instruments.change import instrument

        with pytest.raises(ValueError, match="10"):
            instrument(10, zh="", en="")(payments.custom)
