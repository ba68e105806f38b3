"""A policy's text: strict, every problem with its line, read in both of its versions."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repact.policy import loading

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "policies" / "demo-consumer-finance.yaml").read_text(encoding="utf-8")
VERSION_1 = (Path(__file__).parent / "version-1.yaml").read_text(encoding="utf-8")


def refusal(text):
    with pytest.raises(loading.PolicyError) as caught:
        loading.parse(text)
    return caught.value


def line_of(text, words):
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


BAND = "affordability.guidelines.0"
WRONG = [
    ("version: 2", "version: 3", "unknown_value", "version"),
    ("version: 2", "version: 2\nmore: 1", "unknown_key", "more"),
    ("offers: {days: 10,", "offers: {days: 10.5,", "fraction", "offers.days"),
    ("offers: {days: 10,", "offers: {days: -1,", "greater_than_equal", "offers.days"),
    ("offers: {days: 10,", "offers: {days: 012,", "odd_integer", "offers.days"),
    ("offers: {days: 10,", "offers: {days: 10, days: 11,", "key_twice", "offers.days"),
    ("pre_arrears: true", "pre_arrears: yes", "odd_truth", "eligibility.pre_arrears"),
    ("effective_from: 2026-09-01", "effective_from: !!binary aGk=", "odd_value", "effective_from"),
    ("currency: CNY", "currency: CNY\n1: one", "key_not_text", ""),
    ("[3, 6, 9,", "[6, 3, 9,", "must_rise", "instruments.extension"),
    ("interest_only: {", "interest_only: {x: 1, ", "unknown_key", "instruments.interest_only.x"),
    ("      - waive_penalty", "      - give", "unknown_value", "products.0.instruments.0"),
    ("  - code: late", "  - code: early", "named_twice", ""),
    ("from_date: 2027-01-01", "from_date: 2028-01-01", "dates_inverted", "pools.1"),
    ("to_days: 90 ", "to_days: 0 ", "days_inverted", "buckets.1"),
    ("owed_minor_min: 10000 ", "owed_minor_min: 10000000000 ", "amounts_inverted", "eligibility"),
    ("low_minor: 80000,", "low_minor: 900000,", "band_inverted", f"{BAND}.bands.0"),
    ("{people: 2,", "{people: 1,", "must_rise", BAND),
    ("relief:", "x: &a [1]\ny: *a\nrelief:", "alias", "y"),
]  # fmt: skip


class TestAWrongPolicy:
    @pytest.mark.parametrize(("old", "new", "rule", "field"), WRONG, ids=[w[2] for w in WRONG])
    def test_is_refused_naming_rule_field_and_line(self, old, new, rule, field):
        assert old in TEXT
        text = TEXT.replace(old, new, 1)
        error = refusal(text)
        assert error.code == "policy.invalid"
        assert error.params["rule"] == f"policy.{rule}"
        assert error.field == field
        assert 1 <= error.params["line"] <= len(text.splitlines())

    def test_is_told_every_problem_at_once_in_the_order_of_the_lines(self):
        text = TEXT.replace("currency: CNY", "currency: yuan").replace("reply_hours: 8", "reply: 8")
        problems = refusal(text).params["problems"]
        assert [(p["rule_id"], p["field"], p["line"]) for p in problems] == [
            ("policy.string_pattern_mismatch", "currency", line_of(text, "currency: yuan")),
            ("policy.missing", "service.reply_hours", line_of(text, "service:")),
            ("policy.unknown_key", "service.reply", line_of(text, "reply: 8")),
        ]

    def test_is_told_the_line_of_what_is_not_yaml(self):
        error = refusal(TEXT.replace("currency: CNY", "currency: [", 1))
        assert error.code == "policy.not_yaml"
        assert error.params["line"] > line_of(TEXT, "currency: CNY")
        assert refusal("\x00").code == "policy.not_yaml"

    @pytest.mark.parametrize(
        "text", ["", "- 1", "hello", "version: 1", "version: 1\nproducts: [1]"]
    )
    def test_may_be_anything(self, text):
        assert refusal(text).code == "policy.invalid"

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("effective_from: 2026-13-45", "odd_date"),
            ("effective_from: 2026-11-25 10:00:00", "odd_date"),
            ("effective_from: !!timestamp soon", "odd_date"),
            (f"version: {'9' * 5000}", "odd_integer"),
            ("version: 1_000", "odd_integer"),
            ("- " * 3000 + "a", "too_deep"),
            ("? [a]\n: b", "key_not_text"),
            ("<<: {a: 1}", "key_not_text"),
            ("a: !!python/name:os.system x", "odd_value"),
        ],
    )
    def test_may_be_malicious(self, text, rule):
        assert refusal(text).params["rule"] == f"policy.{rule}"

    @pytest.mark.parametrize("text", ["a: \ud800", "!foo {a: 1}", "a: &a [*a]", "%TAG"])
    def test_may_be_no_yaml_at_all(self, text):
        assert refusal(text).code in {"policy.not_yaml", "policy.invalid"}

    @settings(max_examples=60, deadline=None)
    @given(cut=st.integers(0, len(VERSION_1)), put=st.text(max_size=6), more=st.integers(0, 9))
    def test_cut_and_changed_anywhere_is_refused_or_read_and_nothing_else(self, cut, put, more):
        with contextlib.suppress(loading.PolicyError):
            loading.parse(VERSION_1[:cut] + put + VERSION_1[cut + more :])

    def test_may_not_be_endless(self):
        assert refusal("#" * 1_000_001).code == "policy.too_long"

    def test_is_named_with_its_file(self, tmp_path):
        file = tmp_path / "mine.yaml"
        file.write_text("version: 2", encoding="utf-8")
        with pytest.raises(loading.PolicyError) as caught:
            loading.load(file)
        assert caught.value.params["file"] == "mine.yaml"


class TestAPolicyOfVersion1:
    def test_is_still_read_and_keeps_its_hash(self):
        loaded = loading.parse(VERSION_1)
        assert loaded.policy.version == 2
        assert loaded.sha256 == "cdb6d5746201a02bf99c90ba1305af4cd6fc7a82b24ac2bdeec0fa7ce628296a"

    def test_allows_what_its_recipes_allowed_and_no_more(self):
        policy = loading.parse(VERSION_1).policy
        assert policy.instruments.rate_cut.rates_ppm == (72_000, 90_000)
        assert policy.instruments.extension.counts[-1] == 59
        assert policy.instruments.holiday.rows_max == 3
        assert policy.instruments.waive_principal is None
        assert policy.authority.tier("automatic") is None

    def test_is_as_strict_as_ever(self):
        error = refusal(VERSION_1.replace("offer_days: 10", "offer_days: -1"))
        assert error.params["rule"] == "policy.greater_than_equal"
        assert refusal(VERSION_1.replace("code: demo", "kode: demo", 1)).field == "code"
        assert refusal(VERSION_1.replace("  - {role: agent,", "  - 3\n  - {role: agent,"))


class TestTheModel:
    POLICY = loading.parse(TEXT).policy

    def test_finds_the_bucket_of_a_debt(self):
        codes = [self.POLICY.bucket(days).code for days in (0, 1, 90, 91, 360, 361, 9_999)]
        assert codes == [
            "before_arrears",
            "early",
            "early",
            "late",
            "late",
            "very_late",
            "very_late",
        ]
        assert (
            loading.parse(TEXT.replace("to_days: null", "to_days: 400")).policy.bucket(401) is None
        )

    def test_allows_only_what_product_bucket_bounds_and_keeper_allow(self):
        product = self.POLICY.product("installment_loan")
        early = self.POLICY.may_use(product=product, days_past_due=30)
        assert "catch_up" in early
        assert "waive_principal" not in early
        kept = product.model_copy(update={"keeper": "core", "core_instruments": ("extension",)})
        assert self.POLICY.may_use(product=kept, days_past_due=30) == {"extension"}
        none = self.POLICY.model_copy(update={"buckets": self.POLICY.buckets[1:]})
        assert none.may_use(product=product, days_past_due=0) == frozenset()

    def test_knows_the_product_as_the_law_names_it(self):
        assert [p.law_product for p in self.POLICY.products] == [
            "wallet_credit",
            "installment_loan",
            "card_installment",
        ]

    def test_takes_the_guideline_of_the_region_or_of_the_default(self):
        rules = self.POLICY.affordability
        assert rules.guideline(region="large_city", category="rent").region == "large_city"
        assert rules.guideline(region="somewhere", category="rent").region == "other_city"
        assert rules.guideline(region=None, category="medical") is None

    def test_holds_a_large_household_against_the_largest_band(self):
        guideline = self.POLICY.affordability.guidelines[0]
        assert [guideline.band(people).people for people in (1, 2, 3, 4, 9)] == [1, 2, 4, 4, 4]

    def test_names_everything_in_both_languages(self):
        name = self.POLICY.products[0].name
        assert (name["zh"], name["en"]) == ("钱包信用额度", "Wallet credit")
