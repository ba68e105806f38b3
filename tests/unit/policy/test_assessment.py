"""What the approver is told about accounting and classification."""

from __future__ import annotations

from datetime import date

import pytest

from repact.law import catalogue
from repact.law.forbearance import Happened
from repact.policy.accounting import Accounting, is_substantial
from repact.policy.assessment import History, PastPlan, assess
from tests.unit.plans.test_modification import level, owing

ON = date(2024, 1, 1)
EU, CN = catalogue.load("eu"), catalogue.load("cn")
OWED = 1_000_000


def judged(terms=None, history=None, *, law=EU, position=None, **accounting):
    return assess(
        position or owing(OWED),
        terms or level(24, 180_000),
        history or History(),
        ON,
        law=law,
        accounting=Accounting(**accounting),
    )


class TestAPlanThatLosesNothing:
    def test_is_forborne_and_performing(self):
        made = judged()
        assert (made.stage, made.is_diminished, made.is_substantial) == (2, False, False)
        assert made.forborne.status == "probation"
        assert made.observation is None
        assert made.evergreening == ()

    def test_is_observed_in_china(self):
        made = judged(law=CN)
        assert made.forborne is None
        assert made.observation.began_on == date(2024, 2, 1)


class TestADiminishedObligation:
    def test_is_a_default(self):
        made = judged(level(36, 0))
        assert made.diminished_ppm == 231_646
        assert (made.stage, made.is_diminished, made.is_substantial) == (3, True, True)
        assert made.forborne.status == "cure"

    def test_of_one_percent_exactly_is_not(self):
        assert not judged(level(36, 0), diminished_share_ppm_max=231_646).is_diminished
        assert judged(level(36, 0), diminished_share_ppm_max=231_645).is_diminished

    def test_is_unknown_without_a_contract(self):
        made = judged(level(12, 0), position=owing(OWED, contract=None))
        assert (made.modification, made.diminished_ppm, made.is_substantial) == (None, 0, False)


class TestTheStage:
    @pytest.mark.parametrize(
        ("history", "stage"),
        [
            (History(days_past_due=90), 2),
            (History(days_past_due=91), 3),
            (History(non_performing=True), 3),
        ],
    )
    def test_is_a_hint_from_what_is_known(self, history, stage):
        assert judged(history=history).stage == stage


class TestASubstantialChange:
    @pytest.mark.parametrize(
        ("strategy", "share", "kind", "yes"),
        [
            ("ten_percent", -100_000, False, True),
            ("ten_percent", -99_999, True, False),
            ("ten_percent", 100_000, False, True),
            ("ten_percent_or_kind", 0, True, True),
            ("ten_percent_or_kind", 0, False, False),
            ("ten_percent_or_kind", 100_000, False, True),
            ("never", -900_000, True, False),
        ],
    )
    def test_is_what_the_policy_says(self, strategy, share, kind, yes):
        made = is_substantial(Accounting(substantial=strategy), share_ppm=share, kind_changes=kind)
        assert made is yes


class TestEvergreening:
    def plan(self, on, principal=OWED + 1, **more):
        return PastPlan(on, principal, **more)

    def test_shows_in_plans_replaced_again_and_again(self):
        once = self.plan(date(2023, 1, 1), replaced=True)
        assert judged(history=History(plans=(once,))).evergreening == ()
        assert judged(history=History(plans=(once, once))).evergreening == ("replaced_often",)

    def test_shows_in_principal_that_does_not_fall(self):
        same = History(plans=(self.plan(date(2023, 1, 1), OWED),))
        assert judged(history=same).evergreening == ("principal_not_falling",)

    def test_shows_in_interest_made_principal_once_more(self):
        measures = ({"kind": "capitalize", "component": "interest", "share_ppm": 1_000_000},)
        terms = level(24, 180_000, measures=measures)
        position = owing(OWED, interest_minor=100)
        before = History(plans=(self.plan(date(2023, 1, 1), capitalized_minor=5),))
        assert judged(terms, before, position=position).evergreening == ("capitalized_again",)
        assert judged(terms, position=position).evergreening == ()
        assert judged(history=before).evergreening == ()

    def test_forgets_what_is_long_ago(self):
        old = self.plan(date(2022, 1, 1), OWED, replaced=True, capitalized_minor=5)
        assert judged(history=History(plans=(old, old))).evergreening == ()
        assert judged(history=History(plans=(old,)), replaced_months=25).evergreening


class TestTheClock:
    def test_starts_with_the_first_measure_and_again_with_this_one(self):
        plans = (PastPlan(date(2023, 6, 1), OWED + 1),)
        happened = (Happened(date(2023, 9, 1), "past_due", 40),)
        made = judged(history=History(plans=plans, happened=happened))
        assert made.forborne.since == ON
        assert made.forborne.assess
