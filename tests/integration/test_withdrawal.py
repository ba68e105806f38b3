"""A plan taken back within its days: everything stands as it would have stood without it."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import httpx
import pytest
from pypdf import PdfReader

from repact.ledger import chart
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.actions import drafts
from repact.server.agreements.models import Agreement
from repact.server.agreements.signing import verification
from repact.server.audit.models import Event
from repact.server.books import queries as book_queries
from repact.server.books.models import Entry
from repact.server.bureau import actions as bureau_actions
from repact.server.bureau.models import Report
from repact.server.cases.models import Case
from repact.server.clock import ports
from repact.server.connectors import core, wallet
from repact.server.jobs import keeping, reporting
from repact.server.lenders.models import Product
from repact.server.loans import queries as loan_queries
from repact.server.loans import verification as loan_verification
from repact.server.loans.models import Hold, Loan
from repact.server.notices.models import Notice
from repact.server.offers import actions as offer_actions
from repact.server.offers.models import Budget, Reservation
from repact.server.pages import sentences
from repact.server.repayments import actions, ending
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments import verification as verification_of_plans
from repact.server.repayments.models import Plan
from tests.conftest import KEY, running
from tests.integration.signing import renegotiated, signed
from tests.integration.world import At, at_once, run_jobs

HEADERS = {"Authorization": f"Bearer {KEY}"}
DAYS = 5
PAID = 12_345


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with running(tmp_path_factory.mktemp("bureau"), "bureau") as (address,):
        yield address


@pytest.fixture
def bureau(world, house, settings):
    settings.REPACT_BUREAU_URL, settings.REPACT_BUREAU_KEY = house, KEY
    return house


@pytest.fixture
def by(world):
    return world.borrower()


@pytest.fixture
def draft(world, by):
    """A plan that waives something, so that a withdrawal has something to take back."""
    waiving = [o for o in world.offered(by).offers_in_order if o.result["totals"]["waived_minor"]]
    agreement = world.accept(by, waiving[0])
    drafts.rewrite(agreement, cooling_off_days=14)
    return agreement


def begun(world, by, draft):
    signed(world, by, draft)
    run_jobs()
    return Agreement.objects.get(id=draft.id)


def pay(world, agreement, amount=PAID):
    actions.receive_payment(
        by=world.system,
        agreement_id=agreement.id,
        source=f"bank:{amount}",
        amount_minor=amount,
        currency="CNY",
        value_date=date(2026, 11, 26),
        now=world.now + timedelta(days=2),
    )


def take_back(world, by, agreement):
    later = world.now + timedelta(days=DAYS)
    with ports.using(At(later)):
        ending.withdraw(by=by, agreement_id=agreement.id, now=later)
        run_jobs()
    return Agreement.objects.get(id=agreement.id)


def fault(address, path, kind):
    """The peer's next request of a path goes wrong in this way."""
    body = {"kind": kind, "path": path, "count": 1}
    httpx.post(f"{address}/api/faults", json=body, headers=HEADERS).raise_for_status()


def kept(names):
    """The columns of the borrower's loans that a contract consists of."""
    return list(Loan.objects.filter(ref__in=names).order_by("ref").values())


