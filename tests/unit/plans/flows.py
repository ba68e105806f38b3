"""Annual rates of flows written down shortly."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from repact.plans.document import validate
from repact.plans.rate_document import RateDocument
from repact.plans.rate_methods import annual_rate


def rate(method, advances, payments, unit=None):
    """Flows are (date or years, amount in whole units)."""

    def flows(pairs):
        return [
            {
                "date" if isinstance(when, date) else "years": (
                    when.isoformat() if isinstance(when, date) else when
                ),
                "amount_minor": int(Fraction(str(amount)) * 100),
            }
            for when, amount in pairs
        ]

    made = {"advances": flows(advances), "payments": flows(payments)}
    return annual_rate(
        method, validate(RateDocument, made | ({"unit_period": unit} if unit else {}))
    )
