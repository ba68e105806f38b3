"""What a running plan costs while another one is asked for: by the policy, and never later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Sum

from repact.ledger import chart
from repact.server.books import queries as book_queries
from repact.server.books.models import Entry, Posting
from repact.server.cases.models import Case
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.repayments import batch, costs, ending, resting, verification
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.batch import Arrival
from repact.server.repayments.models import PlanEvent
from tests.integration.plans import DUE, at, document
from tests.integration.test_back_to_the_plan import renegotiate
from tests.integration.test_resting import carry_on, day
from tests.integration.test_settlement_file import one_by_one, outcome

TERMS = {"late_rate_ppm": 365_000, "grace_days": 3, "cure_days": 90}  # a thousandth a day
SECOND = DUE + timedelta(days=31)


@pytest.fixture
def ask():
    """Ask for another plan on a day; with `told` the plan hears of it at once."""
    numbers = iter(range(1, 1000))

    def of(plan, on, *, mode="frozen", ppm=None, told=True):
        case = Case.objects.create(
            lender_id=plan.lender.id,
            borrower_id=plan.agreement.borrower_id,
            reference=f"R-{next(numbers)}",
            language="zh-hans",
            created_at=at(on),
            kind="renegotiation",
            running_agreement_id=plan.agreement.id,
        )
        loan_actions.hold(
            by=plan.system,
            loan_ids=[part.loan_id for part in plan.agreement.parts.all()],
            case_id=case.id,
            now=at(on),
            mode=mode,
            annual_rate_ppm=ppm,
        )
        if told:
            heed(plan, on)
        return case

    return of


def stop(plan, case, on, *, told=True):
    Case.objects.filter(id=case.id).update(state="withdrawn")
    loan_actions.release(by=plan.system, case_id=case.id, because="withdrawn", now=at(on))
    if told:
        heed(plan, on)


def heed(plan, on):
    resting.heed_requests(by=plan.system, agreement_id=plan.agreement.id, now=at(on))


def late(plan, on):
    """What being late has cost by a day, paid or not."""
    return sum(row.due.late for state in plan.life(on).states.values() for row in state.rows)


def interest(plan, on):
    """What the rows ask for as interest."""
    return sum(row.due.interest for state in plan.life(on).states.values() for row in state.rows)


def income(plan):
    return -plan.balance(chart.INTEREST_INCOME)


def a_day(plan):
    """What a day late costs as signed: a thousandth of the first row's principal, about."""
    return plan.life(DUE).states[1].rows[0].due.principal / 1_000


def told(plan):
    found = PlanEvent.objects.filter(agreement=plan.agreement, kind__startswith="rest")
    return list(found.order_by("number").values_list("kind", "on_date"))


class TestBeingLate:
    @pytest.mark.parametrize(
        ("mode", "ppm", "days"),
        [("frozen", None, 0), ("running", None, 30), ("reduced", 36_500, 3)],
    )
    def test_costs_what_the_policy_of_the_case_says(self, sign, ask, mode, ppm, days):
        plan = sign(conduct=TERMS)
        ask(plan, day(5), mode=mode, ppm=ppm)
        assert late(plan, day(5)) == round(a_day(plan) * 2)
        assert late(plan, day(15)) == pytest.approx(a_day(plan) * (2 + days / 3), abs=1)

    def test_costs_as_signed_again_afterwards_and_no_day_between(self, sign, ask):
        plan = sign(conduct=TERMS)
        case = ask(plan, day(5))
        stop(plan, case, day(15))
        assert late(plan, day(15)) == round(a_day(plan) * 2)
        assert late(plan, day(20)) == round(a_day(plan) * 7)
        assert told(plan) == [("rest", day(5)), ("rest_end", day(15))]

    def test_follows_the_policy_though_the_ladder_runs(self, sign, ask, monkeypatch):
        monkeypatch.setattr(resting, "_rests_by_policy", lambda _: False)
        plan = sign(conduct=TERMS)
        stop(plan, ask(plan, day(5)), day(15))
        assert plan.plan.rests == []
        assert late(plan, day(15)) == round(a_day(plan) * 2)

    def test_of_a_plan_that_was_ended_follows_it_too(self, sign, ask):
        plan = sign(conduct=TERMS | {"cure_days": 1})
        for act in (ending.declare_breach, ending.terminate):
            act(by=plan.supervisor, agreement_id=plan.agreement.id, now=at(day(6)))
        ask(plan, day(16))
        before = late(plan, day(16))
        assert before > 0
        assert late(plan, day(60)) == before

    def test_is_no_part_of_the_days_of_the_plan_s_own_case(self, sign):
        plan = sign(conduct=TERMS)
        heed(plan, day(5))
        assert told(plan) == []

    def test_asked_and_taken_back_on_a_day_changes_nothing(self, sign, ask):
        plan = sign(conduct=TERMS)
        case = ask(plan, day(5), told=False)
        stop(plan, case, day(5))
        assert late(plan, day(10)) == round(a_day(plan) * 7)


