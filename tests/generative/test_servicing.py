"""Random lives of random plans: whatever happens, no minor unit is lost and no order matters."""

from __future__ import annotations

import os
from datetime import timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from repact.plans import document
from repact.plans.errors import PlanError
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import (
    Payment,
    Rest,
    RestEnd,
    Reversal,
    Termination,
    parse_events,
)
from repact.plans.servicing.replay import Ongoing, payoff, replay
from tests.generative.test_engine import plans

EXAMPLES = int(os.environ.get("REPACT_EXAMPLES", "2000")) // 10
CONDUCT = st.fixed_dictionaries(
    {
        "grace_days": st.integers(0, 9),
        "late_rate_ppm": st.sampled_from([0, 240_000, 365_000]),
        "late_day_count": st.sampled_from(["ACT/365F", "30/360", "ACT/ACT"]),
        "cure_days": st.integers(0, 20),
        "waivers_return": st.booleans(),
        "skips": st.integers(0, 2),
        "tolerated_late": st.integers(0, 2),
        "excess": st.sampled_from(["advance", "shorten", "lower"]),
        "allocation": st.sampled_from(
            [
                [{"across": "rows"}],
                [
                    {"across": "components"},
                    {
                        "from_days_past_due": 30,
                        "order": ["principal", "interest", "penalty", "fees", "late"],
                    },
                ],
            ]
        ),
    }
)
settled = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def rests(draw, start, span):
    """Days on which another plan is asked for, one after the other; the last may go on."""
    days = sorted(draw(st.lists(st.integers(0, span), max_size=4, unique=True)))
    made = []
    for number, offset in enumerate(days):
        event = {"id": f"r{number}", "on": (start + timedelta(days=offset)).isoformat()}
        if number % 2:
            made.append({"kind": "rest_end", **event})
            continue
        mode = draw(st.sampled_from(["frozen", "frozen", "reduced", "running"]))
        rate = {"annual_rate_ppm": draw(st.integers(0, 300_000))} if mode == "reduced" else {}
        made.append({"kind": "rest", "mode": mode, **rate, **event})
    return made


@st.composite
def lives(draw):
    """An agreement, events that may happen to it, and a day."""
    data = draw(plans())
    data["terms"]["conduct"] = draw(CONDUCT)
    made = document.validate(document.Document, data)
    try:
        agreement = Agreement.of(made.position, made.terms)
    except PlanError:
        assume(False)
    start = made.terms.effective_date
    span = (agreement.schedule.rows[-1].due_date - start).days + 60
    events = []
    for number in range(draw(st.integers(0, 12))):
        on = start + timedelta(days=draw(st.integers(0, span)))
        kind = draw(st.sampled_from(["payment"] * 6 + ["skip", "reversal"]))
        event = {"kind": kind, "id": f"e{number}", "on": on.isoformat()}
        if kind == "payment":
            event["amount_minor"] = draw(st.integers(1, 3_000_000))
        elif kind == "skip":
            event["row"] = draw(st.integers(1, len(agreement.schedule.rows)))
        else:
            paid = [one for one in events if one["kind"] == "payment" and one["on"] <= event["on"]]
            if not paid:
                continue
            event["of"] = draw(st.sampled_from(paid))["id"]
        events.append(event)
    events += draw(rests(start, span))
    return agreement, parse_events(events), start + timedelta(days=draw(st.integers(0, span)))


def replayed(agreement, events, day):
    try:
        return replay(agreement, events, day)
    except PlanError:
        assume(False)


@settled
@given(lives())
def test_every_minor_unit_that_came_in_is_somewhere(life):
    agreement, events, day = life
    state = replayed(agreement, events, day)
    gone = {event.of for event in events if isinstance(event, Reversal) and event.on <= day}
    came = sum(
        event.amount_minor
        for event in events
        if isinstance(event, Payment) and event.on <= day and event.id not in gone
    )
    assert came == sum(state.paid) + state.prepaid_minor + state.credit_minor
    posted = sum(
        sum(part.amount_minor for part in posting.parts) + posting.credit_minor
        for posting in state.postings
    )
    assert posted == came
    assert all(row.open_minor == sum(row.due) - sum(row.paid) >= 0 for row in state.rows)
    assert min(min(row.due) for row in state.rows) >= 0


