"""Limits on everything: the last value that is taken, and the first that is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest

from repact.plans import certificate, document, schedule
from repact.plans.conduct import Conduct
from repact.plans.errors import PlanError
from repact.plans.rate_document import Flow, UnitPeriod
from repact.plans.servicing.events import parse_events
from tests.unit.plans.documents import plan

MOST = 10**11
HUGE = {"kind": "level", "count": 1}


def read(**changes):
    return document.validate(document.Document, plan(**changes))


def refusal(make, *args, **changes):
    with pytest.raises(PlanError) as caught:
        make(*args, **changes)
    return caught.value.code


@pytest.mark.parametrize(
    "name", ["principal_minor", "interest_minor", "penalty_minor", "fees_minor"]
)
def test_an_amount_goes_up_to_a_hundred_thousand_million(name):
    least = 1 if name == "principal_minor" else 0
    assert getattr(read(**{name: MOST}).position, name) == MOST
    assert getattr(read(**{name: least}).position, name) == least
    assert refusal(read, **{name: MOST + 1}) == "plan.out_of_range"
    assert refusal(read, **{name: least - 1}) == "plan.out_of_range"


def test_no_payment_and_no_balance_grows_beyond_it():
    made = read(
        principal_minor=MOST, interest_minor=0, penalty_minor=0, annual_rate_ppm=0, shape=[HUGE]
    )
    assert schedule.build(made.position, made.terms).totals.payment_minor == MOST
    more = read(
        principal_minor=MOST, interest_minor=1, penalty_minor=0, annual_rate_ppm=0, shape=[HUGE]
    )
    with pytest.raises(PlanError, match="plan.amount_above_limit") as caught:
        schedule.build(more.position, more.terms)
    assert caught.value.field == "rows[1]"
    rest = {"kind": "holiday", "count": 30, "interest": "accrue"}
    grown = read(annual_rate_ppm=10_000_000, shape=[rest, {"kind": "level", "count": 2}])
    with pytest.raises(PlanError, match="plan.amount_above_limit") as caught:
        schedule.build(grown.position, grown.terms)
    assert caught.value.field == "rows[19]"


@pytest.mark.parametrize("count", [0, 601, -1])
def test_a_count_is_from_1_to_600(count):
    assert refusal(read, shape=[{"kind": "level", "count": count}]) == "plan.out_of_range"
    for good in (1, 600):
        assert read(shape=[{"kind": "level", "count": good}]).terms.shape[0].count == good


def test_rows_are_600_in_all():
    shape = [{"kind": "interest_only", "count": 300}, {"kind": "level", "count": 301}]
    made = read(shape=shape)
    assert refusal(schedule.build, made.position, made.terms) == "plan.too_many_rows"


@pytest.mark.parametrize(
    ("change", "good", "bad"),
    [
        ("annual_rate_ppm", (0, 10_000_000), (-1, 10_000_001)),
        ("first_due_date", ("2199-12-01",), ("2200-01-01", "1899-12-01", "2024-02-30", "2024-2-1")),
        ("version", (1,), (0, 2)),
    ],
)
def test_a_term_has_its_range(change, good, bad):
    for value in good:
        read(**{change: value})
    for value in bad:
        with pytest.raises(PlanError):
            read(**{change: value})


@pytest.mark.parametrize(
    ("segment", "good", "bad"),
    [
        (
            {"kind": "growing", "count": 2, "growth_ppm": 0},
            (-999_999, 1_000_000),
            (-1_000_000, 1_000_001),
        ),
        ({"kind": "fixed", "count": 2, "amount_minor": 1}, (1, MOST), (0, MOST + 1)),
        ({"kind": "lump_sum", "amount_minor": 1}, (1, MOST), (0, MOST + 1)),
        ({"kind": "balloon", "share_ppm": 1}, (0, 1_000_000), (-1, 1_000_001)),
        ({"kind": "balloon", "amount_minor": 1}, (0, MOST), (-1, MOST + 1)),
    ],
)
def test_a_segment_has_its_range(segment, good, bad):
    name = list(segment)[-1]
    for value in good:
        read(shape=[segment | {name: value}])
    for value in bad:
        assert refusal(read, shape=[segment | {name: value}]) == "plan.out_of_range"


@pytest.mark.parametrize(
    ("frequency", "code"),
    [
        ({"every": 0, "unit": "month", "anchor_day": 1}, "plan.out_of_range"),
        ({"every": 367, "unit": "day"}, "plan.out_of_range"),
        ({"every": 1, "unit": "month", "anchor_day": 32}, "plan.out_of_range"),
        ({"every": 1, "unit": "month", "anchor_day": 0}, "plan.out_of_range"),
        ({"every": 1, "unit": "month"}, "plan.anchor_day_is_for_months"),
        ({"every": 1, "unit": "week", "anchor_day": 1}, "plan.anchor_day_is_for_months"),
        ({"every": 1, "unit": "year"}, "plan.not_one_of"),
    ],
)
def test_a_frequency_has_its_range(frequency, code):
    assert refusal(read, frequency=frequency) == code
    read(frequency={"every": 366, "unit": "day"}, first_due_date="2024-02-01")
    read(frequency={"every": 1, "unit": "month", "anchor_day": 31}, first_due_date="2024-01-31")


@pytest.mark.parametrize(
    "shape",
    [
        [{"kind": "balloon", "share_ppm": 1}],
        [
            {"kind": "holiday", "count": 2, "interest": "accrue"},
            {"kind": "balloon", "share_ppm": 1},
        ],
    ],
)
def test_a_balloon_follows_something_that_pays(shape):
    made = read(shape=shape)
    assert refusal(schedule.build, made.position, made.terms) == "plan.balloon_misplaced"


def test_lists_have_an_end():
    waive = {"kind": "waive", "component": "fees", "amount_minor": 0}
    read(measures=[waive] * 50)
    assert refusal(read, measures=[waive] * 51) == "plan.out_of_range"
    assert refusal(read, shape=[]) == "plan.out_of_range"
    assert refusal(read, shape=[HUGE] * 51) == "plan.out_of_range"
    read(shape=[{"kind": "custom", "amounts_minor": [1] * 600}])
    for amounts in ([], [1] * 601):
        assert (
            refusal(read, shape=[{"kind": "custom", "amounts_minor": amounts}])
            == "plan.out_of_range"
        )
    row = {"due_date": "2024-02-01", "amount_minor": 1}
    contract = {"annual_rate_ppm": 0, "day_count": "30/360"}
    read(contract=contract | {"remaining": [row] * 600})
    assert refusal(read, contract=contract | {"remaining": [row] * 601}) == "plan.out_of_range"


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("grace_days", 365),
        ("cure_days", 365),
        ("date_move_days", 365),
        ("skips", 120),
        ("tolerated_late", 120),
    ],
)
def test_conduct_has_its_ranges(name, most):
    def conduct(value):
        return Conduct.of(read(conduct={name: value}).terms)

    assert getattr(conduct(most), name) == most
    assert refusal(conduct, most + 1) == refusal(conduct, -1) == "plan.out_of_range"


def test_orders_of_allocation_have_their_ranges():
    def conduct(days):
        rules = [{}, {"from_days_past_due": days}]
        return Conduct.of(read(conduct={"allocation": rules}).terms)

    assert conduct(10_000).rule_at(10_000).from_days_past_due == 10_000
    assert conduct(10_000).rule_at(9_999).from_days_past_due == 0
    assert refusal(conduct, 10_001) == "plan.out_of_range"
    many = [{"from_days_past_due": days} for days in range(11)]
    with pytest.raises(PlanError, match="plan.out_of_range"):
        Conduct.of(read(conduct={"allocation": many}).terms)
    Conduct.of(read(conduct={"allocation": many[:10]}).terms)


def test_events_have_an_end():
    event = {"kind": "payment", "on": "2024-02-01", "amount_minor": 1}
    assert len(parse_events([event | {"id": str(number)} for number in range(10_000)])) == 10_000
    assert refusal(parse_events, [event | {"id": "a"}] * 10_001) == "plan.out_of_range"
    parse_events([event | {"id": "x" * 120}])
    for odd in ("", "x" * 121):
        with pytest.raises(PlanError):
            parse_events([event | {"id": odd}])


def test_flows_of_a_rate_have_their_ranges():
    assert Flow(date=date(2199, 12, 31), amount_minor=MOST).amount_minor == MOST
    assert UnitPeriod(every=366, unit="day").per_year.numerator == 365
    for every in (0, 367):
        assert (
            refusal(document.validate, UnitPeriod, {"every": every, "unit": "day"})
            == "plan.out_of_range"
        )


@pytest.mark.parametrize("digits", ["１２", "1_000", "0x10", "+5", "01", "1.", "Infinity", "-0"])
def test_a_number_is_spelled_one_way(digits):
    text = json.dumps(plan()).replace("1200000", digits)
    with pytest.raises(PlanError):
        document.parse(text)


def test_a_document_ends_at_256_kib():
    text = json.dumps(plan())
    assert document.parse(text + " " * (256 * 1024 - len(text)))
    assert refusal(document.parse, text + " " * (256 * 1024 - len(text) + 1)) == "plan.too_large"


def test_a_certificate_says_which_version_it_is():
    made = read()
    built = schedule.build(made.position, made.terms)
    assert certificate.certify(made.position, made.terms, built)["version"] == 1
