"""Who may give how much, from what, and what became of it: authority, budgets, the transcript."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import yaml
from django.db import IntegrityError, connection, transaction

from repact.sandbox import seed
from repact.server.audit import actor
from repact.server.audit.actor import Actor
from repact.server.cases.models import Case
from repact.server.loans.models import Loan
from repact.server.offers import actions, approving, automatic, budgets, queries, transcript
from repact.server.offers.errors import OfferError
from repact.server.offers.models import (
    Alarm,
    Budget,
    Decision,
    Entry,
    Offer,
    OfferSet,
    Reservation,
)
from repact.server.people import actions as people_actions
from repact.server.people.models import Staff
from repact.server.policies import actions as policy_actions
from repact.server.policies.errors import PublishingError
from repact.server.reviews import actions as review_actions
from tests.integration.world import World, at_once, run_jobs

ROUNDS = int(os.environ.get("REPACT_RACE_ROUNDS", "3"))


def staff(world: World, name: str, role: str = actor.SUPERVISOR) -> Actor:
    """One more member of staff."""
    made = people_actions.register_staff(
        by=world.system,
        email=f"{name}@demo.example",
        name_zh=name,
        name_en=name,
        role=role,
        password="a password of the tests",
        now=world.now,
    )
    return Actor(lender_id=world.lender.id, role=made.role, id=made.id)


def with_policy(world: World, **changed: object) -> None:
    """Publish the sample policy with some of it changed, in force from today."""
    text = yaml.safe_load(seed.policy_text())
    text["effective_from"] = world.now.date()
    text.update(changed)
    policy_actions.publish(by=world.system, text=yaml.safe_dump(text), now=world.now)


def tiers(**waived: int) -> dict[str, object]:
    """The sample's authority, with what each tier may waive in one offer changed."""
    authority = yaml.safe_load(seed.policy_text())["authority"]
    for tier in authority["tiers"]:
        most = waived.get(tier["role"], tier["waived_minor_max"])
        tier["waived_minor_max"] = most
        tier["concession_minor_max"] = most
    return authority


def rollout(mode: str, count: int = 200, amount: int = 20_000_000) -> list[dict[str, object]]:
    return [
        {"product": code, "mode": mode, "daily_count_max": count, "daily_minor_max": amount}
        for code in ("wallet_credit", "installment_loan", "card_installment")
    ]


def draft(world: World, by: Actor, maker: Actor) -> OfferSet:
    case = world.submitted(by)
    review_actions.take(by=maker, case_id=case.id, now=world.now)
    return actions.prepare(by=maker, case_id=case.id, now=world.now)


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

    def decide(self, world, asked, by, verdict="approve", reason="", alternative=""):
        return approving.decide(
            by=by,
            approval_id=asked.id,
            verdict=verdict,
            reason=reason,
            alternative=alternative,
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
        with_policy(world, authority=tiers(automatic=0, agent=0, supervisor=0, committee=0))
        agent = world.staff()
        offer_set = draft(world, world.borrower(), agent)
        with pytest.raises(OfferError, match="nobody_may"):
            approving.ask_approval(by=agent, set_id=offer_set.id, message="", now=world.now)

    def test_can_give_back_with_a_reason(self, world, asked):
        supervisor = world.staff(actor.SUPERVISOR)
        with pytest.raises(OfferError, match="reason_missing"):
            self.decide(world, asked, supervisor, "return")
        self.decide(world, asked, supervisor, "return", "Ask for the pay slip.")
        assert OfferSet.objects.get(id=asked.offer_set_id).state == "superseded"

    def test_refuse_with_a_reason_and_another_way_that_the_borrower_is_told(self, world, asked):
        supervisor = world.staff(actor.SUPERVISOR)
        with pytest.raises(OfferError, match="reason_missing"):
            self.decide(world, asked, supervisor, "refuse", "Too much is waived.")
        self.decide(world, asked, supervisor, "refuse", "Too much.", "Half of the interest.")
        (entry,) = transcript.of_case(asked.offer_set.case_id)
        assert entry.content["alternative"] == "Half of the interest."
        assert "jobs.tell_refusal" in run_jobs()

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_send_once_when_sixteen_decide_at_once(self, world, asked, round_):
        supervisor = world.staff(actor.SUPERVISOR)
        results = at_once(16, world.lender.id, lambda: self.decide(world, asked, supervisor))
        assert [r for r in results if isinstance(r, Exception)] == []
        assert Decision.objects.count() == 1
        assert Entry.objects.filter(kind="offers").count() == 1


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

    @pytest.mark.django_db(transaction=True)
    def test_of_a_million_is_never_overdrawn_by_two_hundred_at_once(self, world):
        """¥1,000,000 and 200 that want ¥7,777.77 each: 128 get it, nobody more."""
        wanted, workers, each = 777_777, 20, 10
        agent = world.staff()
        first = draft(world, world.borrower(), agent)
        rows = [_clone(first) for _ in range(workers * each)]
        line = budgets.Line("pool", "race", 100_000_000, wanted)
        todo = iter(rows)

        def one() -> int:
            got = 0
            for _ in range(each):
                try:
                    with transaction.atomic():
                        budgets.draw(offer_set=next(todo), line=line, now=world.now)
                    got += 1
                except OfferError:
                    continue
            return got

        results = at_once(workers, world.lender.id, one)
        assert [r for r in results if isinstance(r, Exception)] == []
        pool = Budget.objects.get(kind="pool", key="race")
        assert sum(results) == 100_000_000 // wanted
        assert pool.reserved_minor == sum(results) * wanted <= pool.amount_minor


def _clone(offer_set: OfferSet) -> OfferSet:
    """The same set once more, as a superseded one: something to reserve for."""
    copy = OfferSet.objects.get(id=offer_set.id)
    copy.pk, copy._state.adding, copy.state = None, True, "superseded"
    copy.id = OfferSet._meta.pk.get_default()
    copy.number = OfferSet.objects.filter(case_id=copy.case_id).count() + 100
    copy.save(force_insert=True)
    return copy


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
        if not new.worse_in:
            agreement = world.accept(by, seen)
            assert agreement.offer.offer_set_id == new.id

    def test_asks_again_when_something_is_worse(self, world):
        by = world.borrower()
        old = world.offered(by)
        seen = old.offers_in_order[0]
        self.pay(old, -100_000)
        new = automatic.reissue(by=world.system, set_id=old.id, now=world.now)
        assert new.worse_in
        with pytest.raises(OfferError, match=r"offers\.expired"):
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
