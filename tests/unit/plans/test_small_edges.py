"""Edges of single figures: an amount of nothing, a key that is not there."""

from __future__ import annotations

from fractions import Fraction

import pytest

from repact.plans import document, schedule
from repact.plans.certificate import certify, schedule_hash
from repact.plans.disclosure import periods_per_year
from repact.plans.errors import PlanError
from repact.plans.instruments.arrears import reinstatement
from repact.plans.instruments.price import personalized_installments, principal_only
from repact.plans.instruments.settlement import settlement_in_installments
from repact.plans.position import Contract
from repact.plans.terms import Frequency
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


class TestWhatIsHashed:
    def test_leaves_out_what_is_not_there(self):
        weekly = made(frequency={"every": 1, "unit": "week"}, **CLEAN)
        stated = certify(
            weekly.position, weekly.terms, schedule.build(weekly.position, weekly.terms)
        )
        assert stated["terms"]["frequency"] == {"every": 1, "unit": "week"}
        assert "contract" not in stated["position"]

    def test_is_the_same_in_the_certificate_and_by_itself(self):
        parts = (plain := made()).position, plain.terms
        whole = schedule.build(*parts)
        assert schedule_hash(*parts, whole) == certify(*parts, whole)["schedule_sha256"]


class TestPeriodsAYear:
    @pytest.mark.parametrize(
        ("every", "unit", "number"),
        [(1, "week", 52), (2, "week", 26), (1, "day", 365), (10, "day", Fraction(73, 2))],
    )
    def test_are_52_weeks_or_365_days_over_a_period(self, every, unit, number):
        assert periods_per_year(Frequency(every=every, unit=unit)) == number


class TestARefusal:
    def refusal(self, **changes):
        with pytest.raises(PlanError) as caught:
            made(**changes)
        return caught.value.code, caught.value.field, caught.value.params

    def test_names_the_field_and_the_limit(self):
        level = {"kind": "level", "count": 0}
        assert self.refusal(shape=[level]) == (
            "plan.out_of_range",
            "terms.shape[0].count",
            {"ge": 1},
        )

    def test_names_the_row_of_a_contract(self):
        row = {"due_date": "2024-02-01", "amount_minor": -1}
        contract = {"annual_rate_ppm": 0, "day_count": "30/360", "remaining": [row]}
        assert self.refusal(contract=contract)[1] == "position.contract.remaining[0].amount_minor"

    def test_names_a_key_that_is_a_kind_elsewhere(self):
        frequency = {"every": 1, "unit": "week", "level": 1}
        assert self.refusal(frequency=frequency)[:2] == (
            "plan.unknown_key",
            "terms.frequency.level",
        )


class TestAFirstPeriod:
    """At 18% on 1,200,000: a whole month is a twelfth, a longer one is counted in days."""

    @pytest.mark.parametrize(
        ("start", "interest"), [("2024-01-31", 18_000), ("2024-01-15", 44 * 600)]
    )
    def test_that_ends_with_february_is_a_month_if_it_began_with_one(self, start, interest):
        rows = built(
            as_of=start,
            effective_date=start,
            interest_minor=0,
            penalty_minor=0,
            frequency={"every": 1, "unit": "month", "anchor_day": 31},
            first_due_date="2024-02-29",
        ).rows
        assert rows[0].interest_minor == interest


class TestAWaiver:
    def test_of_nothing_gives_up_nothing(self):
        waive = {"kind": "waive", "component": "interest", "amount_minor": 0}
        assert built(measures=[waive]).totals.waived_minor == 0


class TestAnInstrument:
    @pytest.mark.parametrize("made", [personalized_installments, principal_only])
    def test_without_new_interest_has_none(self, made):
        assert made(count=3).annual_rate_ppm == 0

    @pytest.mark.parametrize(("amount", "waivers"), [(1_240_749, 1), (1_240_750, 0), (2**40, 0)])
    def test_that_settles_waives_what_is_not_paid_and_no_more(self, amount, waivers):
        change = settlement_in_installments(position=made().position, amount_minor=amount, count=3)
        assert change.annual_rate_ppm == 0
        assert [measure.kind for measure in change.measures].count("waive") == waivers

    def test_that_reinstates_adds_what_is_overdue_to_the_first_payment(self):
        rows = [{"due_date": f"2024-0{n}-01", "amount_minor": 1_000 * n} for n in (2, 3, 4)]
        contract = {"annual_rate_ppm": 0, "day_count": "30/360", "remaining": rows}
        change = reinstatement(
            contract=document.validate(Contract, contract),
            overdue_principal_minor=500,
            last_minor=3_210,
        )
        assert change.tail[0].amounts_minor == (2_500, 3_000, 3_210)