class TestAWithdrawal:
    def test_leaves_the_contract_as_it_would_have_stood(self, world, by, draft):
        refs = [debt.loan_ref for debt in agreement_queries.contents(draft).debts]
        before = kept(refs)
        agreement = begun(world, by, draft)
        assert {loan["state"] for loan in kept(refs)} == {"in_plan"}
        take_back(world, by, agreement)
        on = date(2026, 11, 24) + timedelta(days=DAYS)
        after = kept(refs)
        for debt, was, now in zip(
            agreement_queries.contents(agreement).debts, before, after, strict=True
        ):
            same = was.keys() - {"as_of", "interest_minor", "penalty_minor"}
            assert {name: now[name] for name in same} == {name: was[name] for name in same}
            # the days of the request were frozen, those of the plan cost nothing
            assert now["interest_minor"] == debt.position["interest_minor"]
            assert now["penalty_minor"] == debt.position["penalty_minor"]
            loan = loan_queries.by_ref(debt.loan_ref)
            assert loan_queries.position(loan, on=on).total_minor == debt.owed_minor
        assert any(was["is_line"] for was in before)
        assert list(loan_verification.breaches()) == []

    def test_keeps_what_was_paid_and_charges_nothing(self, world, by, draft):
        agreement = begun(world, by, draft)
        said = agreement_queries.contents(agreement)
        pay(world, agreement)
        take_back(world, by, agreement)
        owed = [
            loan_queries.position(loan, on=date(2026, 11, 29))
            for loan in (loan_queries.by_ref(debt.loan_ref) for debt in said.debts)
        ]
        assert sum(one.total_minor for one in owed) == said.owed_minor - PAID
        asked = sum(
            row["amount_minor"]
            for debt in said.debts
            for row in debt.position["contract"]["remaining"]
        )
        left = sum(row.amount_minor for one in owed for row in one.contract.remaining)
        to_rows = PAID - sum(
            debt.position[f"{name}_minor"] for debt in said.debts for name in ("penalty", "fees")
        )
        assert asked - left == max(to_rows, 0)

    def test_leaves_nothing_of_the_plan_in_the_books(self, world, by, draft):
        agreement = begun(world, by, draft)
        said = agreement_queries.contents(agreement)
        sealed = book_queries.of_agreement(agreement.id).count()
        pay(world, agreement)
        take_back(world, by, agreement)
        assert book_queries.of_agreement(agreement.id).count() > sealed
        gone = (
            *chart.PLAN_RECEIVABLE.values(),
            *(chart.UNEARNED_INTEREST, chart.WAIVERS, chart.WAIVERS_TO_EARN, chart.MODIFICATION),
            *(chart.INTEREST_INCOME, chart.LATE_INCOME, chart.BORROWER_CREDIT),
            *(chart.MODIFICATION_GAINS, chart.MODIFICATION_LOSSES),
        )
        for account in gone:
            assert book_queries.balance_minor(agreement_id=agreement.id, accounts=[account]) == 0
        # sealing took the debt out of the contract's accounts; all but what was paid came back
        contract = list(chart.RECEIVABLE.values())
        back = book_queries.balance_minor(agreement_id=agreement.id, accounts=contract)
        cash = book_queries.balance_minor(
            agreement_id=agreement.id, accounts=[chart.WALLET_CLEARING]
        )
        assert (back, cash) == (-PAID, PAID)
        assert said.waived_minor
        assert Entry.objects.filter(template="plan_withdrawn").count() == len(said.debts)

    def test_is_put_right_at_the_bureau(self, world, by, draft, bureau):
        agreement = begun(world, by, draft)
        reports = list(Report.objects.filter(agreement=agreement).order_by("id"))
        late, *others = reports
        assert others
        reporting.feed(by=world.system, now=world.now)
        Report.objects.filter(id=late.id).update(state="planned", reported_at=None, receipt="")
        take_back(world, by, agreement)
        late.refresh_from_db()
        assert late.state == "withdrawn"
        assert Report.objects.filter(corrects__in=others).count() == len(others)
        # the answer about the one that was on its way comes after all
        bureau_actions.note_reported(by=world.system, report_id=late.id, receipt="r", now=world.now)
        assert reporting.feed(by=world.system, now=world.now + timedelta(days=DAYS)) == len(reports)
        for loan in Loan.objects.filter(id__in=[report.loan_id for report in reports]):
            answer = httpx.get(f"{bureau}/api/reports/{loan.ref}", headers=HEADERS).json()
            of_ours = [
                one
                for one in answer["reports"]
                if one["content"]["agreement"] == agreement.reference
            ]
            assert of_ours
            assert all(one["content"]["corrected"] for one in of_ours)

    def test_is_put_right_where_the_bureau_took_a_report_in_silence(self, world, by, draft, bureau):
        agreement = begun(world, by, draft)
        silent, *heard = Report.objects.filter(agreement=agreement).order_by("id")
        fault(bureau, "/api/reports", "timeout_after_commit")
        reporting.feed(by=world.system, now=world.now)
        silent.refresh_from_db()
        assert (silent.state, silent.sent_at, silent.receipt) == ("planned", world.now, "")
        take_back(world, by, agreement)
        silent.refresh_from_db()
        assert silent.state == "withdrawn"
        reporting.feed(by=world.system, now=world.now + timedelta(days=DAYS))
        silent.refresh_from_db()
        assert (silent.state, silent.receipt) == ("reported", "seen")
        assert silent.correction.receipt  # the proof that it was put right
        shown = httpx.get(f"{bureau}/api/reports/{silent.loan.ref}", headers=HEADERS).json()
        ours = [r for r in shown["reports"] if r["content"]["agreement"] == agreement.reference]
        assert ours
        assert all(one["content"]["corrected"] for one in ours)
        assert heard

    def test_asks_the_bureau_about_a_report_it_never_got(self, world, by, draft, bureau):
        agreement = begun(world, by, draft)
        lost, *_ = Report.objects.filter(agreement=agreement).order_by("id")
        Report.objects.filter(id=lost.id).update(sent_at=world.now)
        take_back(world, by, agreement)
        reporting.feed(by=world.system, now=world.now + timedelta(days=DAYS))
        lost.refresh_from_db()
        assert (lost.state, lost.sent_at) == ("withdrawn", None)
        assert not Report.objects.filter(corrects=lost).exists()

    def test_before_the_bureau_was_to_be_told_plans_no_report(self, world, by, draft, bureau):
        agreement = begun(world, by, draft)
        Report.objects.all().delete()
        take_back(world, by, agreement)
        bureau_actions.plan_reports(
            by=world.system,
            agreement_id=agreement.id,
            event_id=ports.new_id(),
            kinds=[],
            now=world.now,
        )
        assert not Report.objects.exists()

    def test_ends_the_hold_the_mandate_and_the_case(self, world, by, draft):
        agreement = take_back(world, by, begun(world, by, draft))
        assert (agreement.state, Plan.objects.get().standing) == ("withdrawn", "withdrawn")
        assert not Hold.objects.filter(released_at=None).exists()
        case = Case.objects.get(id=agreement.case_id)
        assert (case.state, case.closed_because) == ("closed", "taken_back")
        mandate = wallet.mandate(str(agreement.id))
        assert mandate.state == "revoked"
        world.now += timedelta(days=DAYS)
        assert world.submitted(by).state == "submitted"  # one can ask again at once

    def test_is_confirmed_by_a_sealed_letter(self, world, by, draft):
        agreement = begun(world, by, draft)
        pay(world, agreement)
        agreement = take_back(world, by, agreement)
        (paper,) = agreement_queries.papers(agreement)
        assert paper.kind == "withdrawal"
        letter = agreement_queries.paper_pdf(agreement, paper)
        at = ports.now() + timedelta(days=1)
        assert verification.verify_paper(letter, roots=agreement_queries.roots(), at=at).is_good
        facts = json.loads(PdfReader(io.BytesIO(letter)).attachments["withdrawal.json"][0])
        said = agreement_queries.contents(agreement)
        assert facts["paid_minor"] == PAID
        assert sum(facts["owed_minor"]) == said.owed_minor - PAID
        assert facts["withdrawn_date"] == "2026-11-29"
        assert Notice.objects.filter(kind="paper_withdrawal").count() == 1

    def test_twice_is_once(self, world, by, draft):
        agreement = begun(world, by, draft)
        take_back(world, by, agreement)
        entries = Entry.objects.count()
        take_back(world, by, agreement)
        assert Entry.objects.count() == entries
        assert agreement.papers.count() == 1


