"""Countering: the borrower's own number, day, length or lump sum, and the nearest that can be."""

from __future__ import annotations

from datetime import date

import pytest

from repact.policy import counter as counters
from repact.policy import loading, propose
from repact.policy.counter import Wish
from tests.unit.policy.cases import CN, ON, debt, facts, loaded, position, three_debts


def countered(wish, policy=None, debts=None, **changes):
    return counters.counter(
        debts=[debt()] if debts is None else debts,
        facts=facts(**changes),
        wish=wish,
        loaded=policy or loaded(),
        law=CN,
        on=ON,
    )


class TestAPaymentWished:
    def test_within_means_and_authority_can_be_approved_now(self):
        answer = countered(Wish(payment_minor=85_000))
        assert (answer.state, answer.rule) == ("approvable", None)
        below, above = answer.plans
        assert below.installment_minor <= 85_000 < above.installment_minor
        assert len(above.bill.rows) == len(below.bill.rows) - 1

    def test_of_less_needs_a_person_and_names_the_limit(self):
        answer = countered(Wish(payment_minor=45_000))
        assert answer.state == "needs_person"
        assert answer.plan.installment_minor <= 45_000
        assert answer.rule.rule_id.startswith("policy.authority.")
        assert answer.rule.change == {"person": True}

    def test_above_means_is_answered_with_what_is_affordable(self):
        answer = countered(Wish(payment_minor=150_000))
        assert answer.state == "exceeds_means"
        assert answer.plan.installment_minor <= 90_000
        assert answer.rule.params == {"installment_minor": 150_000, "affordable_minor": 90_000}

    def test_that_never_ends_is_answered_with_the_least_that_does(self):
        answer = countered(Wish(payment_minor=5_000))
        assert (answer.state, answer.plan) == ("never_ends", None)
        least = answer.least_minor
        assert answer.other.installment_minor <= least
        assert countered(Wish(payment_minor=least)).plan is not None
        assert countered(Wish(payment_minor=least - 1)).state == "never_ends"

    def test_is_the_measure_where_the_income_is_not_known(self):
        answer = countered(Wish(payment_minor=150_000), affordable_minor=None)
        assert answer.state == "approvable"
        assert answer.plan.installment_minor <= 150_000

    def test_beyond_which_nothing_fits_the_means_names_the_least(self):
        answer = countered(Wish(payment_minor=10_000), affordable_minor=10_000)
        assert (answer.state, answer.plans) == ("exceeds_means", ())
        assert answer.rule.change == {"amount_minor": answer.least_minor}

    def test_may_be_met_by_a_single_payment_with_nothing_shorter_beside_it(self):
        small = debt(principal_minor=20_000, interest_minor=0, penalty_minor=0)
        answer = countered(Wish(payment_minor=85_000), debts=[small])
        assert len(answer.plan.bill.rows) == 1
        assert answer.other is None

    def test_is_shared_by_the_debts_of_one_bill(self):
        answer = countered(Wish(payment_minor=120_000), debts=three_debts(), wish_minor=130_000,
                           affordable_minor=130_000)  # fmt: skip
        assert answer.plan.installment_minor <= 120_000
        assert len(answer.plan.parts) == 3


class TestALengthWished:
    def test_is_kept_exactly_where_it_fits(self):
        answer = countered(Wish(rows=50))
        assert len(answer.plan.bill.rows) == 50
        assert answer.state == "approvable"

    def test_that_is_too_short_says_what_it_would_ask(self):
        answer = countered(Wish(rows=12))
        assert answer.state == "exceeds_means"
        assert answer.rule.params["installment_minor"] > 90_000
        assert answer.plan.installment_minor <= 90_000

    def test_beyond_the_longest_is_answered_with_the_longest(self):
        answer = countered(Wish(rows=100))
        assert answer.state == "needs_person"
        assert answer.rule.rule_id == "policy.months_max"
        assert answer.rule.change == {"term": 60}
        assert len(answer.plan.bill.rows) == 60

    def test_beside_an_amount_that_is_too_small_for_it_shows_both_sides(self):
        answer = countered(Wish(rows=24, payment_minor=45_000), affordable_minor=160_000)
        assert answer.rule.rule_id == "policy.rows_ask_more"
        assert answer.plan.installment_minor <= 45_000
        assert len(answer.other.bill.rows) == 24
        assert answer.other.merit.payment_minor == answer.rule.change["amount_minor"]

    def test_that_no_plan_can_have_is_said_so(self):
        policy = loaded(conduct__late_rate_ppm=270_000)
        answer = countered(Wish(rows=12), policy)
        assert answer.state == "needs_person"
        assert answer.rule.rule_id.startswith("CN-")
        assert answer.plans == ()


