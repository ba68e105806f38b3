"""What took a payment back: the wallet, the bank, a person; and from a plan that is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from repact.ledger import chart
from repact.server.audit.actor import SUPERVISOR, Actor
from repact.server.books.models import Posting
from repact.server.clock import ports
from repact.server.connectors import wallet
from repact.server.connectors.errors import ConnectorError
from repact.server.loans.models import Loan
from repact.server.notices.models import Notice
from repact.server.reconciliation import comparing
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import (
    charging_back,
    disposing,
    ending,
)
from repact.server.repayments.models import (
    ContractPayment,
    ContractReversal,
    OwedBeside,
    Reversal,
)
from repact.server.statements import queries as statement_queries
from repact.server.statements.models import Line
from repact.server.webhooks.models import InboxEvent
from tests.integration import plans
from tests.integration.plans import DUE, START, at
from tests.integration.test_contract_reversals import LATER, UNDONE, accounts, back, standing  # noqa: F401
from tests.integration.test_money_without_a_plan import ON, balance, holds, loan, pay  # noqa: F401
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.test_statements import camt, entry, take
from tests.integration.test_webhooks import ask, catcher, deliver, present, push  # noqa: F401
from tests.integration.world import run_jobs


class TestTheBank:
    def test_takes_a_payment_back_and_a_person_says_which(self, world, loan, client_of):  # noqa: F811
        before, desk = standing(loan), client_of("supervisor")
        take(world, camt(entry("10.00", loan.ref, ref="1")))
        take(world, camt(entry("10.00", "R", ref="2", direction="DBIT").replace(*UNDONE)))
        line = Line.objects.get(state="look")
        page = desk.get("/desk/returned/", headers={"accept-language": "en"}).content.decode()
        assert loan.ref in page
        where = f"/desk/returned/lines/{line.id}/"
        assert desk.post(where, {"source": "bank:none"}).status_code == 409
        source = ContractPayment.objects.get().source
        assert desk.post(where, {"source": source}).status_code == 302
        assert desk.post(where, {"source": source}).status_code == 409
        assert standing(loan) == before
        assert list(statement_queries.to_look_at()) == []
        found = comparing.outside([], on=ON, compared=comparing.Compared())
        assert list(found) == []
        holds()

    def test_has_lines_that_nobody_knows(self, client_of, loan):  # noqa: F811
        where = f"/desk/returned/lines/{loan.id}/"
        assert client_of("supervisor").post(where, {"source": "x"}).status_code == 409


class TestTheDesk:
    def test_finds_a_payment_and_undoes_it(self, loan, pay, client_of):  # noqa: F811
        before = standing(loan)
        pay(loan, 90_000)
        agent, desk = client_of("agent"), client_of("supervisor")
        where = f"/desk/returned/?reference={loan.ref}"
        english = {"accept-language": "en"}
        assert "Undo this payment" not in agent.get(where, headers=english).content.decode()
        page = desk.get(where, headers=english).content.decode()
        assert "Undo this payment" in page
        form = {"source": "wallet-event:1", "reason": "bounced"}
        assert agent.post("/desk/returned/take-back/", form).status_code == 403
        assert desk.post("/desk/returned/take-back/", {**form, "reason": "x"}).status_code == 409
        assert desk.post("/desk/returned/take-back/", form).status_code == 302
        assert ContractReversal.objects.get().reason == "bounced"
        assert standing(loan) == before
        page = desk.get(where, headers=english).content.decode()
        assert "Nothing came for that number" in page

    def test_works_what_is_owed_beside(self, world, pay, back, client_of):  # noqa: F811
        by = world.borrower()
        mine = Loan.objects.filter(borrower_id=by.id, state="open").order_by("ref").first()
        pay(mine, 90_000)
        world.in_force(by)
        back()
        owed = OwedBeside.objects.get()
        pay(mine, 500, source="w:2", currency="EUR")
        kept = repayment_actions.receive_payment(
            by=world.system,
            agreement_id=None,
            source="w:3",
            amount_minor=40_000,
            currency="CNY",
            value_date=ON,
            now=world.now,
        )
        agent, desk = client_of("agent"), client_of("supervisor")
        assert "900.00" in desk.get("/desk/returned/").content.decode()
        assert desk.get("/desk/money/").status_code == 200
        where = f"/desk/returned/{owed.id}"
        for wrong in ("", "x", str(owed.id)):
            assert agent.post(f"{where}/pay/", {"suspense": wrong}).status_code == 409
        assert agent.post(f"{where}/pay/", {"suspense": str(kept.id)}).status_code == 302
        assert agent.post(f"{where}/ask/", {"reason": "small"}).status_code == 302
        assert desk.post(f"{where}/decide/", {"answer": "approve"}).status_code == 302
        owed.refresh_from_db()
        assert (owed.state, owed.paid_minor, owed.left_minor) == ("given_up", 40_000, 0)
        holds()


class TestTheWallet:
    def test_takes_a_pushed_payment_back(self, world, loan, catcher, present):  # noqa: F811
        before = standing(loan)
        name = push(700, reference=loan.ref, value_date=ON.isoformat())
        ask("reversals", payment=name, reason="fraud")
        ask("reversals", payment=name, reason="fraud")
        received, undone = catcher.take(2)
        movements = [one for one in wallet.movements() if one.id == name]
        assert [one.amount_minor for one in movements] == [700, -700]
        deliver(world, undone)  # the wrong order
        with pytest.raises(ConnectorError, match="not_here_yet"):
            run_jobs()
        deliver(world, received)
        run_jobs()
        assert ContractPayment.objects.get().source == f"wallet-event:{name}"
        found = comparing.outside(movements, on=ON, compared=comparing.Compared())
        assert [one.cause for one in found] == ["reversal_missing"]
        with connection.cursor() as cursor:  # it is asked again
            cursor.execute("UPDATE procrastinate_jobs SET status = 'todo'")
        run_jobs()
        assert ContractReversal.objects.get().reason == "fraud"
        assert {row.state for row in InboxEvent.objects.all()} == {"done"}
        assert standing(loan) == before
        found = comparing.outside(movements, on=ON, compared=comparing.Compared())
        assert list(found) == []
        holds()

    def test_takes_a_pushed_payment_of_a_plan_back(self, world, catcher, present):  # noqa: F811
        plan = world.in_force(world.borrower())
        left = plan.plan.open_minor
        name = push(700, reference=plan.reference, value_date=ON.isoformat())
        ask("reversals", payment=name, reason="fraud")
        for delivery in catcher.take(2):
            deliver(world, delivery)
        run_jobs()
        plan.plan.refresh_from_db()
        assert Reversal.objects.get().reason == "fraud"
        assert plan.plan.open_minor == left


class TestAPlanThatWasTakenBack:
    """Its payments had paid the contract; one of them is taken back afterwards."""

    AMOUNTS = ("principal_minor", "interest_minor", "penalty_minor", "fees_minor", "state")

    def owed(self, plan):
        found = Loan.objects.filter(id__in=plan.agreement.parts.values("loan_id")).order_by("ref")
        return [[getattr(one, name) for name in self.AMOUNTS] for one in found]

    def withdraw(self, plan):
        on = START + timedelta(days=2)
        ending.withdraw(by=plan.borrower, agreement_id=plan.agreement.id, now=at(on))

    def back(self, plan, source):
        charging_back.take_back(by=plan.system, source=source, reason="x", now=at(DUE))

    @pytest.mark.parametrize("amounts", [(50_000, 9_000), (2_000, 1_000), (620_000, 5_000)])
    def test_is_owed_by_its_contract_as_if_nothing_had_come(self, sign, amounts):
        documents = [plans.document(), plans.document(principal=90_000)]
        plan, never = sign(*documents), sign(*documents)
        for number, amount in enumerate(amounts):
            plan.pay(amount, START, source=f"bank:{number}")
        self.withdraw(plan)
        self.withdraw(never)
        for number in range(len(amounts)):
            self.back(plan, f"bank:{number}")
        assert self.owed(plan) == self.owed(never)
        assert accounts_of(plan) == accounts_of(never)
        assert Notice.objects.filter(kind="payment_reversed").count() == len(amounts)
        holds()

    def test_of_a_written_off_debt_is_no_receivable(self, sign):
        plan = sign()
        plan.pay(50_000, START, source="bank:1")
        self.withdraw(plan)
        loan = Loan.objects.get(id=plan.agreement.parts.get().loan_id)  # noqa: F811
        asked = disposing.ask_write_off(
            by=plan.supervisor, reference=loan.ref, reason="x", now=at(DUE)
        )
        second = Actor(plan.lender.id, SUPERVISOR, ports.new_id())
        disposing.decide(by=second, disposal_id=asked.id, approve=True, now=at(DUE))
        given_up = balance(chart.WRITTEN_OFF)
        self.back(plan, "bank:1")
        assert balance(chart.WRITTEN_OFF) == given_up + 50_000
        holds()

    def test_with_another_plan_meanwhile_is_owed_beside(self, lender, sign):
        plan = sign()
        plan.pay(50_000, START, source="bank:1")
        self.withdraw(plan)
        Loan.objects.filter(id=plan.agreement.parts.get().loan_id).update(state="in_plan")
        self.back(plan, "bank:1")
        owed = OwedBeside.objects.get()
        assert (owed.amount_minor, owed.agreement_id) == (50_000, plan.agreement.id)
        assert Notice.objects.filter(kind="payment_owed_beside").exists()
        Loan.objects.filter(id=plan.agreement.parts.get().loan_id).update(state="open")
        holds()


def accounts_of(plan):
    """Every account of an agreement that is not at zero, its contract's included."""
    made = {}
    for account, amount in Posting.objects.filter(
        entry__agreement_id=plan.agreement.id
    ).values_list("account", "amount_minor"):
        made[account] = made.get(account, 0) + amount
    return {account: amount for account, amount in made.items() if amount}
