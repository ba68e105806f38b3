"""Gaps and contradictions are found, each with its rule and line; the samples have none."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from repact.cli import policy_words
from repact.law import catalogue
from repact.policy import checking, loading, schema
from repact.policy.reading import plain
from tests.spec.policy_wrong import CARD, CONSUMER, TEXTS, WALLET, WRONG, changed

ROOT = Path(__file__).resolve().parents[3]
CN = catalogue.load("cn")
ON = date(2026, 11, 25)


def found(text, on=ON):
    return checking.check(loading.parse(text), CN, on=on)


class TestASample:
    @pytest.mark.parametrize("name", TEXTS)
    def test_has_nothing_to_mend(self, name):
        assert found(TEXTS[name]) == ()

    @pytest.mark.parametrize("name", TEXTS)
    def test_meets_the_json_schema(self, name):
        made = schema.json_schema()
        jsonschema.Draft202012Validator.check_schema(made)
        content = plain(loading.parse(TEXTS[name]).document.data)
        jsonschema.Draft202012Validator(made).validate(json.loads(json.dumps(content)))

    def test_that_is_wrong_does_not_meet_the_schema(self):
        content = plain(loading.parse(TEXTS[CARD]).document.data)
        judge = jsonschema.Draft202012Validator(schema.json_schema())
        for broken in ({**content, "more": 1}, {**content, "products": []}, {"version": 2}):
            assert not judge.is_valid(broken)

    @pytest.mark.parametrize("name", TEXTS)
    def test_names_only_law_that_is_listed(self, name):
        named = set(re.findall(r"\b(?:CN|UK)-[A-Z0-9.-]*[A-Z0-9]", TEXTS[name]))
        laws = (catalogue.load("cn"), catalogue.load("uk"))
        assert named - {entry.id for law in laws for entry in law.entries} == set()

    def test_for_cards_follows_article_70(self):
        policy = loading.parse(TEXTS[CARD]).policy
        assert policy.products[0].months_max == 60
        assert len(policy.agreement.contents) == 6
        assert policy.agreement.collection_stops == "on_submission"
        assert policy.conduct.rule_at(91).order[0] == "principal"


class TestAPolicy:
    @pytest.mark.parametrize(
        ("rule", "name", "pairs"), WRONG, ids=[f"{n}-{w[0]}" for n, w in enumerate(WRONG)]
    )
    def test_with_a_gap_or_contradiction_is_told_so_with_its_line(self, rule, name, pairs):
        text = changed(name, *pairs)
        problems = {problem.rule_id: problem for problem in found(text)}
        assert f"policy.{rule}" in problems
        assert 1 <= problems[f"policy.{rule}"].line <= len(text.splitlines())

    def test_with_nothing_to_give_by_a_person_is_told_so(self):
        text = re.sub(r"(?m)^    - \{role: (agent|supervisor).*\n", "", TEXTS[WALLET])
        assert "policy.no_person" in {problem.rule_id for problem in found(text)}

    def test_without_pools_needs_none(self):
        text = re.sub(r"(?m)^(pools:|  - \{code: \w+-half.*)\n", "", TEXTS[WALLET])
        assert found(text) == ()

    def test_whose_money_has_run_out_is_told_so(self):
        later = {problem.rule_id for problem in found(TEXTS[WALLET], date(2027, 12, 31))}
        assert {"policy.pool_ended", "policy.no_pool", "policy.relief_ended"} <= later

    def test_without_early_help_needs_no_bucket_for_it(self):
        text = changed(WALLET, ("pre_arrears: true", "pre_arrears: false"))
        text = text.replace(
            "    from_days: 0\n    to_days: 0\n", "    from_days: 1\n    to_days: 1\n"
        )
        text = text.replace(
            "    from_days: 1\n    to_days: 30", "    from_days: 2\n    to_days: 30"
        )
        assert found(text) == ()

    def test_needs_no_survival_model_of_its_own(self):
        assert found(changed(WALLET, ("survival: occ-2009 ", "# "))) == ()


class TestTheLawInAPolicy:
    def laws(self, *pairs, name=CONSUMER):
        return {problem.rule_id for problem in found(changed(name, *pairs))}

    def test_counts_default_cost_in_the_cap(self):
        assert "CN-24" in self.laws(
            ("default_rate_ppm_max: 234000", "default_rate_ppm_max: 240001")
        )

    def test_holds_the_penalty_to_its_share_of_the_contract(self):
        assert "CN-PENAL" in self.laws(
            ("contract_rate_ppm_max: 156000", "contract_rate_ppm_max: 150000")
        )

    def test_holds_late_interest_to_the_cap_too(self):
        made = found(changed(CARD, ("late_rate_ppm: 140400", "late_rate_ppm: 250000")))
        assert ("CN-24", "conduct.late_rate_ppm") in {(p.rule_id, p.field) for p in made}

    def test_holds_cards_to_five_years_and_loans_to_seven(self):
        assert "CN-CARD-70" in self.laws(("months_max: 60 ", "months_max: 61 "), name=CARD)
        assert "CN-CONS-2025" in self.laws(("months_max: 60 ", "months_max: 85 "))

    def test_is_that_of_the_day(self):
        text = changed(WALLET, ("default_rate_ppm_max: 118800", "default_rate_ppm_max: 140000"))
        assert "CN-MICRO-COST" not in {p.rule_id for p in found(text)}
        assert "CN-MICRO-COST" in {p.rule_id for p in found(text, date(2027, 12, 31))}


class TestTheWords:
    def test_exist_for_every_rule_in_both_languages(self):
        rooms = ("consistency", "prudence", "lawfulness", "checking", "reading", "loading")
        sources = [(ROOT / f"src/repact/policy/{room}.py").read_text() for room in rooms]
        rules = {rule for text in sources for rule in re.findall(r'"(policy\.[a-z_0-9]+)"', text)}
        rules |= {"policy.automatic_above_agent", "policy.tiers_not_rising"}
        assert rules - {"policy.invalid"} - set(policy_words.SENTENCES) == set()

    @pytest.mark.parametrize(("rule", "name", "pairs"), WRONG[:20] + WRONG[-12:])
    def test_can_always_be_said(self, rule, name, pairs):
        text = changed(name, *pairs)
        for problem in found(text):
            for chinese in (True, False):
                assert policy_words.sentence(problem.as_dict(), chinese=chinese)

    def test_name_the_law_and_the_form_by_their_ids(self):
        law = {"rule_id": "CN-24", "params": {"cap_ppm": 240_000}}
        assert "CN-24" in policy_words.sentence(law, chinese=True)
        form = {"rule_id": "policy.int_type", "params": {}}
        assert "policy.int_type" in policy_words.sentence(form, chinese=False)