@settled
@given(lives(), st.randoms(use_true_random=False))
def test_when_we_heard_of_events_of_different_days_does_not_matter(life, chance):
    agreement, events, day = life
    assume(len({event.on for event in events}) == len(events))
    state = replayed(agreement, events, day)
    heard = list(events)
    chance.shuffle(heard)
    assert replay(agreement, heard, day) == state


@settled
@given(lives())
def test_the_payoff_of_a_day_paid_on_that_day_ends_the_plan(life):
    agreement, events, day = life
    state = replayed(agreement, events, day)
    assume(state.open_minor)
    quote = payoff(agreement, events, day)
    assert quote.total_minor + quote.credit_minor >= 0
    assume(quote.total_minor > 0)
    last = Payment(id="last", on=day, kind="payment", amount_minor=quote.total_minor)
    ended = replay(agreement, (*events, last), day)
    assert ended.open_minor == 0
    assert ended.credit_minor == state.credit_minor


@settled
@given(lives())
def test_ending_a_plan_never_asks_for_more_than_its_rows(life):
    agreement, events, day = life
    state = replayed(agreement, events, day)
    assume(state.standing == "active")
    end = Termination(id="end", on=day, kind="termination")
    assert replay(agreement, (*events, end), day).open_minor <= state.open_minor


@settled
@given(lives(), st.integers(1, 3_000_000), st.integers(0, 1))
def test_one_more_event_of_the_day_is_as_if_replayed_from_the_start(life, amount, skipped):
    agreement, events, day = life
    known = [event for event in events if event.on <= day]
    replayed(agreement, known, day)
    kind = {"kind": "skip", "row": 1} if skipped else {"kind": "payment", "amount_minor": amount}
    more = parse_events(
        [
            {"id": "more", "on": day.isoformat(), **kind},
            {"id": "last", "on": day.isoformat(), "kind": "payment", "amount_minor": amount},
        ]
    )
    going = Ongoing(agreement, known, day)
    assert going.state == replay(agreement, known, day)
    for count, event in enumerate(more, 1):
        assert going.takes(event)
        expected = _outcome(lambda: replay(agreement, (*known, *more[:count]), day))  # noqa: B023
        assert _outcome(lambda: going.then(event)) == expected  # noqa: B023
        if isinstance(expected, str):
            return
        assert not going.takes(event)


@settled
@given(lives())
def test_a_rest_never_asks_for_more_than_was_signed(life):
    agreement, events, day = life
    state = replayed(agreement, events, day)
    assume(any(isinstance(event, Rest) for event in events))
    signed = [event for event in events if not isinstance(event, Rest | RestEnd)]
    plain = replayed(agreement, signed, day)
    assert state.open_minor - state.credit_minor <= plain.open_minor - plain.credit_minor
    assert payoff(agreement, events, day).total_minor <= payoff(agreement, signed, day).total_minor


@settled
@given(lives())
def test_a_rest_in_which_everything_runs_changes_nothing(life):
    agreement, events, day = life
    running = [
        event.model_copy(update={"mode": "running", "annual_rate_ppm": None})
        if isinstance(event, Rest)
        else event
        for event in events
    ]
    state = replayed(agreement, running, day)
    signed = [event for event in events if not isinstance(event, Rest | RestEnd)]
    plain = replay(agreement, signed, day)
    assert (state.rows, state.postings) == (plain.rows, plain.postings)
    assert (state.credit_minor, state.standing) == (plain.credit_minor, plain.standing)


def _outcome(work):
    try:
        return work()
    except PlanError as error:
        return error.code
