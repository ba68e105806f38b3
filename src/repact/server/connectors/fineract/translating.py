"""A plan's terms as calls of Fineract's; what it has no words for is refused, never rounded off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from repact.plans.terms import (
    Freeze,
    Holiday,
    InterestOnly,
    Level,
    Terms,
    Waive,
)
from repact.server.connectors.errors import ConnectorError
from repact.server.connectors.fineract.client import PPM_OF_PERCENT, Loan

WHOLE_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Translated:
    """What Fineract is asked: amounts in minor units, dates inclusive, a body for the rest."""

    waived_interest_minor: int
    waived_charges: tuple[int, ...]
    pauses: tuple[tuple[date, date], ...]
    reschedule: dict[str, Any]


def translate(
    terms: Terms, loan: Loan, /, *, interest_minor: int, reason_id: int, on: date
) -> Translated:
    """The calls that make a loan follow terms, given the interest due on it now.

    Raises ConnectorError `fineract.cannot_say` naming the part Fineract has no words for.
    """
    waived, charges, pauses = 0, [], []
    for measure in terms.measures:
        if isinstance(measure, Freeze):
            pauses.append((measure.from_date, measure.to_date - timedelta(days=1)))
        elif isinstance(measure, Waive) and measure.vests == "now":
            if measure.component == "interest":
                waived += _waived(measure, interest_minor)
            elif measure.component in {"penalty", "fees"} and measure.share_ppm == WHOLE_PPM:
                penalty = measure.component == "penalty"
                charges += [one.id for one in loan.charges if one.is_penalty == penalty]
            else:
                raise _unsaid(f"waive.{measure.component}")
        else:
            raise _unsaid(measure.kind)
    return Translated(
        waived, tuple(charges), tuple(pauses), _reschedule(terms, loan, reason_id, on)
    )


def _reschedule(terms: Terms, loan: Loan, reason_id: int, on: date) -> dict[str, Any]:
    """Grace, more rows, another rate, another first day."""
    if terms.frequency.unit != "month" or terms.frequency.every != 1:
        raise _unsaid("frequency")
    if terms.business_day != "none" or not loan.open_periods:
        raise _unsaid("business_day" if loan.open_periods else "paid")
    body: dict[str, Any] = {
        "rescheduleFromDate": loan.open_periods[0].due_date.isoformat(),
        "submittedOnDate": on.isoformat(),
        "rescheduleReasonId": reason_id,
    }
    grace, level = _shape(terms)
    count = grace.count if grace else 0
    if grace:
        body["graceOnPrincipal"] = count
    if isinstance(grace, Holiday):
        body["graceOnInterest"] = count
    extra = count + level.count - len(loan.open_periods)
    if extra < 0:
        raise _unsaid("fewer_rows")
    if extra:
        body["extraTerms"] = extra
    if terms.annual_rate_ppm != loan.annual_rate_ppm:
        body["newInterestRate"] = str(Decimal(terms.annual_rate_ppm) / PPM_OF_PERCENT)
    if terms.first_due_date != loan.open_periods[0].due_date:
        body["adjustedDueDate"] = terms.first_due_date.isoformat()
    return body


def _shape(terms: Terms) -> tuple[Holiday | InterestOnly | None, Level]:
    """Equal payments, with or without rows of grace before them."""
    *before, last = terms.shape
    if not isinstance(last, Level) or len(before) > 1:
        raise _unsaid("shape")
    grace = before[0] if before else None
    if grace is not None and not isinstance(grace, Holiday | InterestOnly):
        raise _unsaid("shape")
    if isinstance(grace, Holiday) and grace.interest != "simple":
        raise _unsaid(f"holiday.{grace.interest}")
    return grace, last


def _waived(measure: Waive, due_minor: int) -> int:
    if measure.amount_minor is not None:
        return measure.amount_minor
    if measure.share_ppm != WHOLE_PPM:
        raise _unsaid("waive.share")  # whose rounding would decide?
    return due_minor


def _unsaid(part: str) -> ConnectorError:
    return ConnectorError("fineract.cannot_say", part=part)
