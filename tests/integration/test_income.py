"""Income of periods that are over is what they earned, as far as is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from repact.ledger import chart
from repact.server.repayments import taking_back
from repact.server.repayments.models import DueItem
from tests.integration import plans
from tests.integration.plans import DUE, at


class TestIncomeOfAPeriodThatIsOver:
    def income(self, plan):
        items = DueItem.objects.filter(agreement=plan.agreement, is_earned=True)
        return -plan.balance(chart.INTEREST_INCOME), sum(item.charge_minor for item in items)

    @pytest.mark.parametrize("excess", ["shorten", "lower"])
    def test_is_less_once_principal_is_known_to_have_been_paid_before(self, sign, excess):
        plan = sign(conduct={"excess": excess})
        plan.day(DUE)
        earned, charged = self.income(plan)
        assert earned == charged > 0
        on = DUE + timedelta(days=1)
        paid = plan.pay(300_000, on, value_date=plans.START + timedelta(days=2), source="early")
        less, charged = self.income(plan)
        assert less == charged < earned
        taking_back.reverse_payment(
            by=plan.system, payment_id=paid.id, reason="charge_back", now=at(on)
        )
        assert self.income(plan) == (earned, earned)
