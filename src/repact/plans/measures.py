"""Applying measures, in order, to the components of a position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from repact.money.rounding import DIVIDE, Divide, Rounding
from repact.plans import terms as t
from repact.plans.errors import PlanError
from repact.plans.fields import WHOLE_PPM
from repact.plans.position import Position


@dataclass(slots=True)
class Standing:
    """The components after measures, and what the measures moved where (minor units)."""

    owed: dict[str, int]
    waived_now: int = 0
    vesting: list[tuple[t.Waive, int]] = field(default_factory=list)
    capitalized: int = 0
    carried: list[tuple[t.Carry, int]] = field(default_factory=list)
    set_aside: int = 0

    def carried_of(self, component: str, /) -> int:
        """What of a component is collected later."""
        return sum([amount for carry, amount in self.carried if carry.component == component])

    @property
    def waived(self) -> int:
        """Everything waived, vested or not."""
        return self.waived_now + sum([amount for _, amount in self.vesting])


def apply(position: Position, terms: t.Terms) -> Standing:
    """The standing after every measure of terms; raises PlanError naming the measure at fault."""
    return moved(
        position, terms.measures, rounding=terms.rounding, effective_date=terms.effective_date
    )


def moved(
    position: Position,
    measures: Sequence[t.Measure],
    *,
    rounding: Rounding,
    effective_date: date,
) -> Standing:
    """The same for measures by themselves, in their order."""
    standing = Standing(
        owed={
            "principal": position.principal_minor,
            "interest": position.interest_minor,
            "penalty": position.penalty_minor,
            "fees": position.fees_minor,
        }
    )
    divide = DIVIDE[rounding]
    for index, measure in enumerate(measures):
        at = f"terms.measures[{index}]"
        match measure:
            case t.Waive():
                _waive(standing, measure, divide, at)
            case t.Capitalize():
                amount = divide(standing.owed[measure.component] * measure.share_ppm, WHOLE_PPM)
                standing.owed[measure.component] -= amount
                standing.owed["principal"] += amount
                standing.capitalized += amount
            case t.Carry():
                standing.carried.append((measure, standing.owed[measure.component]))
                standing.owed[measure.component] = 0
            case t.SetAside():
                amount = _amount(measure, standing.owed["principal"], divide, at)
                standing.owed["principal"] -= amount
                standing.set_aside += amount
            case t.RateChange() | t.Freeze() if measure.from_date < effective_date:
                raise PlanError("plan.measure_before_start", field=f"{at}.from_date")
    return standing


def _waive(standing: Standing, waive: t.Waive, divide: Divide, at: str) -> None:
    amount = _amount(waive, standing.owed[waive.component], divide, at)
    standing.owed[waive.component] -= amount
    if waive.vests == "now":
        standing.waived_now += amount
    else:
        standing.vesting.append((waive, amount))


def _amount(measure: t.Waive | t.SetAside, of: int, divide: Divide, at: str) -> int:
    if measure.share_ppm is not None:
        return divide(of * measure.share_ppm, WHOLE_PPM)
    amount = measure.amount_minor or 0
    if amount > of:
        raise PlanError("plan.more_than_owed", field=f"{at}.amount_minor", owed_minor=of)
    return amount
