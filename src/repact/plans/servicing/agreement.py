"""What was signed, as servicing needs it: each row with its period and what that period earns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, Self

from repact.money.rounding import DIVIDE, Divide
from repact.plans import measures, schedule
from repact.plans import terms as t
from repact.plans.conduct import Conduct
from repact.plans.figures import Schedule
from repact.plans.periods import PeriodRate
from repact.plans.position import Position

Resting = Literal["no", "accrue", "simple", "freeze"]


class Period(NamedTuple):
    """What a row's period earns: `charge_minor` on `balance_minor`, at `rate`, by its segment.

    `resting` is how a payment holiday treats it ("no" for a row that pays); `level` says whether
    the row is one of equal payments, which may be made smaller later.
    """

    start: date
    end: date
    rate: PeriodRate
    balance_minor: int
    charge_minor: int
    resting: Resting
    level: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """Position, terms and schedule as signed; `returning` are the waivers a breach brings back."""

    position: Position
    terms: t.Terms
    schedule: Schedule
    conduct: Conduct
    periods: tuple[Period, ...]
    returning: tuple[tuple[t.Component, int], ...]
    divide: Divide

    @classmethod
    def of(cls, position: Position, terms: t.Terms, /) -> Self:
        """The agreement these terms make; raises PlanError as `schedule.build` does."""
        laid = schedule.lay(position, terms)
        divide = DIVIDE[terms.rounding]
        return cls(
            position=position,
            terms=terms,
            schedule=laid.schedule,
            conduct=Conduct.of(terms),
            periods=tuple(_periods(terms, laid, divide)),
            returning=tuple(_returning(terms, laid.schedule, laid.standing)),
            divide=divide,
        )


def _periods(terms: t.Terms, laid: schedule.Laid, divide: Divide) -> Iterator[Period]:
    kinds = [segment for segment in terms.shape for _ in range(schedule.rows_of(segment))]
    start, balance = terms.effective_date, laid.standing.owed["principal"]
    rows = zip(laid.schedule.rows, laid.dates, laid.rates, kinds, strict=True)
    for row, end, rate, segment in rows:
        if isinstance(segment, t.LumpSum):
            balance = row.principal_minor
        resting: Resting = segment.interest if isinstance(segment, t.Holiday) else "no"
        earns = resting != "freeze" and not isinstance(segment, t.LumpSum)
        yield Period(
            start=start,
            end=end,
            rate=rate,
            balance_minor=balance,
            charge_minor=divide(balance * rate[0], rate[1]) if earns else 0,
            resting=resting,
            level=isinstance(segment, t.Level),
        )
        start, balance = end, row.balance_minor


def _returning(
    terms: t.Terms, made: Schedule, standing: measures.Standing
) -> Iterator[tuple[t.Component, int]]:
    """What was waived on a condition, by component; a settlement waives what it did not reach."""
    for waive, amount in standing.vesting:
        yield waive.component, amount
    if isinstance(terms.shape[0], t.LumpSum):
        paid = made.rows[0]
        for component in ("fees", "penalty", "interest", "principal"):
            left = standing.owed[component] - getattr(paid, f"{component}_minor")
            if left:
                yield component, left
