"""Money that comes or goes again and again, turned into months without overstating anyone's means.

The rule: a year holds at least 52 and at most 53 weekly payments, 26 and 27 fortnightly ones; a
month holds at least 4 and at most 5, 2 and 3. Income counts the fewest and rounds down, spending
counts the most and rounds up. So no year brings less income, or costs more, than was counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from repact.errors import RepactError

Period = Literal["weekly", "fortnightly", "monthly", "quarterly", "yearly"]
Side = Literal["income", "spending"]
MONTHS_A_YEAR = 12
IN_A_YEAR: dict[Period, dict[Side, int]] = {
    "weekly": {"income": 52, "spending": 53},
    "fortnightly": {"income": 26, "spending": 27},
    "monthly": {"income": 12, "spending": 12},
    "quarterly": {"income": 4, "spending": 4},
    "yearly": {"income": 1, "spending": 1},
}
IN_A_MONTH: dict[Period, dict[Side, int]] = {
    "weekly": {"income": 4, "spending": 5},
    "fortnightly": {"income": 2, "spending": 3},
    "monthly": {"income": 1, "spending": 1},
}


@dataclass(frozen=True, slots=True)
class Flow:
    """An amount each period, in minor units; None means that nobody knows it.

    `months` are the months of the year (1 to 12) in which it flows, all of them when empty. A
    yearly amount with months is spread over those months. Raises `policy.flow` naming the field.
    """

    code: str
    amount_minor: int | None
    period: Period = "monthly"
    months: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        if self.amount_minor is not None and self.amount_minor < 0:
            raise RepactError("policy.flow", field="amount_minor", flow=self.code)
        months = list(self.months)
        if months != sorted({month for month in months if 1 <= month <= MONTHS_A_YEAR}):
            raise RepactError("policy.flow", field="months", flow=self.code)
        if months and self.period == "quarterly":
            raise RepactError("policy.flow", field="period", flow=self.code)

    def month_minor(self, month: int, side: Side, /) -> int:
        """What a month of the year brings at least, or costs at most; 0 when unknown."""
        amount = self.amount_minor or 0
        if not self.months:
            return _shared(amount * IN_A_YEAR[self.period][side], MONTHS_A_YEAR, side)
        if month not in self.months:
            return 0
        if self.period == "yearly":
            return _shared(amount, len(self.months), side)
        return amount * IN_A_MONTH[self.period][side]

    def average_minor(self, side: Side, /) -> int:
        """A twelfth of a year: down for income, up for spending."""
        if not self.months:
            return self.month_minor(1, side)
        year = sum(self.month_minor(month, side) for month in self.months)
        return _shared(year, MONTHS_A_YEAR, side)


def by_month(code: str, amounts_minor: Sequence[int], /) -> tuple[Flow, ...]:
    """A flow for each of twelve months, January first."""
    if len(amounts_minor) != MONTHS_A_YEAR:
        raise RepactError("policy.flow", field="months", flow=code)
    return tuple(
        Flow(code, amount, "monthly", (month,)) for month, amount in enumerate(amounts_minor, 1)
    )


def by_week(code: str, amounts_minor: Sequence[int], /, *, start: date) -> tuple[Flow, ...]:
    """Weeks on end from a day on, as months: a week counts where its last day is.

    A year is wanted: 52 or 53 weeks.
    """
    if len(amounts_minor) not in {52, 53}:
        raise RepactError("policy.flow", field="weeks", flow=code)
    months = [0] * MONTHS_A_YEAR
    for week, amount in enumerate(amounts_minor):
        months[(start + timedelta(days=7 * week + 6)).month - 1] += amount
    return by_month(code, months)


def _shared(amount: int, parts: int, side: Side) -> int:
    return amount // parts if side == "income" else -(-amount // parts)
