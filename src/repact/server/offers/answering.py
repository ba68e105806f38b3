"""The exact answer to a wish, in the form in which it is stored and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from repact.policy import counter as counters
from repact.server.offers import making

State = Literal["approvable", "needs_person", "exceeds_means", "never_ends"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a borrower would like; what is None is left to the policy.

    An amount a month, the day money comes in, a number of payments, the day of the first payment
    (ISO 8601), a sum at the start.
    """

    pay_minor: int | None = None
    payday: int | None = None
    months: int | None = None
    first_date: str | None = None
    lump_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """How a wish stands, the nearest plans (the nearest first), the rule in the way if there is
    one, and the smallest amount a month that ends where the asked one never does."""

    state: State
    plans: list[making.Made]
    rule: dict[str, Any] | None
    least_minor: int | None


def answer(basis: making.Basis, wish: Wish, /) -> Answered:
    """What the policy says to a wish, from the exact engine: the nearest plan on its own side
    first, then the nearest on the other.

    Raises PolicyError `policy.nothing_wished` or `policy.wish_out_of_range`.
    """
    first = date.fromisoformat(wish.first_date) if wish.first_date else None
    found = counters.counter(
        debts=making.debts_of(basis),
        facts=making.facts_of(basis),
        wish=counters.Wish(
            payment_minor=wish.pay_minor,
            payday=wish.payday,
            rows=wish.months,
            first_due_date=first,
            lump_sum_minor=wish.lump_minor,
        ),
        loaded=basis.loaded,
        law=basis.law,
        on=basis.on,
    )
    rule = found.rule
    return Answered(
        state=found.state,
        plans=[making.made_of(offer) for offer in found.plans],
        rule={"rule_id": rule.rule_id, "params": rule.params, "change": rule.change}
        if rule
        else None,
        least_minor=found.least_minor,
    )
