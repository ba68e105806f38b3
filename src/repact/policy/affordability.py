"""What a person can pay each month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from repact.policy import guidelines


@dataclass(frozen=True, slots=True)
class Budget:
    """A month in minor units. None means that the person does not know or did not say."""

    income_minor: int | None
    people: int
    spending_minor: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Means:
    """What is left, what is kept, what can be paid; all None when the income is not known.

    `floor_applied` says that the spending told was below the living floor, which was used instead.
    """

    surplus_minor: int | None
    buffer_minor: int | None
    affordable_minor: int | None
    floor_applied: bool

    @property
    def is_negative(self) -> bool:
        """Nothing is left: never a plan, but breathing space and a person."""
        return self.affordable_minor == 0


def assess(budget: Budget, rules: guidelines.Affordability, /) -> Means:
    """Income minus spending minus the emergency buffer; never below zero."""
    told = sum(amount or 0 for amount in budget.spending_minor.values())
    floor = rules.living_floor_first_minor + rules.living_floor_each_minor * (budget.people - 1)
    floor_applied = told < floor
    if budget.income_minor is None:
        return Means(None, None, None, floor_applied)
    surplus = max(budget.income_minor - max(told, floor), 0)
    buffer = min(
        max(surplus * rules.buffer_share_ppm // 1_000_000, rules.buffer_floor_minor), surplus
    )
    return Means(surplus, buffer, surplus - buffer, floor_applied)
