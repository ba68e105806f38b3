"""Events of one day, taken back, and component by component: nothing depends on who came first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from repact.ledger import living, plan_life
from repact.plans import document
from repact.plans.errors import PlanError
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import DateMove, Payment, Reversal, Skip
from repact.plans.servicing.replay import replay
from tests.generative.test_engine import plans
from tests.generative.test_servicing import lives, replayed, settled

CONDUCT = {
    "grace_days": 3,
    "late_rate_ppm": 240_000,
    "skips": 3,
    "date_moves": 40,
    "date_move_days": 40,
    "excess": "advance",
}


def standing(state):
    """A state without the story of how it came about.

    A payment that ends a plan early gathers what was ahead into one row, and interest paid ahead
    that was not earned by then counts as principal: of a plan that has ended the sums are compared.
    """
    if state.standing == "completed":
        paid = sum(state.paid) + state.prepaid_minor
        return (paid, state.credit_minor, state.open_minor, state.vested_minor, state.pending_minor)
    return replace(state, postings=(), happenings=())


@st.composite
def days(draw):
    """An agreement, what happened before a day, and events of that day independent of each other:
    payments, or moves of different rows, and reversals of different payments of earlier days."""
    data = draw(plans())
    data["terms"]["conduct"] = CONDUCT
    made = document.validate(document.Document, data)
    try:
        agreement = Agreement.of(made.position, made.terms)
    except PlanError:
        assume(False)
    start = made.terms.effective_date
    day = start + timedelta(days=draw(st.integers(1, 200)))
    before = [
        Payment(
            id=f"b{number}",
            on=start + timedelta(days=draw(st.integers(0, (day - start).days - 1))),
            kind="payment",
            amount_minor=draw(st.integers(1, 300_000)),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    undone = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
    same = [
        Reversal(id=f"r{number}", on=day, kind="reversal", of=one.id)
        for number, one in enumerate(undone)
    ]
    if draw(st.booleans()):
        same += [
            Payment(id=f"p{n}", on=day, kind="payment", amount_minor=draw(st.integers(1, 300_000)))
            for n in range(draw(st.integers(1, 4)))
        ]
    else:
        rows = [row for row in agreement.schedule.rows if row.due_date >= day]
        moved = draw(st.lists(st.sampled_from(rows), unique=True, max_size=3)) if rows else []
        same += [
            DateMove(
                id=f"m{row.number}",
                on=day,
                kind="date_move",
                row=row.number,
                to_date=row.due_date + timedelta(days=draw(st.integers(0, 40))),
            )
            for row in moved
        ]
    return agreement, before, same, day


@settled
@given(days(), st.randoms(use_true_random=False))
def test_in_whatever_order_independent_events_of_a_day_come_the_end_is_the_same(given_, chance):
    agreement, before, same, day = given_
    state = replayed(agreement, (*before, *same), day)
    shuffled = list(same)
    chance.shuffle(shuffled)
    later = day + timedelta(days=40)
    for on in (day, later):
        one = replay(agreement, (*before, *same), on)
        other = replay(agreement, (*before, *shuffled), on)
        assert standing(one) == standing(other)
    assert state.as_of == day


@settled
@given(lives(), st.data())
def test_a_reversal_is_an_inverse_in_state_and_in_every_balance(life, data):
    agreement, events, day = life
    before = replayed(agreement, events, day)
    open_rows = [row.number for row in before.rows if row.open_minor]
    kind = data.draw(st.sampled_from(["payment", "skip", "date_move"]))
    if kind == "payment":
        amount = data.draw(st.integers(1, 3_000_000))
        one = Payment(id="one", on=day, kind="payment", amount_minor=amount)
    else:
        assume(open_rows)
        row = data.draw(st.sampled_from(open_rows))
        one = (
            Skip(id="one", on=day, kind="skip", row=row)
            if kind == "skip"
            else DateMove(id="one", on=day, kind="date_move", row=row, to_date=day)
        )
    between = replayed(agreement, (*events, one), day)
    back = Reversal(id="back", on=day, kind="reversal", of="one")
    after = replay(agreement, (*events, one, back), day)
    assert after == before
    cash = getattr(one, "amount_minor", 0)
    balances: Counter[str] = Counter()
    for was, now, money in ((before, between, cash), (between, after, -cash)):
        change = living.change(was, now, cash_minor=money)
        if change.is_nothing:  # nothing is posted then
            continue
        entry = plan_life.plan_changed(on=day, currency="CNY", template="x", change=change)
        for line in entry.lines:
            balances[line.account] += line.amount_minor
    assert not any(balances.values())


@settled
@given(lives())
def test_every_component_is_kept_apart(life):
    agreement, events, day = life
    state = replayed(agreement, events, day)
    due: Counter[str] = Counter()
    signed: Counter[str] = Counter()
    for row, as_signed in zip(state.rows, agreement.schedule.rows, strict=True):
        for name in ("fees", "penalty", "interest", "principal"):
            due[name] += getattr(row.due, name)
            signed[name] += getattr(as_signed, f"{name}_minor")
    # ended early: interest paid ahead that was not earned by then counts as principal
    ahead = signed["principal"] - due["principal"] - state.prepaid_minor
    unearned = state.paid.interest if state.standing == "completed" else 0
    # and a holiday whose interest becomes principal adds less of it once principal was paid early
    unearned += sum(one.charge_minor for one in agreement.periods if one.resting == "accrue")
    assert 0 <= ahead <= unearned
    assert (due["fees"], due["penalty"]) == (signed["fees"], signed["penalty"])
    assert due["interest"] <= signed["interest"]
    posted: Counter[str] = Counter()
    for posting in state.postings:
        for part in posting.parts:
            posted[part.component] += part.amount_minor
    paid = Counter(state.paid._asdict())
    paid["principal"] += state.prepaid_minor
    assert +posted == +paid
