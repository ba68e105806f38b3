"""Amounts as people write them, in currencies with two decimals, none and three."""

from __future__ import annotations

import pytest

from repact.money.currencies import exponent, symbol, written


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1_234_550, "CNY", "12,345.50"),
        (-5, "EUR", "-0.05"),
        (0, "CNY", "0.00"),
        (1_234_550, "JPY", "1,234,550"),
        (-7, "KRW", "-7"),
        (1_234_550, "KWD", "1,234.550"),
    ],
)
def test_an_amount_is_written_with_its_currencys_decimals(amount, currency, text):
    assert written(amount, currency) == text


def test_a_currency_has_two_decimals_unless_the_standard_says_otherwise():
    assert [exponent(code) for code in ("CNY", "USD", "VND", "BHD")] == [2, 2, 0, 3]


def test_a_sign_stands_before_an_amount_or_the_code_where_there_is_none():
    assert [symbol(code) for code in ("CNY", "GBP", "SGD", "INR")] == ["¥", "£", "S$", "INR "]
