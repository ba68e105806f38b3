"""Before and around arrears: breathing space, holds with an end, what may be signed and by whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from repact.plans.position import Position
from repact.server.audit.actor import AGENT, SUPERVISOR, Actor
from repact.server.audit.models import Event
from repact.server.cases import actions as case_actions
from repact.server.cases import consents, holding, limitation
from repact.server.cases import queries as case_queries
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, HoldExtension
from repact.server.clock import ports
from repact.server.jobs.day import run_day
from repact.server.loans import accruing
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.loans.errors import LoanError
from repact.server.loans.models import Hold, Loan, Standstill
from repact.server.notices.models import Notice
from repact.server.people.models import Staff
from repact.server.policies import queries as policy_queries
from repact.server.reviews import actions as review_actions
from repact.server.reviews import queries as review_queries
from repact.server.reviews import refusals
from repact.server.reviews.errors import ReviewError
from tests.integration.world import ANSWERS, at_once, run_jobs


def loan_of(case: Case) -> Loan:
    return case.loans.select_related("product", "lender").get()


class TestBreathingSpace:
    @pytest.mark.parametrize(
        ("mode", "rate", "days_charged"), [("frozen", None, 0), ("running", None, 30)]
    )
    def test_adds_what_its_mode_says(self, world, mode, rate, days_charged):
        loan = Loan.objects.get(borrower_id=world.borrower().id)
        by, on = world.system, loan.as_of
        loan_actions.hold(
            by=by,
            loan_ids=[loan.id],
            case_id=loan.id,
            now=world.now,
            mode=mode,
            annual_rate_ppm=rate,
        )
        start = Standstill.objects.get().start_date
        before = loan_queries.position(loan, on=start).total_minor
        after = loan_queries.position(loan, on=start + timedelta(30)).total_minor
        assert (after > before) == (days_charged > 0), (on, start)

    def test_reduces_the_rate_but_never_raises_it(self):
        space = accruing.Space("reduced", 50_000, date(2026, 1, 11), date(2026, 1, 21))
        assert list(
            accruing.stretches(
                annual_rate_ppm=120_000,
                start=date(2026, 1, 1),
                end=date(2026, 2, 1),
                spaces=[space],
            )
        ) == [
            (date(2026, 1, 1), date(2026, 1, 11), 120_000),
            (date(2026, 1, 11), date(2026, 1, 21), 50_000),
            (date(2026, 1, 21), date(2026, 2, 1), 120_000),
        ]
        assert space.rate(40_000) == 40_000

    def test_is_never_made_up_for_afterwards(self, world):
        case = world.submitted(world.borrower())
        loan = loan_of(case)
        frozen = loan_queries.position(loan, on=loan.as_of + timedelta(20)).total_minor
        loan_actions.release(
            by=world.borrower(), case_id=case.id, because="withdrawn", now=world.now
        )
        end = Standstill.objects.get().end_date
        assert loan_queries.position(loan, on=end).total_minor == frozen


class TestAHold:
    def test_never_ends_silently(self, world):
        case = world.submitted(world.borrower())
        with pytest.raises(LoanError, match="loans.end_not_told"):
            loan_actions.release(by=world.system, case_id=case.id, because="lapsed", now=world.now)

    def test_never_ends_silently_in_the_database_either(self, world):
        world.submitted(world.borrower())
        with pytest.raises(IntegrityError, match="never_ends_silently"), transaction.atomic():
            Hold.objects.update(state="released", released_at=world.now, released_because="lapsed")

    def test_that_ends_is_told_to_the_core(self, world):
        case = world.submitted(world.borrower())
        run_jobs()
        loan_actions.release(
            by=world.borrower(), case_id=case.id, because="withdrawn", now=world.now
        )
        assert "jobs.send_releases" in run_jobs()
        assert Hold.objects.get().release_acknowledged_at is not None


class TestAPositionThatMoves:
    def test_tells_the_open_case(self, world):
        case = world.submitted(world.borrower())
        loan = loan_of(case)
        position = loan_queries.position(loan, on=loan.as_of)
        smaller = Position.model_validate(
            {**position.model_dump(), "principal_minor": position.principal_minor - 10_000}
        )
        arguments = {
            "by": world.system,
            "loan_id": loan.id,
            "position": smaller,
            "overdue_principal_minor": 0,
            "oldest_unpaid_due_date": None,
            "plan_rate_ppm": None,
            "plan_penalty_rate_ppm": None,
            "now": world.now,
        }
        loan_actions.publish_position(**arguments)
        loan_actions.publish_position(**arguments)
        told = Event.objects.filter(action="loans.position_moved")
        assert [event.case_id for event in told] == [case.id]


class TestALine:
    def test_is_blocked_once_and_the_core_confirms(self, world):
        loan = Loan.objects.get(borrower_id=world.borrower().id)
        for _ in range(2):
            loan_actions.block_line(by=world.system, loan_id=loan.id, now=world.now)
        assert run_jobs().count("jobs.send_line_block") == 1
        loan.refresh_from_db()
        assert loan.line_block_acknowledged_at is not None


class TestAGuarantor:
    def test_is_kept_sealed_and_shown_masked(self, world):
        loan = Loan.objects.get(borrower_id=world.borrower().id)
        loan_actions.add_party(
            by=world.staff(),
            loan_id=loan.id,
            role="guarantor",
            name="王建国",
            phone="13800001234",
            now=world.now,
        )
        (shown,) = loan_queries.parties([loan.id])
        assert (shown.name, shown.phone_masked) == ("王建国", "138****1234")


def second(world, role: str, *, person=None) -> Actor:
    """Another account of the lender's, of another human being unless `person` says whose."""
    made = Staff.objects.create(
        lender_id=world.lender.id,
        email=f"{ports.new_id()}@example.org",
        name_zh="另一位",
        name_en="Another",
        role=role,
        person_id=person,
    )
    return Actor(lender_id=world.lender.id, role=role, id=made.id)


