"""Edges of single figures: an amount of nothing, a key that is not there."""

from __future__ import annotations

import pytest

from repact.plans import document
from repact.plans.errors import PlanError
from repact.plans.trace import Trace
from tests.unit.plans.documents import built, plan

CLEAN = {"interest_minor": 0, "penalty_minor": 0, "annual_rate_ppm": 0}


def made(**changes):
    return document.validate(document.Document, plan(**changes))


class TestABalloon:
    def test_of_nothing_is_nothing(self):
        shape = [{"kind": "level", "count": 2}, {"kind": "balloon", "amount_minor": 0}]
        rows = built(**CLEAN, principal_minor=101, shape=shape).rows
        assert [row.payment_minor for row in rows] == [51, 50]
        document_ = made(**CLEAN, principal_minor=101, shape=shape)
        (payment, *_) = Trace(document_.position, document_.terms).row(1)
        assert payment.result == 51


class TestAPaymentThatCannotBe:
    @pytest.mark.parametrize(
        ("amount", "params"),
        [
            (17_999, {"payment_minor": 17_999, "interest_minor": 18_000}),
            (1_218_001, {"payment_minor": 1_218_001, "owed_minor": 1_218_000}),
        ],
    )
    def test_is_named_with_what_would_be_right(self, amount, params):
        shape = [{"kind": "fixed", "count": 1, "amount_minor": amount}]
        with pytest.raises(PlanError) as caught:
            built(interest_minor=0, penalty_minor=0, shape=[*shape, {"kind": "level", "count": 2}])
        assert (caught.value.field, caught.value.params) == ("rows[1]", params)

    @pytest.mark.parametrize("amount", [18_000, 1_218_000])
    def test_may_be_all_interest_or_all_there_is(self, amount):
        shape = [{"kind": "fixed", "count": 1, "amount_minor": amount}]
        rows = built(
            interest_minor=0, penalty_minor=0, shape=[*shape, {"kind": "level", "count": 2}]
        ).rows
        assert rows[0].balance_minor == 1_218_000 - amount


class TestTermsAsJson:
    def test_leave_out_what_is_not_there(self):
        weekly = made(frequency={"every": 1, "unit": "week"})
        assert weekly.terms.as_json()["frequency"] == {"every": 1, "unit": "week"}
