"""A policy under the law of the United Kingdom: the same engine, other rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from repact.law import catalogue
from repact.law.facts import CaseFacts
from repact.policy import checking, propose
from tests.unit.policy.cases import ON, SAMPLE, facts, loaded, loan

UK = catalogue.load("uk")
NO_RELIEF = ["extension", "carry", "holiday", "settlement"]


def british(**changes):
    return loaded(jurisdiction="uk", currency="GBP", lender_type="bank", **changes)


def without_relief():
    """A policy that only ever gives more time."""
    return british(
        products=[item | {"instruments": NO_RELIEF} for item in SAMPLE["products"]],
        buckets=[item | {"instruments": NO_RELIEF} for item in SAMPLE["buckets"]],
        instruments__holiday={"rows_max": 6, "interest": ["accrue"]},
        cascade=NO_RELIEF,
        relief=[],
    )


def debts(**changes):
    made = loan(currency="GBP")
    return [replace(made, law=CaseFacts(**changes))]


def proposed(policy, owed=None, **changes):
    return propose.propose(
        debts=owed or debts(), facts=facts(**changes), loaded=policy, law=UK, on=ON
    )


class TestAPolicyOfTheUnitedKingdom:
    def test_gives_plans_by_its_own_law(self):
        made = proposed(british())
        assert made.offers
        assert made.findings == ()
        rules = {finding.rule_id for offer in made.offers for finding in offer.findings}
        assert not any(rule.startswith("CN-") for rule in rules)

    def test_gives_none_where_no_relief_in_interest_could_be_considered(self):
        made = proposed(without_relief())
        assert made.offers == ()
        assert [finding.rule_id for finding in made.findings] == ["UK-CONC-734R"]
        assert {item.rule_id for item in made.not_offered} == {"UK-CONC-734R"}

    def test_that_can_give_no_such_relief_is_found_by_the_check(self):
        found = checking.check(without_relief(), UK, on=ON)
        places = [problem for problem in found if problem.rule_id == "UK-CONC-734R"]
        assert {problem.level for problem in places} == {"error"}
        fine = {problem.rule_id for problem in checking.check(british(), UK, on=ON)}
        assert "UK-CONC-734R" not in fine

    def test_asks_for_no_payment_and_no_interest_in_a_breathing_space(self):
        space = (ON, date(2027, 1, 23))
        made = proposed(british(), debts(moratorium=space))
        for offer in made.offers:
            due = [row for row in offer.bill.rows if row.due_date < space[1]]
            assert not any(row.payment_minor for row in due)
        after = proposed(british(), debts(moratorium=(date(2026, 1, 1), ON)))
        assert after.offers

    @pytest.mark.parametrize(("asked", "offered"), [(None, False), (1_800_000, True)])
    def test_settles_with_one_sum_only_when_the_borrower_asked(self, asked, offered):
        made = proposed(british(), settlement_minor=asked)
        labels = {offer.label for offer in made.offers}
        assert ("settlement" in labels) is offered
        assert not any(f.rule_id == "UK-CONC-7310R" for o in made.offers for f in o.findings)
