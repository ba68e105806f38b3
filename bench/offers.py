"""Offers and counter-offers in process: one JSON line for each, beside the floor of a bare loop.

One case with three debts under the fullest sample policy. Every round is another borrower: other
principals, another income, another wish; nothing is memoized between rounds. Milliseconds are this
machine's; `times_the_floor` compares with a bare amortization loop timed in the same rounds.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import peers

from repact.law import catalogue
from repact.plans.document import validate
from repact.plans.position import Position
from repact.policy import loading, propose
from repact.policy.counter import Wish, counter
from repact.policy.facts import DebtFacts, Facts

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 120
ON = date(2026, 11, 25)
ROOT = Path(__file__).resolve().parents[1]
POLICY = loading.load(ROOT / "policies" / "demo-consumer-finance.yaml")
LAW = catalogue.load("cn")


def main() -> None:
    """Time both and print them."""
    considered: list[int] = []

    def offer(rng: random.Random) -> None:
        made = propose.propose(debts=_debts(rng), facts=_facts(rng), loaded=POLICY, law=LAW, on=ON)
        considered.append(made.considered)

    def answer(rng: random.Random) -> None:
        wish = Wish(payment_minor=rng.randrange(30_000, 200_000))
        counter(debts=_debts(rng), facts=_facts(rng), wish=wish, loaded=POLICY, law=LAW, on=ON)

    _measure("propose, three debts", offer, budget_ms=120, facts=lambda: _spread(considered))
    _measure("counter, three debts", answer, budget_ms=60, facts=dict)


def _debts(rng: random.Random) -> list[DebtFacts]:
    rows = [("wallet_credit", 2_600_000, 9), ("installment_loan", 1_300_000, 14)]
    rows.append(("installment_loan", 500_000, 8))
    return [
        _debt(f"loan-{place}", product, principal + rng.randrange(400_000), count, rng)
        for place, (product, principal, count) in enumerate(rows)
    ]


def _debt(loan_id: str, product: str, principal: int, count: int, rng: random.Random) -> DebtFacts:
    due = [{"due_date": f"2027-{month % 12 + 1:02d}-08"} for month in range(count)]
    position = validate(
        Position,
        {
            "as_of": ON.isoformat(),
            "currency": "CNY",
            "principal_minor": principal,
            "interest_minor": 30_000 + rng.randrange(60_000),
            "penalty_minor": 3_000 + rng.randrange(20_000),
            "fees_minor": rng.randrange(2_000),
            "contract": {
                "annual_rate_ppm": 156_000,
                "day_count": "ACT/365F",
                "remaining": [row | {"amount_minor": principal // count} for row in due],
            },
        },
    )
    return DebtFacts(loan_id, product, position, 234_000, days_past_due=100)


def _facts(rng: random.Random) -> Facts:
    means = rng.randrange(55_000, 105_000)
    return Facts(means, means, 15, evidence=("pay_slip", "bank_statement"))


def _measure(
    bench: str,
    work: Callable[[random.Random], None],
    *,
    budget_ms: int,
    facts: Callable[[], dict[str, Any]],
) -> None:
    rng = random.Random(7)
    work(rng)
    cpu, wall, floor = [], [], []
    for number in range(ROUNDS):
        start, started = time.perf_counter(), time.process_time()
        work(rng)
        cpu.append(time.process_time() - started)
        wall.append(time.perf_counter() - start)
        started = time.perf_counter()
        peers.floor(1_000_000 + number)
        floor.append(time.perf_counter() - started)
    said = {
        "bench": bench,
        "contender": "repact",
        "rounds": ROUNDS,
        "p50_ms": _ms(wall, 50),
        "p95_ms": _ms(wall, 95),
        "p95_processor_ms": _ms(cpu, 95),
        "budget_ms": budget_ms,
        "times_the_floor": round(_at(wall, 50) / _at(floor, 50), 1),
        **facts(),
    }
    print(json.dumps(said))


def _spread(values: list[int]) -> dict[str, Any]:
    return {
        "considered_least": min(values),
        "considered_median": sorted(values)[len(values) // 2],
    }


def _at(values: list[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]


def _ms(values: list[float], percent: int) -> float:
    return round(_at(values, percent) * 1000, 1)


if __name__ == "__main__":
    main()
