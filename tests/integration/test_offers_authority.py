"""Who may give how much, and from what: four eyes, and budgets that are never overdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from repact.server.audit import actor
from repact.server.cases.models import Case
from repact.server.offers import actions, approving, budgets, transcript
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Budget, Decision, OfferSet, Reservation
from repact.server.people.models import Staff
from tests.integration.negotiating import draft, staff, tiers, with_policy
from tests.integration.world import run_jobs


class TestFourEyes:
    @pytest.fixture
    def asked(self, world):
        with_policy(world, authority=tiers(automatic=0, agent=0, supervisor=99_000_000))
        agent = world.staff()
        offer_set = draft(world, world.borrower(), agent)
        assert offer_set.tier == "supervisor"
        return approving.ask_approval(
            by=agent, set_id=offer_set.id, message="Please look.", now=world.now
        )

    def decide(self, world, asked, by, verdict="approve", reason="", **named):
        return approving.decide(
            by=by,
            approval_id=asked.id,
            verdict=verdict,
            reason=reason,
            **named,
            now=world.now,
        )

    def test_send_what_another_person_approved(self, world, asked):
        self.decide(world, asked, world.staff(actor.SUPERVISOR))
        sent = OfferSet.objects.get(id=asked.offer_set_id)
        assert (sent.state, sent.sent_by, sent.message) == ("sent", asked.asked_by, "Please look.")
        assert Case.objects.get(id=sent.case_id).state == "offered"

    def test_are_never_one_persons(self, world, asked):
        supervisor = world.staff(actor.SUPERVISOR)
        Staff.objects.filter(id=supervisor.id).update(person_id=asked.asked_by)
        with pytest.raises(OfferError, match=r"offers\.same_person"):
            self.decide(world, asked, supervisor)

    def test_are_never_one_persons_in_the_database_either(self, world, asked):
        supervisor = world.staff(actor.SUPERVISOR)
        Staff.objects.filter(id=supervisor.id).update(person_id=asked.asked_by)
        with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
            Decision.objects.create(
                lender=world.lender,
                approval=asked,
                decided_by=supervisor.id,
                decided_at=world.now,
                verdict="approve",
            )

    def test_are_a_supervisors_in_the_database_too(self, world, asked):
        agent = staff(world, "another", actor.AGENT)
        with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
            Decision.objects.create(
                lender=world.lender,
                approval=asked,
                decided_by=agent.id,
                decided_at=world.now,
                verdict="approve",
            )

    def test_cannot_be_passed_by_in_the_database(self, world, asked):
        with pytest.raises(IntegrityError, match="lacks an approval"), transaction.atomic():
            OfferSet.objects.filter(id=asked.offer_set_id).update(
                state="sent", sent_at=world.now, sent_by=asked.asked_by, expires_at=world.now
            )

    def test_cannot_be_passed_by_with_a_smaller_tier(self, world, asked):
        with pytest.raises(IntegrityError, match="nobody may send"), transaction.atomic():
            OfferSet.objects.filter(id=asked.offer_set_id).update(
                tier="agent",
                state="sent",
                sent_at=world.now,
                sent_by=asked.asked_by,
                expires_at=world.now,
            )

    def test_are_needed_of_a_supervisor_who_prepared_it_too(self, world):
        with_policy(world, authority=tiers(automatic=0, agent=0, supervisor=99_000_000))
        supervisor = world.staff(actor.SUPERVISOR)
        offer_set = draft(world, world.borrower(), supervisor)
        with pytest.raises(OfferError, match="above_authority"):
            actions.send(by=supervisor, set_id=offer_set.id, message="", now=world.now)
        asked = approving.ask_approval(
            by=supervisor, set_id=offer_set.id, message="", now=world.now
        )
        with pytest.raises(OfferError, match="same_person"):
            self.decide(world, asked, supervisor)
        self.decide(world, asked, staff(world, "second"))
        assert OfferSet.objects.get(id=offer_set.id).state == "sent"

    def test_of_a_committee_are_two_more(self, world):
        with_policy(
            world, authority=tiers(automatic=0, agent=0, supervisor=0, committee=99_000_000)
        )
        agent, first, second = world.staff(), world.staff(actor.SUPERVISOR), staff(world, "b")
        offer_set = draft(world, world.borrower(), agent)
        asked = approving.ask_approval(by=agent, set_id=offer_set.id, message="", now=world.now)
        self.decide(world, asked, first)
        self.decide(world, asked, first)
        assert OfferSet.objects.get(id=offer_set.id).state == "draft"
        self.decide(world, asked, second)
        assert OfferSet.objects.get(id=offer_set.id).state == "sent"

    def test_above_every_tier_help_nobody(self, world):
        agent = world.staff()
        offer_set = draft(world, world.borrower(), agent)
        offer_set.offers.update(tier="nobody")
        OfferSet.objects.filter(id=offer_set.id).update(tier="nobody")
        with pytest.raises(OfferError, match="nobody_may"):
            approving.ask_approval(by=agent, set_id=offer_set.id, message="", now=world.now)

    def test_never_make_what_is_above_every_tier(self, world):
        with_policy(world, authority=tiers(automatic=0, agent=0, supervisor=0, committee=0))
        with pytest.raises(OfferError, match="none_fit") as refusal:
            draft(world, world.borrower(), world.staff())
        assert "policy.nobody_may_give_it" in refusal.value.params["rules"]

    def test_can_give_back_with_a_reason(self, world, asked):
        supervisor = world.staff(actor.SUPERVISOR)
        with pytest.raises(OfferError, match="reason_missing"):
            self.decide(world, asked, supervisor, "return")
        self.decide(world, asked, supervisor, "return", "Ask for the pay slip.")
        assert OfferSet.objects.get(id=asked.offer_set_id).state == "superseded"

    def test_refuse_by_a_rule_and_with_another_way_that_the_borrower_is_told(self, world, asked):
        supervisor = world.staff(actor.SUPERVISOR)
        named = {"rule": "policy.smaller_concession_is_enough", "alternative": "another_plan"}
        for lacking in ({}, named | {"rule": "because"}, named | {"alternative": "wait"}):
            with pytest.raises(OfferError, match="say_which_rule"):
                self.decide(world, asked, supervisor, "refuse", "Too much.", **lacking)
        self.decide(world, asked, supervisor, "refuse", **named)
        (entry,) = transcript.of_case(asked.offer_set.case_id)
        assert {name: entry.content[name] for name in named} == named
        assert Decision.objects.get().reason == named["rule"]
        assert "jobs.tell_refusal" in run_jobs()


class TestABudget:
    def test_is_reserved_when_a_set_goes_out_and_used_when_the_plan_begins(self, world):
        by = world.borrower()
        offer_set = world.offered(by)
        pool = Budget.objects.get(kind="pool")
        assert pool.reserved_minor == offer_set.concession_minor > 0
        chosen = min(offer_set.offers_in_order, key=lambda offer: offer.concession_minor)
        world.accept(by, chosen)
        pool.refresh_from_db()
        assert pool.reserved_minor == chosen.concession_minor
        actions.use_budget(by=world.system, offer_id=chosen.id, now=world.now)
        actions.use_budget(by=world.system, offer_id=chosen.id, now=world.now)
        pool.refresh_from_db()
        assert (pool.reserved_minor, pool.used_minor) == (0, chosen.concession_minor)

    def test_is_given_back_when_nobody_chose(self, world):
        offer_set = world.offered(world.borrower())
        later = world.now + timedelta(days=60)
        actions.expire(by=world.system, set_id=offer_set.id, now=later)
        assert set(Budget.objects.values_list("reserved_minor", flat=True)) == {0}

    def test_refuses_what_would_overdraw_it(self, world):
        pools = [
            {
                "code": "small",
                "amount_minor": 100,
                "from_date": world.now.date(),
                "to_date": world.now.date(),
            }
        ]
        with_policy(world, pools=pools)
        agent = world.staff()
        offer_set = draft(world, world.borrower(), agent)
        with pytest.raises(OfferError, match="budget_exhausted"):
            actions.send(by=agent, set_id=offer_set.id, message="", now=world.now)
        assert OfferSet.objects.get(id=offer_set.id).state == "draft"

    def test_of_an_agents_day_is_that_persons_whatever_the_account(self, world):
        authority = tiers()
        authority["caps"]["agent_day_minor"] = 1
        with_policy(world, authority=authority)
        agent = world.staff()
        offer_set = draft(world, world.borrower(), agent)
        with pytest.raises(OfferError, match="budget_exhausted") as refused:
            actions.send(by=agent, set_id=offer_set.id, message="", now=world.now)
        assert refused.value.params["kind"] == "agent_day"

    def test_cannot_be_written_by_hand(self, world):
        world.offered(world.borrower())
        with pytest.raises(IntegrityError, match="follow its reservations"), transaction.atomic():
            Budget.objects.filter(kind="pool").update(reserved_minor=0)
        with pytest.raises(IntegrityError, match="only shrinks"), transaction.atomic():
            Reservation.objects.update(amount_minor=10**9)

    def test_of_a_borrowers_year_frees_what_is_older(self, world):
        by = world.borrower()
        offer_set = world.offered(by)
        budgets.use(offer_set, now=world.now)
        line = Budget.objects.get(kind="borrower_year")
        given = line.used_minor
        world.now += timedelta(days=366)
        with transaction.atomic():
            budgets._let_lapse(budgets.Line(line.kind, line.key, 0, 0), world.now)
        line.refresh_from_db()
        assert given > 0 == line.used_minor
