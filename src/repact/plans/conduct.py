"""What happens after signing, in numbers: the servicing terms of an agreement."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from repact.dates.day_count import DayCount
from repact.plans import accrual
from repact.plans.document import refuse
from repact.plans.fields import Amount, RatePpm, Strict
from repact.plans.terms import Terms

Days = Annotated[int, Field(ge=0, le=365)]
Times = Annotated[int, Field(ge=0, le=120)]
Due = Literal["late", "fees", "penalty", "interest", "principal"]
Excess = Literal["advance", "shorten", "lower"]
DeclaredBy = Literal["person", "clock"]
FEES_FIRST: tuple[Due, ...] = ("late", "fees", "penalty", "interest", "principal")


class AllocationRule(Strict):
    """The order in which a payment is used up once a plan is `from_days_past_due` days behind.

    `across` says whether one row is paid whole before the next (`rows`) or one component of every
    due row before the next component (`components`). Sources: Civil Code of China art. 561 (costs,
    interest, principal), Measures on credit cards art. 57 (principal first from 91 days on).
    """

    from_days_past_due: Annotated[int, Field(ge=0, le=10_000)] = 0
    across: Literal["rows", "components"] = "rows"
    order: Annotated[tuple[Due, ...], Field(strict=False)] = FEES_FIRST

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if sorted(self.order) != sorted(FEES_FIRST):
            raise ValueError("allocation_order_incomplete")
        return self


class Conduct(Strict):
    """Grace, what being late costs, what may be moved, and what stays waived.

    `late_rate_ppm` is the yearly rate on the late payment's principal after `grace_days`;
    `remind_days` before a due date a reminder is sent; waived sums never come back when
    `waivers_return` is false. `tolerated_late` payments may come after the grace days and still
    earn their waiver. A breach is possible `cure_days` after the grace days. `skips` payments may
    be moved behind the last one, `date_moves` by up to `date_move_days`, at no cost. `excess` says
    what a payment does that is larger than what is due: it pays later rows in advance, or reduces
    the principal, with fewer payments (`shorten`) or smaller ones (`lower`).

    `nudge_days` before the grace days end a word of warning with help is sent, `invite_days` before
    a breach is possible an invitation to agree anew. A mandate debits up to `debit_attempts` times
    for one due date, `debit_every_days` apart, and never what would leave less than
    `debit_leaves_minor` in the wallet. A breach is `declared_by` a person, or by the clock.
    """

    grace_days: Days = 0
    late_rate_ppm: RatePpm = 0
    late_day_count: DayCount = "ACT/365F"
    remind_days: Days = 3
    waivers_return: bool = False
    tolerated_late: Times = 0
    cure_days: Days = 0
    skips: Times = 0
    date_moves: Times = 0
    date_move_days: Days = 0
    excess: Excess = "advance"
    nudge_days: Days = 1
    invite_days: Days = 1
    debit_attempts: Annotated[int, Field(ge=1, le=10)] = 1
    debit_every_days: Annotated[int, Field(ge=1, le=31)] = 1
    debit_leaves_minor: Amount = 0
    declared_by: DeclaredBy = "person"
    allocation: Annotated[
        tuple[AllocationRule, ...], Field(min_length=1, max_length=10, strict=False)
    ] = (AllocationRule(),)

    @model_validator(mode="after")
    def _rules_in_order(self) -> Self:
        starts = [rule.from_days_past_due for rule in self.allocation]
        if starts[0] or starts != sorted(set(starts)):
            raise ValueError("allocation_rules_out_of_order")
        return self

    @classmethod
    def of(cls, terms: Terms, /) -> Self:
        """The conduct written into terms; raises PlanError naming the field."""
        try:
            return cls.model_validate(terms.conduct)
        except ValidationError as error:
            refuse(error)

    def rule_at(self, days_past_due: int, /) -> AllocationRule:
        """The order in force for a plan that is this many days behind."""
        return next(r for r in reversed(self.allocation) if r.from_days_past_due <= days_past_due)


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
