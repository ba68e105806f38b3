"""A plan in the place of another is taken back: the older stands as if there had been no other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from repact.plans.servicing.replay import position_on
from repact.server.agreements.models import Agreement
from repact.server.audit.models import Event
from repact.server.books.models import Posting
from repact.server.cases.models import Case
from repact.server.loans.models import Loan
from repact.server.notices.models import Notice
from repact.server.repayments import ending, opening, taking_back, verification
from repact.server.repayments.models import DueItem, OwedBeside, Payment
from tests.integration import plans
from tests.integration.plans import DUE, Hands, at

GAVE_WAY, BACK = date(2027, 1, 13), date(2027, 1, 18)  # a payment falls due on the 15th
WAIVED = {
    "kind": "waive",
    "component": "interest",
    "amount_minor": 2_400,
    "vests": "per_installment",
}


def renegotiate(lender, old, *, on=GAVE_WAY, number=50):
    """Another plan over the same loans, from what is owed on a day."""
    life = plans.alive(old.agreement, on)
    made = []
    for n, signed in life.signed.items():
        position = position_on(signed, life.events[n], on).model_dump(
            mode="json", exclude_none=True
        )
        terms = plans.terms(count=9, start=on, first=on + timedelta(days=38))
        made.append({"position": position, "terms": terms})
    new = plans.agreed(lender, at(on), made, number=number, instead_of=old.agreement)
    opening.open_plan(new, by=old.system, now=at(on))
    return Hands(lender, new)


def take_back(plan, on=BACK):
    ending.withdraw(by=plan.borrower, agreement_id=plan.agreement.id, now=at(on))


def accounts(*agreements):
    lines = Posting.objects.filter(entry__agreement_id__in=[one.id for one in agreements])
    sums = lines.values_list("account").annotate(total=Sum("amount_minor"))
    return {account: total for account, total in sums if total}


def bills(plan, on):
    """What each row asks for and what was paid of it."""
    return {
        number: [(row.number, row.due, row.paid, row.charge_minor) for row in state.rows]
        for number, state in plan.life(on).states.items()
    }


@pytest.fixture(params=[[], [WAIVED]], ids=["plain", "waiving"])
def twins(request, sign):
    """Two people with the same plan, who paid their first bill."""
    changed = {"conduct": {"waivers_return": True}, "measures": request.param}
    two = [sign(**changed), sign(**changed)]
    for plan in two:
        plan.pay(plan.life(DUE).due_minor, DUE, source=f"first:{plan.agreement.id}")
    two[0].day(GAVE_WAY)
    return two


class TestAPlanThatIsBack:
    @pytest.fixture
    def lived(self, lender, twins):
        """One twin lives on; the other's plan gives way and is back, with 400.00 paid between."""
        plain, old = twins
        new = renegotiate(lender, old)
        plain.day(date(2027, 1, 15))
        for plan in (plain, new):
            plan.pay(40_000, date(2027, 1, 16), source=f"between:{plan.agreement.id}")
        plain.day(date(2027, 1, 17))
        take_back(new)
        plain.day(BACK)
        return plain, old, new

    def test_asks_for_the_same_and_knows_what_was_paid(self, lived):
        plain, old, _ = lived
        assert bills(old, BACK) == bills(plain, BACK)
        assert sum(old.life(BACK).states[1].paid) == sum(plain.life(BACK).states[1].paid)

    def test_leaves_books_as_if_there_had_been_no_other(self, lived):
        plain, old, new = lived
        assert accounts(old.agreement, new.agreement) == accounts(plain.agreement)
        recognized = Posting.objects.filter(entry__source__startswith="recognized:")
        of_new = recognized.filter(entry__source__contains=str(new.agreement.id))
        assert not of_new.aggregate(total=Sum("amount_minor"))["total"]
        assert list(verification.breaches(on=BACK)) == []

    def test_calls_nothing_of_the_days_between_late(self, lived):
        _, old, _ = lived
        second = DueItem.objects.get(agreement=old.agreement, number=2)
        assert (second.due_date, second.state) == (BACK, "due")
        assert old.life(BACK + timedelta(days=3)).states[1].rows[1].due.late == 0
        assert old.plan.acted_until == BACK
        told = set(Notice.objects.filter(borrower_id=old.agreement.borrower_id).values_list("kind"))
        assert not told & {("missed",), ("late",), ("debit_refused",)}

    def test_lets_a_payment_of_the_days_between_be_taken_back(self, lived):
        plain, old, new = lived
        for plan in (plain, new):
            payment = Payment.objects.get(source=f"between:{plan.agreement.id}")
            taking_back.reverse_payment(
                by=plan.system, payment_id=payment.id, reason="chargeback", now=at(BACK)
            )
        assert bills(old, BACK) == bills(plain, BACK)
        assert accounts(old.agreement, new.agreement) == accounts(plain.agreement)
        assert list(verification.breaches(on=BACK)) == []

    def test_runs_again_when_such_a_payment_is_taken_back_after_its_end(self, lived):
        plain, old, new = lived
        for plan in (plain, old):
            plan.pay(plan.life(BACK).open_minor, BACK, source=f"all:{plan.agreement.id}")
            assert plan.plan.standing == "completed"
        for plan, of in ((plain, plain), (old, new)):
            payment = Payment.objects.get(source=f"between:{of.agreement.id}")
            taking_back.reverse_payment(
                by=plan.system, payment_id=payment.id, reason="chargeback", now=at(BACK)
            )
            state = Agreement.objects.get(id=plan.agreement.id).state
            assert (state, plan.plan.standing) == ("in_force", "active")
            assert plan.agreement.parts.get().loan.state == "in_plan"
        assert bills(old, BACK) == bills(plain, BACK)
        assert accounts(old.agreement, new.agreement) == accounts(plain.agreement)
        assert not OwedBeside.objects.exists()
        told = set(Notice.objects.filter(borrower_id=old.agreement.borrower_id).values_list("kind"))
        assert {("plan_reopened",), ("payment_reversed",)} <= told
        assert Event.objects.filter(
            action="agreements.reopen", subject_id=old.agreement.id
        ).exists()  # from which the certificate is taken back
        assert list(verification.breaches(on=BACK)) == []

    def test_is_said_so_with_its_reason_and_version(self, lived):
        _, old, new = lived
        states = {a.id: a.state for a in Agreement.objects.all()}
        assert (states[old.agreement.id], states[new.agreement.id]) == ("in_force", "withdrawn")
        said = Event.objects.get(action="agreements.resume").facts
        assert said["reason"] == "successor_withdrawn"
        assert said["contents_sha256"] == old.agreement.contents_sha256
        assert said["successor_sha256"] == new.agreement.contents_sha256
        facts = Event.objects.get(action="repayments.withdraw").facts
        assert facts["resumed"] == [old.agreement.reference]
        assert facts["owed_minor"] == [old.life(BACK).open_minor]
        assert Case.objects.get(id=old.agreement.case_id).state == "in_plan"
        (notice,) = Notice.objects.filter(kind="withdrawn_to_plan")
        assert notice.params["reference"] == old.agreement.reference

    def test_is_what_the_loan_book_knows(self, lived):
        plain, old, _ = lived
        for plan in (plain, old):
            ending.publish(by=plan.system, agreement_id=plan.agreement.id, now=at(BACK))
        loans = [Loan.objects.get(id=p.agreement.parts.get().loan_id) for p in (plain, old)]
        for name in ("state", "plan_rate_ppm", "plan_penalty_rate_ppm", "principal_minor"):
            first, second = (getattr(loan, name) for loan in loans)
            assert first == second, name

    def test_runs_to_its_end_as_the_other_does(self, lived):
        plain, old, _ = lived
        on = date(2027, 1, 25)
        for plan in (old, plain):
            plan.pay(plan.life(BACK).due_minor, BACK, source=f"rest:{plan.agreement.id}")
        plain.day(on)
        assert bills(old, on) == bills(plain, on)
        for plan in (old, plain):
            left = plan.life(on).open_minor
            plan.pay(left, on, source=f"all:{plan.agreement.id}")
        assert (old.plan.standing, plain.plan.standing) == ("completed", "completed")
        assert list(verification.breaches(on=on)) == []


