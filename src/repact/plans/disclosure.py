"""What a plan costs, compared with what else could happen."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from repact.money.rounding import DIVIDE
from repact.plans import annuity
from repact.plans.annual_rates import effective_ppm, nominal_ppm
from repact.plans.figures import Schedule
from repact.plans.measures import apply
from repact.plans.periods import PeriodRate, constant_rates
from repact.plans.position import Contract, Position
from repact.plans.terms import Frequency, Terms


class Disclosure(NamedTuple):
    """The figures beside a schedule; None where the position names no contract or no rate exists.

    `versus_*` are total payment minus what it is compared with; `modification_minor` is the present
    value at the original rate minus principal and interest before measures (IFRS 9 5.4.3).
    """

    annual_rate_nominal_ppm: int | None
    annual_rate_effective_ppm: int | None
    versus_today_minor: int
    versus_contract_minor: int | None
    present_value_minor: int | None
    modification_minor: int | None


def disclose(position: Position, terms: Terms, schedule: Schedule) -> Disclosure:
    """Work out the disclosure of a schedule made from this position and these terms."""
    return disclose_bill([(position, terms, schedule)], schedule)


def disclose_bill(
    parts: Sequence[tuple[Position, Terms, Schedule]], bill: Schedule, /
) -> Disclosure:
    """The disclosure over a bill: the rates of its payments together, everything else summed.

    The parts share one calendar (`consolidation.bill_of`). What compares with the contract is None
    unless every part names one.
    """
    terms = parts[0][1]
    payments = [row.payment_minor for row in bill.rows]
    owed = sum(position.total_minor for position, _, _ in parts)
    amount = owed - sum(apply(position, changed).waived_now for position, changed, _ in parts)
    flows = [((row.due_date - terms.effective_date).days, row.payment_minor) for row in bill.rows]
    per_year = periods_per_year(terms.frequency)
    nominal = nominal_ppm(amount=amount, payments=payments, periods_per_year=per_year)
    contracts = [position.contract for position, _, _ in parts if position.contract]
    versus_contract = worth = modification = None
    if len(contracts) == len(parts):
        asked = sum(row.amount_minor for contract in contracts for row in contract.remaining)
        versus_contract = bill.totals.payment_minor - asked
        worth = sum(present_value(*part) for part in parts)
        carrying = sum(part[0].principal_minor + part[0].interest_minor for part in parts)
        modification = worth - carrying
    return Disclosure(
        annual_rate_nominal_ppm=nominal,
        annual_rate_effective_ppm=effective_ppm(
            amount=amount, flows=flows, nominal=(nominal, per_year) if nominal else None
        ),
        versus_today_minor=bill.totals.payment_minor - owed,
        versus_contract_minor=versus_contract,
        present_value_minor=worth,
        modification_minor=modification,
    )


def periods_per_year(frequency: Frequency, /) -> Fraction:
    """12 months, 52 weeks or 365 days over the length of one period."""
    year = {"month": 12, "week": 52, "day": 365}[frequency.unit]
    return Fraction(year, frequency.every)


def present_value(position: Position, terms: Terms, schedule: Schedule, /) -> int:
    """Payments discounted at the contract's own rate and day count, rounded once.

    Without a contract nothing is discounted: there is no rate to do it at.
    """
    contract = position.contract
    if contract is None:
        return schedule.totals.payment_minor
    rates = contract_rates(contract, terms, len(schedule.rows))
    payments = [row.payment_minor for row in schedule.rows]
    return DIVIDE[terms.rounding](*annuity.present_value(payments, rates))


def contract_rates(contract: Contract, terms: Terms, count: int, /) -> list[PeriodRate]:
    """The contract's own rate and day count in each period of a plan."""
    recurrence = terms.frequency.recurrence()
    return constant_rates(
        annual_rate_ppm=contract.annual_rate_ppm,
        day_count=contract.day_count,
        effective=terms.effective_date,
        due_dates=recurrence.dates(terms.first_due_date, count),
        recurrence=recurrence,
    )
