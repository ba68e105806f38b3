"""Authority: what is given away, in money, and who may give it."""

from __future__ import annotations

from repact.plans.document import validate
from repact.plans.terms import Terms
from repact.policy import authority, propose
from repact.policy.candidates import Candidate, Pace
from repact.policy.limits import Authority, Caps, Tier
from tests.unit.policy.cases import CN, ON, debt, facts, loaded


def tier(role, **limits):
    known = {
        "holders": 1,
        "concession_minor_max": 1_000,
        "waived_minor_max": 500,
        "share_ppm_max": 100_000,
        "forbearance_number_max": 2,
    }
    return Tier(role=role, **(known | limits))


RULES = Authority(
    tiers=(
        tier("automatic"),
        tier("agent", concession_minor_max=5_000, waived_minor_max=5_000, share_ppm_max=500_000),
    ),
    caps=Caps(agent_day_minor=9_000, borrower_year_minor=12_000, automatic_day_minor=3_000),
)


def given(economic=1_000, waived=500, owed=100_000, number=1):
    return authority.concession(
        owed_minor=owed,
        worth_minor=owed - economic,
        waived_minor=waived,
        forbearance_number=number,
    )


class TestAConcession:
    def test_is_what_is_owed_less_what_the_plan_is_worth(self):
        made = given()
        assert (made.economic_minor, made.present_value_loss_minor) == (1_000, 500)
        assert made.share_ppm == 10_000

    def test_counts_a_waiver_even_where_the_plan_is_worth_more(self):
        made = given(economic=-700, waived=300)
        assert (made.economic_minor, made.present_value_loss_minor) == (300, 0)

    def test_rounds_its_share_up(self):
        assert given(economic=1, waived=0, owed=3).share_ppm == 333_334

    def test_of_the_contracts_own_rate_is_next_to_nothing(self):
        ground = propose.ground_of(
            debts=[debt(interest_minor=0, penalty_minor=0)],
            facts=facts(),
            loaded=loaded(),
            law=CN,
            on=ON,
        )
        own = ground.draft(Candidate(ground.space.steps[0].relief, Pace(None, 36)))
        cut = ground.draft(Candidate(ground.space.steps[0].relief, Pace(0, 36)))
        assert own.concession.share_ppm < 2_000
        assert cut.concession.share_ppm > 150_000

    def test_is_discounted_at_the_products_rate_without_a_contract(self):
        bare = validate(
            type(debt().position), debt().position.model_dump(exclude={"contract"}, mode="json")
        )
        ground = propose.ground_of(
            debts=[debt(at=bare)], facts=facts(), loaded=loaded(), law=CN, on=ON
        )
        draft = ground.draft(Candidate(ground.space.steps[0].relief, Pace(0, 36)))
        (part,) = draft.parts
        assert isinstance(part.terms, Terms)
        assert authority.worth(part.terms, part.schedule, limits=part.limits) < 2_400_000


class TestTheTierNeeded:
    def test_is_the_smallest_that_may_give_it(self):
        assert authority.tier_needed(RULES, given()) == ("automatic", ())

    def test_is_above_each_limit_by_itself(self):
        for made, name in (
            (given(economic=1_001), "concession_minor_max"),
            (given(waived=501), "waived_minor_max"),
            (given(owed=9_000), "share_ppm_max"),
        ):
            role, reasons = authority.tier_needed(RULES, made)
            assert role == "agent"
            assert [reason.rule_id for reason in reasons] == [f"policy.authority.{name}"]
            assert reasons[0].params["value"] > reasons[0].params["limit"]

    def test_is_nobody_above_all(self):
        role, reasons = authority.tier_needed(RULES, given(number=3))
        assert role == "nobody"
        assert [reason.role for reason in reasons] == ["automatic", "agent"]

    def test_may_be_raised_by_the_case_to_a_supervisor_or_the_highest_there_is(self):
        assert authority.at_least(RULES, "automatic", "agent") == "agent"
        assert authority.at_least(RULES, "agent", "automatic") == "agent"
        assert authority.at_least(RULES, "automatic", "supervisor") == "agent"

    def test_has_a_place_among_the_tiers(self):
        ranks = [authority.rank(RULES, role) for role in ("automatic", "agent", "nobody")]
        assert ranks == [0, 1, 2]


class TestSumsOverTime:
    def test_are_held_up_to_their_last_unit(self):
        assert not authority.above_caps(
            RULES, given(), by_role="agent", agent_today_minor=8_000, borrower_year_minor=11_000
        )

    def test_are_named_where_they_would_be_exceeded(self):
        over = authority.above_caps(
            RULES, given(), by_role="agent", agent_today_minor=8_001, borrower_year_minor=11_001
        )
        assert [reason.rule_id for reason in over] == [
            "policy.caps.borrower_year_minor",
            "policy.caps.agent_day_minor",
        ]
        (alone,) = authority.above_caps(
            RULES, given(), by_role="automatic", automatic_today_minor=2_001
        )
        assert alone.params == {"value": 3_001, "limit": 3_000}

    def test_of_others_do_not_concern_a_supervisor(self):
        assert not authority.above_caps(
            RULES, given(), by_role="supervisor", agent_today_minor=8_001
        )