class TestTheBooks:
    def test_ask_for_less_interest_and_earn_less(self, sign, ask):
        plan, plain = sign(conduct=TERMS), sign(conduct=TERMS)
        signed = interest(plan, DUE)
        case = ask(plan, day(0))
        for one in (plan, plain):
            one.day(SECOND)
        stop(plan, case, day(10), told=False)
        heed(plan, SECOND)  # the period is over: its income is made up for
        spared = signed - interest(plan, SECOND)
        assert spared > 0
        assert income(plain) - income(plan) == spared
        (entry,) = Entry.objects.filter(template="plan_rested", agreement_id=plan.agreement.id)
        assert entry.happened_on == day(10)
        assert plan.balance(chart.PLAN_RECEIVABLE["interest"]) == signed - spared
        assert list(verification.breaches(on=SECOND)) == []

    def test_earn_less_of_a_period_that_is_not_over(self, sign, ask):
        plan, plain = sign(conduct=TERMS), sign(conduct=TERMS)
        stop(plan, ask(plan, day(0)), day(10))
        for one in (plan, plain):
            one.day(SECOND)
        assert income(plain) - income(plan) == interest(plain, SECOND) - interest(plan, SECOND) > 0

    def test_say_nothing_of_a_rest_in_which_everything_runs(self, sign, ask):
        plan = sign(conduct=TERMS)
        before = Entry.objects.count()
        stop(plan, ask(plan, day(0), mode="running"), day(10))
        assert Entry.objects.count() == before

    def test_hear_nothing_twice(self, sign, ask):
        plan = sign(conduct=TERMS)
        case = ask(plan, day(0))
        stop(plan, case, day(10))
        before = (Posting.objects.count(), plan.plan.events_count)
        for _ in range(3):
            heed(plan, day(11))
        assert (Posting.objects.count(), plan.plan.events_count) == before

    def test_make_up_for_a_rest_that_became_known_late(self, sign, ask):
        """Money was taken meanwhile for what the rest spares: it pays the bill instead."""
        plan, soon = sign(conduct=TERMS), sign(conduct=TERMS)
        first = ask(plan, day(5), told=False)
        second = ask(soon, day(5))
        for one in (plan, soon):
            one.pay(50_000, day(12), source=f"pay:{one.agreement.id}")
        stop(plan, first, day(15))
        stop(soon, second, day(15))
        paid = [one.life(day(16)).states[1] for one in (plan, soon)]
        assert paid[0].rows == paid[1].rows
        accounts = [
            sorted(
                Posting.objects.filter(entry__agreement_id=one.agreement.id)
                .values_list("account")
                .annotate(total=Sum("amount_minor"))
            )
            for one in (plan, soon)
        ]
        assert accounts[0] == accounts[1]
        assert list(verification.breaches(on=day(16))) == []

    def test_are_right_for_every_debt_of_a_bill(self, sign, ask):
        plan = sign(document(conduct=TERMS), document(principal=240_000, conduct=TERMS))
        case = ask(plan, day(5), mode="reduced", ppm=60_000)
        plan.pay(30_000, day(10))
        stop(plan, case, day(20))
        assert told(plan) == [
            *[("rest", day(5))] * 2,
            *[("rest_end", day(20))] * 2,
        ]
        assert all(state.spared_minor for state in plan.life(day(20)).states.values())
        assert list(verification.breaches(on=day(20))) == []

    def test_give_back_what_was_paid_in_advance(self, sign, ask):
        plan = sign(conduct=TERMS)
        bills = plan.life(DUE).states[1].rows[:2]
        plan.pay(sum(row.due.total_minor for row in bills), DUE)
        case = ask(plan, day(0))
        stop(plan, case, day(10))
        rows = plan.life(day(10)).states[1].rows
        assert rows[2].paid.total_minor == bills[1].due.interest - rows[1].due.interest > 0
        assert list(verification.breaches(on=day(10))) == []


