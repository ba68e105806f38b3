"""A debt is paid by its contract while its borrower asks for a plan; and the payment comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from repact.server.agreements.models import Agreement
from repact.server.audit.actor import SUPERVISOR
from repact.server.cases import actions as case_actions
from repact.server.cases import paid
from repact.server.cases.models import Case, CaseLoan
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Hold, Loan
from repact.server.notices.models import Notice
from repact.server.offers import actions as offer_actions
from repact.server.offers.models import OfferSet
from repact.server.pages import sentences
from repact.server.repayments import charging_back, contracts
from tests.integration.test_money_without_a_plan import ON, holds
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.world import run_jobs


@pytest.fixture
def by(world):
    """A borrower with two debts."""
    own = world.borrower()
    mine = Loan.objects.get(borrower_id=own.id)
    others = Loan.objects.filter(state="open", product=mine.product).exclude(id=mine.id)
    second = others.order_by("principal_minor").first()
    Loan.objects.filter(id=second.id).update(borrower_id=own.id)
    return own


@pytest.fixture
def pay_off(world):
    def run(*loans):
        run_jobs()
        for loan in loans:
            contracts.take_in(
                by=world.system,
                loan_id=loan.id,
                source=f"wallet-event:{loan.ref}",
                amount_minor=loan_queries.position(loan, on=ON).total_minor,
                currency="CNY",
                value_date=ON,
                now=world.now,
            )
            run_jobs()

    return run


@pytest.fixture
def bounce(world):
    def run(*loans):
        for loan in loans:
            charging_back.take_back(
                by=world.system, source=f"wallet-event:{loan.ref}", reason="x", now=later(world)
            )
            run_jobs()

    return run


def later(world):
    return world.now + timedelta(days=3)


def loans_of(case):
    return list(Case.objects.get(id=case.id).loans.order_by("ref"))


def told():
    """The messages about paid debts, by kind; they may be of one moment."""
    return sorted(Notice.objects.filter(kind__startswith="debt_").values_list("kind", flat=True))


class TestTheLastDebtOfACase:
    def test_ends_it_and_says_why(self, world, by, pay_off):
        case = world.offered(by).case
        loans = loans_of(case)
        pay_off(*loans)
        case.refresh_from_db()
        assert (case.state, case.closed_because) == ("closed", "paid")
        assert told() == ["debt_paid", "debt_paid_rest"]
        assert not Hold.objects.filter(released_at=None).exists()
        assert set(Hold.objects.values_list("released_because", flat=True)) == {"paid"}
        assert not OfferSet.objects.filter(state__in=["sent", "draft", "chosen"]).exists()
        holds()

    def test_is_a_page_like_another(self, world, by, pay_off, client_of):  # noqa: F811
        case = world.offered(by).case
        pay_off(*loans_of(case))
        desk, phone = client_of("supervisor"), client_of("borrower")
        for client, page in (
            (desk, f"/desk/cases/{case.id}/"),
            (desk, "/desk/"),
            (phone, "/home/"),
        ):
            assert client.get(page).status_code == 200, page

    def test_is_seen_before_the_request_has_followed(self, world, by, client_of):  # noqa: F811
        case = world.offered(by).case
        run_jobs()
        for loan in loans_of(case):
            contracts.take_in(
                by=world.system,
                loan_id=loan.id,
                source=f"wallet-event:{loan.ref}",
                amount_minor=loan_queries.position(loan, on=ON).total_minor,
                currency="CNY",
                value_date=ON,
                now=world.now,
            )
            desk, phone = client_of("supervisor"), client_of("borrower")
            for client, page in ((desk, f"/desk/cases/{case.id}/"), (phone, "/home/")):
                assert client.get(page).status_code == 200, page
        run_jobs()
        case.refresh_from_db()
        assert (case.state, case.closed_because) == ("closed", "paid")

    def test_is_a_draft_s_end_too(self, world, by, pay_off):
        case = world.draft(by)
        pay_off(*loans_of(case))
        case.refresh_from_db()
        assert (case.state, case.closed_because) == ("withdrawn", "paid")

    def test_lets_them_ask_anew(self, world, by, pay_off):
        case = world.submitted(by)
        loans = loans_of(case)
        pay_off(*loans)
        Loan.objects.filter(id=loans[0].id).update(state="open")
        assert world.draft(by).id != case.id
        Loan.objects.filter(id=loans[0].id).update(state="closed")

    def test_takes_the_request_up_again_when_its_payment_comes_back(
        self, world, by, pay_off, bounce
    ):
        case = world.offered(by).case
        loans = loans_of(case)
        pay_off(*loans)
        bounce(loans[0])
        case.refresh_from_db()
        assert (case.state, case.closed_because) == ("in_review", "")
        assert case.reply_due_at > later(world)
        live = Hold.objects.get(released_at=None)
        assert (live.loan_id, live.case_id, live.state) == (loans[0].id, case.id, "acknowledged")
        assert told() == ["debt_back_in_request", "debt_paid", "debt_paid_rest"]
        assert loans[0] in loans_of(case)
        bounce(*loans[1:])
        assert loans_of(case) == loans
        agent = world.staff(SUPERVISOR)
        offered = offer_actions.prepare(by=agent, case_id=case.id, now=later(world))
        assert offered.offers_in_order
        holds()

    def test_stays_away_from_a_request_they_made_meanwhile(self, world, by, pay_off, bounce):
        case = world.submitted(by)
        loans = loans_of(case)
        pay_off(*loans)
        bounce(loans[0])
        case_actions.withdraw(by=by, case_id=case.id, now=later(world))
        other = world.draft(by)
        bounce(loans[1])
        case.refresh_from_db()
        assert case.state == "withdrawn"
        assert loans[1] not in loans_of(other)
        assert Notice.objects.filter(kind="contract_payment_reversed").count() == 2


class TestOneOfSeveralDebts:
    def test_leaves_and_the_others_go_on_without_old_offers(self, world, by, pay_off, client_of):  # noqa: F811
        case = world.offered(by).case
        first, *others = loans_of(case)
        pay_off(first)
        case.refresh_from_db()
        assert (case.state, loans_of(case)) == ("in_review", others)
        assert {one.loan_id for one in Hold.objects.filter(released_at=None)} == {
            one.id for one in others
        }
        agent = world.staff(SUPERVISOR)
        offer_set = offer_actions.prepare(by=agent, case_id=case.id, now=world.now)
        offer_actions.send(by=agent, set_id=offer_set.id, message="", now=world.now)
        world.accept(by, offer_set.offers_in_order[0])
        page = client_of("borrower").get("/home/", headers={"accept-language": "en"})
        assert "plans offered before no longer hold" in page.content.decode()
        notice = Notice.objects.get(kind="debt_paid_rest")
        assert first.ref in sentences.told(notice.kind, notice.params)
        holds()

    def test_drops_what_was_chosen_and_not_sealed(self, world, by, pay_off):
        agreement = world.drafted(by)
        case = agreement.case
        first = loans_of(case)[0]
        pay_off(first)
        case.refresh_from_db()
        assert Agreement.objects.get(id=agreement.id).state == "void"
        assert (case.state, first in loans_of(case)) == ("in_review", False)

    def test_comes_back_with_its_payment(self, world, by, pay_off, bounce):
        case = world.offered(by).case
        loans = loans_of(case)
        pay_off(loans[0])
        bounce(loans[0])
        case.refresh_from_db()
        assert (case.state, loans_of(case)) == ("in_review", loans)
        assert Hold.objects.filter(released_at=None).count() == len(loans)
        contracts.take_in(
            by=world.system,
            loan_id=loans[0].id,
            source="wallet-event:again",
            amount_minor=loan_queries.position(Loan.objects.get(id=loans[0].id), on=ON).total_minor,
            currency="CNY",
            value_date=ON,
            now=later(world),
        )
        run_jobs()
        assert loans[0] not in loans_of(case)
        assert told() == ["debt_back_in_request", "debt_paid_rest", "debt_paid_rest"]

    def test_does_not_come_back_into_a_plan_that_is_chosen(self, world, by, pay_off, bounce):
        case = world.offered(by).case
        loans = loans_of(case)
        pay_off(loans[0])
        agent = world.staff(SUPERVISOR)
        offer_set = offer_actions.prepare(by=agent, case_id=case.id, now=world.now)
        offer_actions.send(by=agent, set_id=offer_set.id, message="", now=world.now)
        agreement = world.accept(by, offer_set.offers_in_order[0])
        bounce(loans[0])
        assert Agreement.objects.get(id=agreement.id).state == agreement.state
        assert loans[0] not in loans_of(case)
        assert "debt_back_in_request" not in told()


class TestTheActions:
    def test_do_nothing_where_there_is_nothing(self, world, by):
        case = world.submitted(by)
        other = Loan.objects.exclude(borrower_id=by.id).first()
        for action in (paid.drop, paid.take_up_again):
            action(by=world.system, case_id=case.id, loan_id=other.id, now=world.now)
        assert CaseLoan.objects.filter(case=case).count() == len(loans_of(case))
        assert told() == []
