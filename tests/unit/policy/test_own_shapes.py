"""Plans with a shape of their own: catching up, steps, seasons, a last payment, weeks, parts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from repact.plans import terms as t
from repact.plans.errors import PlanError
from repact.policy import choosing, loading, propose, settling, shapes, space
from repact.policy.candidates import Calendar, Candidate, Head, Pace, Relief
from tests.unit.policy.cases import (
    CN,
    ON,
    ROOT,
    SAMPLE,
    debt,
    facts,
    loaded,
    loan,
    proposed,
    with_balloon,
)

SHOP = loading.load(Path(ROOT) / "policies" / "demo-wallet-credit.yaml")
# a shop by the sea: nothing in six months of the year
YEAR = (0, 0, 0, 0, 150_000, 200_000, 200_000, 200_000, 150_000, 110_000, 0, 0)


def labelled(made, label):
    return next((offer for offer in made.offers if offer.label == label), None)


def named(made, instrument):
    return next(item for item in made.not_offered if item.instrument == instrument)


def chosen_for(label, debts, policy=None, **changes):
    ground = propose.ground_of(
        debts=debts, facts=facts(**changes), loaded=policy or loaded(), law=CN, on=ON
    )
    purpose = next(item for item in choosing.PURPOSES if item.label == label)
    return propose.choosing_for(ground).best(purpose)


def shop(**changes):
    contract = {
        "annual_rate_ppm": 108_000,
        "day_count": "ACT/365F",
        "remaining": [{"due_date": "2026-12-08", "amount_minor": 150_000}] * 9,
    }
    return loan(
        product_code="merchant_credit",
        default_rate_ppm=118_800,
        principal_minor=1_200_000,
        contract=contract,
        **changes,
    )


class TestCatchingUp:
    def test_pays_the_contract_and_a_part_of_the_arrears_then_the_contract(self):
        late = loan(principal_minor=3_000_000)
        draft = chosen_for("catch_up", [late], affordable_minor=700_000)
        head, tail = draft.parts[0].terms.shape
        assert (head.count + tail.count, draft.parts[0].terms.annual_rate_ppm) == (9, 156_000)
        assert head.amount_minor > 311_000
        last = draft.parts[0].schedule.rows[-2]
        assert abs(last.payment_minor - 311_000) < 10_000

    def test_spreads_what_is_overdue_over_the_same_months(self):
        draft = chosen_for("catch_up", [loan()], affordable_minor=700_000)
        head = draft.parts[0].terms.shape[0]
        spread = {m.count for m in draft.parts[0].terms.measures if isinstance(m, t.Carry)}
        assert spread == {head.count}
        found = shapes.instruments_in(*self.of(draft))
        assert "catch_up" in found
        assert not found & {"carry", "reduced", "rate_cut", "extension"}

    def of(self, draft):
        part = draft.parts[0]
        return part.terms, part.schedule, part.debt, part.limits

    def test_may_do_without_what_was_waived(self):
        ground = propose.ground_of(debts=[loan()], facts=facts(), loaded=loaded(), law=CN, on=ON)
        relief = Relief(waive_penalty=1_000_000, collect="catch_up")
        (terms,) = ground.terms(Candidate(relief, Pace(None, 6, Head("catch_up", 3))))
        kinds = [(measure.kind, measure.component) for measure in terms.measures]
        assert kinds == [("waive", "penalty"), ("carry", "interest")]

    def test_is_no_plan_where_the_contract_asks_for_nothing_more(self):
        made = proposed(debts=[loan(contract=None)], affordable_minor=300_000)
        assert named(made, "catch_up").rule_id == "policy.nothing_left_of_contract"

    def test_keeps_the_contract_so_nothing_is_given_up_of_rate_or_principal(self):
        ground = propose.ground_of(
            debts=[loan()], facts=facts(), loaded=loaded(cascade=["extension"]), law=CN, on=ON
        )
        assert not list(ground.space._catching_up(0))
        step = ground.space.steps[0]._replace(
            rate_ppm=None, frozen_rows=0, relief=Relief(waive_principal=1)
        )
        assert not list(replace(ground.space, steps=(step,))._catching_up(0))


class TestRising:
    def test_begins_small_and_never_jumps_by_more_than_the_bound(self):
        offer = labelled(proposed(), "rising")
        *steps, tail = offer.parts[0].terms.shape
        rest = offer.bill.rows[-tail.count]
        amounts = [step.amount_minor for step in steps]
        amounts.append(rest.payment_minor - rest.carried_minor)
        assert amounts == sorted(amounts)
        assert all(
            after <= before + before * 150_000 // 1_000_000 for before, after in pairwise(amounts)
        )
        assert "step_up" in offer.instruments

    def test_is_of_one_step_where_the_policy_has_no_more(self):
        policy = loaded(instruments__step_up={"steps_max": 1, "growth_ppm_max": 400_000})
        draft = chosen_for("rising", [debt()], policy)
        assert len(draft.parts[0].terms.shape) == 2

    def test_does_not_ask_for_all_that_is_overdue_at_once(self):
        offer = labelled(proposed(), "rising")
        assert offer.bill.rows[0].payment_minor == min(row.payment_minor for row in offer.bill.rows)


class TestSeasons:
    def test_ask_less_in_the_months_that_were_declared(self):
        offer = labelled(proposed(debts=[loan()], low_months=(1, 2, 7)), "seasonal")
        assert offer.rank == 1
        low = {r.payment_minor for r in offer.bill.rows[:-1] if r.due_date.month in {1, 2, 7}}
        high = {r.payment_minor for r in offer.bill.rows[:-1] if r.due_date.month not in {1, 2, 7}}
        assert max(low) < min(high) <= 90_000

    def test_follow_what_each_month_of_a_business_can_pay(self):
        made = proposed(SHOP, [shop()], affordable_minor=None, months_minor=YEAR)
        offer = labelled(made, "seasonal")
        assert [offer.label] == [one.label for one in made.offers]
        for row in offer.bill.rows:
            assert row.payment_minor <= YEAR[row.due_date.month - 1]
        assert offer.fits

    def test_that_pay_nothing_keep_their_interest_aside_without_interest(self):
        made = proposed(SHOP, [shop()], affordable_minor=None, months_minor=YEAR)
        pauses = [s for s in labelled(made, "seasonal").parts[0].terms.shape if s.kind == "holiday"]
        assert {pause.interest for pause in pauses} == {"simple"}

    def test_are_not_offered_where_there_are_none_or_too_many(self):
        assert named(proposed(debts=[loan()]), "seasonal").rule_id == "policy.no_slow_months"
        many = proposed(debts=[loan()], low_months=(1, 2, 3, 4, 5, 6, 7))
        found = named(many, "seasonal")
        assert found.rule_id == "policy.low_months_max"
        assert found.params == {"months": 7, "months_max": 6}

    def test_may_pay_as_much_as_the_months_themselves_allow(self):
        known = facts(months_minor=(50_000,) * 6 + (150_000,) * 6)
        assert space._season_shares(200_000, known) == [200_000, 333_333, 600_000]

    def test_need_a_year_to_be_seen(self):
        products = [dict(product) | {"months_max": 11} for product in SAMPLE["products"]]
        ground = propose.ground_of(
            debts=[loan()],
            facts=facts(low_months=(1,)),
            loaded=loaded(products=products),
            law=CN,
            on=ON,
        )
        assert not any(head.kind == "seasonal" for head, _ in ground.space.heads)


class TestALargerLastPayment:
    def test_comes_only_where_nothing_milder_fits(self):
        policy = with_balloon()
        assert labelled(proposed(policy, [loan()]), "lighter").flexibility.end_sum_minor == 0
        ground = propose.ground_of(debts=[loan()], facts=facts(), loaded=policy, law=CN, on=ON)
        pace = Pace(None, 36, Head("balloon", share_ppm=200_000))
        draft = ground.draft(Candidate(Relief(), pace))
        assert draft.end_sum_minor == 520_000
        assert draft.payments[-1] == pytest.approx(draft.payments[1] + 520_000, abs=100)
        assert ground.used(draft) == ("balloon", "extension")
        alone = shapes.shape_of(draft.parts[0].terms, draft.parts[0].schedule)
        assert alone == "balloon"


class TestARhythm:
    def test_of_weeks_is_for_those_who_are_paid_by_the_week(self):
        made = proposed(rhythm="weekly")
        offer = labelled(made, "rhythm")
        assert offer.rank == 1
        assert offer.merit.payment_minor <= 90_000 * 12 // 53
        days = {(b.due_date - a.due_date).days for a, b in pairwise(offer.bill.rows)}
        assert days == {7}
        assert "frequency_change" in offer.instruments
        assert labelled(proposed(), "rhythm") is None

    def test_may_be_one_the_policy_has_not(self):
        policy = loaded(instruments__frequency_change={"frequencies": ["fortnightly"]})
        made = proposed(policy, rhythm="weekly")
        found = named(made, "frequency_change")
        assert (found.rule_id, found.params) == ("policy.rhythm_not_offered", {"rhythm": "weekly"})
        assert labelled(proposed(policy, rhythm="fortnightly"), "rhythm")

    def test_that_fits_nothing_leaves_the_monthly_plans(self):
        made = proposed(affordable_minor=10_000, rhythm="weekly")
        assert labelled(made, "rhythm") is None

    def test_never_asks_more_in_a_year_than_the_months_did(self):
        known = facts(affordable_minor=None).at_rhythm("fortnightly")
        assert known.affordable_minor is None
        assert known.wish_minor * 27 <= 90_000 * 12

    def test_counts_only_the_payments_that_surely_fit(self):
        weekly = Calendar(ON, 15, ON, "weekly")
        assert (weekly.rows_in(60), weekly.rows_in(1)) == (260, 4)
        assert weekly.month_of(51) == 11
        assert weekly.frequency().unit == "week"


class TestPartsOfOneSum:
    def test_are_as_few_as_the_means_allow(self):
        made = proposed(
            debts=[loan(principal_minor=200_000)], affordable_minor=90_000, settlement_minor=225_000
        )
        once, parts = labelled(made, "settlement"), labelled(made, "in_parts")
        assert (once.total_minor, parts.total_minor) == (225_000, 225_000)
        assert [row.payment_minor for row in parts.bill.rows] == [75_000] * 3
        assert parts.instruments == ("settlement",)

    def test_are_none_where_no_payment_is_within_means_or_the_sum_is_too_small(self):
        for amount, means in ((225_000, 70_000), (1_000, 90_000)):
            made = proposed(
                debts=[loan(principal_minor=200_000)],
                affordable_minor=means,
                settlement_minor=amount,
            )
            assert labelled(made, "in_parts") is None

    def test_are_none_where_the_engine_makes_none(self, monkeypatch):
        def refuse(*_):
            raise PlanError("plan.amount_above_limit")

        ground = propose.ground_of(
            debts=[loan(principal_minor=200_000)], facts=facts(), loaded=loaded(), law=CN, on=ON
        )
        monkeypatch.setattr(settling, "parts", refuse)
        assert settling.in_parts(ground, 225_000) is None


class TestATrial:
    def test_is_what_comes_first_while_papers_may_follow(self):
        tiers = [
            {"tier": "none", "concession_minor_max": 0, "owed_minor_max": 0, "kinds": [],
             "later_days": 0, "trial_rows": 0},
            {"tier": "one", "concession_minor_max": 9_000_000, "owed_minor_max": 9_000_000,
             "kinds": ["pay_slip"], "later_days": 30, "trial_rows": 2},
        ]  # fmt: skip
        waiting = proposed(loaded(evidence=tiers), evidence=())
        assert all("trial" in offer.instruments for offer in waiting.offers)
        shown = proposed(loaded(evidence=tiers))
        assert named(shown, "trial").rule_id == "policy.trial_not_needed"


class TestAShapeByName:
    def test_is_read_from_the_plan_alone(self):
        ground = propose.ground_of(
            debts=[loan()], facts=facts(), loaded=with_balloon(), law=CN, on=ON
        )
        heads = {
            "none": Head(),
            "holiday": Head("holiday", 3),
            "interest_only": Head("interest_only", 3),
            "reduced": Head("reduced", 3, share_ppm=700_000),
            "step_up": Head("step_up", 6, steps=2, growth_ppm=100_000),
            "seasonal": Head("seasonal", share_ppm=500_000, months=(2, 3)),
        }
        for name, head in heads.items():
            part = ground.draft(Candidate(Relief(), Pace(None, 36, head))).parts[0]
            assert shapes.shape_of(part.terms, part.schedule) == name

    def test_knows_a_trial_a_larger_first_payment_and_another_rate_from_a_day_on(self):
        ground = propose.ground_of(debts=[loan()], facts=facts(), loaded=loaded(), law=CN, on=ON)
        (plain,) = ground.terms(Candidate(Relief(), Pace(None, 36)))
        level = ground.exact(Candidate(Relief(), Pace(None, 36)), [plain]).payments[5]
        change = {"kind": "rate", "from_date": "2027-06-01", "annual_rate_ppm": 0}
        for amount, name in ((level, "trial"), (500_000, "more_first")):
            head = t.Fixed(kind="fixed", count=1, amount_minor=amount)
            tail = t.Level(kind="level", count=35)
            terms = plain.model_copy(update={"shape": (head, tail)})
            draft = ground.exact(Candidate(Relief(), Pace(None, 36)), [terms])
            assert shapes.shape_of(terms, draft.parts[0].schedule) == name
        changed = plain.model_copy(update={"measures": (t.RateChange.model_validate_json(
            str(change).replace("'", '"')),)})  # fmt: skip
        draft = ground.exact(Candidate(Relief(), Pace(None, 36)), [changed])
        assert "rate_cut" in ground.used(draft)
