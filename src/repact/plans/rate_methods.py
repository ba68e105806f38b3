"""Annual rates as the rules of each place define them, by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple

from repact.money.rounding import divide_half_up, to_minor
from repact.plans import rate_times as times
from repact.plans.errors import PlanError
from repact.plans.fields import WHOLE_PPM
from repact.plans.figures import Schedule
from repact.plans.measures import apply
from repact.plans.position import Position
from repact.plans.rate_document import Flow, RateDocument, UnitPeriod
from repact.plans.rate_roots import Term, only_root_ppm
from repact.plans.terms import Terms

Method = Literal["us-reg-z", "eu-apr", "cn-irr", "cn-simple", "xirr"]
_PERCENT_DIGITS: dict[Method, int] = {
    "us-reg-z": 2,
    "eu-apr": 1,
    "cn-irr": 2,
    "cn-simple": 2,
    "xirr": 4,
}
YEARLY = Fraction(1)


class Rate(NamedTuple):
    """A yearly rate in ppm, and as its rule prints it, in percent."""

    method: Method
    annual_rate_ppm: int
    published: str


def annual_rate(method: Method, document: RateDocument, /) -> Rate:
    """The annual rate of a document's flows by a method.

    Raises PlanError `plan.unit_period_required`, `plan.no_rate` or `plan.rate_not_unique`.
    """
    ppm = _METHODS[method](document)
    return Rate(method, ppm, in_percent(ppm, digits=_PERCENT_DIGITS[method]))


def plan_rate(method: Method, position: Position, terms: Terms, schedule: Schedule, /) -> Rate:
    """The annual rate of a plan: what is owed and not waived at once is taken as advanced."""
    amount = position.total_minor - apply(position, terms).waived_now
    frequency = terms.frequency
    document = RateDocument(
        advances=(Flow(date=terms.effective_date, amount_minor=amount),),
        payments=tuple(
            Flow(date=row.due_date, amount_minor=row.payment_minor)
            for row in schedule.rows
            if row.payment_minor
        ),
        unit_period=UnitPeriod(every=frequency.every, unit=frequency.unit),
    )
    return annual_rate(method, document)


def in_percent(ppm: int, /, *, digits: int) -> str:
    """A rate in percent with so many decimals, half up: 96857 -> "9.69"."""
    scaled = divide_half_up(ppm * 10**digits, 10_000)
    units, rest = divmod(abs(scaled), 10**digits)
    return f"{'-' if scaled < 0 else ''}{units}.{rest:0{digits}d}"


def us_reg_z(document: RateDocument, /) -> int:
    """The actuarial method: unit periods a year x the i with Σ A = Σ P / ((1 + f·i)(1 + i)^t).

    Source: 12 CFR part 1026, appendix J (b)(8), t and f counted back from each flow.
    """
    unit = _unit(document)

    def term(sign: int, flow: Flow) -> Term:
        if flow.date:
            whole, odd = times.unit_periods(_origin(document), flow.date, unit)
        else:
            whole, odd = divmod(_since(document, flow) * unit.per_year, 1)
        return Term(sign * flow.amount_minor, Fraction(whole), odd)

    return only_root_ppm(_terms(document, term), periods_per_year=unit.per_year)


def eu_apr(document: RateDocument, /) -> int:
    """The X with Σ C (1 + X)^-t = Σ D (1 + X)^-s, times in years.

    Source: Directive 2008/48/EC, annex I part I; in the UK CONC app 1.2. From dates: equal months
    and odd days, or whole weeks where the unit period is in weeks, days where it is in days.
    """
    unit = document.unit_period.unit if document.unit_period else "month"
    between = {"week": times.week_years, "day": times.actual_years}.get(
        unit, times.equal_month_years
    )
    return _compounded(document, between)


def xirr(document: RateDocument, /) -> int:
    """The same with actual days over 365."""
    return _compounded(document, times.actual_years)


def cn_irr(document: RateDocument, /) -> int:
    """Periods a year x the i at which the flows balance, odd days as a part of a period.

    Source: PBoC announcement 〔2021〕 no. 3: the annualized rate by the internal rate of return.
    """
    unit = _unit(document)

    def term(sign: int, flow: Flow) -> Term:
        return Term(sign * flow.amount_minor, _periods(document, unit, flow))

    return only_root_ppm(_terms(document, term), periods_per_year=unit.per_year)


def cn_simple(document: RateDocument, /) -> int:
    """All that is paid beyond the advances, over the principal outstanding x years.

    Each payment repays principal in proportion to itself. Source: PBoC announcement 〔2021〕 no. 3
    (simple interest, on the principal actually outstanding in each period). With a unit period,
    time is counted in its parts of a year, else in actual days over 365.
    """
    advanced = sum(flow.amount_minor for flow in document.advances)
    paid = sum(flow.amount_minor for flow in document.payments)
    repays = Fraction(advanced, paid)
    moves = [(_years(document, flow), Fraction(flow.amount_minor)) for flow in document.advances]
    moves += [(_years(document, flow), -flow.amount_minor * repays) for flow in document.payments]
    outstanding = principal_years = Fraction(0)
    for (when, amount), (until, _) in pairwise(sorted(moves)):
        outstanding += amount
        principal_years += outstanding * (until - when)
    if principal_years <= 0:
        raise PlanError("plan.no_rate", field="payments")
    cost = (paid - advanced) * WHOLE_PPM
    return to_minor(
        Fraction(cost * principal_years.denominator, principal_years.numerator), "half_up"
    )


_METHODS: dict[Method, Callable[[RateDocument], int]] = {
    "us-reg-z": us_reg_z,
    "eu-apr": eu_apr,
    "cn-irr": cn_irr,
    "cn-simple": cn_simple,
    "xirr": xirr,
}


def _compounded(document: RateDocument, between: Callable[[date, date], Fraction]) -> int:
    def term(sign: int, flow: Flow) -> Term:
        years = between(_origin(document), flow.date) if flow.date else _since(document, flow)
        return Term(sign * flow.amount_minor, years)

    return only_root_ppm(_terms(document, term), periods_per_year=YEARLY)


def _terms(document: RateDocument, term: Callable[[int, Flow], Term]) -> list[Term]:
    return [term(1, flow) for flow in document.advances] + [
        term(-1, flow) for flow in document.payments
    ]


def _years(document: RateDocument, flow: Flow) -> Fraction:
    if flow.date is None:
        return _since(document, flow)
    if document.unit_period is None:
        return times.actual_years(_origin(document), flow.date)
    per_year = document.unit_period.per_year
    periods = _periods(document, document.unit_period, flow)
    return Fraction(
        periods.numerator * per_year.denominator, periods.denominator * per_year.numerator
    )


def _periods(document: RateDocument, unit: UnitPeriod, flow: Flow) -> Fraction:
    if flow.date is None:
        return _since(document, flow) * unit.per_year
    whole, odd = times.unit_periods(_origin(document), flow.date, unit)
    return whole + odd


def _origin(document: RateDocument) -> date:
    """The first day anything moves: rates do not depend on where time starts."""
    return min(flow.date for flow in (*document.advances, *document.payments) if flow.date)


def _since(document: RateDocument, flow: Flow) -> Fraction:
    """Years since the first flow."""
    flows = (*document.advances, *document.payments)
    return flow.in_years - min(one.in_years for one in flows)


def _unit(document: RateDocument) -> UnitPeriod:
    if document.unit_period is None:
        raise PlanError("plan.unit_period_required", field="unit_period")
    return document.unit_period
