"""Who may have a plan, what must be shown for it, and what would change a no."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from repact.policy import eligibility, evidence, loading
from repact.policy.eligibility import Applicant

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "policies" / "demo-consumer-finance.yaml").read_text(encoding="utf-8")
POLICY = loading.parse(TEXT).policy
GOOD = Applicant(("wallet_credit",), 30, 2_000_000, 0, 0, "none", ("illness",), is_minor=False)


class TestAnApplicant:
    def test_whom_nothing_excludes_may_have_a_plan(self):
        assert eligibility.refusals(GOOD, POLICY) == ()

    def test_of_whom_little_is_known_is_not_refused_for_it(self):
        unknown = Applicant(("wallet_credit",), 30, 2_000_000)
        assert eligibility.refusals(unknown, POLICY) == ()

    @pytest.mark.parametrize(
        ("changes", "rule", "remedy"),
        [
            ({"product_codes": ("car",)}, "policy.product_not_covered", "person"),
            ({"reasons": ("boredom",)}, "policy.reason_not_covered", "person"),
            ({"owed_minor": 9_999}, "policy.owed_too_small", "none"),
            ({"owed_minor": 50_000_001}, "policy.owed_too_large", "person"),
            ({"legal_stage": "judgment"}, "policy.legal_stage", "person"),
            ({"plans_last_year": 2}, "policy.plans_per_year", "date"),
            ({"plans_running": 2}, "policy.plans_running", "date"),
            ({"is_minor": True}, "policy.minor", "person"),
        ],
    )
    def test_is_told_the_rule_and_what_would_change_it(self, changes, rule, remedy):
        (refusal,) = eligibility.refusals(replace(GOOD, **changes), POLICY)
        assert (refusal.rule_id, refusal.remedy) == (rule, remedy)

    def test_just_within_every_limit_may_have_a_plan(self):
        for changes in (
            {"owed_minor": 10_000},
            {"owed_minor": 50_000_000},
            {"plans_last_year": 1},
            {"plans_running": 1},
            {"legal_stage": "filed"},
        ):
            assert eligibility.refusals(replace(GOOD, **changes), POLICY) == ()

    def test_before_arrears_is_helped_where_the_policy_says_so(self):
        early = replace(GOOD, days_past_due=0)
        assert eligibility.refusals(early, POLICY) == ()
        rules = POLICY.eligibility.model_copy(update={"pre_arrears": False})
        strict = POLICY.model_copy(update={"eligibility": rules})
        (refusal,) = eligibility.refusals(early, strict)
        assert (refusal.rule_id, refusal.remedy) == ("policy.not_in_arrears", "date")

    def test_in_no_bucket_is_for_a_person(self):
        policy = POLICY.model_copy(update={"buckets": POLICY.buckets[:2]})
        (refusal,) = eligibility.refusals(replace(GOOD, days_past_due=100), policy)
        assert refusal.rule_id == "policy.nothing_in_bucket"

    def test_may_have_any_reason_where_the_policy_names_none(self):
        policy = POLICY.model_copy(update={"reasons": ()})
        assert eligibility.refusals(replace(GOOD, reasons=("other",)), policy) == ()


class TestEvidence:
    def needed(self, concession, owed, reasons=()):
        return evidence.needed(
            POLICY, concession_minor=concession, owed_minor=owed, reasons=reasons
        )

    def test_is_not_asked_for_where_little_is_at_stake(self):
        made = self.needed(200_000, 3_000_000)
        assert (made.tier.tier, made.standing(())) == ("none", "enough")

    @pytest.mark.parametrize(("concession", "owed"), [(200_001, 3_000_000), (0, 3_000_001)])
    def test_is_one_document_beyond_either_limit(self, concession, owed):
        made = self.needed(concession, owed, ["illness"])
        assert (made.tier.tier, made.accepted) == ("one", ("medical_record",))
        assert made.standing({"medical_record"}) == "enough"
        assert made.standing({"photo"}) == "later"

    def test_is_two_kinds_for_the_largest(self):
        made = self.needed(10_000_000, 20_000_000)
        assert (made.tier.tier, made.at_least) == ("full", 2)
        assert made.standing({"pay_slip"}) == "later"
        assert made.standing({"pay_slip", "bank_statement"}) == "enough"

    def test_that_may_not_follow_later_is_missing(self):
        strict = loading.parse(TEXT.replace("later_days: 30", "later_days: 0")).policy
        made = evidence.needed(strict, concession_minor=500_000, owed_minor=1)
        assert made.standing(()) == "missing"

    def test_beyond_every_tier_is_for_a_person(self):
        made = self.needed(0, 50_000_001)
        assert (made.tier, made.standing({"pay_slip"})) == (None, "missing")
