"""An outline: what the law blocks before a plan is made, it blocks in every plan of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from repact.law import catalogue, checks, outline
from repact.law.facts import CaseFacts
from repact.plans.conduct import Conduct
from tests.spec import law_builders as b

CN, UK = catalogue.load("cn"), catalogue.load("uk")
LAST = date(2028, 11, 24)


def made(**changes):
    known = {
        "product": b.product(),
        "case": CaseFacts(),
        "conduct": Conduct(),
        "annual_rate_ppm": 90_000,
        "rows": 24,
        "last_due_date": LAST,
    }
    return outline.Outline(**(known | changes))


def rule(law=CN, **changes):
    found = outline.blocking(made(**changes), law, on=b.ON)
    return found and found.rule_id


class TestAnOutline:
    def test_of_a_lawful_plan_is_not_blocked(self):
        assert rule() is None

    def test_is_blocked_by_its_rate_its_late_rate_and_its_length(self):
        assert rule(annual_rate_ppm=250_000) == "CN-24"
        assert rule(conduct=Conduct(late_rate_ppm=250_000)) == "CN-24"
        assert rule(last_due_date=date(2034, 1, 1)) == "CN-CONS-2025"

    def test_is_blocked_by_an_extension_beyond_what_is_allowed(self):
        case = CaseFacts(original_months=12, original_end_date=date(2026, 12, 24))
        found = made(case=case, last_due_date=date(2028, 3, 24))
        entries = CN.applying(found.product.subject(), on=b.ON)
        (extension,) = [entry for entry in entries if entry.check == "extension_cap"]
        seen = outline._found(extension, found, CN, entries, b.ON)
        assert seen.params["extension_months"] == 15

    def test_asks_what_no_schedule_changes(self):
        barred = made(case=CaseFacts(time_barred_on=date(2026, 1, 1)))
        entries = CN.applying(barred.product.subject(), on=b.ON)
        (limitation,) = [entry for entry in entries if entry.check == "limitation"]
        assert outline._found(limitation, barred, CN, entries, b.ON)
        card = {"product": b.card(), "conduct": b.plan(b.card(), **b.CARD_ORDER).conduct}
        assert rule(**card) is None
        fees = CaseFacts(new_fees_minor=1)
        assert rule(**card, case=fees) == "CN-CARD-13-INTEREST"

    def test_of_one_payment_nobody_asked_for_is_pressure(self):
        assert rule(UK, rows=1) == "UK-CONC-7310R"
        assert rule(UK, rows=1, case=CaseFacts(lump_sum_asked=True)) is None
        assert rule(UK, rows=2) is None

    def test_is_blocked_in_a_breathing_space_where_interest_or_a_payment_surely_falls(self):
        case = CaseFacts(moratorium=(b.ON, date(2027, 1, 23)))
        paid = date(2026, 12, 24)
        assert rule(UK, case=case) == "UK-BS-DAYS"
        assert rule(UK, case=case, is_frozen=True) is None
        assert rule(UK, case=case, is_frozen=True, first_paid_date=paid) == "UK-BS-DAYS"
        assert rule(UK, case=case, annual_rate_ppm=0, first_paid_date=date(2027, 2, 1)) is None
        over = CaseFacts(moratorium=(date(2026, 1, 1), b.ON))
        assert rule(UK, case=over) is None

    def test_reads_the_plans_rate_where_the_contract_has_none(self):
        alone = made(product=b.product(contract_rate_ppm=0))
        assert alone.contract_rate_ppm == 90_000

    @pytest.mark.parametrize("count", [12, 60, 85])
    @pytest.mark.parametrize("rate", [90_000, 230_000, 260_000])
    @pytest.mark.parametrize("late", [0, 120_000, 250_000])
    def test_is_blocked_only_where_its_plan_is(self, count, rate, late):
        plan = b.plan(annual_rate_ppm=rate, **b.conduct(late_rate_ppm=late), **b.level(count))
        found = made(
            conduct=plan.conduct,
            annual_rate_ppm=rate,
            rows=count,
            last_due_date=plan.schedule.rows[-1].due_date,
            first_paid_date=plan.schedule.rows[0].due_date,
        )
        blocked = outline.blocking(found, CN, on=b.ON)
        exact = {item.rule_id for item in checks.check_plan(plan, CN, on=b.ON) if item.blocks}
        assert blocked is None or blocked.rule_id in exact
        assert (blocked is not None) is bool(exact)

    def test_is_frozen_data(self):
        assert replace(made(), rows=3).rows == 3


class TestAnAmount:
    def test_nobody_knows_is_not_held_against_a_plan(self):
        plan = replace(b.plan(b.card(product="cash_advance")), position=None)
        found = checks.check_plan(plan, CN, on=b.ON)
        assert "CN-CARD-13-CASH" not in {item.rule_id for item in found}
