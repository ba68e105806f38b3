"""The exact answer to a wish, in the form in which it is stored and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

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
