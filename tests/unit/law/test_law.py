"""The law as dated, cited data, and the checks made of it."""

from __future__ import annotations

import re
from datetime import date

import pytest

from repact.law import catalogue, checks
from repact.plans import disclosure, schedule
from repact.plans.document import Document, validate
from tests.unit.plans.documents import plan

CN = catalogue.load("cn")
ON = date(2026, 11, 24)


def product(lender="consumer_finance", code="wallet_credit", contract=156_000, default=234_000):
    return checks.ProductFacts(lender, code, contract, default)


def plan_findings(on=ON, code="card_installment", **changes):
    made = validate(Document, plan(**changes))
    built = schedule.build(made.position, made.terms)
    facts = checks.PlanFacts(
        product(code=code),
        made.terms,
        built,
        disclosure.disclose(made.position, made.terms, built),
    )
    return {finding.rule_id: finding for finding in checks.check_plan(facts, CN, on=on)}


class TestTheCatalogue:
    def test_covers_the_places_we_know(self):
        assert catalogue.jurisdictions() == ("au", "cn", "eu", "hk", "in", "sg", "uk", "us")

    @pytest.mark.parametrize("name", catalogue.jurisdictions())
    def test_cites_every_entry_in_both_languages(self, name):
        for entry in catalogue.load(name).entries:
            assert entry.id.startswith(f"{name.upper()}-")
            assert entry.reference
            assert re.search("[一-鿿]", entry.meaning.zh)
            assert entry.meaning.en

    @pytest.mark.parametrize("name", catalogue.jurisdictions())
    def test_names_no_entry_twice(self, name):
        names = [(entry.id, entry.effective_from) for entry in catalogue.load(name).entries]
        assert len(names) == len(set(names))

    @pytest.mark.parametrize("name", catalogue.jurisdictions())
    def test_never_blocks_by_what_is_only_remembered(self, name):
        entries = catalogue.load(name).entries
        assert not [e for e in entries if e.is_unconfirmed and e.effective_action == "block"]

    def test_holds_what_is_long_standing_and_lets_go_of_what_ended(self):
        held = {e.id for e in catalogue.load("us").at(ON, lender_type="", product="")}
        assert "US-REGZ-20A" in held
        assert "US-CARES" not in held

    def test_is_refused_for_a_place_nobody_described(self):
        for name in ("xx", "../cn"):
            with pytest.raises(catalogue.LawError, match=r"law\.unknown_jurisdiction"):
                catalogue.load(name)

    def test_has_a_value_only_from_the_first_date_on(self):
        series = CN.series_named("CN-LPR-1Y")
        first = min(series.values)
        assert series.at(first) == series.values[first]
        with pytest.raises(catalogue.LawError, match=r"law\.series_has_no_value"):
            series.at(first.replace(year=first.year - 1))

    def test_uses_the_law_of_the_day(self):
        known = {entry.id for entry in CN.at(ON, lender_type="micro_loan", product="x")}
        later = {e.id for e in CN.at(date(2028, 1, 1), lender_type="micro_loan", product="x")}
        assert "CN-MICRO-COST" not in known
        assert "CN-MICRO-COST" in later


class TestAProduct:
    def test_within_the_caps_has_no_finding(self):
        assert checks.check_product(product(), CN, on=ON) == ()

    def test_whose_default_rate_breaks_the_cap_is_blocked(self):
        (finding, *_) = checks.check_product(product(default=270_000), CN, on=ON)
        assert (finding.rule_id, finding.blocks) == ("CN-24", True)
        assert finding.params == {"rate_ppm": 270_000, "cap_ppm": 240_000}

    def test_whose_penalty_is_more_than_half_again_is_a_finding(self):
        found = checks.check_product(product(contract=100_000, default=150_001), CN, on=ON)
        assert [finding.rule_id for finding in found] == ["CN-PENAL"]
        assert found[0].unconfirmed
        assert not found[0].blocks

    def test_at_exactly_half_again_is_none(self):
        assert not checks.check_product(product(contract=100_000, default=150_000), CN, on=ON)

    def test_of_a_micro_loan_company_meets_four_times_the_lpr_once_it_holds(self):
        facts = product(lender="micro_loan", default=200_000)
        found = checks.check_product(facts, CN, on=date(2028, 1, 1))
        assert "CN-MICRO-COST" in [finding.rule_id for finding in found]


class TestAPlan:
    def test_of_five_years_for_a_card_is_the_longest(self):
        sixty = {
            "shape": [{"kind": "level", "count": 60}],
            "as_of": "2026-11-10",
            "effective_date": "2026-11-10",
            "first_due_date": "2026-12-15",
            "frequency": {"every": 1, "unit": "month", "anchor_day": 15},
        }
        assert "CN-CARD-70" in plan_findings(on=date(2026, 11, 10), **sixty)
        assert "CN-CARD-70" not in plan_findings(on=date(2026, 11, 15), **sixty)

    def test_above_the_cap_is_blocked(self):
        assert plan_findings(annual_rate_ppm=250_000)["CN-24"].blocks


def test_the_cost_sheet_is_open_as_long_as_the_law_asks():
    assert checks.cost_sheet_seconds(CN, on=ON) == 10
    assert checks.cost_sheet_seconds(CN, on=date(2000, 1, 1)) == 0
