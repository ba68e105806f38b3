"""Published figures of the law: caps by date, ceilings, orders of payment, and what they rule."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from repact.law import catalogue, rates
from repact.law.contact import ContactFacts, allowed_hours, rule_contact
from repact.law.entries import Entry, Subject
from repact.law.facts import SigningFacts
from repact.law.signing import contents_required
from repact.plans.creditors import Debt, allocate
from tests.spec import law_builders as b

CN = catalogue.load("cn")


class TestFourTimesTheLpr:
    @pytest.mark.parametrize(
        ("on", "cap"),
        [
            (date(2020, 9, 1), 154_000),
            (date(2022, 1, 20), 148_000),
            (date(2023, 8, 21), 138_000),
            (date(2024, 7, 22), 134_000),
            (date(2024, 10, 21), 124_000),
            (date(2025, 5, 20), 120_000),
        ],
    )
    def test_is_that_of_the_contracts_day(self, on, cap):
        assert rates.cap_ppm(CN.rule("CN-PRIV-25", on=on), CN, on=on) == cap

    def test_bounds_what_rolled_over_interest_may_come_to(self):
        ceiling = rates.rollover_ceiling_minor(
            principal_minor=10_000_000,
            annual_ppm=154_000,
            start=date(2020, 9, 1),
            end=date(2022, 9, 1),
        )
        rolled = 10_000_000 * Fraction(1_154, 1_000) ** 2
        assert (ceiling, rolled, rolled - ceiling) == (13_080_000, 13_317_160, 237_160)


class TestADiminishedObligation:
    @pytest.mark.parametrize(
        ("before", "after", "lost"),
        [
            (112_915_160, 109_760_922, 27_934),  # 3 months without interest: printed 2.7935 %
            (100, 101, 0),
            (1_000_000, 990_000, 10_000),
        ],
    )
    def test_is_what_is_lost_at_the_original_rate(self, before, after, lost):
        made = rates.diminished_obligation_ppm(before_minor=before, after_minor=after)
        assert abs(made - lost) <= 1


class TestSeveralDebts:
    """Art. 560: vectors W5 to W9."""

    def test_pay_what_is_due_and_unsecured_and_heaviest_first(self):
        assert allocate(600_000, self.debts()) == {"A": 0, "B": 300_000, "C": 300_000, "D": 0}

    def test_follow_the_debtor(self):
        made = allocate(600_000, self.debts(), designated="C")
        assert made == {"A": 0, "B": 200_000, "C": 400_000, "D": 0}

    def test_alike_pay_the_earlier_first_and_the_same_day_in_proportion(self):
        early, late = (Debt(n, 300_000, due_date=date(2026, 1, d)) for n, d in (("E", 1), ("L", 2)))
        assert allocate(300_000, [late, early]) == {"E": 300_000, "L": 0}
        same = [Debt("a", 300_000), Debt("b", 100_000)]
        assert allocate(100_000, same) == {"a": 75_000, "b": 25_000}
        three = [Debt(name, 10_000) for name in "xyz"]
        assert allocate(10_000, three) == {"x": 3_334, "y": 3_333, "z": 3_333}

    def debts(self):
        return [
            Debt("A", 500_000, secured=True),
            Debt("B", 300_000, annual_rate_ppm=240_000),
            Debt("C", 400_000, annual_rate_ppm=120_000),
            Debt("D", 900_000, due=False),
        ]


class TestFindings:
    def test_of_a_standard_may_be_set_aside_and_of_law_may_not(self):
        overridable = {entry.id for entry in CN.entries if entry.is_overridable}
        assert {"CN-COL-01", "CN-COL-04"} <= overridable
        assert not {"CN-24", "CN-CARD-70", "CN-CC-670"} & overridable

    def test_of_the_original_contract_need_a_supervisor(self):
        plan = b.plan(b.product(contract_rate_ppm=300_000))
        found = [f for f in b.checks.check_plan(plan, CN, on=b.ON) if f.needs_supervisor]
        assert [(f.rule_id, f.check, f.blocks) for f in found] == [
            ("CN-24", "contract_above_cap", False)
        ]
        assert found[0].params == {"rate_ppm": 300_000, "cap_ppm": 240_000}

    def test_need_no_position_and_no_contract_to_be_made(self):
        plan = b.plan(b.product(lender_type="micro_loan"), measures=[])
        bare = b.checks.PlanFacts(plan.product, plan.terms, plan.schedule, plan.disclosure)
        assert b.checks.check_plan(bare, CN, on=b.ON) == ()
        bare = b.checks.PlanFacts(b.card(), plan.terms, plan.schedule, plan.disclosure)
        assert b.checks.check_plan(bare, catalogue.load("eu"), on=b.ON) == ()

    def test_of_a_rollover_within_the_ceiling_are_none(self):
        made = b.in_plan(
            b.private(contract_on=date(2025, 11, 24)),
            case=b.checks.CaseFacts(first_principal_minor=1_200_000),
            measures=[{"kind": "capitalize", "component": "interest"}],
        )
        assert "CN-PRIV-27" not in made

    @pytest.mark.parametrize("unknown", [{"contract_on": None}, {"contract_on": b.ON}])
    def test_of_a_rollover_are_none_while_its_beginning_is_not_known(self, unknown):
        capitalized = {"measures": [{"kind": "capitalize", "component": "interest"}]}
        assert "CN-PRIV-27" not in b.in_plan(b.private(**unknown), **capitalized)

    def test_of_an_extension_that_ends_no_later_are_none(self):
        case = b.checks.CaseFacts(original_months=100, original_end_date=date(2030, 1, 1))
        assert "CN-PLM-2024-EXTENSION" not in b.in_plan(case=case)

    @pytest.mark.parametrize(
        "relief",
        [
            {
                "shape": [
                    {"kind": "holiday", "count": 1, "interest": "freeze"},
                    b.level(12)["shape"][0],
                ]
            },
            {"measures": [{"kind": "freeze", "from_date": "2026-11-24", "to_date": "2027-11-24"}]},
            {"annual_rate_ppm": 80_000},
        ],
    )
    def test_of_offers_with_relief_are_none(self, relief):
        assert b.in_offers(b.plan(b.product(contract_rate_ppm=90_000), **relief)) == {}
        assert b.in_offers() == {}


class TestContact:
    def test_has_the_hours_that_every_rule_leaves(self):
        assert b.hours() == (8, 22)
        assert b.hours(place="us") == (0, 24)
        assert b.hours(place="us", collector="third_party") == (8, 21)

    def test_has_no_hours_where_the_rules_leave_none(self):
        rule = CN.rule("CN-COL-01", on=b.ON)
        other = Entry.model_validate(
            {**rule.model_dump(), "id": "CN-X", "figures": {"from_hour": 8, "to_hour": 0}}
        )
        law = CN.model_copy(update={"entries": (rule, other), "sha256": "two windows"})
        facts = ContactFacts(local_time=b.time(10), channel="call")
        assert allowed_hours(facts, law, on=b.ON) is None
        assert not rule_contact(facts, law, on=b.ON).allowed

    def test_says_which_rule_forbids_it(self):
        facts = ContactFacts(local_time=b.time(23), channel="call", effective_calls=3)
        ruling = rule_contact(facts, CN, on=b.ON)
        assert (ruling.allowed, ruling.rule_id) == (False, "CN-COL-01")

    def test_is_allowed_with_a_warning_from_memory(self):
        facts = ContactFacts(local_time=b.time(10), channel="visit", staff=1)
        ruling = rule_contact(facts, CN, on=b.ON)
        assert (ruling.allowed, ruling.rule_id, len(ruling.findings)) == (True, None, 1)

    def test_with_a_third_person_is_not_opened_by_agreement(self):
        facts = ContactFacts(
            local_time=b.time(10), channel="call", person="unrelated", agreed_on_record=True
        )
        assert rule_contact(facts, CN, on=b.ON).rule_id == "CN-COL-06"


class TestScope:
    def test_asks_after_security_and_guarantee(self):
        rule = CN.rule("CN-CC-695", on=b.ON)
        secured = rule.scope.model_copy(update={"secured": True})
        assert secured.concerns(Subject(is_secured=True))
        assert not secured.concerns(Subject())

    def test_counts_days_past_due_on_both_ends(self):
        scope = CN.rule("CN-OD-GRADE-91", on=b.ON).scope
        held = [scope.concerns(Subject(days_past_due=days)) for days in (90, 91, 270, 271)]
        assert held == [False, True, True, False]


class TestAnEntry:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"action": "deadline"},
            {"effective_to": date(2011, 1, 13)},
        ],
    )
    def test_is_refused_when_it_contradicts_itself(self, wrong):
        rule = CN.rule("CN-CARD-70", on=b.ON)
        with pytest.raises(ValueError, match="check_without_finding|dates_out_of_order"):
            Entry.model_validate({**rule.model_dump(), **wrong})


def test_the_documents_of_a_card_agreement_state_more_than_those_of_a_loan():
    names = contents_required(CN, subject=b.card().subject(), on=b.ON)
    assert {"no_new_cards_promise", "terms_before", "annual_total"} <= set(names)
    assert "no_new_cards_promise" not in contents_required(CN, subject=Subject(), on=b.ON)


def test_a_signing_asks_for_no_cost_sheet_before_there_was_one():
    facts = SigningFacts(b.product(), False, 0, frozenset(), True)
    found = b.checks.check_signing(facts, CN, on=date(2020, 1, 1))
    assert found == ()