def refused(world, by: Actor) -> Case:
    case = world.submitted(by)
    agent = world.staff()
    review_actions.take(by=agent, case_id=case.id, now=world.now)
    refusals.refuse(
        by=agent,
        case_id=case.id,
        rule="evidence_missing",
        change="evidence",
        words="",
        now=world.now,
    )
    return Case.objects.get(id=case.id)


def live_days(world, days: int) -> None:
    """Live day by day; the machine's clock follows, as the demo's does."""
    for day in range(1, days + 1):
        now = world.now + timedelta(days=day)
        run_day(lender_id=world.lender.id, on=now.date(), now=now)


class TestBeforeArrears:
    def test_a_request_is_taken_when_nothing_was_missed(self, world):
        by = world.borrower()
        Loan.objects.filter(borrower_id=by.id).update(oldest_unpaid_due_date=None)
        assert world.submitted(by).before_arrears

    def test_a_policy_that_takes_none_says_so(self, world, monkeypatch):
        by = world.borrower()
        Loan.objects.filter(borrower_id=by.id).update(oldest_unpaid_due_date=None)
        loaded = policy_queries.in_force(lender_id=world.lender.id, on=world.now.date())
        monkeypatch.setitem(loaded.policy.eligibility.__dict__, "pre_arrears", False)
        with pytest.raises(CaseError, match="cases.not_before_arrears"):
            world.draft(by)


class TestASecondCase:
    def test_names_the_plan_that_runs(self, world):
        by = world.borrower()
        agreement = world.in_force(by)
        (loan,) = loan_queries.in_plan_of_borrower(by.id)
        case = case_actions.open(
            by=by,
            loan_ids=[loan.id],
            language="en",
            now=world.now,
            running_agreement_id=agreement.id,
        )
        assert (case.kind, case.running_agreement_id) == ("renegotiation", agreement.id)
        for screen, answers in ANSWERS.items():
            case_actions.save_answers(
                by=by, case_id=case.id, screen=screen, answers=answers, now=world.now
            )
        case_actions.submit(by=by, case_id=case.id, now=world.now)
        assert Hold.objects.get(released_at=None).case_id == case.id

    def test_cannot_be_opened_as_a_new_one(self, world):
        by = world.borrower()
        world.in_force(by)
        with pytest.raises(CaseError, match="cases.no_loan"):
            world.draft(by)


class TestTakingItBack:
    def test_ends_the_hold_and_adds_nothing_for_it(self, world):
        by = world.borrower()
        case = case_actions.withdraw(by=by, case_id=world.submitted(by).id, now=world.now)
        assert case.state == "withdrawn"
        assert Hold.objects.get().released_because == "withdrawn"
        assert case_actions.withdraw(by=by, case_id=case.id, now=world.now).id == case.id

    def test_is_no_longer_possible_once_a_plan_was_chosen(self, world):
        by = world.borrower()
        agreement = world.drafted(by)
        with pytest.raises(CaseError, match="cases.wrong_state"):
            case_actions.withdraw(by=by, case_id=agreement.case_id, now=world.now)


