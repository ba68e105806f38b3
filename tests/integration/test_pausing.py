"""A break of several payments, and an amount of one's own: shown first, then done as shown."""

from __future__ import annotations

from datetime import date

import pytest

from repact.plans.errors import PlanError
from repact.server.repayments import moves, pausing
from repact.server.repayments.errors import RepaymentError
from tests.integration import plans
from tests.integration.plans import DUE, at


class TestMoves:
    def test_of_several_payments_are_a_pause_that_costs_what_was_shown(self, sign):
        plan = sign(conduct={"skips": 3})
        before = plan.life(plans.START)
        shown = pausing.preview_pause(before, count=2)
        arguments = {"by": plan.borrower, "agreement_id": plan.agreement.id}
        made = pausing.pause(**arguments, count=2, now=at(plans.START))
        after = plan.life(plans.START)
        assert made == shown
        assert (made.cost_minor, after.open_minor) == (0, before.open_minor)
        assert (made.from_date, made.until_date) == (DUE, date(2027, 1, 15))
        assert made.next_due_date == plan.plan.due_date == date(2027, 2, 15)
        assert made.last_due_date == date(2027, 7, 15) == after.open_dates[-1]
        assert after.states[1].skips_left == 1

    def test_that_are_a_pause_are_undone_as_one(self, sign):
        plan = sign(plans.document(conduct={"skips": 3}), plans.document(conduct={"skips": 3}))
        arguments = {"by": plan.borrower, "agreement_id": plan.agreement.id}
        moves.skip(**arguments, number=1, now=at(plans.START))
        pausing.pause(**arguments, count=2, now=at(plans.START))
        assert plan.plan.due_date == date(2027, 3, 15)
        moves.undo(**arguments, now=at(plans.START))
        assert plan.plan.due_date == date(2027, 1, 15)
        moves.undo(**arguments, now=at(plans.START))
        assert plan.plan.due_date == DUE
        assert {state.skips_left for state in plan.life(plans.START).states.values()} == {3}

    @pytest.mark.parametrize(("skips", "count"), [(1, 2), (3, 4), (3, 1), (9, 6)])
    def test_are_no_pause_beyond_the_agreement(self, sign, skips, count):
        plan = sign(conduct={"skips": skips})
        with pytest.raises(PlanError, match=r"no_skips_left"):
            pausing.pause(
                by=plan.borrower, agreement_id=plan.agreement.id, count=count, now=at(plans.START)
            )


class TestPayments:
    @pytest.mark.parametrize("excess", ["advance", "lower"])
    def test_of_an_amount_of_ones_own_do_what_was_shown(self, sign, excess):
        conduct = {"conduct": {"excess": excess}}
        plan = sign(plans.document(**conduct), plans.document(**conduct))
        amount = 300_000
        shown = pausing.preview_payment(plan.life(plans.START), amount_minor=amount)
        before = plan.life(plans.START).open_minor
        plan.pay(amount, plans.START)
        after = plan.life(plans.START)
        assert after.open_minor == shown.left_minor == before - amount + shown.cost_minor
        assert after.open_on(shown.due_date) == shown.left_of_next_minor == 0
        assert (shown.saved_minor > 0) == (excess == "lower")

    @pytest.mark.parametrize("wrong", [0, -1, 10**9])
    def test_that_are_none_are_refused_before(self, sign, wrong):
        with pytest.raises(RepaymentError):
            pausing.preview_payment(sign().life(DUE), amount_minor=wrong)

    def test_of_nothing_are_refused_when_all_is_paid(self, sign):
        plan = sign()
        plan.pay(plan.life(DUE).open_minor, DUE)
        with pytest.raises(RepaymentError):
            pausing.preview_payment(plan.life(DUE), amount_minor=1)
