"""The ends of every search: nothing needed, all of it needed, one row, the row that counts."""

from __future__ import annotations

from datetime import date

import pytest

from repact.plans import document, schedule, search
from repact.plans.errors import PlanError
from tests.unit.plans.documents import plan

NO_ARREARS = {"interest_minor": 0, "penalty_minor": 0}
LARGE = 96 * 10**9
LEVEL = {"kind": "level", "count": 24}


def parts(**changes):
    made = document.validate(document.Document, plan(**(NO_ARREARS | changes)))
    return made.position, made.terms


def payments(found):
    return [row.payment_minor for row in found.schedule.rows]


class TestNothing:
    def test_is_needed_where_the_plan_fits_as_it_is(self):
        position, terms = parts(interest_minor=500)
        assert search.count_for_payment(position, terms, 10**10).value == 1
        assert search.waiver_for_payment(position, terms, "interest", 60_500).value == 0
        assert search.share_for_payment(position, terms, 60_500).value == 0

    def test_is_all_the_interest_there_may_be(self):
        position, terms = parts(principal_minor=LARGE)
        assert search.rate_for_total(position, terms, LARGE).value == 0
        assert search.rate_for_payment(position, terms, LARGE // 24).value == 0

    def test_fits_below_that(self):
        position, terms = parts(principal_minor=LARGE)
        for refused in (
            lambda: search.rate_for_total(position, terms, LARGE - 1),
            lambda: search.rate_for_payment(position, terms, LARGE // 24 - 1),
        ):
            with pytest.raises(PlanError, match="plan.no_plan_fits"):
                refused()


class TestAll:
    def test_of_a_component_may_be_waived(self):
        position, terms = parts(interest_minor=34_500)
        assert search.waiver_for_payment(position, terms, "interest", 59_909).value == 34_500
        with pytest.raises(PlanError, match="plan.no_plan_fits") as caught:
            search.waiver_for_payment(position, terms, "interest", 59_908)
        assert caught.value.params == {"low": 0, "high": 34_500}

    def test_but_one_unit_of_principal(self):
        position, terms = parts(
            principal_minor=100, annual_rate_ppm=0, shape=[{**LEVEL, "count": 1}]
        )
        assert search.waiver_for_payment(position, terms, "principal", 1).value == 99
        with pytest.raises(PlanError, match="plan.no_plan_fits"):
            search.waiver_for_payment(position, terms, "principal", 0)

    def test_but_a_millionth_may_be_set_aside(self):
        position, terms = parts(
            principal_minor=10**8, annual_rate_ppm=0, shape=[{"kind": "level", "count": 2}]
        )
        assert search.share_for_payment(position, terms, 60).value == 999_999
        with pytest.raises(PlanError, match="plan.no_plan_fits"):
            search.share_for_payment(position, terms, 40)

    def test_rows_that_are_left_may_be_used(self):
        head = {"kind": "interest_only", "count": 590}
        position, terms = parts(annual_rate_ppm=0, shape=[head, LEVEL])
        found = search.count_for_payment(position, terms, 120_000)
        assert (found.value, len(found.schedule.rows)) == (10, 600)
        with pytest.raises(PlanError, match="plan.no_plan_fits"):
            search.count_for_payment(position, terms, 119_999)


class TestEveryRowBeforeTheLast:
    """A share set aside is paid with the last row; no other may ask too much."""

    def least(self, payment, *shape):
        position, terms = parts(annual_rate_ppm=0, principal_minor=100_000, shape=list(shape))
        return search.share_for_payment(position, terms, payment)

    def test_counts_where_the_first_is_small(self):
        first = {"kind": "fixed", "count": 1, "amount_minor": 100}
        found = self.least(12_500, first, {**LEVEL, "count": 4})
        assert payments(found)[:4] == [100, 12_500, 12_500, 12_500]

    def test_counts_where_only_the_one_before_the_last_is_large(self):
        first = {"kind": "fixed", "count": 3, "amount_minor": 100}
        found = self.least(25_000, first, {**LEVEL, "count": 2})
        assert payments(found)[:4] == [100, 100, 100, 25_000]


class TestALumpSum:
    @pytest.mark.parametrize("count", [1, 12])
    def test_leaves_the_level_payment_whatever_comes_before(self, count):
        head = {"kind": "interest_only", "count": 3}
        position, terms = parts(shape=[head, {"kind": "level", "count": count}])
        found = search.after_lump_sum(position, terms, 300_000)
        assert payments(found)[:4] == [18_000, 18_000, 18_000, 300_000]
        assert found.value == payments(found)[4]
        assert found.value > 900_000 // count


class TestWhatCannotBeSearched:
    def test_is_named(self):
        position, terms = parts(shape=[{"kind": "interest_only", "count": 2}, LEVEL])
        with pytest.raises(PlanError, match="plan.not_one_of") as caught:
            search.closing_amount(position, terms)
        assert caught.value.field == "terms.shape[1].kind"
        custom = {"kind": "custom", "amounts_minor": [1]}
        position, terms = parts(shape=[{"kind": "interest_only", "count": 2}, custom])
        for search_ in (search.count_for_payment, search.after_lump_sum):
            with pytest.raises(PlanError, match="plan.not_one_of") as caught:
                search_(position, terms, 1)
            assert caught.value.field == "terms.shape[1].kind"


class TestADay:
    def test_is_the_last_that_counts(self):
        position, terms = parts()
        assert search.count_done_by(position, terms, date(2024, 3, 1)).value == 2
        assert search.count_done_by(position, terms, date(2024, 2, 29)).value == 1


class TestTheLevelAlone:
    """Worked out without laying a row."""

    def test_has_no_balloon(self):
        position, terms = parts(
            principal_minor=101, annual_rate_ppm=0, shape=[{"kind": "level", "count": 2}]
        )
        assert schedule.level_minor(position, terms) == 51

    @pytest.mark.parametrize("payment", [59_908, 59_909])
    def test_rules_out_to_the_unit(self, payment):
        position, terms = parts()
        found = list(search.screened(position, [terms, terms], payment))
        assert [one.value for one in found] == ([0, 1] if payment == 59_909 else [])


class TestAWindow:
    """Less set aside asks too much of a row; more leaves less than the first row pays."""

    def share(self, limit, first=4_100, rate=0):
        small = {"kind": "fixed", "count": 1, "amount_minor": first}
        shape = [small, {**LEVEL, "count": 2}]
        position, terms = parts(annual_rate_ppm=rate, principal_minor=100_000, shape=shape)
        return search.share_for_payment(position, terms, limit)

    def test_is_found_between_its_two_ends(self):
        found = self.share(4_100)
        assert found.value == 876_995
        assert payments(found) == [4_100, 4_100, 91_800]

    def test_is_found_where_less_would_not_even_pay_the_interest(self):
        found = self.share(100, first=100, rate=240_000)
        assert payments(found)[:2] == [100, 100]
        with pytest.raises(PlanError, match="plan.no_plan_fits"):
            self.share(99, first=100, rate=240_000)
