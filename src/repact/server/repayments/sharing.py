"""One payment, several debts in one plan: who gets how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from repact.plans import creditors
from repact.plans.errors import PlanError
from repact.plans.servicing.agreement import Agreement as SignedPlan
from repact.plans.servicing.events import Event
from repact.plans.servicing.replay import payoff, replay
from repact.plans.servicing.state import PlanState


def share(
    amount_minor: int,
    parts: Mapping[int, tuple[SignedPlan, Sequence[Event]]],
    /,
    *,
    on: date,
) -> dict[int, int]:
    """Share a payment over the parts of a plan, by number; parts that get nothing are left out.

    What is due comes first, then what is not; within each as art. 560 of the Civil Code of China
    says. What nothing claims goes to the first part, as the borrower's credit.
    """
    if len(parts) == 1:
        return dict.fromkeys(parts, amount_minor)
    debts = []
    for number, (plan, events) in parts.items():
        debts += _debts(number, plan, events, on)
    got = dict.fromkeys(parts, 0)
    for name, part in creditors.allocate(amount_minor, debts).items():
        got[int(name.partition(":")[0])] += part
    left = amount_minor - sum(got.values())
    got[min(got)] += left
    return {number: part for number, part in got.items() if part}


def due_minor(state: PlanState, /) -> int:
    """What is due by the state's day: rows, late cost, and waivers a breach brought back."""
    rows = sum(row.open_minor for row in state.rows if row.due_date <= state.as_of)
    return rows + state.returned.total_minor


def _debts(
    number: int, plan: SignedPlan, events: Sequence[Event], on: date
) -> list[creditors.Debt]:
    try:
        state = replay(plan, events, on)
        whole = payoff(plan, events, on).total_minor
    except PlanError:  # before the plan began
        return []
    due = due_minor(state)
    dates = [row.due_date for row in state.rows if row.open_minor]
    rate, first = state.annual_rate_ppm, min(dates, default=None)
    return [
        creditors.Debt(f"{number}:due", due, annual_rate_ppm=rate, due_date=first),
        creditors.Debt(
            f"{number}:ahead",
            max(whole - due, 0),
            due=False,
            annual_rate_ppm=rate,
            due_date=min((day for day in dates if day > on), default=None),
        ),
    ]
