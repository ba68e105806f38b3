"""The first eighteen pains users of today's systems report. None of them can happen here."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from repact.plans import document, schedule
from repact.plans.errors import PlanError
from repact.plans.instruments import arrears, payments, price, timing
from repact.plans.instruments.change import compose
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import parse_events
from repact.plans.servicing.replay import position_on, replay
from tests.spec.figures import BASIS, owing
from tests.unit.plans.documents import built, plan
from tests.unit.plans.servicing.contents import day, happened, paid, plain

WAIVE_PENALTY = {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000}
CAPITALIZE = {"kind": "capitalize", "component": "interest"}


def test_pain_1_whoever_is_behind_with_penalties_can_be_helped():
    made = built(penalty_minor=99_999, measures=[WAIVE_PENALTY, CAPITALIZE])
    assert made.totals.waived_minor == 99_999


def test_pain_2_a_plan_is_made_whole_or_not_at_all():
    data = plan(measures=[WAIVE_PENALTY, {"kind": "waive", "component": "fees", "amount_minor": 1}])
    made = document.validate(document.Document, data)
    with pytest.raises(PlanError, match="plan.more_than_owed"):
        schedule.build(made.position, made.terms)
    assert made.position.penalty_minor == 6_250


def test_pain_3_the_agreed_number_of_payments_is_kept_however_small_the_loan():
    rng = random.Random(3)
    for _ in range(300):
        count, principal = rng.randint(2, 60), rng.randint(10_000, 50_000)
        made = built(
            principal_minor=principal,
            annual_rate_ppm=rng.randint(0, 300_000),
            shape=[{"kind": "level", "count": count}],
        )
        assert len(made.rows) == count
        assert all(row.payment_minor > 0 for row in made.rows)


def test_pain_4_the_last_payment_and_the_totals_close_exactly():
    made = built(day_count="ACT/365F", shape=[{"kind": "level", "count": 37}])
    assert made.totals.principal_minor == 1_200_000
    assert made.rows[-1].balance_minor == 0
    assert made.totals.payment_minor == sum(row.payment_minor for row in made.rows)
    assert all(
        row.payment_minor
        == row.principal_minor + row.interest_minor + row.penalty_minor + row.fees_minor
        for row in made.rows
    )


def test_pain_5_nothing_old_is_overdue_after_signing():
    state = replay(plain(interest_minor=50_000, penalty_minor=9_000), (), day("01-02"))
    assert state.overdue_minor == 0
    assert state.days_past_due == 0


def test_pain_6_waiving_comes_before_capitalizing_whatever_the_order_of_asking():
    terms = compose(
        BASIS,
        arrears.capitalize(penalty_ppm=1_000_000),
        price.penalty_waiver(),
        timing.term_extension(count=12),
    )
    made = schedule.build(owing(), terms)
    assert (made.totals.waived_minor, made.totals.capitalized_minor) == (6_250, 34_500)


def test_pain_7_what_was_waived_never_becomes_principal():
    made = built(measures=[WAIVE_PENALTY, CAPITALIZE | {"component": "penalty"}])
    assert made.totals.principal_minor == 1_200_000


def test_pain_8_the_first_payment_has_interest_for_its_own_days():
    made = built(
        as_of="2024-01-11",
        effective_date="2024-01-11",
        interest_minor=0,
        penalty_minor=0,
        day_count="ACT/360",
    )
    assert made.rows[0].interest_minor == 1_200_000 * 180_000 * 21 // (360 * 1_000_000)


def test_pain_9_a_payment_of_the_same_day_counts_before_what_comes_after_it():
    first = happened(
        paid("02-01", 200_000), {"kind": "renegotiation", "on": "02-01", "agreement": "b"}
    )
    assert replay(plain(), first, day("02-01")).rows[0].standing == "paid"
    assert position_on(plain(), first, day("02-01")).principal_minor == 1_000_000
    other = happened(
        {"kind": "renegotiation", "on": "02-01", "agreement": "b"}, paid("02-01", 200_000)
    )
    assert replay(plain(), other, day("02-01")).credit_minor == 200_000


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "skip", "on": "02-05", "row": 2},
        {"kind": "date_move", "on": "02-05", "row": 2, "to_date": "2024-03-04"},
        {"kind": "breach", "on": "02-05"},
        {"kind": "termination", "on": "02-05"},
        {"kind": "renegotiation", "on": "02-05", "agreement": "b"},
        {"kind": "payment", "on": "02-05", "amount_minor": 7},
    ],
)
def test_pain_10_everything_can_be_undone_even_after_a_later_payment(event):
    made = plain(conduct={"skips": 1, "date_moves": 1, "date_move_days": 9})
    later = paid("02-06", 100, id="later")
    undone = happened(event, later, {"kind": "reversal", "on": "02-07", "of": "e0"})
    never = happened(later)
    assert replay(made, undone, day("02-08")) == replay(made, never, day("02-08"))


def test_pain_11_any_number_of_changes_goes_into_one_plan_on_one_day():
    terms = compose(
        BASIS,
        price.penalty_waiver(),
        price.interest_waiver(share_ppm=500_000),
        arrears.capitalize(),
        timing.due_date_change(anchor_day=16, first_due_date=date(2024, 2, 16)),
        timing.payment_holiday(periods=2, interest="simple"),
        payments.reduced_payment(periods=2, amount_minor=30_000),
        price.rate_reduction(annual_rate_ppm=90_000),
        timing.term_extension(count=30),
    )
    assert len(schedule.build(owing(), terms).rows) == 34


def test_pain_12_what_is_given_up_is_stated_and_interest_is_counted_once():
    half = {"kind": "waive", "component": "interest", "share_ppm": 500_000}
    made = built(measures=[WAIVE_PENALTY, half, CAPITALIZE])
    assert made.totals.waived_minor == 6_250 + 17_250
    owed_before = 1_200_000 + 34_500 + 6_250
    charged = sum(row.interest_minor for row in made.rows)
    assert made.totals.payment_minor == owed_before - made.totals.waived_minor + charged


def test_pain_13_a_back_dated_payment_neither_repeats_nor_loses_a_demand():
    made = plain(conduct={"late_rate_ppm": 365_000})
    news = paid("02-01", 200_000, id="news")
    known = [paid("03-01", 200_000, id="march"), paid("04-01", 150_000, id="april")]
    told_late = replay(made, happened(*known, news), day("06-01"))
    in_order = replay(made, happened(news, *known), day("06-01"))
    assert told_late == in_order
    assert [row.number for row in told_late.rows] == list(range(1, 7))


@pytest.mark.parametrize(("from_date", "frozen_days"), [("2024-02-01", 29), ("2024-02-02", 28)])
def test_pain_14_a_freeze_freezes_its_days_and_no_other(from_date, frozen_days):
    freeze = {"kind": "freeze", "from_date": from_date, "to_date": "2024-03-01"}
    frozen = built(day_count="ACT/365F", interest_minor=0, measures=[freeze])
    day_of_interest = frozen.rows[0].balance_minor * 180_000 * (29 - frozen_days)
    assert frozen.rows[1].interest_minor == (day_of_interest + 182_500_000) // 365_000_000


def test_pain_14_a_pause_at_no_interest_keeps_the_schedule():
    rest = {"kind": "holiday", "count": 2, "interest": "accrue"}
    made = built(annual_rate_ppm=0, shape=[rest, {"kind": "level", "count": 4}])
    assert [row.principal_minor for row in made.rows] == [0, 0] + [300_000] * 4


def test_pain_15_a_seasonal_income_has_seasonal_payments():
    rest = {"kind": "holiday", "count": 4, "interest": "accrue"}
    harvest = {"kind": "fixed", "count": 2, "amount_minor": 200_000}
    made = built(shape=[harvest, rest, harvest, rest, harvest, rest, {"kind": "level", "count": 2}])
    assert [row.payment_minor > 0 for row in made.rows] == ([True] * 2 + [False] * 4) * 3 + [
        True
    ] * 2


@pytest.mark.parametrize("remaining", [[], [{"due_date": "2023-06-01", "amount_minor": 5}]])
@pytest.mark.parametrize("rate", [0, 180_000])
def test_pain_16_re_ageing_works_before_and_after_maturity_and_without_interest(remaining, rate):
    contract = {"annual_rate_ppm": rate, "day_count": "30/360", "remaining": remaining}
    made = built(contract=contract, annual_rate_ppm=rate, measures=[WAIVE_PENALTY, CAPITALIZE])
    assert made.totals.principal_minor == 1_234_500
    assert made.rows[-1].balance_minor == 0


@pytest.mark.parametrize("component", ["interest", "penalty", "fees"])
def test_pain_17_a_waiver_takes_its_own_component_and_may_take_all_of_it(component):
    before = {"interest_minor": 300, "penalty_minor": 200, "fees_minor": 100}
    waive = {"kind": "waive", "component": component, "share_ppm": 1_000_000}
    made = built(**before, annual_rate_ppm=0, measures=[waive])
    for name, amount in before.items():
        assert getattr(made.totals, name) == (0 if name == f"{component}_minor" else amount)


def test_pain_18_a_preview_never_counts_what_is_waived():
    made = built(annual_rate_ppm=0, measures=[WAIVE_PENALTY])
    assert made.totals.payment_minor == 1_234_500
    assert made.totals.penalty_minor == 0


def test_no_pain_hides_in_a_plan_that_was_replayed_to_its_end():
    rng = random.Random(18)
    for _ in range(40):
        terms = document.validate(
            document.Document,
            plan(
                measures=[WAIVE_PENALTY, CAPITALIZE],
                shape=[{"kind": "level", "count": rng.randint(1, 30)}],
            ),
        )
        agreement = Agreement.of(terms.position, terms.terms)
        events = [
            {
                "kind": "payment",
                "id": f"p{row.number}",
                "on": row.due_date.isoformat(),
                "amount_minor": row.payment_minor,
            }
            for row in agreement.schedule.rows
        ]
        end = agreement.schedule.rows[-1].due_date + timedelta(1)
        state = replay(agreement, parse_events(events), end)
        assert (state.standing, state.credit_minor, state.open_minor) == ("completed", 0, 0)
