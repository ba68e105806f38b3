"""Dominance: which plans nobody has a reason to choose.

A plan is dominated by another that is at least as good for the borrower (payment, total, length,
room at the start, sum at the end) and for the lender (present value by its survival model), and
better in one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

Kept = TypeVar("Kept")


class Merit(NamedTuple):
    """What a plan is judged by; the smaller the better, in every field.

    The borrower's: the largest payment, all payments together, the number of payments, less one
    for each light row at the start (`heaviness`), what comes on top of the last payment; what the
    first half year asks for (`start_minor`), and the largest payment in a month with less money
    (`slow_minor`). The lender's: what it loses in value, which is minus the present value of what
    is expected to come.
    """

    payment_minor: int
    total_minor: int
    rows: int
    heaviness: int
    end_sum_minor: int
    lost_minor: int
    start_minor: int
    slow_minor: int


def dominates(one: Merit, other: Merit, /) -> bool:
    """Whether one plan leaves no reason to choose another."""
    return one != other and all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def undominated(plans: Sequence[tuple[Merit, Kept]], /) -> list[Kept]:
    """The plans that no other dominates, in the order given; of equals all stay."""
    return [plan for merit, plan in plans if not any(dominates(other, merit) for other, _ in plans)]
