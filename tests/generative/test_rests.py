"""What rests spare, beside a naive count of day after day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from repact.plans import document
from repact.plans.errors import PlanError
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import parse_events
from repact.plans.servicing.replay import replay
from tests.generative import naive
from tests.generative.test_engine import plans
from tests.generative.test_servicing import rests, settled

DAY = timedelta(days=1)


def cap(asked, day):
    """What the yearly rate may be on a day; None where all is as signed."""
    for began, ended in asked:
        if date.fromisoformat(began["on"]) <= day and (ended is None or day < ended):
            if began["mode"] == "running":
                return None
            return began.get("annual_rate_ppm", 0)
    return None


def pairs(events):
    """Each rest with the day it ended."""
    ends = [date.fromisoformat(one["on"]) for one in events[1::2]]
    begun = events[::2]
    return list(zip(begun, ends + [None] * (len(begun) - len(ends)), strict=True))


def late(row, asked, grace, ppm, on):
    """What being late costs of a row nobody pays, day by day."""
    sums, day = Fraction(0), row.due_date + grace * DAY
    while day < on:
        most = cap(asked, day)
        sums += Fraction(row.due.principal * (ppm if most is None else min(ppm, most)), 365 * 10**6)
        day += DAY
    return naive.rounded(sums, "half_up")


def spared(period, terms, asked, until):
    """What a period does not earn of its interest, day by day."""
    whole, less, day = 0, 0, period.start
    while day < period.end:
        # naive.rate_of of one day by ACT/365F is that day's rate
        one_day = {**terms, "day_count": "ACT/365F"}
        rate = naive.rate_of(day, day + DAY, one_day, first=False) * 365 * 10**6
        most = cap(asked, day)
        whole += rate
        if most is not None and day < until:
            less += max(rate - most, 0)
        day += DAY
    return Fraction(period.balance_minor * period.rate[0], period.rate[1]) * less / whole


@st.composite
def asked_for(draw):
    data = draw(plans())
    data["terms"]["conduct"] = {"grace_days": draw(st.integers(0, 9)), "late_rate_ppm": 240_000}
    made = document.validate(document.Document, data)
    try:
        agreement = Agreement.of(made.position, made.terms)
    except PlanError:
        assume(False)
    start = made.terms.effective_date
    span = min((agreement.schedule.rows[-1].due_date - start).days + 60, 500)
    events = draw(rests(start, span))
    return data["terms"], agreement, events, start + timedelta(days=draw(st.integers(0, span)))


@settled
@given(asked_for())
def test_being_late_costs_what_a_count_of_its_days_says(life):
    terms, agreement, events, on = life
    state = replay(agreement, parse_events(events), on)
    asked = pairs(events)
    for row in state.rows:
        if row.due_date <= on:
            assert row.due.late == late(row, asked, terms["conduct"]["grace_days"], 240_000, on)


@settled
@given(asked_for())
def test_a_period_earns_what_a_count_of_its_days_says(life):
    terms, agreement, events, on = life
    asked = pairs(events)
    ended = [end for _, end in asked if end and end <= on]
    assume(ended)
    assume(all(period.resting == "no" for period in agreement.periods))
    state = replay(agreement, parse_events(events), on)
    for row, period in zip(state.rows, agreement.periods, strict=True):
        if not period.charge_minor:
            continue
        # both round the same fraction once, and it may be a hair beside a half in one of them
        expected = spared(period, terms, asked, max(ended))
        less = min(naive.rounded(expected, terms["rounding"]), period.charge_minor)
        signed = agreement.schedule.rows[row.number - 1].interest_minor
        assert (signed - row.due.interest, period.charge_minor - row.charge_minor) == (less, less)
