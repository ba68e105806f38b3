"""What this lender allows: strict, within the law, the same facts giving the same plans."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from repact.law import catalogue, checks
from repact.plans.document import validate
from repact.plans.position import Position
from repact.policy import loading, propose
from repact.sandbox import book, personas

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = sorted((ROOT / "policies").glob("*.yaml"))
TEXT = (ROOT / "policies" / "demo-consumer-finance.yaml").read_text(encoding="utf-8")
CN = catalogue.load("cn")
ON = date(2026, 11, 24)


def position(**changes):
    made = {
        "currency": "CNY",
        "as_of": "2026-11-24",
        "principal_minor": 2_600_000,
        "interest_minor": 94_000,
        "penalty_minor": 20_000,
        "fees_minor": 0,
        "contract": {
            "annual_rate_ppm": 156_000,
            "day_count": "ACT/365F",
            "remaining": [{"due_date": "2026-12-08", "amount_minor": 311_000}] * 9,
        },
    }
    return validate(Position, {**made, **changes})


class TestASamplePolicy:
    @pytest.mark.parametrize("path", SAMPLES, ids=[p.stem for p in SAMPLES])
    def test_passes_every_check_of_the_law(self, path):
        policy = loading.load(path).policy
        for product in policy.products:
            facts = checks.ProductFacts(
                policy.lender_type,
                product.law_product,
                product.contract_rate_ppm_max,
                product.default_rate_ppm_max,
            )
            assert checks.check_product(facts, catalogue.load(policy.jurisdiction), on=ON) == ()

    def test_covers_every_loan_of_the_demo_and_each_passes_the_law(self):
        policy = loading.parse(TEXT).policy
        rows = [*personas.rows(on=ON), *book.generate(seed=20261124, count=500, on=ON)]
        for row in rows:
            product = policy.product(row.product_code)
            assert row.annual_rate_ppm <= product.contract_rate_ppm_max
            assert row.penalty_rate_ppm <= product.default_rate_ppm_max
            facts = checks.ProductFacts(
                policy.lender_type, row.product_code, row.annual_rate_ppm, row.penalty_rate_ppm
            )
            assert checks.check_product(facts, CN, on=ON) == ()

    def test_is_known_by_the_hash_of_its_content(self):
        same = loading.parse(TEXT.replace("# The sample policy", "# A sample policy"))
        assert same.sha256 == loading.parse(TEXT).sha256
        other = loading.parse(TEXT.replace("offers: {days: 10", "offers: {days: 11"))
        assert other.sha256 != same.sha256


class TestTheFirstDueDate:
    @pytest.mark.parametrize(
        ("on", "payday", "expected"),
        [
            (date(2026, 11, 24), 15, date(2026, 12, 15)),
            (date(2026, 11, 5), 15, date(2026, 11, 15)),
            (date(2026, 11, 6), 15, date(2026, 12, 15)),
            (date(2027, 2, 10), 31, date(2027, 2, 28)),
            (date(2026, 12, 30), 5, date(2027, 2, 5)),
        ],
    )
    def test_is_the_first_payday_after_the_notice(self, on, payday, expected):
        assert propose.first_due_date(on=on, payday=payday, notice_days=10) == expected


class TestDoingNothing:
    def test_runs_on_at_the_contracts_rate(self):
        owed = propose.do_nothing_minor(
            position=position(), default_rate_ppm=234_000, on=ON, months=12
        )
        assert owed == 2_714_000 + 2_600_000 * 156_000 // 1_000_000

    def test_without_a_contract_claims_no_more_than_is_known(self):
        bare = validate(Position, position().model_dump(exclude={"contract"}, mode="json"))
        assert (
            propose.do_nothing_minor(position=bare, default_rate_ppm=1, on=ON, months=12)
            == bare.total_minor
        )
