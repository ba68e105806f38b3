"""The exact answer to a wish, in the form in which it is stored and shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from repact.policy import propose
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
    """What the policy says to a wish, from the exact engine."""
    facts = making.facts_of(basis)
    means = facts.ceiling_minor
    pay = wish.pay_minor or means
    asked = replace(
        facts,
        wish_minor=pay,
        affordable_minor=pay,
        payday=wish.payday or facts.payday,
    )
    proposal = propose.propose(
        debts=making.debts_of(basis),
        facts=asked,
        loaded=basis.loaded,
        law=basis.law,
        on=basis.on,
    )
    plans = [making.made_of(offer) for offer in proposal.offers[:1]]
    rule = None
    if not plans and proposal.not_offered:
        first = proposal.not_offered[0]
        rule = {"rule_id": first.rule_id, "params": first.params, "change": first.change}
    if not plans:
        return Answered("never_ends", [], rule, None)
    if pay > means:
        return Answered("exceeds_means", plans, rule, None)
    alone = plans[0].tier == "automatic"
    return Answered("approvable" if alone else "needs_person", plans, rule, None)
