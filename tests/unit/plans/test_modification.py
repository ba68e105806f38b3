"""Gain and loss at the original rate: the published vectors, to the last minor unit."""

from __future__ import annotations

from datetime import date

import pytest

from repact.money.rounding import divide_half_up
from repact.plans import annuity
from repact.plans import terms as t
from repact.plans.document import validate
from repact.plans.modification import adjustment_minor, modification
from repact.plans.position import Position
from repact.plans.schedule import build

START = date(2024, 1, 1)


def owing(principal, rate=180_000, **more):
    contract = {"annual_rate_ppm": rate, "day_count": "30/360"}
    data = {"as_of": "2024-01-01", "currency": "CNY", "principal_minor": principal}
    data |= {"interest_minor": 0, "penalty_minor": 0, "fees_minor": 0, "contract": contract}
    return validate(Position, data | more)


def level(count, rate, *, every=1, measures=(), segments=None):
    first = date(2025, 1, 1) if every == 12 else date(2024, 2, 1)
    return validate(
        t.Terms,
        {
            "version": 1,
            "effective_date": START,
            "annual_rate_ppm": rate,
            "day_count": "30/360",
            "rounding": "half_up",
            "measures": measures,
            "frequency": {"every": every, "unit": "month", "anchor_day": 1},
            "first_due_date": first,
            "shape": segments or [{"kind": "level", "count": count}],
        },
    )


def changed(position, terms, **more):
    return modification(position, terms, build(position, terms), **more)


class TestTheStandard:
    def test_its_own_example_b26(self):
        """Half prepaid at the end of 20X2 at 9.97220368%: 1,138.05, a gain of 52.02."""
        rate = (997_220_368, 10_000_000_000)
        flows = [6_837_500, 293_750, 6_543_750]
        worth = divide_half_up(*annuity.present_value(flows, [rate] * 3))
        assert divide_half_up(worth, 100) == 113_805
        before = divide_half_up(*annuity.present_value([587_500, 587_500, 13_087_500], [rate] * 3))
        assert divide_half_up(before, 100) == 108_603

    @pytest.mark.parametrize(
        ("rate", "fees", "share"),
        [
            (75_000, 0, -94_770),
            (70_000, 0, -113_724),
            (80_000, 0, -75_816),
            (80_000, 2_000_000, -55_816),
        ],
    )
    def test_the_ten_percent_test(self, rate, fees, share):
        """1,000,000 at 10%, changed to five years, interest each year, principal at the end."""
        position = owing(100_000_000, rate=100_000)
        segments = [{"kind": "interest_only", "count": 4}, {"kind": "level", "count": 1}]
        terms = level(5, rate, every=12, segments=segments)
        assert changed(position, terms, fees_minor=fees).share_ppm == share


class TestALoss:
    def test_of_a_longer_and_cheaper_plan(self):
        made = changed(owing(823_572), level(18, 96_000))
        assert (made.worth_minor, made.gain_minor) == (772_811, -50_761)
        assert made.share_ppm == -61_635

    def test_of_interest_given_up(self):
        made = changed(owing(1_000_000), level(36, 0))
        # -23.1648% of payments that are not rounded to whole fen
        assert made.share_ppm == -231_646

    def test_is_none_where_nothing_changes(self):
        assert abs(changed(owing(1_000_000), level(24, 180_000)).gain_minor) <= 2

    def test_is_unknown_without_a_contract(self):
        position = owing(1_000_000, contract=None)
        terms = level(12, 0)
        schedule = build(position, terms)
        assert modification(position, terms, schedule) is None
        assert adjustment_minor(position, terms, schedule) == 0


class TestTheAdjustment:
    WAIVED = ({"kind": "waive", "component": "interest", "share_ppm": 500_000, "vests": "now"},)

    def test_leaves_waivers_to_their_own_account(self):
        position = owing(1_000_000, interest_minor=10_000)
        terms = level(12, 180_000, measures=self.WAIVED)
        schedule = build(position, terms)
        made = modification(position, terms, schedule)
        kept = 1_010_000 - 5_000
        assert adjustment_minor(position, terms, schedule) == made.worth_minor - kept

    def test_begins_from_principal_and_interest(self):
        made = changed(owing(1_000_000, interest_minor=10_000), level(12, 180_000))
        assert made.carrying_minor == 1_010_000
        assert made.gain_minor == made.worth_minor - 1_010_000
