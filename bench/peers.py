"""Other people's level schedules, each called the way its documentation calls it.

A peer is a function from a principal in cents to what it returns for 36 months at 18% from
2024-01-01, first due 2024-02-01, and a function that reads the total interest in cents from that.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

MONTHS, ANCHOR = 36, 1
RATE, WHOLE = 15, 1000  # 1.5% a month


class Peer(NamedTuple):
    """A contender: its name, how it makes a schedule, and the total interest of what it made."""

    name: str
    make: Callable[[int], Any]
    interest: Callable[[Any], int]


def floor(principal: int) -> tuple[list[tuple[Any, ...]], tuple[int, ...]]:
    """The bare integer loop: the same rows, dates by the same rule, the same totals, no checks."""
    grown, plain = (WHOLE + RATE) ** MONTHS, WHOLE**MONTHS
    level = (2 * principal * RATE * grown + WHOLE * (grown - plain)) // (
        2 * WHOLE * (grown - plain)
    )
    rows = []
    balance, year, month = principal, 2024, 2
    paid = repaid = charged = 0
    for number in range(1, MONTHS + 1):
        due = date(year, month, min(ANCHOR, monthrange(year, month)[1]))
        interest = (2 * balance * RATE + WHOLE) // (2 * WHOLE)
        part = level - interest if number < MONTHS else balance
        balance -= part
        charged += interest
        repaid += part
        paid += part + interest
        rows.append((number, due, part + interest, part, interest, 0, 0, 0, 0, balance))
        month += 1
        if month > 12:
            year, month = year + 1, 1
    return rows, (paid, repaid, charged, 0, 0, 0, 0, 0)


def load() -> tuple[list[Peer], dict[str, str]]:
    """The peers that can be loaded, and why the others cannot."""
    made, missing = [], {}
    for name, load_one in LOADERS.items():
        try:
            peer = Peer(name, *load_one())
            peer.interest(peer.make(1_200_000))
        except Exception as error:  # noqa: BLE001 - a peer that breaks is reported, not hidden
            missing[name] = f"{type(error).__name__}: {error}"[:200]
        else:
            made.append(peer)
    return made, missing


def _amortization() -> tuple[Any, Any]:
    from amortization.schedule import amortization_schedule

    def make(principal: int) -> Any:
        return list(amortization_schedule(principal / 100, 0.18, MONTHS))

    return make, lambda rows: round(sum(row[2] for row in rows) * 100)


def _mortgage() -> tuple[Any, Any]:
    from mortgage import Loan

    def make(principal: int) -> Any:
        return list(Loan(principal=principal / 100, interest=0.18, term=3).schedule())

    return make, lambda rows: round(sum(row.interest for row in rows) * 100)


def _pyloan() -> tuple[Any, Any]:
    from pyloan import pyloan

    def make(principal: int) -> Any:
        loan = pyloan.Loan(
            loan_amount=principal / 100, interest_rate=18, loan_term=3, start_date="2024-01-01"
        )
        return loan.get_payment_schedule()

    return make, lambda rows: round(sum(row.interest_amount for row in rows) * 100)


def _numpy_financial() -> tuple[Any, Any]:
    import numpy as np
    import numpy_financial

    months = np.arange(1, MONTHS + 1)

    def make(principal: int) -> Any:
        interest = numpy_financial.ipmt(0.015, months, MONTHS, -principal / 100)
        return interest, numpy_financial.ppmt(0.015, months, MONTHS, -principal / 100)

    return make, lambda rows: round(float(rows[0].sum()) * 100)


def _pyxirr() -> tuple[Any, Any]:
    import pyxirr

    def make(principal: int) -> Any:
        return [
            (
                pyxirr.ipmt(0.015, number, MONTHS, -principal / 100),
                pyxirr.ppmt(0.015, number, MONTHS, -principal / 100),
            )
            for number in range(1, MONTHS + 1)
        ]

    return make, lambda rows: round(sum(row[0] for row in rows) * 100)


def _financepy() -> tuple[Any, Any]:
    from financepy.products.bonds.bond_mortgage import BondMortgage, BondMortgageTypes
    from financepy.utils.date import Date

    def make(principal: int) -> Any:
        loan = BondMortgage(Date(1, 1, 2024), Date(1, 1, 2027), principal / 100)
        loan.generate_flows(0.18, BondMortgageTypes.REPAYMENT)
        return loan

    return make, lambda loan: round(float(sum(loan.interest_flows)) * 100)


def _loan_calculator() -> tuple[Any, Any]:
    from loan_calculator.loan import Loan

    days = [date(2024 + m // 12, m % 12 + 1, 1) for m in range(1, MONTHS + 1)]

    def make(principal: int) -> Any:
        return Loan(
            principal=principal / 100,
            annual_interest_rate=0.18,
            start_date=date(2024, 1, 1),
            return_dates=days,
        )

    return make, lambda loan: round(float(sum(loan.interest_payments)) * 100)


def _quantlib() -> tuple[Any, Any]:
    import QuantLib

    start = QuantLib.Date(1, 1, 2024)
    tenor, monthly = QuantLib.Period(3, QuantLib.Years), QuantLib.Monthly
    count = QuantLib.Thirty360(QuantLib.Thirty360.BondBasis)
    calendar = QuantLib.NullCalendar()

    def make(principal: int) -> Any:
        notionals = QuantLib.sinkingNotionals(tenor, monthly, 0.18, principal / 100)
        schedule = QuantLib.sinkingSchedule(start, tenor, monthly, calendar)
        bond = QuantLib.AmortizingFixedRateBond(0, notionals, schedule, [0.18], count)
        return [(flow.date(), flow.amount()) for flow in bond.cashflows()]

    return make, lambda flows: round(sum(amount for _, amount in flows) * 100)


LOADERS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "amortization": _amortization,
    "financepy": _financepy,
    "loan-calculator": _loan_calculator,
    "mortgage": _mortgage,
    "numpy-financial": _numpy_financial,
    "pyloan": _pyloan,
    "pyxirr": _pyxirr,
    "quantlib": _quantlib,
}
