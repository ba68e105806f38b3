"""What rooms know of a case reaches the plans: change the fact, and what is offered changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import yaml

from repact.sandbox import seed
from repact.server.agreements import actions as agreement_actions
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SUPERVISOR
from repact.server.audit.models import Event
from repact.server.cases import actions as case_actions
from repact.server.cases import facts as case_facts
from repact.server.cases import relief, states
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case
from repact.server.clock import ports
from repact.server.evidence import promises
from repact.server.evidence.models import EvidenceFile, Promise
from repact.server.loans.models import Loan
from repact.server.offers import actions, making, queries
from repact.server.offers.models import Alarm, Offer, OfferSet, Reservation
from repact.server.repayments import ending
from repact.server.reviews import actions as review_actions
from tests.integration.negotiating import draft, tiers, with_policy
from tests.integration.test_relief import accept, started
from tests.integration.world import run_jobs


def made(world, case):
    return making.propose_from(making.basis(Case.objects.get(id=case.id), now=world.now))


def rules(proposal):
    return {item["rule_id"] for item in proposal.not_offered}


def loans_of(case, **changed):
    Loan.objects.filter(id__in=case.loans.values("id")).update(**changed)


def had_a_plan(world, by, *, days_ago=30, state=states.IN_PLAN, because=""):
    """Another case of the borrower's whose plan began some days ago, over the same loan."""
    loan = Loan.objects.filter(borrower_id=by.id).first()
    then = world.now - timedelta(days=days_ago)
    case = Case.objects.create(
        lender_id=by.lender_id, borrower_id=by.id, reference=f"R-{ports.new_id()}"[:20],
        language="en", created_at=then, submitted_at=then, reply_due_at=then,
        state=state, closed_because=because,
    )  # fmt: skip
    case.loans.add(loan, through_defaults={"lender_id": by.lender_id})
    audit_actions.record(
        by=world.system, action="cases.move", subject_id=case.id, case_id=case.id, now=then,
        event="start_plan",
    )  # fmt: skip
    return case


def shows(world, case, kind):
    return EvidenceFile.objects.create(
        lender_id=case.lender_id, case=case, kind=kind, media_type="image/png", size_bytes=1,
        sha256="0" * 64, received_at=world.now,
    )  # fmt: skip


class TestTheLegalStage:
    def test_of_a_loan_closes_the_door(self, world):
        case = world.submitted(world.borrower())
        assert made(world, case).offers
        loans_of(case, legal_stage="enforcement")
        assert rules(made(world, case)) == {"policy.legal_stage"}


class TestEarlierPlans:
    def test_are_counted_for_a_year(self, world):
        by = world.borrower()
        case = world.submitted(by)
        had_a_plan(world, by, days_ago=300, state=states.CLOSED)
        assert case_facts.facts(case, now=world.now).plans_in_year == 1
        had_a_plan(world, by, days_ago=20, state=states.CLOSED)
        assert rules(made(world, case)) == {"policy.plans_per_year"}
        later = world.now + timedelta(days=100)
        assert case_facts.facts(case, now=later).plans_in_year == 1

    def test_do_not_count_when_they_were_taken_back(self, world):
        by = world.borrower()
        case = world.submitted(by)
        had_a_plan(world, by, state=states.CLOSED, because=states.TAKEN_BACK)
        known = case_facts.facts(case, now=world.now)
        assert (known.plans_in_year, known.forbearance_number) == (0, 1)

    def test_that_run_are_at_most_as_many_as_the_policy_says(self, world):
        by = world.borrower()
        case = world.submitted(by)
        had_a_plan(world, by, days_ago=500)
        assert made(world, case).offers
        had_a_plan(world, by, days_ago=600)
        assert rules(made(world, case)) == {"policy.plans_running"}

    def test_ask_for_a_higher_tier(self, world):
        with_policy(world, authority=tiers(automatic=99_000_000))
        by = world.borrower()
        case = world.submitted(by)
        assert {plan.tier for plan in made(world, case).offers} == {"automatic"}
        had_a_plan(world, by, days_ago=500, state=states.CLOSED)
        assert {plan.tier for plan in made(world, case).offers} == {"agent"}