class TestTakingBackTwice:
    def test_finds_the_first_plan_again_each_time(self, lender, twins):
        plain, old = twins
        for number, days in ((50, 0), (51, 9)):
            on = GAVE_WAY + timedelta(days=days)
            new = renegotiate(lender, old, on=on, number=number)
            take_back(new, on + timedelta(days=2))
        assert accounts(old.agreement) == accounts(plain.agreement)
        # four days late before it gave way again, and none after
        counted = plain.life(on).states[1].rows
        later = old.life(on + timedelta(days=2)).states[1].rows
        assert [row.due for row in later] == [row.due for row in counted]
        assert counted[1].due.late > 0
        assert list(verification.breaches(on=on)) == []

    def test_on_the_same_day_moves_nothing(self, lender, twins):
        _, old = twins
        before = old.life(GAVE_WAY)
        take_back(renegotiate(lender, old), GAVE_WAY)
        after = old.life(GAVE_WAY)
        assert after.states[1].rows == before.states[1].rows
        assert (after.plan.standing, after.open_minor) == ("active", before.open_minor)


class TestAPlanThatHadBroken:
    def test_is_broken_again(self, lender, twins):
        _, old = twins
        on = date(2027, 3, 20)
        ending.declare_breach(by=old.supervisor, agreement_id=old.agreement.id, now=at(on))
        take_back(renegotiate(lender, old, on=on), on + timedelta(days=3))
        assert Agreement.objects.get(id=old.agreement.id).state == "breached"
        assert old.plan.standing == "breached"


class TestSeveralDebts:
    def test_go_back_to_where_each_was(self, lender, sign):
        old = sign(plans.document(), plans.document(principal=300_000))
        new = renegotiate(lender, old, on=plans.START + timedelta(days=3))
        new.pay(90_000, plans.START + timedelta(days=4))
        paid = sum(sum(state.paid) for state in new.life(BACK).states.values())
        take_back(new, plans.START + timedelta(days=5))
        again = plans.alive(old.agreement, plans.START + timedelta(days=5))
        assert sum(sum(s.paid) + s.prepaid_minor for s in again.states.values()) == paid == 90_000
        assert list(verification.breaches(on=BACK)) == []


class TestTheDatabase:
    def test_knows_no_other_way_back(self, twins):
        _, old = twins
        Agreement.objects.filter(id=old.agreement.id).update(state="superseded")
        with pytest.raises(IntegrityError, match="no way"), transaction.atomic():
            Agreement.objects.filter(id=old.agreement.id).update(state="completed")
        Agreement.objects.filter(id=old.agreement.id).update(state="in_force")
