"""Debts without a plan in the books: what stands for them, and what becomes of it with a plan."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import connection
from typer.testing import CliRunner

from repact.cli import server
from repact.ledger import chart
from repact.server.books import queries as book_queries
from repact.server.books.models import Entry, Posting
from repact.server.loans import verification
from repact.server.loans.models import Loan
from repact.server.repayments import ending, taking_back
from repact.server.repayments import queries as repayment_queries
from tests.integration import plans
from tests.integration.plans import DUE, at

ON = date(2026, 11, 24)


def found():
    return [(one.subject, one.by_minor) for one in verification.breaches()]


def changed(sql, *params):
    """What an action would never do, done as the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with plans.as_owner(), connection.cursor() as cursor:
        cursor.execute(sql, params)


class TestLoansAndBooks:
    def test_agree_before_a_plan_and_with_one(self, world):
        assert found() == []
        world.in_force(world.borrower())
        assert found() == []

    @pytest.mark.parametrize(
        ("sql", "by"),
        [
            ("UPDATE loans_loan SET interest_minor = interest_minor + 7 WHERE id = %s", -7),
            ("UPDATE loans_loan SET state = 'closed' WHERE id = %s", None),
        ],
        ids=["figure", "state"],
    )
    def test_differ_when_a_loan_was_changed(self, world, sql, by):
        loan = Loan.objects.filter(state="open", interest_minor__gt=0).first()
        changed(sql, loan.id)
        interest = f"CNY {chart.INTEREST}"
        assert dict(found())[interest] == (loan.interest_minor if by is None else by)

    def test_differ_when_the_books_were_changed_and_the_command_says_so(self, world):
        one = Posting.objects.filter(account=chart.PENALTY).first().id
        changed("UPDATE books_posting SET amount_minor = amount_minor + 9 WHERE id = %s", one)
        assert found() == [(f"CNY {chart.PENALTY}", 9)]
        done = CliRunner().invoke(server.app, ["verify-ledger"])
        assert done.exit_code == 4
        said = [json.loads(line) for line in done.stderr.splitlines()]
        assert "contract_receivables" in {one["check"] for one in said}
        changed("UPDATE books_posting SET amount_minor = amount_minor - 9 WHERE id = %s", one)


class TestALine:
    def test_becomes_a_loan_with_its_plan_and_gives_no_more_credit(self, world):
        by = world.borrower()
        before = {loan.id: loan for loan in Loan.objects.filter(borrower_id=by.id)}
        assert any(loan.is_line for loan in before.values())
        world.in_force(by)
        for loan in Loan.objects.filter(borrower_id=by.id, state="in_plan"):
            if not before[loan.id].is_line:
                continue
            assert (loan.is_line, loan.line_blocked_at is None) == (False, False)
            assert loan.line_block_acknowledged_at
        entry = Entry.objects.get(template="line_converted")
        amounts = dict(entry.postings.values_list("account", "amount_minor"))
        assert amounts[chart.PRINCIPAL] == -amounts[chart.LINE] > 0
        assert found() == []


class TestAFinishedPlan:
    @pytest.fixture
    def done(self, lender, now):
        plan = plans.Hands(lender, plans.in_force(lender, now, [plans.document()]))
        plan.pay(50_000, plans.START, source="first")
        total = repayment_queries.payoff_quote(plan.agreement, on=DUE).total_minor
        plan.last = plan.pay(total, DUE, source="last")
        return plan

    def loan(self, plan):
        return Loan.objects.get(id=plan.life(DUE).parts[1].loan_id)

    def test_closes_its_loan(self, done):
        loan = self.loan(done)
        assert (loan.state, loan.principal_minor, loan.as_of) == ("closed", 0, DUE)
        assert found() == []

    def test_that_runs_again_opens_it(self, done):
        taking_back.reverse_payment(
            by=done.system, payment_id=done.last.id, reason="charge_back", now=at(DUE)
        )
        assert self.loan(done).state == "in_plan"
        ending.publish(by=done.system, agreement_id=done.agreement.id, now=at(DUE))
        assert self.loan(done).principal_minor > 0
        again = repayment_queries.payoff_quote(done.agreement, on=DUE).total_minor
        done.pay(again, DUE, source="again")
        assert self.loan(done).state == "closed"
        assert found() == []
        assert sum(Posting.objects.values_list("amount_minor", flat=True)) == 0
        assert (
            book_queries.balance_minor(
                agreement_id=done.agreement.id, accounts=list(chart.PLAN_RECEIVABLE.values())
            )
            == 0
        )