class TestMakingAHoldLonger:
    def test_is_limited_by_the_policy_and_a_supervisor_may_go_on(self, world):
        by = world.borrower()
        case = world.submitted(by)
        first = loan_queries.hold_until(case.id)
        for _ in range(2):
            holding.renew(by=by, case_id=case.id, now=world.now)
        assert loan_queries.hold_until(case.id) == first + timedelta(days=60)
        with pytest.raises(CaseError, match="cases.no_renewal_left"):
            holding.renew(by=by, case_id=case.id, now=world.now)
        until = world.now.date() + timedelta(days=120)
        holding.make_exception(
            by=world.staff(SUPERVISOR), case_id=case.id, until=until, reason="病重", now=world.now
        )
        assert loan_queries.hold_until(case.id) == until

    def test_an_advisers_time_is_given_twice(self, world):
        by = world.borrower()
        case = world.submitted(by)
        for _ in range(2):
            holding.give_adviser_time(by=by, case_id=case.id, now=world.now)
        with pytest.raises(CaseError, match="cases.no_adviser_time"):
            holding.give_adviser_time(by=by, case_id=case.id, now=world.now)
        assert loan_queries.hold_until(case.id) == world.now.date() + timedelta(days=60)

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(3))
    def test_at_once_is_counted_right(self, world, round_):
        by = world.borrower()
        case = world.submitted(by)
        results = at_once(
            8,
            world.lender.id,
            lambda: holding.renew(by=by, case_id=case.id, now=world.now),
        )
        done = [result for result in results if not isinstance(result, Exception)]
        assert len(done) == 2, results
        assert sorted(e.number for e in HoldExtension.objects.all()) == [1, 2]

    def test_is_history_the_database_does_not_change(self, world):
        by = world.borrower()
        holding.renew(by=by, case_id=world.submitted(by).id, now=world.now)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            HoldExtension.objects.update(until_date=world.now.date())

    def test_happens_by_itself_while_it_is_our_turn(self, world):
        case = world.submitted(world.borrower())
        live_days(world, 31)
        assert HoldExtension.objects.get().kind == "waiting"
        assert loan_queries.hold_until(case.id) > world.now.date() + timedelta(days=31)


class TestANo:
    def test_names_its_rule_and_keeps_the_hold(self, world):
        case = refused(world, world.borrower())
        refusal = review_queries.latest_refusal(case.id)
        assert (refusal.rule, refusal.change) == ("evidence_missing", "evidence")
        assert loan_queries.hold_until(case.id) >= refusal.appeal_until_date
        assert Notice.objects.filter(kind="refused").count() == 1

    def test_without_a_rule_is_refused(self, world):
        case = world.submitted(world.borrower())
        review_actions.take(by=world.staff(), case_id=case.id, now=world.now)
        with pytest.raises(ReviewError, match="reviews.say_why"):
            refusals.refuse(
                by=world.staff(),
                case_id=case.id,
                rule="because",
                change="none",
                words="",
                now=world.now,
            )

    def test_is_looked_at_again_by_another_person(self, world):
        by = world.borrower()
        case = refused(world, by)
        refusals.appeal(by=by, case_id=case.id, words="我有证明", now=world.now)
        other = second(world, AGENT)
        refusals.decide_appeal(by=other, case_id=case.id, overturn=True, words="", now=world.now)
        case.refresh_from_db()
        assert (case.state, case.assigned_to_id) == ("in_review", other.id)

    def test_is_never_decided_by_who_said_it_under_whatever_account(self, world):
        by = world.borrower()
        case = refused(world, by)
        refusals.appeal(by=by, case_id=case.id, words="", now=world.now)
        for decider in (world.staff(), second(world, SUPERVISOR, person=world.staff().id)):
            with pytest.raises(ReviewError, match="reviews.own_refusal"):
                refusals.decide_appeal(
                    by=decider, case_id=case.id, overturn=False, words="不变", now=world.now
                )

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(3))
    def test_is_decided_once_by_two_at_once(self, world, round_):
        by = world.borrower()
        case = refused(world, by)
        refusals.appeal(by=by, case_id=case.id, words="", now=world.now)
        deciders = iter([second(world, AGENT), second(world, SUPERVISOR)] * 4)
        results = at_once(
            8,
            world.lender.id,
            lambda: refusals.decide_appeal(
                by=next(deciders), case_id=case.id, overturn=True, words="", now=world.now
            ),
        )
        assert sum(not isinstance(result, Exception) for result in results) == 1, results

    def test_ends_the_hold_only_after_notice(self, world):
        by = world.borrower()
        case = refused(world, by)
        live_days(world, 45)
        case.refresh_from_db()
        told = Notice.objects.get(kind="hold_ends")
        held = Hold.objects.get()
        assert (case.state, case.closed_because) == ("closed", "refused")
        assert held.released_at - told.created_at >= timedelta(days=10)