class TestWhatComesAfterARest:
    def test_another_plan_starts_from_what_was_owed_when_it_was_asked_for(self, lender, sign, ask):
        plan = sign(conduct=TERMS)
        ask(plan, day(5))
        ending.publish(by=plan.system, agreement_id=plan.agreement.id, now=at(day(5)))
        loan = plan.agreement.parts.get().loan
        loan.refresh_from_db()
        asked = loan_queries.position(loan, on=day(25)).total_minor
        ending.publish(by=plan.system, agreement_id=plan.agreement.id, now=at(day(25)))
        loan.refresh_from_db()
        assert loan_queries.position(loan, on=day(25)).total_minor == asked
        new = renegotiate(lender, plan, on=day(25))
        owed = new.life(day(25)).signed[1].position
        assert owed.total_minor == asked
        assert list(verification.breaches(on=day(25))) == []

    def test_a_plan_that_goes_on_again_rested_up_to_the_day_it_gave_way(self, lender, sign, ask):
        plan = sign(conduct=TERMS)
        ask(plan, day(5))
        new = renegotiate(lender, plan, on=day(25))
        new.pay(20_000, day(27))
        ending.withdraw(by=new.borrower, agreement_id=new.agreement.id, now=at(day(30)))
        carry_on()
        assert told(plan) == [("rest", day(5)), ("rest_end", day(25))]
        assert late(plan, day(30)) == round(a_day(plan) * 2)
        assert list(verification.breaches(on=day(30))) == []
        assert not book_queries.balance_minor(
            agreement_id=new.agreement.id, accounts=tuple(chart.PLAN_RECEIVABLE.values())
        )

    def test_a_file_of_payments_is_posted_as_if_row_by_row(self, sign, ask):
        singly, together = ([sign(conduct=TERMS) for _ in range(6)] for _ in range(2))
        for group in (singly, together):
            for number, plan in enumerate(group):
                case = ask(
                    plan, day(number * 3), mode=("frozen", "reduced")[number % 2], ppm=50_000
                )
                if number > 3:
                    stop(plan, case, day(number * 3 + 4))
                plan.day(SECOND)
        rows = [
            [
                Arrival(plan.agreement.id, f"{name}:{n}", 20_000 * n + 7, "CNY", SECOND)
                for n, plan in enumerate(group, 1)
            ]
            for name, group in (("one", singly), ("all", together))
        ]
        one_by_one(singly, rows[0], on=SECOND)
        made = batch.post_file(by=together[0].system, rows=rows[1], now=at(SECOND))
        assert made.posted == 6
        assert outcome(singly) == outcome(together)
        assert list(verification.breaches(on=SECOND)) == []


class TestTheFiguresOfADay:
    def test_say_what_a_day_late_costs_now_and_as_signed(self, sign, ask):
        plan = sign(conduct=TERMS)
        assert costs.costs(plan.life(day(5))) is None
        would = costs.costs(plan.life(day(5)), mode="frozen")
        ask(plan, day(5))
        found = costs.costs(plan.life(day(5)))
        assert found == would
        assert (found.mode, found.late_minor, found.late_rate_ppm) == ("frozen", 0, 0)
        assert found.late_signed_minor == pytest.approx(a_day(plan), abs=1)
        home = repayment_queries.home(borrower_id=plan.agreement.borrower_id, now=at(day(15)))
        assert home.costs.interest_minor > 0

    @pytest.mark.parametrize(
        ("mode", "ppm", "shown"),
        [("reduced", 36_500, ("reduced", 36_500)), ("running", None, ("running", 365_000))],
    )
    def test_follow_the_policy(self, sign, ask, mode, ppm, shown):
        plan = sign(document(conduct=TERMS), document(conduct=TERMS))
        ask(plan, day(5), mode=mode, ppm=ppm)
        found = costs.costs(plan.life(day(6)))
        assert (found.mode, found.late_rate_ppm) == shown
        share = found.late_rate_ppm / found.late_signed_ppm
        assert found.late_minor == pytest.approx(found.late_signed_minor * share, abs=2)
