"""The engine beside its peers, in one run, on one core; one JSON line for each contender.

The same work for all: one level schedule over 36 months at 18%, and its annual rates. Rounds are
interleaved and medians taken, the principal changes in every iteration, nothing is memoized. Only
the ratios mean anything: `times_the_floor` is time over that of the bare loop in plain Python.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import peers

from repact.plans import annual_rates, document, schedule, search
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.events import parse_events
from repact.plans.servicing.replay import replay

ROUNDS, SECONDS = 7, 0.12
Contender = tuple[str, Callable[[int], Any]]


def main() -> None:
    """Print every comparison."""
    made, missing = peers.load()
    for name, reason in missing.items():
        _say(bench="schedule", contender=name, not_run=reason)
    ours = peers.Peer("repact", _schedule, lambda made: made.totals.interest_minor)
    floor = peers.Peer("floor", peers.floor, lambda made: made[1][2])
    contenders = [floor, ours, *made]
    exact = {peer.name: _exact(peer, floor) for peer in contenders}
    _compare("schedule", [(peer.name, peer.make) for peer in contenders], exact)
    _compare("nominal rate", _nominal())
    _compare("effective rate", _effective())
    _alone("a thousand candidate plans", _candidates(), budget_ms=80)
    _alone("replay of 36 months and 40 events", _replay(), budget_ms=1)


def _terms(principal: int, count: int = 36, rate: int = 180_000) -> document.Document:
    return document.validate(
        document.Document,
        {
            "position": {
                "as_of": "2024-01-01",
                "currency": "CNY",
                "principal_minor": principal,
                "interest_minor": 0,
                "penalty_minor": 0,
                "fees_minor": 0,
            },
            "terms": {
                "version": 1,
                "effective_date": "2024-01-01",
                "annual_rate_ppm": rate,
                "day_count": "30/360",
                "rounding": "half_up",
                "measures": [],
                "frequency": {"every": 1, "unit": "month", "anchor_day": 1},
                "first_due_date": "2024-02-01",
                "shape": [{"kind": "level", "count": count}],
                "conduct": {
                    "grace_days": 3,
                    "late_rate_ppm": 180_000,
                    "skips": 2,
                    "date_moves": 2,
                    "date_move_days": 9,
                },
            },
        },
    )


_BASE = _terms(1_200_000)


def _schedule(principal: int) -> schedule.Schedule:
    position = _BASE.position.model_copy(update={"principal_minor": principal})
    return schedule.build(position, _BASE.terms)


def _exact(peer: peers.Peer, floor: peers.Peer) -> str:
    """On how many of 50 loans the total interest is right to the cent."""
    rng = random.Random(1)
    loans = [rng.randrange(100_000, 50_000_000) for _ in range(50)]
    right = sum(
        peer.interest(peer.make(loan)) == floor.interest(floor.make(loan)) for loan in loans
    )
    return f"{right}/50"


def _nominal() -> list[Contender]:
    import numpy_financial
    import pyxirr

    payments = [row.payment_minor for row in schedule.build(_BASE.position, _BASE.terms).rows]

    def bare(amount: int) -> float:
        rate = 0.01
        for _ in range(50):
            factor, value, slope = 1.0, -float(amount), 0.0
            for number, payment in enumerate(payments, start=1):
                factor /= 1 + rate
                value += payment * factor
                slope -= number * payment * factor / (1 + rate)
            step = value / slope
            rate -= step
            if abs(step) < 1e-12:
                break
        return rate

    def ours(amount: int) -> int | None:
        return annual_rates.nominal_ppm(
            amount=amount, payments=payments, periods_per_year=Fraction(12)
        )

    return [
        ("floor", bare),
        ("repact", ours),
        ("pyxirr", lambda amount: pyxirr.irr([-amount, *payments])),
        ("numpy-financial", lambda amount: numpy_financial.irr([-amount, *payments])),
    ]


def _effective() -> list[Contender]:
    import pyxirr

    rows = schedule.build(_BASE.position, _BASE.terms).rows
    start = _BASE.terms.effective_date
    days = [start, *(row.due_date for row in rows)]
    flows = [((row.due_date - start).days, row.payment_minor) for row in rows]
    payments = [row.payment_minor for row in rows]

    def bare(amount: int) -> float:
        rate = 0.1
        for _ in range(50):
            value, slope = -float(amount), 0.0
            for after, payment in flows:
                worth = payment * (1 + rate) ** (-after / 365)
                value += worth
                slope -= after / 365 * worth / (1 + rate)
            step = value / slope
            rate -= step
            if abs(step) < 1e-12:
                break
        return rate

    def ours(amount: int) -> int | None:
        near = annual_rates.nominal_ppm(
            amount=amount, payments=payments, periods_per_year=Fraction(12)
        )
        nominal = (near, Fraction(12)) if near else None
        return annual_rates.effective_ppm(amount=amount, flows=flows, nominal=nominal)

    return [
        ("floor", bare),
        ("repact, the nominal rate included", ours),
        ("pyxirr", lambda amount: pyxirr.xirr(days, [-amount, *payments])),
    ]


def _candidates() -> Callable[[int], Any]:
    """12 to 60 months at forty rates, for somebody who can pay 400.00 a month: the cheapest."""
    plans = [
        _terms(1_200_000, count=count, rate=rate).terms
        for count in range(12, 62, 2)
        for rate in range(0, 200_000, 5_000)
    ]
    assert len(plans) == 1_000

    def build(_: int) -> int:
        fitting = search.screened(_BASE.position, plans, 40_000)
        return min(found.schedule.totals.payment_minor for found in fitting)

    return build


def _replay() -> Callable[[int], Any]:
    agreement = Agreement.of(_BASE.position, _BASE.terms)
    rows = agreement.schedule.rows
    events: list[dict[str, Any]] = [
        {
            "kind": "payment",
            "id": f"p{row.number}",
            "on": row.due_date + timedelta(days=5 * (row.number % 7 == 3)),
            "amount_minor": row.payment_minor,
        }
        for row in rows
    ]
    events.append(
        {
            "kind": "date_move",
            "id": "m",
            "on": rows[4].due_date,
            "row": 6,
            "to_date": rows[5].due_date + timedelta(4),
        }
    )
    events.append({"kind": "skip", "id": "s", "on": rows[20].due_date, "row": 25})
    events.append({"kind": "reversal", "id": "r", "on": rows[30].due_date, "of": "p29"})
    events.append({"kind": "payment", "id": "x", "on": date(2027, 3, 1), "amount_minor": 50_000})
    parsed = parse_events(events)
    assert len(parsed) == 40
    return lambda _: replay(agreement, parsed, date(2027, 6, 1))


def _compare(bench: str, contenders: list[Contender], exact: dict[str, str] | None = None) -> None:
    """Time contenders in turns and print each one's median as times the floor."""
    times: dict[str, list[float]] = {name: [] for name, _ in contenders}
    for _ in range(ROUNDS):
        for name, make in contenders:
            times[name].append(_once(make))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        facts: dict[str, Any] = {"exact": exact[name]} if exact else {}
        _say(
            bench=bench,
            contender=name,
            per_second=round(1 / median),
            times_the_floor=round(median / medians["floor"], 2),
            **facts,
        )


def _alone(bench: str, make: Callable[[int], Any], *, budget_ms: int) -> None:
    """Time one thing of ours against its budget, and against the floor in the same rounds."""
    own, floors = [], []
    for _ in range(ROUNDS):
        own.append(_once(make))
        floors.append(_once(peers.floor))
    median = statistics.median(own)
    _say(
        bench=bench,
        contender="repact",
        milliseconds=round(median * 1000, 3),
        budget_ms=budget_ms,
        times_the_floor=round(median / statistics.median(floors), 1),
    )


def _once(make: Callable[[int], Any]) -> float:
    """Seconds per call, over at least SECONDS; the principal differs in every call."""
    calls, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < SECONDS:
        make(1_000_000 + 37 * calls)
        calls += 1
    return spent / calls


def _say(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