class TestATimeBarredDebt:
    def barred(self, world) -> Case:
        by = world.borrower()
        Loan.objects.filter(borrower_id=by.id).update(limitation_from_date=date(2020, 1, 1))
        return world.submitted(by)

    def test_is_not_signed_before_the_warning_and_a_supervisor(self, world):
        case, on = self.barred(world), world.now.date()
        with pytest.raises(CaseError, match="cases.time_barred"):
            case_queries.assert_may_sign(case, on=on)
        limitation.acknowledge(by=world.borrower(), case_id=case.id, now=world.now)
        with pytest.raises(CaseError, match="cases.time_barred"):
            case_queries.assert_may_sign(case, on=on)
        limitation.approve(by=world.staff(SUPERVISOR), case_id=case.id, now=world.now)
        case_queries.assert_may_sign(case, on=on)

    def test_is_asked_for_by_signing_itself(self, world):
        by = world.borrower()
        agreement = world.drafted(by)
        world.read(by, agreement)
        Loan.objects.filter(borrower_id=by.id).update(limitation_from_date=date(2020, 1, 1))
        with pytest.raises(CaseError, match="cases.time_barred"):
            world.code(by, agreement)

    def test_is_known_to_the_database_as_well(self, world):
        case = self.barred(world)
        with connection.cursor() as cursor:
            cursor.execute("SELECT cases_may_sign(%s)", [case.id])
            assert cursor.fetchone() == (False,)

    def test_is_not_approved_by_who_works_on_the_case(self, world):
        case = self.barred(world)
        boss = world.staff(SUPERVISOR)
        review_actions.take(by=boss, case_id=case.id, now=world.now)
        with pytest.raises(CaseError, match="cases.approver_has_the_case"):
            limitation.approve(by=boss, case_id=case.id, now=world.now)

    def test_in_time_needs_nothing(self, world):
        case = world.submitted(world.borrower())
        case_queries.assert_may_sign(case, on=world.now.date())


class TestANegativeBudget:
    def test_is_asked_for_no_number_and_gets_a_person(self, world):
        by = world.borrower()
        case = world.answered(
            by,
            income={"amount_minor": 100_000},
            ability={"monthly_minor": None, "payday": 15},
        )
        case = case_actions.submit(by=by, case_id=case.id, now=world.now)
        assert case.needs_person == "negative_budget"
        assert loan_queries.hold_until(case.id) == world.now.date() + timedelta(days=60)

    def test_is_the_only_one_without_a_number(self, world):
        by = world.borrower()
        case = world.answered(by, ability={"monthly_minor": None, "payday": 15})
        with pytest.raises(CaseError) as refusal:
            case_actions.submit(by=by, case_id=case.id, now=world.now)
        assert refusal.value.field == "ability"


class TestAGuarantorsConsent:
    BEFORE = ({"due_date": "2026-12-15", "payment_minor": 100_000},)
    AFTER = (
        {"due_date": "2026-12-15", "payment_minor": 60_000},
        {"due_date": "2027-01-15", "payment_minor": 60_000},
    )

    def asked(self, world):
        case = world.submitted(world.borrower())
        party = loan_actions.add_party(
            by=world.staff(),
            loan_id=loan_of(case).id,
            role="guarantor",
            name="王建国",
            phone="13800001234",
            now=world.now,
        )
        return case, consents.request(
            by=world.staff(),
            case_id=case.id,
            party_id=party.id,
            terms_sha256="a" * 64,
            before=self.BEFORE,
            after=self.AFTER,
            now=world.now,
        )

    def say(self, world, asked, *, code=None, consented=True):
        return consents.answer(
            by=world.system,
            token=asked.token,
            code=code or asked.code,
            consented=consented,
            now=world.now,
        )

    def test_is_written_down_with_both_schedules(self, world):
        case, asked = self.asked(world)
        assert consents.unbound(case_id=case.id, terms_sha256="a" * 64) == [asked.request.party_id]
        assert self.say(world, asked) == "consented"
        kept = consents.find(asked.token)
        assert (kept.heavier, kept.before, kept.after) == (True, [*self.BEFORE], [*self.AFTER])
        assert consents.unbound(case_id=case.id, terms_sha256="a" * 64) == []

    def test_is_not_given_by_a_no_and_the_first_answer_stands(self, world):
        case, asked = self.asked(world)
        assert self.say(world, asked, consented=False) == "refused"
        assert self.say(world, asked) == "refused"
        assert consents.unbound(case_id=case.id, terms_sha256="a" * 64)

    def test_is_closed_after_five_wrong_codes(self, world):
        _, asked = self.asked(world)
        wrong = "000000" if asked.code != "000000" else "000001"
        assert [self.say(world, asked, code=wrong) for _ in range(5)] == ["wrong_code"] * 5
        assert self.say(world, asked) == "closed"
