"""What a sole trader or a small company can pay, month by month over a year.

Wages, taxes and rent come first, then other costs, then what the owner's household lives on. Months
that do not cover themselves are paid for by the good ones before anything is called affordable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from repact.policy.affordability import Finding, Way
from repact.policy.flows import MONTHS_A_YEAR, Flow
from repact.policy.guidelines import Business

WHOLE_PPM = 1_000_000
WEEKS_A_YEAR = 52
ORDER: tuple[Literal["wages", "taxes", "rent", "costs", "drawings"], ...] = (
    "wages",
    "taxes",
    "rent",
    "costs",
    "drawings",
)


@dataclass(frozen=True, slots=True)
class Trade:
    """A business's year: what comes in, and what goes out in the order it is paid."""

    takings: tuple[Flow, ...]
    wages: tuple[Flow, ...] = ()
    taxes: tuple[Flow, ...] = ()
    rent: tuple[Flow, ...] = ()
    costs: tuple[Flow, ...] = ()
    drawings: tuple[Flow, ...] = ()

    def paid(self) -> Iterable[tuple[str, tuple[Flow, ...]]]:
        """What goes out, first things first."""
        return ((name, getattr(self, name)) for name in ORDER)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the year: money in, what it leaves (below zero: missing), and what can be paid.

    `uncovered` names what the month's own takings do not cover, first things first.
    """

    month: int
    takings_minor: int
    left_minor: int
    affordable_minor: int
    uncovered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TradeMeans:
    """Twelve months, January first; no months when a figure of the takings or costs is unknown.

    `level_minor` is what every month can pay, `low_months` are those that can pay less than half of
    the best: a low-season plan asks less of them.
    """

    months: tuple[Month, ...]
    level_minor: int | None
    low_months: tuple[int, ...]
    findings: tuple[Finding, ...]
    unknown: tuple[str, ...] = ()

    @property
    def series_minor(self) -> tuple[int, ...]:
        """What each month can pay."""
        return tuple(month.affordable_minor for month in self.months)

    @property
    def way(self) -> Way:
        """A plan, breathing space with a person, or a question."""
        if not self.months:
            return "unknown"
        return "plan" if any(self.series_minor) else "breathing_space"


def assess(trade: Trade, rules: Business, /) -> TradeMeans:
    """What each month of a year can pay; the year's payments never exceed what the year leaves."""
    flows = (*trade.takings, *(flow for _, paid in trade.paid() for flow in paid))
    unknown = tuple(dict.fromkeys(flow.code for flow in flows if flow.amount_minor is None))
    if unknown:
        return TradeMeans((), None, (), (), unknown)
    plain = [_month(trade, month) for month in range(1, MONTHS_A_YEAR + 1)]
    good = sum(max(month.left_minor, 0) for month in plain)
    missing = sum(max(-month.left_minor, 0) for month in plain)
    buffer = _buffer(trade, rules)
    months = tuple(_affordable(month, good, missing, buffer, rules) for month in plain)
    series = [month.affordable_minor for month in months]
    low = tuple(m.month for m in months if 2 * m.affordable_minor < max(series))
    return TradeMeans(months, min(series), low, _findings(months, good, missing))


def _month(trade: Trade, month: int) -> Month:
    takings = left = sum(flow.month_minor(month, "income") for flow in trade.takings)
    uncovered: list[str] = []
    for name, flows in trade.paid():
        cost = sum(flow.month_minor(month, "spending") for flow in flows)
        left -= cost
        if cost and left < 0:
            uncovered.append(name)
    return Month(month, takings, left, 0, tuple(uncovered))


def _buffer(trade: Trade, rules: Business) -> int:
    """What a month puts aside, so that the weeks of running costs are there in time."""
    year = sum(
        flow.month_minor(month, "spending")
        for _, flows in trade.paid()
        for flow in flows
        for month in range(1, MONTHS_A_YEAR + 1)
    )
    return -(-year * rules.buffer_weeks // (WEEKS_A_YEAR * rules.buffer_months))


def _affordable(month: Month, good: int, missing: int, buffer: int, rules: Business) -> Month:
    """The month's share of what the year leaves, less the buffer, of which a share stays inside."""
    spare = max(month.left_minor, 0) * max(good - missing, 0) // max(good, 1)
    affordable = max(spare - buffer, 0) * rules.share_ppm_max // WHOLE_PPM
    return Month(month.month, month.takings_minor, month.left_minor, affordable, month.uncovered)


def _findings(months: tuple[Month, ...], good: int, missing: int) -> tuple[Finding, ...]:
    found = [
        Finding("means.month_uncovered", {"month": month.month, "uncovered": month.uncovered})
        for month in months
        if month.uncovered
    ]
    if missing > good:
        found.append(Finding("means.negative_budget", {"shortfall_minor": missing - good}))
    elif not any(month.affordable_minor for month in months):
        found.append(Finding("means.nothing_after_buffer", {"surplus_minor": good - missing}))
    return tuple(found)
