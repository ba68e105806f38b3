"""Who may give how much, from which pool, on which evidence."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from repact.plans.fields import Amount, PositiveAmount, SharePpm, Strict
from repact.policy.fields import Code, Codes, Days, Role, Times, assert_in_order, assert_once


class Tier(Strict):
    """Who may give away how much in one offer. Every figure is a limit that is included.

    `concession` is present value given up plus what is waived; `share_ppm_max` is its share of what
    is owed; `forbearance_number_max` says which forbearance of the debt it may be at most.
    `holders` is how many different people of the lender hold the role (0 for `automatic`).
    """

    role: Role
    holders: Annotated[int, Field(ge=0, le=10_000)]
    concession_minor_max: Amount
    waived_minor_max: Amount
    share_ppm_max: SharePpm
    forbearance_number_max: Times


class Caps(Strict):
    """The most that may be given away in sum: by an agent in a day, to a borrower in 365 days, and
    by no person's hand in a day.
    """

    agent_day_minor: Amount
    borrower_year_minor: Amount
    automatic_day_minor: Amount


class Authority(Strict):
    """The tiers from the smallest to the largest, and the sums over time."""

    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=4, strict=False)]
    caps: Caps

    @model_validator(mode="after")
    def _each_role_once(self) -> Self:
        assert_once([tier.role for tier in self.tiers], "role")
        return self

    def tier(self, role: str, /) -> Tier | None:
        """The tier of a role, or None."""
        return next((tier for tier in self.tiers if tier.role == role), None)


class Pool(Strict):
    """Money set aside for concessions from a day to a day, both included.

    Without `products` it serves all of them.
    """

    code: Code
    amount_minor: PositiveAmount
    from_date: date
    to_date: date
    products: Codes = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        assert_in_order(self.from_date, self.to_date)
        return self


class EvidenceTier(Strict):
    """How much must be shown for a concession and a debt of this size (limits included).

    `later_days` is how long documents may follow a conditional plan; `trial_rows` is how many
    payments on time make that plan final in the meantime. 0 means: neither.
    """

    tier: Literal["none", "one", "full"]
    concession_minor_max: Amount
    owed_minor_max: Amount
    kinds: Codes = ()
    later_days: Days
    trial_rows: Annotated[int, Field(ge=0, le=12)]