class TestADayWished:
    def test_moves_the_payday(self):
        answer = countered(Wish(payday=5))
        assert {row.due_date.day for row in answer.plan.bill.rows} == {5}

    def test_within_the_notice_is_answered_with_the_nearest(self):
        answer = countered(Wish(first_due_date=date(2026, 11, 28)))
        assert answer.rule.rule_id == "policy.first_payment_date"
        assert answer.rule.change == {"date": "2026-12-28"}
        assert answer.plan.bill.rows[0].due_date == date(2026, 12, 28)
        assert answer.state == "needs_person"

    def test_later_is_kept_where_dates_may_move(self):
        early = debt(days_past_due=30)
        wish = Wish(first_due_date=date(2027, 1, 8), payday=8)
        assert countered(wish, debts=[early]).rule.rule_id == "policy.first_payment_date"
        moving = loaded(instruments__date_change={"days_max": 31, "per_year_max": 2})
        answer = countered(wish, moving, [early])
        assert answer.state == "approvable"
        assert answer.plan.bill.rows[0].due_date == date(2027, 1, 8)

    def test_off_the_payday_is_answered_with_a_payday(self):
        answer = countered(Wish(first_due_date=date(2026, 12, 20), payday=8))
        assert answer.plan.bill.rows[0].due_date.day == 8


class TestALumpSumWished:
    def test_is_paid_first_and_the_rest_is_level(self):
        answer = countered(Wish(lump_sum_minor=500_000))
        first, *rest = answer.plan.bill.rows
        assert first.payment_minor >= 500_000
        assert answer.plan.installment_minor <= 90_000
        assert max(row.payment_minor for row in rest) <= 90_000

    def test_is_shared_over_the_debts(self):
        answer = countered(Wish(lump_sum_minor=900_000), debts=three_debts(),
                           affordable_minor=130_000)  # fmt: skip
        firsts = [part.schedule.rows[0].payment_minor for part in answer.plan.parts]
        assert min(firsts) > 0
        assert sum(firsts) >= 900_000

    def test_of_all_that_is_owed_is_no_plan(self):
        answer = countered(Wish(lump_sum_minor=9_000_000))
        assert answer.rule.rule_id == "plan.more_than_owed"
        assert answer.rule.change == {"amount_minor": position().total_minor}

    def test_does_not_save_a_payment_that_never_ends(self):
        answer = countered(Wish(lump_sum_minor=100_000, payment_minor=3_000))
        assert answer.state == "never_ends"
        assert answer.least_minor > 3_000
        assert answer.other is not None


class TestAWish:
    def test_for_nothing_is_refused(self):
        with pytest.raises(loading.PolicyError, match=r"policy\.nothing_wished"):
            countered(Wish())

    @pytest.mark.parametrize(
        "wish",
        [Wish(payment_minor=0), Wish(payday=32), Wish(rows=0), Wish(lump_sum_minor=-1)],
    )
    def test_out_of_range_is_refused(self, wish):
        with pytest.raises(loading.PolicyError, match=r"policy\.wish_out_of_range at wish\."):
            countered(wish)

    def test_on_a_negative_budget_gets_no_plan(self):
        answer = countered(Wish(payment_minor=50_000), affordable_minor=0)
        assert (answer.state, answer.plans) == ("exceeds_means", ())
        assert answer.rule.rule_id == "policy.negative_budget"

    def test_of_somebody_not_eligible_needs_a_person(self):
        answer = countered(Wish(payment_minor=50_000), plans_in_year=9)
        assert answer.state == "needs_person"
        assert answer.rule.rule_id == "policy.plans_per_year"

    def test_whose_documents_may_follow_needs_a_person(self):
        tiers = [
            {"tier": "one", "concession_minor_max": 9_000_000, "owed_minor_max": 9_000_000,
             "kinds": ["pay_slip"], "later_days": 30, "trial_rows": 2},
        ]  # fmt: skip
        answer = countered(Wish(payment_minor=85_000), loaded(evidence=tiers), evidence=())
        assert answer.state == "needs_person"
        assert answer.rule.rule_id == "policy.evidence_needed"

    def test_where_no_tier_is_automatic_needs_a_person(self):
        tiers = [tier for tier in loaded().policy.authority.tiers if tier.role != "automatic"]
        policy = loaded(authority__tiers=[tier.model_dump(mode="json") for tier in tiers])
        answer = countered(Wish(payment_minor=85_000), policy)
        assert (answer.state, answer.rule.rule_id) == ("needs_person", "policy.tier_needed")


class TestWhatIsAnswered:
    def test_passes_the_judge_of_proposals(self):
        for wish in (85_000, 60_000, 45_000, 36_000):
            for offer in countered(Wish(payment_minor=wish)).plans:
                assert offer.fits
                assert offer.tier != "nobody"
                assert not any(finding.blocks for finding in offer.findings)
                again = propose.propose(
                    debts=[debt()],
                    facts=facts(affordable_minor=offer.merit.payment_minor),
                    loaded=loaded(),
                    law=CN,
                    on=ON,
                )
                assert again.offers
