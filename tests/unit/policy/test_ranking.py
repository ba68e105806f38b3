"""Survival, dominance, and what changed between two offers."""

from __future__ import annotations

from datetime import date

import pytest

from repact.policy import dominance, reissue, survival
from repact.policy.dominance import Merit
from tests.unit.policy.cases import proposed

TEXT = """
version: 1
code: ours
meaning: {zh: 自有案例, en: our own cases}
reference: our book
limits: one product
confidence: S
local_cases: 400
kept_after_12_months:
  - {decrease_from_ppm: 200000, kept_ppm: 800000}
  - {decrease_from_ppm: 0, kept_ppm: 500000}
"""


class TestASurvivalModel:
    def test_comes_with_its_source(self):
        model = survival.load(survival.DEFAULT)
        assert "OCC" in model.reference
        assert model.kept_ppm(old_minor=100, new_minor=80) == 624_000
        assert model.kept_ppm(old_minor=100, new_minor=81) == 412_000
        assert model.kept_ppm(old_minor=100, new_minor=101) == 438_000
        assert model.kept_ppm(old_minor=0, new_minor=101) == 412_000

    def test_counts_what_is_below_every_band_as_the_last(self):
        model = survival.parse(TEXT)
        assert model.kept_ppm(old_minor=100, new_minor=300) == 500_000

    def test_says_nothing_without_enough_cases(self):
        model = survival.load(survival.DEFAULT)
        assert survival.keep_up(model, old_minor=100, new_minor=50) is None

    def test_gives_a_range_with_enough_cases(self):
        found = survival.keep_up(survival.parse(TEXT), old_minor=100, new_minor=50)
        assert found == (750_000, 850_000, 400)

    def test_is_a_curve_that_reaches_its_year(self):
        curve = survival.curve(survival.monthly_ppm(624_000), 12)
        assert curve == sorted(curve, reverse=True)
        assert 623_980 < curve[-1] <= 624_000
        assert survival.curve(survival.monthly_ppm(1_000_000), 3) == [1_000_000] * 3

    def test_that_does_not_exist_is_refused(self):
        for name in ("nobody-knows", "../secret", ""):
            with pytest.raises(survival.SurvivalError, match=r"policy\.no_survival"):
                survival.load(name)

    @pytest.mark.parametrize(
        "text",
        [
            "[",
            TEXT.replace("local_cases: 400", ""),
            TEXT.replace("from_ppm: 0", "from_ppm: 300000"),
        ],
    )
    def test_that_is_wrong_is_refused(self, text):
        with pytest.raises(survival.SurvivalError, match=r"policy\.survival_invalid"):
            survival.parse(text)


class TestDominance:
    BASE = Merit(100, 1_000, 10, 0, 0, -900, 600, 100)

    def test_is_being_as_good_in_all_and_better_in_one(self):
        for field in Merit._fields:
            better = self.BASE._replace(**{field: getattr(self.BASE, field) - 1})
            assert dominance.dominates(better, self.BASE)
            assert not dominance.dominates(self.BASE, better)

    def test_is_not_between_equals_nor_across_a_trade(self):
        assert not dominance.dominates(self.BASE, self.BASE)
        trade = self.BASE._replace(payment_minor=99, rows=11)
        assert not dominance.dominates(trade, self.BASE)

    def test_leaves_those_nobody_dominates_in_their_order(self):
        worse = self.BASE._replace(total_minor=1_001)
        trade = self.BASE._replace(payment_minor=99, rows=11)
        plans = [(worse, "worse"), (self.BASE, "base"), (trade, "trade"), (self.BASE, "same")]
        assert dominance.undominated(plans) == ["base", "trade", "same"]


class TestAnOfferIssuedAnew:
    OLD = reissue.Figures(
        installment_minor=900,
        total_minor=10_000,
        rows=12,
        first_due_date=date(2026, 12, 15),
        last_due_date=date(2027, 11, 15),
        annual_rate_ppm=90_000,
        waived_minor=500,
        end_sum_minor=0,
    )

    def test_says_in_one_sentence_what_changed(self):
        new = self.OLD._replace(total_minor=9_900, installment_minor=890)
        made = reissue.compare(self.OLD, new)
        assert made == ("offer.total_less", {"before": 10_000, "after": 9_900, "by": 100}, ())

    def test_names_all_that_got_worse(self):
        new = self.OLD._replace(
            total_minor=10_050,
            installment_minor=910,
            rows=13,
            first_due_date=date(2026, 12, 10),
            last_due_date=date(2027, 12, 15),
            waived_minor=400,
        )
        made = reissue.compare(self.OLD, new)
        assert made.code == "offer.total_more"
        assert set(made.worse_in) == {
            "installment_minor", "total_minor", "rows", "first_due_date", "last_due_date",
            "waived_minor",
        }  # fmt: skip

    def test_speaks_of_the_payment_or_the_dates_where_the_total_stayed(self):
        assert reissue.compare(self.OLD, self.OLD) == ("offer.same", {}, ())
        more = reissue.compare(self.OLD, self.OLD._replace(installment_minor=901))
        assert (more.code, more.worse_in) == ("offer.installment_more", ("installment_minor",))
        later = reissue.compare(self.OLD, self.OLD._replace(last_due_date=date(2027, 12, 15)))
        assert (later.code, later.worse_in) == ("offer.dates_changed", ("last_due_date",))

    def test_a_smaller_waiver_on_a_smaller_debt_is_not_worse(self):
        new = self.OLD._replace(total_minor=9_000, waived_minor=100)
        assert reissue.compare(self.OLD, new).worse_in == ()

    def test_is_read_from_the_offer(self):
        offer = proposed().offers[0]
        made = reissue.figures_of(offer)
        assert (made.total_minor, made.rows) == (offer.total_minor, len(offer.bill.rows))
        assert reissue.compare(made, made).code == "offer.same"
