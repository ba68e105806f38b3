"""What goes on between the two sides: the transcript, offers without a person, new figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from repact.server.audit import actor
from repact.server.cases.models import Case
from repact.server.loans.models import Loan
from repact.server.offers import actions, automatic, negotiating, queries, transcript
from repact.server.offers.answering import Wish
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Alarm, Entry, Offer, OfferSet, Reservation
from repact.server.policies import actions as policy_actions
from repact.server.policies.errors import PublishingError
from repact.server.reviews import actions as review_actions
from tests.integration.negotiating import draft, rollout, tiers, with_policy
from tests.integration.world import at_once, run_jobs


class TestTheTranscript:
    def test_holds_what_was_offered_and_chosen(self, world):
        by = world.borrower()
        offer_set = world.offered(by)
        world.accept(by, offer_set.offers_in_order[0])
        kinds = [entry.kind for entry in transcript.of_case(offer_set.case_id)]
        assert kinds == ["offers", "choice"]
        assert transcript.broken_at(offer_set.case_id) is None

    def test_is_never_changed(self, world):
        world.offered(world.borrower())
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Entry.objects.update(content={})
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Entry.objects.all().delete()

    def test_accepts_no_entry_that_does_not_follow(self, world):
        offer_set = world.offered(world.borrower())
        with pytest.raises(IntegrityError, match="does not follow"), transaction.atomic():
            Entry.objects.create(
                lender=world.lender,
                case_id=offer_set.case_id,
                number=2,
                side="lender",
                kind="answer",
                content={},
                happened_at=world.now,
                previous_sha256="0" * 64,
                sha256="0" * 64,
            )

    def test_shows_where_somebody_broke_it(self, world):
        offer_set = world.offered(world.borrower())
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE; SET LOCAL session_replication_role = replica")
            Entry.objects.update(content={"set": "another"})
            cursor.execute("SET LOCAL session_replication_role = origin; SET ROLE repact_app")
        assert transcript.broken_at(offer_set.case_id) == 1

    @pytest.mark.django_db(transaction=True)
    def test_stays_whole_when_sixteen_write_at_once(self, world):
        offer_set = world.offered(world.borrower())

        def write() -> None:
            with transaction.atomic():
                transcript.append(
                    by=world.system,
                    case_id=offer_set.case_id,
                    kind="answer",
                    content={"words": "yes"},
                    now=world.now,
                )

        results = at_once(16, world.lender.id, write)
        assert [r for r in results if isinstance(r, Exception)] == []
        assert len(transcript.of_case(offer_set.case_id)) == 17
        assert transcript.broken_at(offer_set.case_id) is None


class TestWithoutAPerson:
    def at_submission(self, world, **policy):
        with_policy(world, **policy)
        case = world.submitted(world.borrower())
        assert "jobs.propose_offers" in run_jobs()
        return OfferSet.objects.filter(case=case).first()

    def test_plans_are_out_at_once_inside_the_first_tier(self, world):
        made = self.at_submission(
            world, rollout=rollout("automatic"), authority=tiers(automatic=99_000_000)
        )
        assert (made.state, made.tier, made.sent_by) == ("sent", "automatic", None)
        assert Case.objects.get(id=made.case_id).state == "offered"
        offer = made.offers_in_order[0]
        world.accept(world.borrower(), offer)

    def test_plans_are_a_draft_for_the_agent_where_they_are_only_suggested(self, world):
        made = self.at_submission(world, rollout=rollout("suggest"))
        assert (made.state, made.prepared_by) == ("draft", None)
        agent = world.staff()
        review_actions.take(by=agent, case_id=made.case_id, now=world.now)
        assert actions.send(by=agent, set_id=made.id, message="", now=world.now).state == "sent"

    def test_plans_are_seen_by_staff_alone_in_shadow(self, world):
        made = self.at_submission(world, rollout=rollout("shadow"))
        assert made.state == "shadow"
        assert queries.current_set(made.case_id) is None

    def test_plans_above_the_first_tier_wait_for_a_person(self, world):
        made = self.at_submission(world, rollout=rollout("automatic"), authority=tiers(automatic=0))
        assert made.state == "draft"

    def test_plans_wait_for_a_person_once_the_days_number_is_used_up(self, world):
        made = self.at_submission(
            world,
            rollout=rollout("automatic", count=0),
            authority=tiers(automatic=99_000_000),
        )
        assert made.state == "draft"
        assert Reservation.objects.count() == 0

    def test_no_plan_is_made_while_new_offers_are_stopped(self, world):
        policy_actions.stop(by=world.staff(actor.SUPERVISOR), reason="x", now=world.now)
        assert self.at_submission(world, rollout=rollout("automatic")) is None

    def test_the_system_cannot_send_what_needs_a_person(self, world):
        made = self.at_submission(world, rollout=rollout("suggest"), authority=tiers(automatic=0))
        with pytest.raises(IntegrityError, match="needs a person"), transaction.atomic():
            OfferSet.objects.filter(id=made.id).update(
                state="sent", sent_at=world.now, expires_at=world.now
            )


class TestAStop:
    def test_keeps_every_new_offer_in(self, world):
        agent = world.staff()
        offer_set = draft(world, world.borrower(), agent)
        policy_actions.stop(by=world.staff(actor.SUPERVISOR), reason="x", now=world.now)
        with pytest.raises(PublishingError, match=r"policies\.stopped"):
            actions.send(by=agent, set_id=offer_set.id, message="", now=world.now)
        with pytest.raises(IntegrityError, match="stopped"), transaction.atomic():
            OfferSet.objects.filter(id=offer_set.id).update(
                state="sent", sent_at=world.now, sent_by=agent.id, expires_at=world.now
            )

    def test_leaves_what_was_offered_to_choose(self, world):
        by = world.borrower()
        offer = world.offered(by).offers_in_order[0]
        policy_actions.stop(by=world.staff(actor.SUPERVISOR), reason="x", now=world.now)
        assert world.accept(by, offer)


class TestIssuingAnew:
    def pay(self, offer_set: OfferSet, amount: int) -> None:
        loan = Loan.objects.get(id=offer_set.loan_id)
        loan.principal_minor -= amount
        loan.overdue_principal_minor = min(loan.overdue_principal_minor, loan.principal_minor)
        loan.save()

    @pytest.mark.parametrize("paid", [1_000, 30_000, 100_000, 311_000])
    def test_after_a_payment_makes_every_plan_lighter_under_its_own_terms(self, world, paid):
        old = world.offered(world.borrower())
        self.pay(old, paid)
        new = automatic.reissue(by=world.system, set_id=old.id, now=world.now)
        assert new.worse_in == []
        for before, after in zip(old.offers_in_order, new.offers_in_order, strict=True):
            assert (before.label, before.count) == (after.label, after.count)
            assert after.total_minor < before.total_minor
            assert after.installment_minor < before.installment_minor
        found = queries.twins_to_check(since=world.now - timedelta(days=1), most=10)
        assert new in found
        assert automatic.check_twins(by=world.system, sets_to_check=found, now=world.now) == 0

    def test_keeps_a_plan_of_the_borrowers_own_number(self, world):
        by = world.borrower()
        before = world.offered(by)
        entry = negotiating.ask_for(
            by=by, case_id=before.case_id, wish=Wish(pay_minor=80_000), now=world.now
        )
        agent = world.staff(actor.SUPERVISOR)
        own = negotiating.take_up(by=agent, entry_id=entry.id, now=world.now)
        actions.send(by=agent, set_id=own.id, message="", now=world.now)
        self.pay(own, 50_000)
        new = automatic.reissue(by=world.system, set_id=own.id, now=world.now)
        assert (new.offers_in_order[0].label, new.worse_in) == ("own", [])

    def test_gives_the_case_to_a_person_where_the_policy_now_offers_nothing(self, world):
        old = world.offered(world.borrower())
        self.pay(old, 100_000)
        Loan.objects.filter(id=old.loan_id).update(legal_stage="judgment")
        assert automatic.reissue(by=world.system, set_id=old.id, now=world.now) is None
        assert Case.objects.get(id=old.case_id).state == "in_review"

    def test_says_the_difference_and_asks_nobody_again_when_nothing_is_worse(self, world):
        by = world.borrower()
        old = world.offered(by)
        seen = old.offers_in_order[0]
        self.pay(old, 100_000)
        with pytest.raises(OfferError, match="position_moved"):
            world.accept(by, seen)
        new = automatic.reissue(by=world.system, set_id=old.id, now=world.now)
        assert (new.state, new.replaces_id, new.sent_by) == ("sent", old.id, old.sent_by)
        params = new.difference["params"]
        assert params["owed_before_minor"] - params["owed_after_minor"] == 100_000
        assert new.worse_in == []
        agreement = world.accept(by, seen)
        assert agreement.offer.offer_set_id == new.id

    def test_asks_again_when_something_is_worse(self, world):
        by = world.borrower()
        old = world.offered(by)
        seen = old.offers_in_order[0]
        self.pay(old, -100_000)
        new = automatic.reissue(by=world.system, set_id=old.id, now=world.now)
        assert new.worse_in
        with pytest.raises(OfferError, match=r"offers\.changed"):
            world.accept(by, seen)
        assert world.accept(by, new.offers_in_order[0])

    def test_happens_once(self, world):
        old = world.offered(world.borrower())
        self.pay(old, 100_000)
        automatic.reissue(by=world.system, set_id=old.id, now=world.now)
        assert automatic.reissue(by=world.system, set_id=old.id, now=world.now) is None

    def test_does_nothing_where_nothing_moved(self, world):
        old = world.offered(world.borrower())
        world.now += timedelta(days=3)
        assert automatic.reissue(by=world.system, set_id=old.id, now=world.now) is None


class TestTwins:
    def test_are_the_same_as_stored(self, world):
        world.offered(world.borrower())
        found = queries.twins_to_check(since=world.now - timedelta(days=1), most=10)
        assert len(found) == 1
        assert automatic.check_twins(by=world.system, sets_to_check=found, now=world.now) == 0

    def test_that_differ_raise_one_alarm(self, world):
        offer_set = world.offered(world.borrower())
        Offer.objects.filter(offer_set=offer_set, number=1).update(schedule_sha256="0" * 64)
        for _ in range(2):
            found = queries.twins_to_check(since=world.now - timedelta(days=1), most=10)
            automatic.check_twins(by=world.system, sets_to_check=found, now=world.now)
        assert Alarm.objects.get().subject_id == offer_set.id