class TestTheBudget:
    def test_is_given_back_what_was_used(self, world, by, draft):
        agreement = begun(world, by, draft)
        pool = Budget.objects.get(kind="pool")
        used = pool.used_minor
        assert used == agreement.offer.concession_minor > 0
        take_back(world, by, agreement)
        pool.refresh_from_db()
        assert (pool.used_minor, pool.reserved_minor) == (0, 0)
        assert set(Reservation.objects.values_list("state", flat=True)) == {"released"}
        again = {"by": world.system, "offer_id": agreement.offer_id, "now": world.now}
        offer_actions.give_back_budget(**again)
        offer_actions.use_budget(**again)
        pool.refresh_from_db()
        assert pool.used_minor == 0


class TestTheKeeper:
    @pytest.fixture(autouse=True)
    def _core_keeps(self, world):
        Product.objects.update(keeper="core")

    def kept(self, agreement):
        return [core.kept(part.loan.ref) for part in agreement.parts.order_by("number")]

    def test_drops_the_plan(self, world, by, draft):
        agreement = begun(world, by, draft)
        assert {one.agreement for one in self.kept(agreement)} == {str(agreement.id)}
        pay(world, agreement)
        run_jobs()
        take_back(world, by, agreement)
        assert set(self.kept(agreement)) == {None}
        # said to have begun once more, late: it stays dropped
        begin = Event.objects.get(action="repayments.begin")
        keeping.push_plan(lender_id=str(begin.lender_id), event_id=str(begin.id))
        assert set(self.kept(agreement)) == {None}

    def test_keeps_the_older_plan_again_with_what_was_paid(self, world, by):
        old = world.in_force(by)
        new = renegotiated(world, by, old)
        drafts.rewrite(new, cooling_off_days=14)
        new = begun(world, by, new)
        pay(world, new)
        run_jobs()
        assert {one.agreement for one in self.kept(new)} == {str(new.id)}
        take_back(world, by, new)
        kept = self.kept(old)
        assert {one.agreement for one in kept} == {str(old.id)}
        assert sum(one.paid_minor for one in kept) == PAID
        said = agreement_queries.contents(old)
        assert sum(one.total_minor for one in kept) == said.total_minor


