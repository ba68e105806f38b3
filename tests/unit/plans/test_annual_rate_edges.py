"""The ends of annual rates: the last that is found, the first that is not, and what is certain."""

from __future__ import annotations

from fractions import Fraction

import pytest

from repact.plans import annual_rates

ONE = annual_rates._ONE
YEARLY = Fraction(1)


def nominal(amount, *payments, per_year=YEARLY):
    return annual_rates.exact_nominal_ppm(
        amount=amount, payments=payments, periods_per_year=per_year
    )


def effective(amount, *flows):
    return annual_rates.exact_effective_ppm(amount=amount, flows=flows)


class TestTheHighestRate:
    """A million percent a year."""

    def test_is_found(self):
        assert nominal(1, 10_001) == effective(1, (365, 10_001)) == 10_000_000_000
        both = annual_rates.nominal_ppm(amount=1, payments=[10_001], periods_per_year=YEARLY)
        assert both == annual_rates.effective_ppm(amount=1, flows=[(365, 10_001)]) == 10**10

    def test_is_the_end(self):
        assert nominal(1, 10_002) is effective(1, (365, 10_002)) is None

    def test_takes_half_a_ppm_beyond_for_itself(self):
        assert nominal(2_000_000, 2_000_000 * 10_001 + 1) == 10_000_000_000
        assert nominal(2_000_000, 2_000_000 * 10_001 + 2) is None


class TestTheLowestRate:
    """A millionth is left of what was advanced."""

    def test_is_found(self):
        assert nominal(1_000_000, 1) == effective(1_000_000, (365, 1)) == -999_999

    def test_is_the_end(self):
        assert nominal(10_000_000, 1) is effective(10_000_000, (365, 1)) is None

    def test_takes_half_a_ppm_beyond_for_itself(self):
        assert nominal(2_000_000, 1) == -999_999

    def test_is_above_the_loss_of_everything_within_a_period(self):
        two_years = Fraction(1, 2)
        assert nominal(1_000_000, 2, per_year=two_years) == -499_999
        assert nominal(10_000_000, 1, per_year=two_years) is None
        assert nominal(10_000_000, 1, per_year=Fraction(999_999, 1_000_000)) is None

    def test_of_a_year_is_the_same_where_a_period_is_shorter(self):
        assert nominal(1_000_000, 1, per_year=Fraction(6, 5)) is None


class TestALoss:
    @pytest.mark.parametrize(("paid", "ppm"), [(99, -10_000), (92, -80_000), (60, -400_000)])
    def test_is_a_rate_below_zero(self, paid, ppm):
        assert nominal(100, paid) == effective(100, (365, paid)) == ppm


class TestNoRate:
    def test_is_there_where_nothing_is_owed_or_nothing_paid(self):
        for amount, paid in ((0, 0), (0, 5), (5, 0)):
            assert (
                annual_rates.nominal_ppm(amount=amount, payments=[paid], periods_per_year=YEARLY)
                is None
            )
            assert annual_rates.effective_ppm(amount=amount, flows=[(30, paid)]) is None

    def test_is_needed_to_give_back_what_was_taken(self):
        assert annual_rates.nominal_ppm(amount=1, payments=[1], periods_per_year=YEARLY) == 0
        assert annual_rates.effective_ppm(amount=1, flows=[(30, 1)]) == 0


class TestWhatIsTakenForCertain:
    """100 now for 200 in one period: the discount factor is a half, to the last bit."""

    ROOT = ONE // 2
    WIDTH = (ONE >> annual_rates._CAUGHT_BITS) + 1

    def certain(self, monkeypatch, factor):
        monkeypatch.setattr(annual_rates, "_approached", lambda *_: factor)
        return annual_rates._caught(100, [(1, 200)], lambda *_: 7, 1) == 7

    def test_is_a_bracket_with_the_root_well_inside(self, monkeypatch):
        for beside in (-self.WIDTH // 2, 0, self.WIDTH // 2):
            assert self.certain(monkeypatch, self.ROOT + beside)

    def test_is_no_bracket_that_begins_just_above_it(self, monkeypatch):
        assert not self.certain(monkeypatch, self.ROOT + self.WIDTH + 1)

    def test_is_no_bracket_that_ends_just_below_it(self, monkeypatch):
        assert not self.certain(monkeypatch, self.ROOT - self.WIDTH - 1)

    def test_is_nothing_beyond_a_rate_of_zero(self, monkeypatch):
        monkeypatch.setattr(annual_rates, "_approached", lambda *_: ONE)
        assert annual_rates._caught(100, [(1, 101)], lambda *_: 7, 1) is None
