"""Amounts, rounding and splitting: nothing lost, nothing invented."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repact.errors import RepactError
from repact.money import rounding, split
from repact.money.amount import Money


@pytest.mark.parametrize(
    ("value", "up", "even"),
    [
        ((1, 2), 1, 0),
        ((3, 2), 2, 2),
        ((5, 2), 3, 2),
        ((-1, 2), -1, 0),
        ((-3, 2), -2, -2),
        ((7, 3), 2, 2),
        ((-7, 3), -2, -2),
    ],
)
def test_a_tie_goes_where_its_rule_says(value, up, even):
    assert rounding.to_minor(Fraction(*value), "half_up") == up
    assert rounding.to_minor(Fraction(*value), "half_even") == even


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_rounding_is_never_off_by_more_than_a_half(numerator, denominator):
    for divide in rounding.DIVIDE.values():
        assert abs(2 * (divide(numerator, denominator) * denominator - numerator)) <= denominator


@given(st.integers(0, 10**12), st.integers(1, 600))
def test_a_spread_loses_nothing(total, count):
    parts = split.spread(total, count)
    assert sum(parts) == total
    assert len(set(parts[:-1])) <= 1


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_the_largest_remainder_loses_nothing(total, weights):
    parts = split.largest_remainder(total, weights)
    assert sum(parts) == total
    assert all(
        abs(p * sum(weights) - total * w) < sum(weights)
        for p, w in zip(parts, weights, strict=True)
    )


def test_a_single_weight_takes_all():
    assert split.largest_remainder(5, [1]) == [5]


def test_the_law_s_example_of_three_equal_debts():
    assert split.largest_remainder(10_000, [1, 1, 1]) == [3_334, 3_333, 3_333]


@pytest.mark.parametrize(
    "call",
    [
        lambda: split.spread(1, 0),
        lambda: split.spread(-1, 2),
        lambda: split.largest_remainder(5, []),
        lambda: split.largest_remainder(5, [0]),
        lambda: split.largest_remainder(5, [-1, 2]),
    ],
)
def test_an_impossible_split_is_refused(call):
    with pytest.raises(RepactError) as refused:
        call()
    assert refused.value.code == "money.split_impossible"


def test_money_adds_only_to_its_own_currency():
    assert Money(5, "CNY") + Money(7, "CNY") - Money(2, "CNY") == Money(10, "CNY")
    with pytest.raises(RepactError) as refused:
        Money(5, "CNY") + Money(5, "USD")
    assert "money.currency_mismatch" in str(refused.value)


def test_money_equals_no_bare_number():
    assert Money(1, "CNY") != 1


def test_the_units_left_go_to_the_largest_remainders_not_the_largest_shares():
    assert split.largest_remainder(10, [6, 3, 2]) == [5, 3, 2]