class TestAWithdrawnRenegotiation:
    @pytest.fixture
    def old(self, world, by):
        return world.in_force(by)

    @pytest.fixture
    def back(self, world, by, old):
        """The older plan, after the one in its place was signed, paid on and taken back."""
        new = renegotiated(world, by, old)
        drafts.rewrite(new, cooling_off_days=14)
        new = begun(world, by, new)
        pay(world, new)
        return take_back(world, by, new)

    def test_leads_back_to_the_older_plan(self, world, by, old, back):
        old.refresh_from_db()
        assert (back.state, old.state, old.ended_at) == ("withdrawn", "in_force", None)
        assert Case.objects.get(id=old.case_id).state == "in_plan"
        assert Case.objects.get(id=back.case_id).closed_because == "taken_back"
        home = repayment_queries.home(borrower_id=by.id, now=world.now + timedelta(days=DAYS))
        assert (home.agreement_id, home.paid_minor) == (old.id, PAID)
        assert {loan["state"] for loan in Loan.objects.filter(borrower_id=by.id).values()} >= {
            "in_plan"
        }

    def test_keeps_the_hold_and_gives_the_mandate_back(self, world, old, back):
        live = Hold.objects.filter(released_at=None)
        assert set(live.values_list("case_id", flat=True)) == {old.case_id}
        assert live.exists()
        assert wallet.mandate(str(back.id)).state == "revoked"
        assert wallet.mandate(str(old.id)).state == "active"

    def test_no_longer_waits_for_an_answer(self, world, by, old, back):
        home = repayment_queries.home(borrower_id=by.id, now=world.now + timedelta(days=DAYS))
        assert not home.resting
        (rest,) = Plan.objects.get(agreement=old).rests
        assert rest[1] is not None

    def test_is_said_in_a_letter_and_a_message(self, old, back):
        (paper,) = agreement_queries.papers(back)
        pdf = agreement_queries.paper_pdf(back, paper)
        facts = json.loads(PdfReader(io.BytesIO(pdf)).attachments["withdrawal.json"][0])
        assert facts["resumed"] == [old.reference]
        notice = Notice.objects.get(kind="withdrawn_to_plan")
        assert old.reference in sentences.told(notice.kind, notice.params)
        assert not Notice.objects.filter(kind="withdrawn").exists()

    @pytest.mark.django_db(transaction=True)
    def test_by_many_hands_at_once_leads_back_once(self, world, by, old):
        new = renegotiated(world, by, old)
        drafts.rewrite(new, cooling_off_days=14)
        new = begun(world, by, new)
        later = world.now + timedelta(days=DAYS)
        done = at_once(
            6,
            world.lender.id,
            lambda: ending.withdraw(by=by, agreement_id=new.id, now=later),
        )
        assert done == [None] * 6
        assert Event.objects.filter(action="agreements.resume").count() == 1
        assert Event.objects.filter(action="repayments.withdraw").count() == 1
        debts = len(agreement_queries.contents(old).debts)
        assert Entry.objects.filter(template="plan_superseded.reversed").count() == debts
        assert list(verification_of_plans.breaches(on=later.date())) == []

    def test_may_be_followed_by_another(self, world, by, old, back):
        world.now += timedelta(days=DAYS)
        with ports.using(At(world.now)):
            third = renegotiated(world, by, Agreement.objects.get(id=old.id))
            third = begun(world, by, third)
        assert (third.state, third.replaces_id) == ("in_force", old.id)


class TestAMandateOfAPlanThatGaveWay:
    def test_is_revoked_at_the_wallet(self, world, by):
        old = world.in_force(by)
        world.now += timedelta(days=1)
        with ports.using(At(world.now)):
            begun(world, by, renegotiated(world, by, old))
        assert wallet.mandate(str(old.id)).state == "revoked"
