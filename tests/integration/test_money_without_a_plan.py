"""Debts without a plan are paid, written off and sold; the bank and the wallet settle with us."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from repact.ledger import chart
from repact.sandbox import book
from repact.server.audit.actor import AGENT, SUPERVISOR, Actor
from repact.server.books.models import Entry, Posting
from repact.server.clock import ports
from repact.server.loans import imports
from repact.server.loans import queries as loan_queries
from repact.server.loans import verification as loan_verification
from repact.server.loans.models import Loan
from repact.server.notices.models import Notice
from repact.server.people.models import Staff
from repact.server.reconciliation import comparing
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import (
    contracts,
    disposing,
    ending,
    given_up,
    taking_back,
    verification,
)
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.models import ContractPayment, Disposal, Payment, Suspense
from repact.server.statements import explaining
from repact.server.statements.errors import StatementError
from repact.server.statements.models import Line
from repact.server.statements.taking import source_of
from tests.integration import plans
from tests.integration.plans import DUE, at
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.test_statements import ACCOUNT, camt, entry, mt, mt_entry, take

ON = date(2026, 11, 24)


def amounts(template):
    """What the one entry of a template says, account by account."""
    return dict(
        Entry.objects.get(template=template).postings.values_list("account", "amount_minor")
    )


def balance(account):
    return sum(Posting.objects.filter(account=account).values_list("amount_minor", flat=True))


def holds():
    """Loans, plans, money outside and the books say the same."""
    assert list(loan_verification.breaches()) == []
    assert list(verification.breaches(on=DUE)) == []
    assert list(comparing.books(compared=comparing.Compared())) == []


@pytest.fixture
def loan(world):
    """A debt that nobody asked anything for."""
    return Loan.objects.filter(state="open", is_line=False).order_by("ref").first()


@pytest.fixture
def pay(world):
    def run(loan, amount, *, source="wallet-event:1", on=ON, **changed):
        return contracts.take_in(
            **{
                "by": world.system,
                "loan_id": loan.id,
                "source": source,
                "amount_minor": amount,
                "currency": "CNY",
                "value_date": on,
                "now": world.now,
                "said": loan.ref,
                "payer_account": "AUNT-1",
                **changed,
            }
        )

    return run


class TestAPaymentWithoutAPlan:
    def test_pays_costs_interest_and_principal_of_its_day(self, world, loan, pay):
        owed = loan_queries.position(loan, on=ON)
        paid = pay(loan, owed.fees_minor + owed.penalty_minor + owed.interest_minor + 500)
        assert isinstance(paid, ContractPayment)
        loan.refresh_from_db()
        assert (loan.as_of, loan.principal_minor) == (ON, owed.principal_minor - 500)
        assert (loan.interest_minor, loan.penalty_minor) == (0, 0)
        assert amounts("contract_payment_received")[chart.PRINCIPAL] == -500
        holds()

    def test_of_a_line_relieves_the_line(self, world, pay):
        line = Loan.objects.filter(state="open", is_line=True).first()
        owed = loan_queries.position(line, on=ON)
        pay(line, owed.total_minor - 100)
        assert amounts("contract_payment_received")[chart.LINE] == 100 - owed.principal_minor
        holds()

    def test_twice_is_once_and_told_differently_is_refused(self, loan, pay):
        first = pay(loan, 700)
        assert pay(loan, 700).id == first.id
        with pytest.raises(RepaymentError, match="source_reused"):
            pay(loan, 701)
        assert ContractPayment.objects.count() == 1

    def test_of_more_than_is_owed_closes_the_debt_and_keeps_the_rest(self, loan, pay):
        owed = loan_queries.position(loan, on=ON).total_minor
        pay(loan, owed + 40)
        loan.refresh_from_db()
        assert (loan.state, loan.principal_minor) == ("closed", 0)
        rest = Suspense.objects.get()
        assert (rest.amount_minor, rest.payer_account) == (40, "AUNT-1")
        assert pay(loan, owed + 40) == ContractPayment.objects.get()
        holds()

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"currency": "EUR"}, "repayments.unknown_agreement"),
            ({"value_date": ON + timedelta(days=400)}, "repayments.unknown_agreement"),
        ],
        ids=["currency", "future"],
    )
    def test_that_cannot_be_is_kept_in_suspense(self, loan, pay, changed, reason):
        kept = pay(loan, 700, **changed)
        assert isinstance(kept, Suspense)
        assert kept.reason == reason
        assert pay(loan, 700, **changed) == kept

    def test_goes_to_the_plan_once_there_is_one(self, world, pay):
        plan = world.in_force(world.borrower())
        named = Loan.objects.filter(state="in_plan").first()
        paid = pay(named, 700)
        assert isinstance(paid, Payment)
        assert paid.agreement_id == plan.id
        assert pay(named, 700) == paid

    def test_is_never_two_things(self, world, loan, pay):
        pay(loan, 700)
        with pytest.raises(IntegrityError, match="received already"), transaction.atomic():
            repayment_actions.receive_payment(
                by=world.system,
                agreement_id=None,
                source="wallet-event:1",
                amount_minor=700,
                currency="CNY",
                value_date=ON,
                now=world.now,
            )

    def test_is_found_on_a_bank_statement_by_its_reference(self, world, loan):
        report = take(world, camt(entry("10.00", f"还款 {loan.ref}")))
        assert (report.posted, ContractPayment.objects.get().loan_id) == (1, loan.id)
        assert balance(chart.BANK_CLEARING) == 1_000
        found = comparing.outside([], on=ON, compared=comparing.Compared())
        assert list(found) == []
        holds()

    def test_is_placed_from_suspense_by_a_person(self, world, loan):
        take(world, camt(entry("10.00", "for uncle")))
        kept = Suspense.objects.get()
        contracts.assign_to_loan(
            by=world.staff(AGENT), suspense_id=kept.id, loan_id=loan.id, now=world.now
        )
        kept.refresh_from_db()
        assert (kept.state, kept.contract_payment.loan_id) == ("assigned", loan.id)
        assert balance(chart.SUSPENSE) == 0
        with pytest.raises(RepaymentError, match="already_worked"):
            contracts.assign_to_loan(
                by=world.staff(AGENT), suspense_id=kept.id, loan_id=loan.id, now=world.now
            )
        holds()


@pytest.fixture
def second(world):
    """Another supervisor than the one who asks."""
    return Actor(world.lender.id, SUPERVISOR, ports.new_id())


def write_off(world, second, reference):
    asked = disposing.ask_write_off(
        by=world.staff(SUPERVISOR), reference=reference, reason="bankrupt", now=world.now
    )
    return disposing.decide(by=second, disposal_id=asked.id, approve=True, now=world.now)


class TestAWriteOff:
    def test_needs_two_people(self, world, second, loan):
        by = world.staff(SUPERVISOR)
        asked = disposing.ask_write_off(by=by, reference=loan.ref, reason="x", now=world.now)
        with pytest.raises(RepaymentError, match="four_eyes"):
            disposing.decide(by=by, disposal_id=asked.id, approve=True, now=world.now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Disposal.objects.filter(id=asked.id).update(
                state="approved", decided_by=by.id, decided_at=world.now
            )
        with pytest.raises(RepaymentError, match="disposal_waits"):
            disposing.ask_write_off(by=by, reference=loan.ref, reason="x", now=world.now)
        disposing.decide(by=second, disposal_id=asked.id, approve=False, now=world.now)
        assert not Entry.objects.filter(template="written_off").exists()

    def test_leaves_the_claim_and_what_is_paid_is_a_recovery(self, world, second, loan, pay):
        carried = loan.principal_minor + loan.interest_minor + loan.penalty_minor + loan.fees_minor
        write_off(world, second, loan.ref)
        assert amounts("written_off")[chart.WRITTEN_OFF] == carried
        pay(loan, 900)
        assert amounts("recovered") == {chart.WALLET_CLEARING: 900, chart.RECOVERIES: -900}
        loan.refresh_from_db()
        assert (loan.state, loan.principal_minor > 0) == ("open", True)
        holds()

    def test_survives_the_next_import_of_the_book(self, world, second, tmp_path):
        rows, path = list(book.generate(seed=7, count=3, on=ON)), tmp_path / "book.csv"

        def take_in():
            book.write_csv(path, rows)
            imports.import_book(
                by=world.system, path=path, all_or_nothing=True, now=world.now, on=ON
            )

        take_in()
        write_off(world, second, rows[0].loan_ref)
        rows[0] = dataclasses.replace(rows[0], principal_minor=rows[0].principal_minor + 77)
        take_in()
        found = Loan.objects.get(ref=rows[0].loan_ref)
        assert (found.written_off_on, found.principal_minor) == (ON, rows[0].principal_minor)
        holds()

    def test_is_not_decided_by_its_asker_with_another_account(self, world, loan):
        asker, other = world.staff(AGENT), world.staff(SUPERVISOR)
        asked = disposing.ask_write_off(by=asker, reference=loan.ref, reason="x", now=world.now)
        Staff.objects.filter(id=other.id).update(person_id=asker.id)
        with pytest.raises(RepaymentError, match="four_eyes"):
            disposing.decide(by=other, disposal_id=asked.id, approve=True, now=world.now)

    @pytest.mark.parametrize("reference", ["nobody", ""])
    def test_of_nothing_is_refused(self, world, reference):
        with pytest.raises(RepaymentError, match="unknown_debt"):
            disposing.ask_write_off(
                by=world.staff(AGENT), reference=reference, reason="x", now=world.now
            )

    def test_needs_a_reason(self, world, loan):
        with pytest.raises(RepaymentError, match="reason_missing"):
            disposing.ask_write_off(
                by=world.staff(AGENT), reference=loan.ref, reason=" ", now=world.now
            )

    def test_of_a_debt_whose_borrower_asks_for_a_plan_is_refused(self, world):
        case = world.submitted(world.borrower())
        ref = case.loans.first().ref
        with pytest.raises(RepaymentError, match="cannot_dispose"):
            disposing.ask_write_off(by=world.staff(AGENT), reference=ref, reason="x", now=world.now)

    def test_is_taken_back_when_a_plan_is_made_for_the_debt(self, world, second):
        by = world.borrower()
        for loan in Loan.objects.filter(borrower_id=by.id):
            write_off(world, second, loan.ref)
        world.in_force(by)
        assert not Loan.objects.exclude(written_off_on=None).exists()
        assert balance(chart.WRITTEN_OFF) <= 0  # what accrued meanwhile counts again, too
        holds()


class TestAWrittenOffPlan:
    @pytest.fixture
    def gone(self, sign, lender):
        plan = sign()
        plan.pay(50_000, plans.START, source="before")
        second = Actor(lender.id, SUPERVISOR, ports.new_id())
        asked = disposing.ask_write_off(
            by=plan.supervisor, reference=plan.agreement.reference, reason="x", now=at(plans.START)
        )
        disposing.decide(by=second, disposal_id=asked.id, approve=True, now=at(plans.START))
        return plan

    def test_stands_for_nothing_in_the_books(self, gone):
        carried = {account: gone.balance(account) for account in given_up.CARRIED}
        assert not any(carried.values())
        assert gone.balance(chart.WRITTEN_OFF) > 0
        holds()

    def test_goes_on_and_its_payments_are_recoveries(self, gone):
        left = gone.life(DUE).open_minor
        gone.day(DUE)
        paid = gone.pay(40_000, DUE, source="after")
        assert gone.life(DUE).open_minor == left - 40_000
        assert gone.balance(chart.RECOVERIES) == -40_000
        taking_back.reverse_payment(
            by=gone.system, payment_id=paid.id, reason="charge_back", now=at(DUE)
        )
        assert gone.balance(chart.RECOVERIES) == 0
        assert gone.balance(chart.INTEREST_INCOME) == 0
        holds()

    def test_ends_when_all_is_paid_and_can_run_again(self, gone):
        total = repayment_queries.payoff_quote(gone.agreement, on=DUE).total_minor
        last = gone.pay(total + 30, DUE, source="all")
        gone.agreement.refresh_from_db()
        assert gone.agreement.state == "completed"
        assert gone.balance(chart.BORROWER_CREDIT) == -30
        assert gone.balance(chart.RECOVERIES) == -total
        taking_back.reverse_payment(
            by=gone.system, payment_id=last.id, reason="charge_back", now=at(DUE)
        )
        assert gone.balance(chart.RECOVERIES) == gone.balance(chart.BORROWER_CREDIT) == 0
        holds()

    def test_is_written_off_once(self, gone):
        asked = disposing.ask_write_off(
            by=gone.supervisor, reference=gone.agreement.reference, reason="x", now=at(DUE)
        )
        second = Actor(gone.lender.id, SUPERVISOR, ports.new_id())
        with pytest.raises(RepaymentError, match="cannot_dispose"):
            disposing.decide(by=second, disposal_id=asked.id, approve=True, now=at(DUE))

    def test_leaves_nothing_behind_when_it_is_taken_back(self, gone):
        on = plans.START + timedelta(days=2)
        ending.withdraw(by=gone.borrower, agreement_id=gone.agreement.id, now=at(on))
        loan = Loan.objects.get(id=gone.agreement.parts.get().loan_id)
        assert (loan.state, loan.written_off_on) == ("open", plans.START)
        holds()


class TestASale:
    @pytest.fixture
    def sale(self, world, second, loan):
        asked = disposing.ask_sale(
            by=world.staff(AGENT),
            reference=loan.ref,
            buyer="示例资产管理公司",
            price_minor=200_000,
            reason="portfolio",
            now=world.now,
        )
        return disposing.decide(by=second, disposal_id=asked.id, approve=True, now=world.now)

    def test_waits_for_its_price(self, sale, loan):
        loan.refresh_from_db()
        assert (sale.state, loan.state) == ("approved", "open")
        holds()

    def test_is_done_when_the_bank_says_that_the_price_is_there(self, world, sale, loan):
        owed = loan.principal_minor + loan.interest_minor + loan.penalty_minor + loan.fees_minor
        assert take(world, camt(entry("1999.99", sale.reference, ref="1"))).suspense == 1
        assert take(world, camt(entry("2000.00", sale.reference, ref="2"))).sold == 1
        booked = amounts("debt_sold")
        assert booked[chart.BANK_CLEARING] == 200_000
        assert booked[chart.DEBT_SALES] == owed - 200_000
        loan.refresh_from_db()
        assert (loan.state, loan.legal_creditor) == ("closed", "示例资产管理公司")
        notice = Notice.objects.get(kind="debt_transferred")
        assert notice.params["buyer"] == "示例资产管理公司"
        holds()

    def test_without_a_buyer_or_a_price_is_refused(self, world, loan):
        for changed in ({"buyer": " "}, {"price_minor": 0}):
            said = {"buyer": "B", "price_minor": 1, **changed}
            with pytest.raises(RepaymentError):
                disposing.ask_sale(
                    by=world.staff(AGENT), reference=loan.ref, reason="x", now=world.now, **said
                )


class TestWhatIsNobodysMoney:
    def test_is_a_charge_where_the_bank_says_so(self, world):
        code = "<BkTxCd><Domn><Fmly><SubFmlyCd>CHRG</SubFmlyCd></Fmly></Domn></BkTxCd><BookgDt>"
        raw = camt(entry("3.00", direction="DBIT").replace("<BookgDt>", code))
        assert take(world, raw).charge == 1
        assert amounts("bank_charged") == {chart.BANK_CHARGES: 300, chart.BANK_CLEARING: -300}
        fee = mt_entry("4,00", "FEE", mark="D").replace("NTRF", "NCHG")
        assert take(world, mt(fee), "mt940").charge == 1
        assert balance(chart.BANK_CHARGES) == 700
        holds()

    def test_is_explained_by_a_person_and_known_the_next_time(self, world):
        take(world, camt(entry("500.00", "T+1", account="WALLET-9", ref="1")))
        line = Line.objects.get()
        by = world.staff(SUPERVISOR)
        explaining.explain(
            by=by,
            line_id=line.id,
            state="settled",
            source=source_of(line.account, line.key),
            now=world.now,
        )
        assert (balance(chart.SUSPENSE), balance(chart.WALLET_CLEARING)) == (0, -50_000)
        assert Suspense.objects.get().state == "settled"
        report = take(world, camt(entry("20.00", "T+1", account="WALLET-9", ref="2")))
        assert report.settled == 1
        assert balance(chart.BANK_CLEARING) == 52_000
        assert not list(comparing.outside([], on=ON, compared=comparing.Compared()))
        holds()

    def test_that_went_out_is_a_charge_or_a_settlement_once(self, world):
        take(world, camt(entry("3.00", direction="DBIT")))
        line, by = Line.objects.get(), world.staff(SUPERVISOR)
        explaining.explain(by=by, line_id=line.id, state="charge", source="", now=world.now)
        assert balance(chart.BANK_CHARGES) == 300
        with pytest.raises(StatementError, match="cannot_explain"):
            explaining.explain(by=by, line_id=line.id, state="settled", source="", now=world.now)
        assert line.account == ACCOUNT
        holds()


class TestTheDeskPage:
    def test_asks_and_somebody_else_decides(self, world, loan, client_of):  # noqa: F811
        agent, desk = client_of("agent"), client_of("supervisor")
        form = {"reference": loan.ref, "kind": "write_off", "reason": "bankrupt"}
        assert agent.post("/desk/disposals/ask/", form).status_code == 302
        assert agent.post("/desk/disposals/ask/", form).status_code == 409
        asked = Disposal.objects.get()
        assert agent.post(f"/desk/disposals/{asked.id}/", {"answer": "approve"}).status_code == 403
        page = desk.get("/desk/disposals/", headers={"accept-language": "en"}).content.decode()
        assert "Approve it" in page
        desk.post(f"/desk/disposals/{asked.id}/", {"answer": "approve"})
        asked.refresh_from_db()
        assert asked.state == "done"
        assert (
            "done on 2026-11-24"
            in desk.get("/desk/disposals/", headers={"accept-language": "en"}).content.decode()
        )

    def test_sells_at_a_price_and_says_what_is_missing(self, world, loan, client_of):  # noqa: F811
        desk = client_of("supervisor")
        form = {"reference": loan.ref, "kind": "sale", "reason": "x", "price": "2000"}
        assert desk.post("/desk/disposals/ask/", form).status_code == 409
        desk.post("/desk/disposals/ask/", {**form, "buyer": "B"})
        assert Disposal.objects.get().price_minor == 200_000
        assert "Approve it" not in desk.get("/desk/disposals/").content.decode()

    def test_explains_a_line(self, world, client_of):  # noqa: F811
        desk = client_of("supervisor")
        take(world, camt(entry("3.00", direction="DBIT")))
        line = Line.objects.get()
        where = f"/desk/statements/lines/{line.id}/"
        assert desk.post(where, {"state": "charge"}).status_code == 302
        assert desk.post(where, {"state": "charge"}).status_code == 409
        assert balance(chart.BANK_CHARGES) == 300
        assert desk.post(f"/desk/statements/lines/{world.lender.id}/").status_code == 409

    def test_places_money_on_a_debt(self, world, loan, client_of):  # noqa: F811
        take(world, camt(entry("10.00", "for uncle")))
        kept = Suspense.objects.get()
        client_of("agent").post(f"/desk/money/{kept.id}/assign/", {"reference": loan.ref})
        assert ContractPayment.objects.get().loan_id == loan.id