class TestPapers:
    TIERS = (
        {"tier": "none", "concession_minor_max": 0, "owed_minor_max": 0, "kinds": [],
         "later_days": 0, "trial_rows": 0},
        {"tier": "one", "concession_minor_max": 99_000_000, "owed_minor_max": 99_000_000,
         "kinds": ["dismissal_letter", "statement"], "later_days": 30, "trial_rows": 2},
    )  # fmt: skip

    @pytest.fixture
    def case(self, world):
        with_policy(world, evidence=list(self.TIERS))
        return world.submitted(world.borrower())

    def test_that_may_follow_make_every_plan_conditional(self, world, case):
        plans = made(world, case).offers
        assert [plan.condition for plan in plans] == [
            {"kinds": ["dismissal_letter"], "later_days": 30, "trial_rows": 2}
        ] * len(plans)

    def test_that_were_shown_make_them_plain(self, world, case):
        shows(world, case, "dismissal_letter")
        assert {plan.condition is None for plan in made(world, case).offers} == {True}

    def test_count_only_where_they_show_the_reason_told(self, world, case):
        shows(world, case, "statement")
        assert all(plan.condition for plan in made(world, case).offers)

    def test_that_never_came_may_not_follow_again(self, world, case):
        promise = promises.promise(by=world.system, case_id=case.id, now=world.now)
        late = promise.due_date + timedelta(days=1)
        promises.mind(by=world.system, promise_id=promise.id, on=late, now=world.now)
        assert Promise.objects.get().state == "missed"
        assert rules(made(world, case)) == {"policy.evidence_needed"}

    def test_that_never_came_give_the_case_to_a_person_and_close_what_waited(self, world, case):
        agent = world.staff(SUPERVISOR)
        from repact.server.reviews import actions as review_actions

        review_actions.take(by=agent, case_id=case.id, now=world.now)
        offer_set = actions.prepare(by=agent, case_id=case.id, now=world.now)
        actions.send(by=agent, set_id=offer_set.id, message="", now=world.now)
        promise = promises.promise(by=world.system, case_id=case.id, now=world.now)
        late = promise.due_date + timedelta(days=1)
        promises.mind(by=world.system, promise_id=promise.id, on=late, now=world.now)
        assert "jobs.papers_missed" in run_jobs()
        case.refresh_from_db()
        assert (case.needs_person, case.state) == ("papers_missed", states.IN_REVIEW)
        assert OfferSet.objects.get(id=offer_set.id).state == "expired"

    def test_are_said_in_what_is_consented_to(self, world, case):
        from repact.server.reviews import actions as review_actions

        agent = world.staff(SUPERVISOR)
        review_actions.take(by=agent, case_id=case.id, now=world.now)
        first = actions.prepare(by=agent, case_id=case.id, now=world.now).offers_in_order[0]
        assert first.condition["trial_rows"] == 2


