"""The feed to the credit bureau: told before, shown before, disputable, corrected."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest
from django.db import IntegrityError, transaction

from repact.server.audit import actor
from repact.server.bureau import actions, events, queries
from repact.server.bureau.errors import BureauError
from repact.server.bureau.models import Dispute, Report
from repact.server.clock import ports
from repact.server.jobs import reporting
from repact.server.loans.models import Loan
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments import taking_back
from tests.conftest import KEY, running
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.world import At, run_jobs

HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with running(tmp_path_factory.mktemp("bureau"), "bureau") as (address,):
        yield address


@pytest.fixture
def bureau(world, house, settings):
    settings.REPACT_BUREAU_URL, settings.REPACT_BUREAU_KEY = house, KEY
    yield house
    httpx.delete(f"{house}/api/faults", headers=HEADERS)


@pytest.fixture
def plan(world, bureau):
    return world.in_force(world.borrower())


def shown(house, plan):
    loan = Loan.objects.get(id=plan.parts.get().loan_id)
    answer = httpx.get(f"{house}/api/reports/{loan.ref}", headers=HEADERS).json()
    return [one for one in answer["reports"] if one["content"]["agreement"] == plan.reference]


def overdue(world, plan, number=1):
    (report,) = actions.plan_reports(
        by=world.system,
        agreement_id=plan.id,
        event_id=Loan.objects.order_by("ref")[number].id,
        kinds=["overdue"],
        now=world.now,
    )
    return report


def feed(world, days=0):
    return reporting.feed(by=world.system, now=world.now + timedelta(days=days))


class TestAPlan:
    def test_shows_before_signing_what_will_be_reported_after(self, world, bureau):
        by = world.borrower()
        agreement = world.drafted(by)
        before = {(one.kind, one.code) for one in queries.preview(agreement, now=world.now)}
        world.read(by, agreement)
        world.sign(by, agreement, world.code(by, agreement))
        run_jobs()
        made = queries.of_agreement(agreement.id)
        assert before == {(one.kind, one.code) for one in made} != set()
        assert all(one.notice.kind == "record_notice" for one in made)

    def test_is_reported_once_with_the_codes_of_the_law(self, world, plan, bureau):
        count = Report.objects.count()
        known = len(shown(bureau, plan))
        assert feed(world) == count
        assert feed(world) == 0
        assert len(shown(bureau, plan)) == known + count
        assert {one["code"] for one in shown(bureau, plan)} <= {"1", "11", "14", "16"}

    def test_uses_the_lenders_own_codes(self, world):
        actions.set_codes(by=world.system, body={"relief": "R9"}, now=world.now)
        on = date(2026, 11, 24)
        assert events.code("relief", lender=world.lender, on=on) == "R9"
        assert events.code("extension", lender=world.lender, on=on) == "1"
        assert events.code("overdue", lender=world.lender, on=on) == ""
        with pytest.raises(BureauError, match=r"bureau.unknown_kind"):
            actions.set_codes(by=world.system, body={"x": "1"}, now=world.now)

    def test_is_reported_once_after_a_silence(self, world, plan, bureau):
        known, count = len(shown(bureau, plan)), Report.objects.count()
        fault = {"kind": "timeout_after_commit", "count": 1, "path": "/api/reports"}
        httpx.post(f"{bureau}/api/faults", json=fault, headers=HEADERS).raise_for_status()
        assert feed(world) == count - 1
        # The one that was silent was taken; it is said again as the same.
        Report.objects.filter(state="planned").update(planned_at=world.now)
        assert len(shown(bureau, plan)) == known + count


class TestWhatIsNegative:
    def test_waits_until_the_borrower_was_told_and_the_days_went_by(self, world, plan, bureau):
        report = overdue(world, plan)
        feed(world, days=60)
        assert not any(one["kind"] == "overdue" for one in shown(bureau, plan))
        actions.note_told(
            by=world.system, report_id=report.id, proof="letter", at=world.now, now=world.now
        )
        report.refresh_from_db()
        days = (report.not_before - world.now).days
        assert days >= 1
        feed(world, days=days - 1)
        assert Report.objects.get(id=report.id).state == "planned"
        feed(world, days=days)
        assert Report.objects.get(id=report.id).state == "reported"

    def test_untold_is_refused_by_the_action_and_by_the_database(self, world, plan):
        report = overdue(world, plan)
        with pytest.raises(BureauError, match=r"bureau.not_told"):
            actions.note_reported(by=world.system, report_id=report.id, receipt="r", now=world.now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(id=report.id).update(state="reported", reported_at=world.now)

    def test_counts_a_message_the_gateway_took_as_proof(self, world, plan, gateway, settings):
        settings.REPACT_PUSH_URL, settings.REPACT_PUSH_KEY = gateway, KEY
        report = overdue(world, plan, 2)
        run_jobs()
        feed(world)
        report.refresh_from_db()
        assert (report.proof, report.told_at) == ("gateway", world.now)

    def test_counts_the_borrowers_own_reading_as_proof(self, world, plan, client_of):  # noqa: F811
        report = overdue(world, plan)
        phone = client_of("borrower")
        home = phone.get("/home/").content.decode()
        address = f"/agreement/{plan.id}/record/"
        assert address in home
        phone.head(address)
        assert Report.objects.get(id=report.id).told_at is None
        phone.get(address)
        report.refresh_from_db()
        assert report.proof == "read"
        first = report.told_at
        phone.get(address)
        report.refresh_from_db()
        assert report.told_at == first

    def test_is_not_read_by_anybody_else(self, world, plan):
        report = overdue(world, plan)
        stranger = actor.Actor(world.lender.id, actor.BORROWER, world.lender.id)
        told = {"report_id": report.id, "proof": "read", "at": world.now, "now": world.now}
        with pytest.raises(BureauError, match=r"bureau.not_found"):
            actions.note_told(by=stranger, **told)
        for by in (world.system, world.staff(actor.SUPERVISOR)):
            with pytest.raises(BureauError, match=r"bureau.unknown_proof"):
                actions.note_told(by=by, **told)
        with pytest.raises(BureauError, match=r"bureau.unknown_proof"):
            actions.note_told(by=world.borrower(), **{**told, "proof": "letter"})


class TestAPlanThatRunsAgain:
    def test_was_not_settled_early_after_all(self, world, plan, bureau, house):
        total = repayment_queries.payoff_quote(plan, on=date(2026, 11, 24)).total_minor
        paid = repayment_actions.post_payment(
            by=world.system,
            agreement_id=plan.id,
            source="all",
            amount_minor=total,
            currency="CNY",
            value_date=date(2026, 11, 24),
            now=world.now,
        )
        run_jobs()
        feed(world)
        assert "early_settlement" in {one["kind"] for one in shown(house, plan)}
        taking_back.reverse_payment(
            by=world.system, payment_id=paid.id, reason="charge_back", now=world.now
        )
        run_jobs()
        feed(world)
        corrected = {one["kind"]: "corrected" in one["content"] for one in shown(house, plan)}
        assert corrected.pop("early_settlement")
        assert corrected
        assert not any(corrected.values())


class TestADispute:
    def test_is_due_in_twenty_days_and_stops_the_report(self, world, plan):
        report = Report.objects.first()
        made = actions.dispute(
            by=world.borrower(), report_id=report.id, reason="wrong_date", now=world.now
        )
        assert made.due_date == date(2026, 12, 14)
        assert report.id not in {one.id for one in queries.due(now=world.now)}
        with pytest.raises(BureauError, match=r"bureau.already_disputed"):
            actions.dispute(by=world.borrower(), report_id=report.id, reason="other", now=world.now)

    @pytest.mark.parametrize(("days", "overdue"), [(0, False), (20, False), (21, True)])
    def test_without_an_answer_is_overdue_at_the_desk(
        self,
        world,
        plan,
        client_of,  # noqa: F811
        days,
        overdue,
    ):
        actions.dispute(
            by=world.borrower(), report_id=Report.objects.first().id, reason="other", now=world.now
        )
        desk = client_of("supervisor")
        desk.cookies["language"] = "en"
        with ports.using(At(world.now + timedelta(days=days))):
            page = desk.get("/desk/outside/").content.decode()
        assert "answer by 2026-12-14" in page
        assert ("(overdue)" in page) == overdue

    @pytest.mark.parametrize(
        ("outcome", "state"), [("corrected", "withdrawn"), ("stands", "planned")]
    )
    def test_before_the_report_ends_it_or_lets_it_go_on(self, world, plan, outcome, state):
        report = Report.objects.first()
        made = actions.dispute(
            by=world.borrower(), report_id=report.id, reason="not_mine", now=world.now
        )
        actions.answer_dispute(
            by=world.staff(actor.SUPERVISOR), dispute_id=made.id, outcome=outcome, now=world.now
        )
        report.refresh_from_db()
        assert (report.state, Dispute.objects.get().outcome) == (state, outcome)

    def test_after_the_report_puts_it_right_at_the_bureau(self, world, plan, bureau):
        feed(world)
        report = Report.objects.first()
        made = actions.dispute(
            by=world.borrower(), report_id=report.id, reason="not_mine", now=world.now
        )
        actions.answer_dispute(
            by=world.staff(actor.SUPERVISOR), dispute_id=made.id, outcome="corrected", now=world.now
        )
        assert feed(world) == 1
        names = {one["report_id"]: one for one in shown(bureau, plan)}
        assert str(report.id) not in names
        assert names[str(report.correction.id)]["content"]["corrected"] is True

    def test_is_of_ones_own_record(self, world, plan):
        with pytest.raises(BureauError, match=r"bureau.not_found"):
            actions.dispute(
                by=actor.Actor(world.lender.id, actor.BORROWER, world.lender.id),
                report_id=Report.objects.first().id,
                reason="other",
                now=world.now,
            )
