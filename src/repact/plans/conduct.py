"""What happens after signing, in numbers: the servicing terms of an agreement."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import Field, ValidationError

from repact.dates.day_count import DayCount
from repact.plans import accrual
from repact.plans.document import refuse
from repact.plans.fields import RatePpm, Strict
from repact.plans.terms import Terms

Days = Annotated[int, Field(ge=0, le=365)]


class Conduct(Strict):
    """Grace, what being late costs, and what stays waived.

    `late_rate_ppm` is the yearly rate on the late payment's principal after `grace_days`;
    `remind_days` before a due date a reminder is sent; waived sums never come back when
    `waivers_return` is false.
    """

    grace_days: Days = 0
    late_rate_ppm: RatePpm = 0
    late_day_count: DayCount = "ACT/365F"
    remind_days: Days = 3
    waivers_return: bool = False

    @classmethod
    def of(cls, terms: Terms, /) -> Self:
        """The conduct written into terms; raises PlanError naming the field."""
        try:
            return cls.model_validate(terms.conduct)
        except ValidationError as error:
            refuse(error)


def late_cost(*, conduct: Conduct, principal_minor: int, due_date: date, on: date) -> int:
    """What a payment of this principal costs in addition when paid on a day, in minor units.

    Nothing up to and including the last grace day; from then on simple interest on its principal.
    """
    start = due_date + timedelta(days=conduct.grace_days)
    if on <= start:
        return 0
    return accrual.interest(
        amount_minor=principal_minor,
        annual_rate_ppm=conduct.late_rate_ppm,
        start=start,
        end=on,
        day_count=conduct.late_day_count,
    )