class TestTheLaw:
    def known(self, world, case):
        (debt,) = case_facts.debts(case, on=world.now.date())
        return debt

    def test_sees_a_lapsed_time_limit_and_a_supervisor_looks(self, world):
        case = world.submitted(world.borrower())
        loans_of(case, limitation_from_date=date(2020, 1, 1))
        found = made(world, case).offers
        assert {plan.tier for plan in found} == {"supervisor"}
        assert all("CN-CC-192" in {f["rule_id"] for f in plan.findings} for plan in found)

    def test_sees_the_guarantor(self, world):
        from repact.server.loans import actions as loan_actions

        case = world.submitted(world.borrower())
        assert not self.known(world, case).is_guaranteed
        loan = case.loans.first()
        from repact.server.loans.models import Party
        from repact.server.people import vault

        key = loan.borrower.key
        Party.objects.create(
            lender_id=loan.lender_id, loan=loan, role="guarantor",
            name_sealed=vault.seal(key, "张三".encode(), context=loan_actions.NAME),
            phone_sealed=vault.seal(key, b"13800000000", context=loan_actions.PHONE),
            added_at=world.now,
        )  # fmt: skip
        assert self.known(world, case).is_guaranteed
        found = made(world, case).offers
        assert all("CN-CC-695" in {f["rule_id"] for f in plan.findings} for plan in found)

    def test_sees_that_property_stands_for_a_debt(self, world):
        case = world.submitted(world.borrower())
        assert not self.known(world, case).is_secured
        before = making.fingerprint(making.basis(case, now=world.now))
        loans_of(case, is_secured=True)
        assert self.known(world, case).is_secured
        assert making.fingerprint(making.basis(case, now=world.now)) != before

    def test_sees_the_contract_and_what_was_paid(self, world):
        case = world.submitted(world.borrower())
        debt = self.known(world, case)
        loan = case.loans.first()
        assert debt.contract_on == loan.disbursed_date
        assert debt.law.first_principal_minor == loan.disbursed_minor
        assert debt.law.original_end_date == date.fromisoformat(loan.remaining[-1][0])

    def test_sees_the_pause_of_a_negative_budget_alone(self, world):
        case = world.submitted(world.borrower())
        assert self.known(world, case).law.moratorium is None
        case.needs_person = "negative_budget"
        start, end = self.known(world, case).law.moratorium
        assert start < end


class TestHelpForMany:
    def test_offers_its_preset_plan(self, world):
        by = world.borrower("linxiaoyu")
        case = accept(world, started(world, "linxiaoyu"), by)
        (plan,) = made(world, case).offers
        assert plan.label == "relief"
        assert [row["payment_minor"] for row in plan.result["rows"][:3]] == [0, 0, 0]
        assert relief.of_case(case).holiday_rows == 3


class TestTakingARequestBack:
    def test_closes_what_was_offered_and_gives_back_the_budget(self, world):
        by = world.borrower()
        offer_set = world.offered(by)
        actions.withdraw_case(by=by, case_id=offer_set.case_id, now=world.now)
        offer_set.refresh_from_db()
        assert offer_set.state == "expired"
        assert set(Offer.objects.values_list("state", flat=True)) == {"closed"}
        assert not Reservation.objects.filter(state="reserved").exists()
        assert Case.objects.get(id=offer_set.case_id).state == states.WITHDRAWN

    def test_closes_a_draft(self, world):
        by = world.borrower()
        offer_set = draft(world, by, world.staff())
        case_actions.withdraw(by=by, case_id=offer_set.case_id, now=world.now)
        assert "jobs.close_offers" in run_jobs()
        assert OfferSet.objects.get(id=offer_set.id).state == "superseded"


class TestAnAgreementThatIsDropped:
    def test_gives_the_case_back_to_a_person(self, world):
        by = world.borrower()
        agreement = world.drafted(by)
        agreement_actions.void(by=by, agreement_id=agreement.id, now=world.now)
        assert "jobs.reopen_case" in run_jobs()
        case = Case.objects.get(id=agreement.case_id)
        assert case.state == states.IN_REVIEW
        assert not Reservation.objects.filter(state="reserved").exists()
        agent = world.staff(SUPERVISOR)
        again = actions.prepare(by=agent, case_id=case.id, now=world.now)
        sent = actions.send(by=agent, set_id=again.id, message="", now=world.now)
        assert world.accept(by, sent.offers_in_order[0]).id != agreement.id

    def test_is_dropped_when_nobody_signed_in_time(self, world):
        from repact.server.jobs import returning

        agreement = world.drafted(world.borrower())
        assert returning.void_late(by=world.system, now=world.now) == 0
        late = world.now + timedelta(days=200)
        assert returning.void_late(by=world.system, now=late) == 1
        agreement.refresh_from_db()
        assert agreement.state == "void"


