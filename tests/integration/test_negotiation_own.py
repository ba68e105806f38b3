"""The borrower's own number: tried, proposed, answered, taken back; probing is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from repact.server.loans.models import Loan
from repact.server.offers import (
    actions,
    answering,
    building,
    making,
    negotiating,
    queries,
    transcript,
)
from repact.server.offers.answering import Wish
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Alarm, Entry, OfferSet
from tests.integration.negotiating import draft, rollout, tiers, with_policy

WISH = Wish(pay_minor=80_000)


def wide(world) -> None:
    """A policy under which the standard case needs no person."""
    with_policy(
        world,
        rollout=rollout("automatic"),
        authority=tiers(automatic=99_000_000) | {"caps": tiers()["caps"]},
    )


class TestTrying:
    def test_gives_an_exact_plan_and_proposes_nothing(self, world):
        by = world.borrower()
        offer_set = world.offered(by)
        answered = negotiating.try_number(
            by=by, case_id=offer_set.case_id, wish=WISH, now=world.now
        )
        assert answered.plans[0].installment_minor <= 80_000
        assert not Entry.objects.filter(kind="proposal").exists()

    def test_says_when_it_is_more_than_the_budget_leaves(self, world):
        by = world.borrower()
        offer_set = world.offered(by)
        wish = Wish(pay_minor=900_000)
        answered = negotiating.try_number(
            by=by, case_id=offer_set.case_id, wish=wish, now=world.now
        )
        assert answered.state == "exceeds_means"

    def test_says_when_it_would_never_end(self, world):
        by = world.borrower()
        offer_set = world.offered(by)
        wish = Wish(pay_minor=100)
        answered = negotiating.try_number(
            by=by, case_id=offer_set.case_id, wish=wish, now=world.now
        )
        assert answered.state == "never_ends"

    def test_very_many_numbers_is_refused_and_seen(self, world):
        by = world.borrower()
        case_id = world.offered(by).case_id

        def ask(pay: int) -> None:
            negotiating.try_number(by=by, case_id=case_id, wish=Wish(pay_minor=pay), now=world.now)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(negotiating, "QUESTIONS_PER_HOUR", 5)
            for pay in (1, 2, 3, 3, 4, 5):
                ask(pay * 100)
            with pytest.raises(OfferError, match="too_many_questions"):
                ask(600)
            ask(500)
        assert Alarm.objects.get().kind == "probing"
        seen = queries.probing(case_id, now=world.now)
        assert (seen.numbers, seen.limit_reached) == (5, True)


class TestAsking:
    def test_is_answered_at_once_where_no_person_is_needed(self, world):
        wide(world)
        by = world.borrower()
        before = world.offered(by)
        entry = negotiating.ask_for(by=by, case_id=before.case_id, wish=WISH, now=world.now)
        assert transcript.state(entry, now=world.now) == "answered"
        now_open = queries.sent_set(before.case_id)
        labels = [offer.label for offer in now_open.offers_in_order]
        assert labels == ["own", *(offer.label for offer in before.offers_in_order)]
        assert now_open.expires_at == before.expires_at
        world.accept(by, now_open.offers_in_order[0])
        assert transcript.broken_at(before.case_id) is None

    def test_waits_for_a_person_where_the_policy_only_suggests(self, world):
        by = world.borrower()
        before = world.offered(by)
        entry = negotiating.ask_for(by=by, case_id=before.case_id, wish=WISH, now=world.now)
        assert transcript.state(entry, now=world.now) == "open"
        agent = world.staff()
        draft = negotiating.take_up(by=agent, entry_id=entry.id, now=world.now)
        assert draft.offers_in_order[0].label == "own"
        if draft.tier in negotiating.ALONE:
            actions.send(by=agent, set_id=draft.id, message="Yes.", now=world.now)
            assert queries.sent_set(before.case_id).id == draft.id

    def test_the_same_twice_is_once(self, world):
        by = world.borrower()
        before = world.offered(by)
        one = negotiating.ask_for(by=by, case_id=before.case_id, wish=WISH, now=world.now)
        other = negotiating.ask_for(by=by, case_id=before.case_id, wish=WISH, now=world.now)
        assert one.id == other.id

    def test_the_same_again_after_the_answer_is_that_one_while_its_plans_are_open(self, world):
        wide(world)
        by = world.borrower()
        before = world.offered(by)
        ask = {"by": by, "case_id": before.case_id, "now": world.now}
        one = negotiating.ask_for(wish=WISH, **ask)
        assert negotiating.ask_for(wish=WISH, **ask).id == one.id
        other = negotiating.ask_for(wish=Wish(pay_minor=85_000), **ask)
        assert negotiating.ask_for(wish=WISH, **ask).id not in {one.id, other.id}

    def test_is_worked_out_again_where_the_facts_changed_before_the_lock(self, world, monkeypatch):
        by = world.borrower()
        before = world.offered(by)
        seen = []
        answer = answering.answer

        def slowly(basis, wish):
            seen.append(making.fingerprint(basis))
            if len(seen) == 1:
                Loan.objects.filter(id=before.loan_id).update(interest_minor=0)
            return answer(basis, wish)

        monkeypatch.setattr(answering, "answer", slowly)
        negotiating.ask_for(by=by, case_id=before.case_id, wish=WISH, now=world.now)
        assert len(seen) == 2
        assert seen[0] != seen[1]

    def test_can_be_taken_back_until_it_is_answered(self, world):
        by = world.borrower()
        before = world.offered(by)
        entry = negotiating.ask_for(by=by, case_id=before.case_id, wish=WISH, now=world.now)
        negotiating.withdraw_proposal(by=by, entry_id=entry.id, now=world.now)
        assert transcript.state(entry, now=world.now) == "withdrawn"
        with pytest.raises(OfferError, match="wrong_state"):
            negotiating.answer(by=world.staff(), entry_id=entry.id, words="No.", now=world.now)

    def test_can_be_answered_in_words(self, world):
        by = world.borrower()
        before = world.offered(by)
        entry = negotiating.ask_for(by=by, case_id=before.case_id, wish=WISH, now=world.now)
        with pytest.raises(OfferError, match="reason_missing"):
            negotiating.answer(by=world.staff(), entry_id=entry.id, words=" ", now=world.now)
        negotiating.answer(by=world.staff(), entry_id=entry.id, words="36 months?", now=world.now)
        assert transcript.state(entry, now=world.now) == "answered"

    def test_runs_out(self, world):
        by = world.borrower()
        before = world.offered(by)
        entry = negotiating.ask_for(by=by, case_id=before.case_id, wish=WISH, now=world.now)
        assert transcript.state(entry, now=entry.expires_at) == "expired"

    def test_is_only_the_borrowers_own(self, world):
        before = world.offered(world.borrower())
        with pytest.raises(Exception, match="not_found"):
            negotiating.ask_for(
                by=world.borrower("zhaolei"), case_id=before.case_id, wish=WISH, now=world.now
            )


class TestBuildingByHand:
    def draft(self, world) -> OfferSet:
        return draft(world, world.borrower(), world.staff())

    def test_gives_the_same_plan_when_nothing_is_changed(self, world):
        made = building.rows(self.draft(world), {}, now=world.now)
        assert all(row.plan and not row.changes for row in made)

    def test_judges_a_changed_plan_like_any_other(self, world):
        offer_set = self.draft(world)
        first = offer_set.offers_in_order[0]
        settings = building.settings_of(first)
        wanted = replace(settings, rate=max(settings.rate - 10_000, 0))
        built = building.build(
            by=world.staff(), set_id=offer_set.id, changed={first.number: wanted}, now=world.now
        )
        assert built.builder["changes"][0]["field"] == "rate"
        queries.assert_recomputes(built.offers_in_order[0])

    def test_refuses_what_the_policy_has_not(self, world):
        offer_set = self.draft(world)
        first = offer_set.offers_in_order[0]
        settings = building.settings_of(first)
        for wanted, rule in (
            (replace(settings, rate=999_999), "policy.rate_out_of_bounds"),
            (replace(settings, count=600), "policy.months_max"),
            (replace(settings, interest=1_000_001), "policy.waiver_out_of_bounds"),
            (replace(settings, count=1), "policy.above_means"),
        ):
            row = building.rows(offer_set, {first.number: wanted}, now=world.now)[0]
            assert (row.plan, row.refusal["rule_id"]) == (None, rule)
        with pytest.raises(OfferError, match="not_buildable"):
            building.build(
                by=world.staff(),
                set_id=offer_set.id,
                changed={first.number: wanted},
                now=world.now,
            )
