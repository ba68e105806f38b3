"""What a plan costs, compared with what else could happen."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from repact.money.rounding import DIVIDE
from repact.plans import annuity
from repact.plans.annual_rates import effective_ppm, nominal_ppm
from repact.plans.figures import Schedule
from repact.plans.measures import apply
from repact.plans.periods import constant_rates
from repact.plans.position import Position
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
    payments = [row.payment_minor for row in schedule.rows]
    total = schedule.totals.payment_minor
    amount = position.total_minor - apply(position, terms).waived_now
    flows = [
        ((row.due_date - terms.effective_date).days, row.payment_minor) for row in schedule.rows
    ]
    contract = position.contract
    present_value = _present_value(position, terms, payments)
    per_year = periods_per_year(terms.frequency)
    nominal = nominal_ppm(amount=amount, payments=payments, periods_per_year=per_year)
    return Disclosure(
        annual_rate_nominal_ppm=nominal,
        annual_rate_effective_ppm=effective_ppm(
            amount=amount, flows=flows, nominal=(nominal, per_year) if nominal else None
        ),
        versus_today_minor=total - position.total_minor,
        versus_contract_minor=(
            total - sum(row.amount_minor for row in contract.remaining) if contract else None
        ),
        present_value_minor=present_value,
        modification_minor=(
            present_value - position.principal_minor - position.interest_minor
            if present_value is not None
            else None
        ),
    )


def periods_per_year(frequency: Frequency, /) -> Fraction:
    """12 months, 52 weeks or 365 days over the length of one period."""
    year = {"month": 12, "week": 52, "day": 365}[frequency.unit]
    return Fraction(year, frequency.every)


def _present_value(position: Position, terms: Terms, payments: list[int]) -> int | None:
    """Payments discounted at the contract's own rate and day count, rounded once."""
    contract = position.contract
    if contract is None:
        return None
    recurrence = terms.frequency.recurrence()
    rates = constant_rates(
        annual_rate_ppm=contract.annual_rate_ppm,
        day_count=contract.day_count,
        effective=terms.effective_date,
        due_dates=recurrence.dates(terms.first_due_date, len(payments)),
        recurrence=recurrence,
    )
    return DIVIDE[terms.rounding](*annuity.present_value(payments, rates))
