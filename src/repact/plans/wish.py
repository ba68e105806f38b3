"""A wish for a plan, as `repact plan` reads it: what to reach, and what may be changed for it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from repact.plans import search
from repact.plans.errors import PlanError
from repact.plans.fields import IsoDate, PositiveAmount, Strict
from repact.plans.position import Position
from repact.plans.terms import Component, Terms

Free = Literal[
    "count", "rate", "waive_interest", "waive_penalty", "waive_fees", "waive_principal", "set_aside"
]


WAIVED: dict[str, Component] = {
    "waive_interest": "interest",
    "waive_penalty": "penalty",
    "waive_fees": "fees",
    "waive_principal": "principal",
}


class Target(Strict):
    """One thing to reach: no payment above an amount, all payments together below one, the last
    payment by a day, or a lump sum first."""

    payment_max_minor: PositiveAmount | None = None
    total_max_minor: PositiveAmount | None = None
    done_by: IsoDate | None = None
    lump_sum_minor: PositiveAmount | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for value in self.model_dump().values()) != 1:
            raise ValueError("one_target")
        return self


class Wish(Strict):
    """A position, the terms to start from, the target, and the one parameter that is free."""

    position: Position
    terms: Terms
    target: Target
    free: Free = "count"


def meet(wish: Wish, /) -> search.Found:
    """The plan that meets a wish exactly.

    Raises PlanError `plan.no_plan_fits`, or `plan.target_not_free` where the free parameter cannot
    serve that target.
    """
    position, terms, target = wish.position, wish.terms, wish.target
    if target.payment_max_minor is not None:
        return _for_payment(wish, target.payment_max_minor)
    if target.total_max_minor is not None and wish.free == "rate":
        return search.rate_for_total(position, terms, target.total_max_minor)
    if wish.free != "count" or target.total_max_minor is not None:
        raise PlanError("plan.target_not_free", field="free", free=wish.free)
    if target.done_by is not None:
        return search.count_done_by(position, terms, target.done_by)
    return search.after_lump_sum(position, terms, target.lump_sum_minor or 0)


def _for_payment(wish: Wish, most: int) -> search.Found:
    position, terms, free = wish.position, wish.terms, wish.free
    if free == "count":
        return search.count_for_payment(position, terms, most)
    if free == "rate":
        return search.rate_for_payment(position, terms, most)
    if free == "set_aside":
        return search.share_for_payment(position, terms, most)
    return search.waiver_for_payment(position, terms, WAIVED[free], most)
