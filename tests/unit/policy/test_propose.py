"""Proposing: the few best of thousands, within law, bounds and means; and every no explained."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import date

import pytest

from repact.law.facts import CaseFacts
from repact.plans import certificate
from repact.plans.errors import PlanError
from repact.policy import choosing, dominance, judging, loading, propose
from repact.policy.ground import Ground
from tests.unit.policy.cases import (
    CN,
    ON,
    SAMPLE,
    debt,
    facts,
    loaded,
    loan,
    position,
    proposed,
    three_debts,
    with_balloon,
)


def named(proposal, instrument):
    (found,) = [item for item in proposal.not_offered if item.instrument == instrument]
    return found


def rules(proposal):
    return {item.rule_id for item in proposal.not_offered}


class TestAProposal:
    def test_gives_distinct_plans_within_means(self):
        offers = proposed().offers
        assert [offer.label for offer in offers] == ["lighter", "sooner", "breather", "rising"]
        assert [offer.rank for offer in offers] == [1, 2, 3, 4]
        assert all(offer.fits and offer.installment_minor <= 90_000 for offer in offers)
        assert len({offer.schedule_sha256 for offer in offers}) == 4

    def test_looks_at_thousands_of_combinations_and_builds_few(self):
        made = proposed(debts=three_debts())
        assert made.considered > 2_000
        assert made.built < 100

    def test_is_lighter_sooner_and_slower_to_begin_as_its_labels_say(self):
        lighter, sooner, breather, _ = proposed(affordable_minor=150_000).offers
        assert lighter.installment_minor < min(sooner.installment_minor, breather.installment_minor)
        assert len(sooner.bill.rows) < len(lighter.bill.rows)
        assert breather.flexibility.light_rows > 0
        first = breather.bill.rows[: breather.flexibility.light_rows]
        assert max(row.payment_minor for row in first) < breather.installment_minor

    def test_is_the_same_for_the_same_facts(self):
        assert proposed() == proposed()

    def test_has_a_fingerprint_of_everything_it_follows_from(self):
        first = proposed()
        assert first.fingerprint == proposed().fingerprint
        others = [
            proposed(wish_minor=80_000),
            proposed(loaded(offers__days=11)),
            proposed(debts=[debt(interest_minor=94_001)]),
            proposed(debts=[debt(days_past_due=101)]),
            proposed(debts=[replace(debt(), law=CaseFacts(moratorium=(ON, date(2027, 1, 1))))]),
        ]
        assert len({first.fingerprint, *(made.fingerprint for made in others)}) == 6

    def test_follows_the_borrowers_number_when_the_income_is_not_known(self):
        offers = proposed(affordable_minor=None, wish_minor=100_000).offers
        assert offers
        assert all(offer.installment_minor <= 100_000 for offer in offers)

    def test_tries_the_smaller_concessions_first(self):
        rich, poor = proposed(affordable_minor=150_000), proposed(affordable_minor=45_000)
        assert max(offer.concession.economic_minor for offer in rich.offers) < min(
            offer.concession.economic_minor for offer in poor.offers
        )
        assert rich.offers[0].parts[0].terms.annual_rate_ppm == 156_000
        assert poor.offers[0].parts[0].terms.annual_rate_ppm < 156_000

    def test_leaves_no_large_last_payment_unless_nothing_else_fits(self):
        assert {offer.flexibility.end_sum_minor for offer in proposed().offers} == {0}
        tight = proposed(affordable_minor=38_000).offers
        assert all(offer.flexibility.end_sum_minor > 0 for offer in tight)

    def test_asks_for_the_tier_that_may_give_it(self):
        assert {offer.tier for offer in proposed(affordable_minor=150_000).offers} == {"automatic"}
        tight = proposed(affordable_minor=45_000).offers
        assert {offer.tier for offer in tight} == {"agent"}
        assert all(reason.role == "automatic" for reason in tight[0].tier_reasons)

    def test_goes_to_a_supervisor_where_the_contract_was_above_a_cap(self):
        contract = {"annual_rate_ppm": 300_000, "day_count": "ACT/365F", "remaining": []}
        made = proposed(debts=[debt(contract=contract)], affordable_minor=150_000)
        assert {offer.tier for offer in made.offers} == {"supervisor"}
        for offer in made.offers:
            assert offer.parts[0].terms.annual_rate_ppm <= 240_000
            assert any(reason.rule_id.startswith("CN-") for reason in offer.tier_reasons)

    def test_shows_no_forecast_without_cases(self):
        assert {offer.keep_up for offer in proposed().offers} == {None}

    def test_works_without_a_contract(self):
        bare = position(contract=None)
        assert proposed(debts=[debt(at=bare)]).offers

    def test_waits_for_documents_with_a_plan_on_trial(self):
        (offer, *_) = proposed(affordable_minor=45_000, evidence=()).offers
        assert offer.evidence.is_conditional
        assert (offer.evidence.later_days, offer.evidence.trial_rows) == (30, 2)
        (shown, *_) = proposed(affordable_minor=45_000).offers
        assert not shown.evidence.is_conditional

    def test_is_within_the_term_of_law(self):
        late = proposed(payday=1)
        assert {len(offer.bill.rows) for offer in late.offers} <= set(range(1, 61))
        assert all(not finding.blocks for offer in late.offers for finding in offer.findings)


class TestSeveralDebts:
    def test_are_parts_on_one_calendar_with_one_bill(self):
        for offer in proposed(debts=three_debts(), affordable_minor=130_000).offers:
            assert [part.loan_id for part in offer.parts] == ["a", "b", "c"]
            for row in offer.bill.rows:
                parts = [p.schedule.rows[row.number - 1] for p in offer.parts]
                assert row.payment_minor == sum(part.payment_minor for part in parts)
            assert offer.installment_minor <= 130_000
            assert offer.total_minor == sum(p.schedule.totals.payment_minor for p in offer.parts)

    def test_are_each_certified(self):
        for offer in proposed(debts=three_debts(), affordable_minor=130_000).offers:
            for part in offer.parts:
                assert certificate.verify(part.certificate) == part.schedule
                assert part.certificate["schedule_sha256"] == part.schedule_sha256

    def test_may_each_use_only_what_their_product_and_bucket_allow(self):
        card = debt(loan_id="b", product_code="card_installment", days_past_due=0)
        made = proposed(debts=[debt(), card], affordable_minor=95_000)
        for offer in made.offers:
            late, current = offer.parts
            assert late.schedule.totals.waived_minor > 0
            assert current.schedule.totals.waived_minor == 0

    def test_of_other_currencies_are_refused(self):
        with pytest.raises(loading.PolicyError, match=r"policy\.currencies_differ"):
            proposed(debts=[debt(at=position(currency="EUR"))])

    def test_of_another_day_are_refused(self):
        with pytest.raises(loading.PolicyError, match=r"policy\.position_of_another_day at a"):
            proposed(debts=[debt(at=position(as_of="2026-11-20"))])


class TestWhatIsNotOffered:
    def test_on_a_negative_budget_is_everything(self):
        made = proposed(affordable_minor=0)
        assert made.offers == ()
        assert rules(made) == {"policy.negative_budget"}

    def test_names_the_least_payment_when_none_is_low_enough(self):
        found = named(proposed(affordable_minor=10_000), "extension")
        assert found.rule_id == "policy.above_means"
        least = found.change["amount_minor"]
        assert least == found.params["installment_minor"] > 10_000
        assert proposed(affordable_minor=least).offers
        assert not proposed(affordable_minor=least - 1).offers

    def test_is_what_a_smaller_concession_made_unnecessary(self):
        found = named(proposed(affordable_minor=150_000), "waive_principal")
        assert found.rule_id == "policy.smaller_concession_is_enough"

    def test_is_what_another_plan_does_better(self):
        made = proposed(affordable_minor=150_000)
        assert named(made, "reduced").rule_id == "policy.another_suits_better"

    def test_is_what_the_product_the_bucket_or_the_keeper_does_not_allow(self):
        made = proposed()
        assert named(made, "catch_up").rule_id == "policy.not_for_product"
        assert named(made, "interest_only").rule_id == "policy.not_in_bucket"
        barred = proposed(barred=frozenset({"holiday"}))
        assert named(barred, "holiday").rule_id == "policy.barred_for_this_case"

    def test_includes_what_the_core_cannot_service(self):
        policy = loaded()
        (first, *others) = policy.policy.products
        core = first.model_copy(
            update={
                "keeper": "core",
                "core_instruments": ("extension", "carry", "waive_penalty", "rate_cut"),
            }
        )
        changed = policy.policy.model_copy(update={"products": (core, *others)})
        made = proposed(dataclasses.replace(policy, policy=changed))
        assert made.offers
        assert named(made, "holiday").rule_id == "policy.keeper_cannot"
        serviced = set(core.core_instruments)
        assert all(set(offer.instruments) <= serviced for offer in made.offers)

    def test_is_a_waiver_of_what_is_not_owed(self):
        made = proposed()
        assert named(made, "waive_fees").rule_id == "policy.nothing_owed_there"

    def test_is_left_to_a_person_where_a_last_payment_is_above_all_means(self):
        assert named(proposed(), "balloon").rule_id == "policy.not_for_product"
        found = named(proposed(with_balloon(above_means=False), [loan()]), "balloon")
        assert (found.rule_id, found.change) == ("policy.by_a_person", {"person": True})

    def test_is_everything_the_law_blocks(self):
        made = proposed(loaded(conduct__late_rate_ppm=270_000))
        assert made.offers == ()
        (found,) = {item.rule_id for item in made.not_offered} - {
            "policy.nothing_owed_there",
            "policy.not_for_product",
            "policy.not_in_bucket",
            "policy.dates_follow_payday",
            "policy.paid_monthly",
            "policy.settlement_not_asked",
            "policy.trial_not_needed",
        }
        assert found.startswith("CN-")

    def test_is_what_nobody_may_give(self):
        small = {
            "concession_minor_max": 0,
            "waived_minor_max": 0,
            "share_ppm_max": 0,
            "forbearance_number_max": 9,
        }
        policy = loaded(authority__tiers=[{"role": "agent", "holders": 1, **small}])
        found = named(proposed(policy, affordable_minor=45_000), "extension")
        assert found.rule_id == "policy.nobody_may_give_it"
        at_once = loaded(
            cascade=[],
            authority__tiers=[{"role": "agent", "holders": 1, **small}],
            instruments__extension={"counts": [60]},
        )
        found = named(proposed(at_once, affordable_minor=45_000), "extension")
        assert found.rule_id == "policy.nobody_may_give_it"

    def test_is_everything_where_the_case_is_not_eligible(self):
        made = proposed(plans_in_year=2)
        assert made.offers == ()
        assert rules(made) == {"policy.plans_per_year"}
        assert made.not_offered[0].change == {"date": None}
        stage = proposed(debts=[debt(legal_stage="judgment")])
        assert rules(stage) == {"policy.legal_stage"}

    def test_asks_for_evidence_where_nothing_may_follow(self):
        tiers = [
            {"tier": "none", "concession_minor_max": 0, "owed_minor_max": 0, "kinds": [],
             "later_days": 0, "trial_rows": 0},
            {"tier": "one", "concession_minor_max": 9_000_000, "owed_minor_max": 9_000_000,
             "kinds": ["pay_slip"], "later_days": 0, "trial_rows": 0},
        ]  # fmt: skip
        made = proposed(loaded(evidence=tiers), evidence=())
        assert made.offers == ()
        found = named(made, "extension")
        assert found.rule_id == "policy.evidence_needed"
        assert found.change == {"evidence": ["pay_slip"]}
        assert proposed(loaded(evidence=tiers)).offers

    def test_names_what_no_evidence_covers(self):
        tiers = [
            {"tier": "none", "concession_minor_max": 0, "owed_minor_max": 0, "kinds": [],
             "later_days": 0, "trial_rows": 0},
        ]  # fmt: skip
        found = named(proposed(loaded(evidence=tiers)), "extension")
        assert found.rule_id == "policy.evidence_above_every_tier"
        assert found.change == {"person": True}

    def test_never_says_to_state_another_income_or_reason(self):
        allowed = {"amount_minor", "date", "term", "evidence", "person"}
        for income in (0, 10_000, 45_000, 150_000):
            for item in proposed(affordable_minor=income).not_offered:
                assert set(item.change) <= allowed

    def test_knows_only_the_products_of_the_policy(self):
        with pytest.raises(loading.PolicyError, match=r"policy\.product_not_covered"):
            proposed(debts=[debt(product_code="car_loan")])

    def test_is_what_would_need_more_documents(self):
        tiers = [
            {"tier": "none", "concession_minor_max": 30_000, "owed_minor_max": 9_000_000,
             "kinds": [], "later_days": 0, "trial_rows": 0},
            {"tier": "one", "concession_minor_max": 9_000_000, "owed_minor_max": 9_000_000,
             "kinds": ["pay_slip"], "later_days": 0, "trial_rows": 0},
        ]  # fmt: skip
        made = proposed(loaded(evidence=tiers), affordable_minor=20_000, evidence=())
        assert named(made, "extension").rule_id in {"policy.above_means", "policy.evidence_needed"}
        cut = loaded(evidence=tiers, cascade=[], instruments__extension={"counts": [12]})
        found = named(proposed(cut, affordable_minor=200_000, evidence=()), "extension")
        assert found.rule_id == "policy.evidence_needed"
        assert found.change == {"evidence": ["pay_slip"]}

    def test_is_everything_where_the_engine_makes_no_plan(self, monkeypatch):
        def refuse(*_):
            raise PlanError("plan.amount_above_limit")

        monkeypatch.setattr(Ground, "draft", refuse)
        found = named(proposed(), "extension")
        assert found.rule_id == "policy.no_plan_fits"

    def test_is_held_against_the_documents_once_more_when_it_is_exact(self):
        tiers = [
            {"tier": "none", "concession_minor_max": 30_000, "owed_minor_max": 9_000_000,
             "kinds": [], "later_days": 0, "trial_rows": 0},
        ]  # fmt: skip
        ground = propose.ground_of(
            debts=[debt()], facts=facts(), loaded=loaded(evidence=tiers), law=CN, on=ON
        )
        draft = ground.draft(choosing.Candidate(ground.space.steps[0].relief, choosing.Pace(0, 36)))
        assert judging.judge(ground, draft).rule_id == "policy.evidence_above_every_tier"


class TestTheShapesOfAPolicy:
    def test_may_capitalize_interest_instead_of_carrying_it(self):
        names = ["capitalize", "extension", "rate_cut"]
        policy = loaded(
            instruments__capitalize={"components": ["interest"]},
            instruments__carry=None,
            products=[product | {"instruments": names} for product in SAMPLE["products"]],
            buckets=[{"code": "all", "from_days": 0, "to_days": None, "instruments": names}],
            cascade=["capitalize", "extension", "rate_cut"],
            rollout=[],
            relief=[],
        )
        (offer, *_) = proposed(policy).offers
        assert "capitalize" in offer.instruments
        assert offer.bill.totals.capitalized_minor == 94_000

    def test_give_what_the_cascade_does_not_name_from_the_start(self):
        policy = loaded(cascade=["extension", "waive_principal"])
        (offer, *_) = proposed(policy, affordable_minor=150_000).offers
        assert offer.bill.totals.waived_minor == 114_000
        assert offer.parts[0].terms.annual_rate_ppm == 0

    def test_may_have_interest_paid_with_the_first_or_each_payment_only(self):
        policy = loaded(instruments__carry={"to": ["first"]})
        (offer, *_) = proposed(policy, affordable_minor=200_000).offers
        assert "carry" not in offer.instruments

    def test_keep_within_the_shortest_product_where_they_are_shared(self):
        products = [dict(product) for product in SAMPLE["products"]]
        products[1]["months_max"] = 24
        policy = loaded(products=products)
        made = proposed(policy, three_debts(), affordable_minor=180_000)
        for offer in made.offers:
            assert {len(part.schedule.rows) for part in offer.parts[1:]} <= set(range(1, 25))
        assert max(len(offer.bill.rows) for offer in made.offers) > 24
        alone = proposed(policy, [three_debts()[1]], affordable_minor=90_000)
        assert max(len(offer.bill.rows) for offer in alone.offers) == 24


class TestPayingMore:
    def test_is_shown_only_when_asked_and_after_the_first_three(self):
        made = proposed(wish_minor=150_000, pays_more=True)
        *others, faster = made.offers
        assert (faster.label, faster.rank) == ("faster", 5)
        assert faster.over_by_minor == faster.merit.payment_minor - 90_000 > 0
        assert all(offer.fits for offer in others)
        assert all(offer.fits for offer in proposed(wish_minor=150_000).offers)

    def test_changes_nothing_where_the_wish_is_within_means(self):
        assert len(proposed(wish_minor=90_000, pays_more=True).offers) == 4

    def test_changes_nothing_where_more_means_nothing_sooner(self):
        policy = loaded(instruments__extension={"counts": [60]})
        made = proposed(policy, affordable_minor=95_000, wish_minor=96_000, pays_more=True)
        assert "faster" not in {offer.label for offer in made.offers}


class TestASettlement:
    def test_comes_first_when_it_was_asked_for(self):
        (first, *_) = proposed(settlement_minor=2_000_000).offers
        assert (first.label, first.total_minor) == ("settlement", 2_000_000)
        assert first.waived_minor == 714_000
        assert first.instruments == ("settlement",)
        assert first.fits

    def test_is_shared_over_the_debts_by_what_is_owed(self):
        (first, *_) = proposed(debts=three_debts(), settlement_minor=3_000_000).offers
        assert first.total_minor == 3_000_000
        assert len({part.schedule.rows[0].due_date for part in first.parts}) == 1

    def test_names_the_least_sum_that_settles(self):
        found = named(proposed(settlement_minor=1_000_000), "settlement")
        assert found.rule_id == "policy.settlement_share_min"
        assert found.change == {"amount_minor": 1_628_400}
        assert proposed(settlement_minor=1_628_400).offers[0].label == "settlement"

    def test_is_named_with_its_sum_when_nobody_asked(self):
        found = named(proposed(), "settlement")
        assert (found.rule_id, found.change) == (
            "policy.settlement_not_asked",
            {"amount_minor": 1_628_400},
        )

    def test_is_refused_where_the_bucket_has_none(self):
        found = named(
            proposed(debts=[debt(days_past_due=0)], settlement_minor=2_000_000), "settlement"
        )
        assert found.rule_id == "policy.settlement_not_allowed"

    def test_cannot_be_shared_with_a_debt_too_small_for_a_part(self):
        tiny = debt(loan_id="b", principal_minor=1, interest_minor=0, penalty_minor=0)
        bounds = {"share_ppm_min": 300_000, "installments_max": 1, "days": 30}
        policy = loaded(instruments__settlement=bounds)
        made = proposed(policy, [debt(), tiny], settlement_minor=820_000)
        assert named(made, "settlement").rule_id == "policy.settlement_part_too_small"

    def test_never_asks_more_than_is_owed(self):
        (first, *_) = proposed(settlement_minor=9_000_000).offers
        assert first.total_minor == position().total_minor


class TestChoosing:
    """The search finds what trying every single candidate finds."""

    @pytest.mark.parametrize("means", [45_000, 90_000])
    def test_finds_the_best_of_all(self, means):
        policy = loaded(
            instruments__extension={"counts": [24, 36, 60]},
            instruments__holiday={"rows_max": 1, "interest": ["accrue", "simple"]},
            instruments__reduced={"rows_max": 2, "share_ppm_min": 500_000},
        )
        ground = propose.ground_of(
            debts=three_debts()[:2],
            facts=facts(affordable_minor=means),
            loaded=policy,
            law=CN,
            on=ON,
        )
        search = propose.choosing_for(ground)
        for purpose in choosing.PURPOSES:
            assert merit(search.best(purpose)) == merit(by_brute_force(ground, purpose))

    def test_finds_the_same_however_loose_a_bound_is(self, monkeypatch):
        policy = loaded(
            instruments__extension={"counts": [36, 48, 60]},
            instruments__holiday={"rows_max": 1, "interest": ["accrue"]},
            instruments__reduced=None,
        )
        ground = propose.ground_of(debts=[debt()], facts=facts(), loaded=policy, law=CN, on=ON)
        search = propose.choosing_for(ground)
        best = [merit(search.best(purpose)) for purpose in choosing.PURPOSES]
        loosest = dominance.Merit(0, 0, 0, -600, 0, -(10**18), 0, 0)
        monkeypatch.setattr(choosing, "_merit_low", lambda *_: loosest)
        again = propose.choosing_for(ground)
        assert [merit(again.best(purpose)) for purpose in choosing.PURPOSES] == best
        assert again.built > search.built

    def test_keeps_none_that_another_dominates(self):
        for means in (45_000, 90_000, 150_000):
            merits = [o.merit for o in proposed(affordable_minor=means).offers]
            assert not any(dominance.dominates(a, b) for a in merits for b in merits)


def merit(draft):
    return draft and (draft.candidate.step, draft.merit)


def by_brute_force(ground, purpose):
    """Every candidate made exact and judged, step by step."""
    every = propose.choosing_for(ground)
    tiers = [tier.role for tier in ground.policy.authority.tiers]
    for number, step in enumerate(ground.space.steps):
        found = []
        for relief, head, counts in ground.space.families(number):
            if not every.begins_as_it_says(head, ground.monies(relief)):
                continue
            for count in counts:
                pace = choosing.Pace(step.rate_ppm, count, head, step.frozen_rows)
                if head.kind not in purpose.heads:
                    continue
                draft = every.admitted(choosing.Candidate(relief, pace, number))
                if draft:
                    found.append(draft)
        if found:
            return min(found, key=lambda d: (tiers.index(d.tier), purpose.order(d.merit)))
    return None


class TestTheFirstDueDate:
    def test_may_not_be_before_the_notice(self):
        (offer, *_) = proposed(payday=1).offers
        assert offer.bill.rows[0].due_date == date(2027, 1, 1)
