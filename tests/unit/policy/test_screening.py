"""Screening: no bound ever says more than what the exact engine makes."""

from __future__ import annotations

import pytest

from repact.plans.errors import PlanError
from repact.policy import authority, propose, screening
from repact.policy.candidates import Candidate, Head, Pace
from tests.unit.policy.cases import CN, ON, debt, facts, loaded, three_debts

HEADS = (
    Head(),
    Head("holiday", 1, "accrue"),
    Head("holiday", 6, "accrue"),
    Head("holiday", 3, "simple"),
    Head("holiday", 6, "freeze"),
    Head("interest_only", 6),
    Head("reduced", 3, share_ppm=650_000),
    Head("reduced", 6, share_ppm=800_000),
)

OWN_HEADS = (
    Head("step_up", 6, steps=2, growth_ppm=150_000),
    Head("step_up", 12, steps=4, growth_ppm=333_333),
    Head("seasonal", share_ppm=500_000, months=(1, 2, 7)),
    Head("seasonal", months=(1, 2, 11, 12)),
    Head("balloon", share_ppm=200_000),
    Head("catch_up", 6),
)


def ground(debts, **changes):
    return propose.ground_of(debts=debts, facts=facts(**changes), loaded=loaded(), law=CN, on=ON)


class TestABound:
    @pytest.mark.parametrize("head", HEADS, ids=[f"{h.kind}-{h.rows}-{h.interest}" for h in HEADS])
    @pytest.mark.parametrize("payday", [15, 31])
    def test_never_exceeds_the_exact_plan(self, head, payday):
        case = ground(three_debts(), payday=payday)
        for number in (0, 4, 9, 14, len(case.space.steps) - 1):
            step = case.space.steps[number]
            for collect in ("due", "spread", "last"):
                relief = step.relief._replace(collect=collect)
                money = case.monies(relief)
                for count in (12, 13, 54):
                    pace = Pace(step.rate_ppm, count, head, step.frozen_rows)
                    try:
                        draft = case.draft(Candidate(relief, pace, number))
                    except PlanError:
                        continue
                    self.holds(case, money, pace, draft)

    @pytest.mark.parametrize("head", OWN_HEADS, ids=[f"{h.kind}-{h.share_ppm}" for h in OWN_HEADS])
    def test_never_exceeds_the_exact_plan_of_a_shape_of_its_own(self, head):
        own = [debt(principal_minor=3_000_000)]
        case = ground(own if head.kind == "catch_up" else three_debts())
        made = 0
        for number in (0, 4, 14, len(case.space.steps) - 1):
            step = case.space.steps[number]
            collects = ("catch_up",) if head.kind == "catch_up" else ("due", "spread", "last")
            for collect in collects:
                relief = step.relief._replace(collect=collect)
                for count in (3,) if head.kind == "catch_up" else (12, 25, 54):
                    pace = Pace(step.rate_ppm, count, head, step.frozen_rows)
                    money = case.monies(relief)
                    try:
                        draft = case.draft(Candidate(relief, pace, number))
                    except PlanError:
                        continue
                    made += 1
                    assert not screening.never_repays(money, case.screen.bounds(pace))
                    self.holds(case, money, pace, draft)
        assert made

    def holds(self, case, money, pace, draft):
        found = screening.estimate(money, case.screen.bounds(pace))
        worth = sum(
            authority.worth(part.terms, part.schedule, limits=part.limits) for part in draft.parts
        )
        assert found.payment_low <= draft.peak_minor
        assert found.total_low <= draft.total_minor
        assert worth <= found.worth_high
        assert found.rows == len(draft.payments)
        assert found.end_sum == draft.end_sum_minor
        assert found.waived == draft.concession.waived_minor
        assert -found.worth_high <= draft.merit.lost_minor

    def test_is_close_to_it(self):
        case = ground([debt()])

        pace = Pace(90_000, 36)
        relief = case.space.steps[0].relief
        draft = case.draft(Candidate(relief._replace(collect="spread"), pace))
        found = screening.estimate(
            case.monies(relief._replace(collect="spread")), case.screen.bounds(pace)
        )
        assert draft.installment_minor - found.payment_low <= 4
        assert draft.total_minor - found.total_low <= 200
        assert found.worth_high - draft.total_minor < 0

    def test_over_many_lengths_is_no_larger_than_that_of_each(self):
        case = ground(three_debts())

        money = case.monies(case.space.steps[0].relief)
        for head in HEADS:
            paces = [Pace(90_000, count, head) for count in (12, 24, 48)]
            whole = screening.payment_low(money, case.screen.levels(paces[0], paces[-1]))
            each = [screening.payment_low(money, case.screen.bounds(pace)) for pace in paces]
            assert whole <= min(each)

    def test_holds_for_a_single_level_row(self):
        case = ground([debt()])

        for head in HEADS[:6]:
            pace = Pace(156_000, 1, head)
            relief = case.space.steps[0].relief
            draft = case.draft(Candidate(relief, pace))
            found = screening.estimate(case.monies(relief), case.screen.bounds(pace))
            assert found.payment_low <= draft.peak_minor
            assert found.total_low <= draft.total_minor
