"""Sums as people write them, and figures as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from repact.server.pages import amounts, spoken
from repact.server.pages.amounts import AmountError
from repact.server.pages.borrower import flow_money
from repact.server.pages.templatetags import figures


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("5200", 520_000),
        ("5,200.50", 520_050),
        ("¥5200", 520_000),
        ("５２００元", 520_000),
        ("5.2千", 520_000),
        ("1.2万", 1_200_000),
        ("5k", 500_000),
        ("2百块", 20_000),
        (" 0 ", 0),
        ("999999", 99_999_900),
    ],
)
def test_a_sum_is_read_as_it_is_written(text, minor):
    assert amounts.read(text, field="amount") == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "pages.amount_unreadable"),
        ("-5", "pages.amount_unreadable"),
        ("1e3", "pages.amount_unreadable"),
        ("5.123", "pages.amount_unreadable"),
        ("∞", "pages.amount_unreadable"),
        ("1,000,000", "pages.amount_out_of_range"),
        ("999999999万", "pages.amount_out_of_range"),
    ],
)
def test_what_is_no_sum_is_refused(text, code):
    with pytest.raises(AmountError) as refusal:
        amounts.read(text, field="amount")
    assert (refusal.value.code, refusal.value.field) == (code, "amount")


def test_an_empty_text_is_no_answer():
    assert amounts.read_optional("  ", field="x") is None


@pytest.mark.parametrize("text", ["", "1.5", "-1", "1234", "x"])
def test_what_is_no_count_is_refused(text):
    with pytest.raises(AmountError):
        amounts.read_count(text, field="people")


class TestFigures:
    def test_write_money(self):
        assert figures.money(1_234_550) == "12,345.50"
        assert figures.money(-4_833) == "−48.33"
        assert figures.money(None) == "–"
        assert figures.signed(5) == "+0.05"
        assert figures.signed(0) == "0.00"

    def test_write_rates_half_up(self):
        assert figures.rate(90_000) == "9.00%"
        assert figures.rate(87_250) == "8.73%"
        assert figures.rate(87_249) == "8.72%"
        assert (figures.rate(-8_989), figures.rate(-49)) == ("−0.90%", "0.00%")

    def test_write_dates_in_the_readers_language(self):
        with translation.override("zh-hans"):
            assert figures.day("2026-12-15") == "2026 年 12 月 15 日"
            assert figures.weekday(date(2026, 12, 15)) == "周二"
        with translation.override("en"):
            assert figures.day("2026-12-15") == "15 Dec 2026"
            assert figures.month("2026-12-15") == "Dec 2026"

    def test_write_moments_where_the_lender_is(self):
        late = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
        with translation.override("en"):
            assert figures.local_day(late, "Asia/Shanghai") == "25 Nov 2026"


@pytest.mark.parametrize(
    ("code", "written", "signed", "whole", "typed"),
    [
        ("JPY", "1,234,550", "+1,234,550", "1,234,550", "1234550"),
        ("CNY", "12,345.50", "+12,345.50", "12,346", "12345.50"),
        ("KWD", "1,234.550", "+1,234.550", "1,235", "1234.550"),
    ],
)
def test_an_amount_has_the_decimals_of_the_pages_currency(code, written, signed, whole, typed):
    token = spoken.speak(lambda: code)
    try:
        assert figures.money(1_234_550) == written
        assert figures.money(-1_234_550) == f"{figures.MINUS}{written}"
        assert figures.signed(1_234_550) == signed
        assert figures.whole(1_234_550) == whole
        assert figures.typed(1_234_550) == typed
        assert amounts.read(written, field="amount") == 1_234_550
        assert amounts.read("99999", field="amount") == 99_999 * 10 ** spoken.digits()
        assert flow_money.plain(500 * 10 ** spoken.digits()) == "500"
    finally:
        spoken.stop(token)


def test_a_part_of_the_smallest_coin_is_no_sum():
    token = spoken.speak(lambda: "JPY")
    try:
        with pytest.raises(AmountError) as raised:
            amounts.read("5.5", field="amount")
        assert raised.value.code == "pages.amount_unreadable"
    finally:
        spoken.stop(token)