class TestAPlanThatEnds:
    """What follows it: its case ends too, once, and says why."""

    def running(self, world):
        service = yaml.safe_load(seed.policy_text())["service"] | {"cooling_off_days": 7}
        with_policy(world, service=service)
        agreement = world.in_force(world.borrower())
        assert Case.objects.get(id=agreement.case_id).state == states.IN_PLAN
        return agreement

    def test_because_it_was_taken_back_ends_its_case_as_if_there_had_been_none(self, world):
        agreement = self.running(world)
        by = world.borrower()
        ending.withdraw(by=by, agreement_id=agreement.id, now=world.now)
        assert "jobs.end_case" in run_jobs()
        case = Case.objects.get(id=agreement.case_id)
        assert (case.state, case.closed_because) == (states.CLOSED, states.TAKEN_BACK)
        assert world.draft(by).id != case.id

    def test_early_ends_its_case_once(self, world):
        agreement = self.running(world)
        for _ in range(2):
            audit_actions.record(
                by=world.system, action="repayments.terminate", subject_id=agreement.id,
                now=world.now,
            )  # fmt: skip
            assert "jobs.end_case" in run_jobs()
        case = Case.objects.get(id=agreement.case_id)
        assert (case.state, case.closed_because) == (states.CLOSED, "terminated")
        moved = Event.objects.filter(action="cases.move", case_id=case.id)
        assert moved.filter(facts__event="terminate").count() == 1


class TestTheDemosStandardCase:
    @pytest.mark.parametrize("key", ["wangfang", "emma"])
    def test_of_a_card_and_of_a_loan_has_its_plans_out_by_jobs_alone(self, world, key):
        by = world.borrower(key)
        case = world.submitted(by)
        ran = run_jobs()
        assert "jobs.propose_offers" in ran
        assert "jobs.tell_offers" in ran
        case.refresh_from_db()
        (offer_set,) = OfferSet.objects.filter(case=case)
        assert (offer_set.state, offer_set.tier) == ("sent", "automatic")
        assert (offer_set.sent_by, offer_set.prepared_by) == (None, None)
        assert (case.state, case.assigned_to_id) == (states.OFFERED, None)
        assert 1 <= len(offer_set.offers_in_order) <= 5

    def test_of_wallet_credit_has_a_draft_that_an_agent_sends(self, world):
        case = world.submitted(world.borrower())
        run_jobs()
        offer_set = OfferSet.objects.get(case=case)
        assert (offer_set.state, offer_set.tier) == ("draft", "automatic")
        agent = world.staff()
        review_actions.take(by=agent, case_id=case.id, now=world.now)
        assert actions.send(by=agent, set_id=offer_set.id, message="", now=world.now)


class TestStatedIncomes:
    def test_are_limited_by_the_hour(self, world):
        by = world.borrower()
        case = world.draft(by)

        def say(amount):
            case_actions.save_answers(
                by=by, case_id=case.id, screen="income", answers={"amount_minor": amount},
                now=world.now,
            )  # fmt: skip

        for number in range(case_actions.INCOMES_PER_HOUR):
            say(500_000 + number)
        with pytest.raises(CaseError, match="cases.too_many_incomes"):
            say(1)
        assert queries.probing(case.id, now=world.now).incomes == case_actions.INCOMES_PER_HOUR
        case.refresh_from_db()
        assert case.answers["income"]["amount_minor"] != 1


class TestAnAlarm:
    def test_is_listed_with_its_case(self, world):
        offer_set = world.offered(world.borrower())
        for kind, subject in (("twins_differ", offer_set.id), ("probing", offer_set.case_id)):
            Alarm.objects.create(
                lender_id=world.lender.id, kind=kind, subject_id=subject, facts={},
                raised_at=world.now,
            )  # fmt: skip
        assert {case_id for _, case_id in queries.alarms()} == {offer_set.case_id}
