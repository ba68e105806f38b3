"""Charts as shapes in integers; the templates draw them as SVG without any style."""

from __future__ import annotations

from dataclasses import dataclass

from repact.server.offers.comparing import Comparison
from repact.server.offers.models import Offer

WIDTH, HEIGHT = 360, 100
_GAP = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One total as principal and the rest, in units of the drawing."""

    label: str
    total_minor: int
    principal: int
    rest_x: int
    rest: int


@dataclass(frozen=True, slots=True)
class Month:
    """One payment as a column: principal at the foot, interest on top."""

    x: int
    width: int
    principal_y: int
    principal: int
    interest_y: int
    interest: int


def totals(compared: Comparison, /) -> list[Bar]:
    """What each choice costs in all, the contract first."""
    owed = compared.principal_minor
    pairs = [("original", compared.original.total_minor, owed)]
    pairs += [
        (offer.label, offer.total_minor, min(owed, offer.total_minor)) for offer in compared.offers
    ]
    most = max(total for _, total, _ in pairs)
    return [_bar(label, total, principal, most) for label, total, principal in pairs]


def months(offer: Offer, /) -> list[Month]:
    """One plan, payment by payment."""
    rows = offer.rows
    most = max(row["payment_minor"] for row in rows)
    step = max(WIDTH // len(rows), 2)
    made = []
    for index, row in enumerate(rows):
        principal = row["principal_minor"] * HEIGHT // most
        interest = (row["payment_minor"] - row["principal_minor"]) * HEIGHT // most
        made.append(
            Month(
                x=index * step,
                width=step - 1,
                principal_y=HEIGHT - principal,
                principal=principal,
                interest_y=HEIGHT - principal - interest,
                interest=interest,
            )
        )
    return made


def _bar(label: str, total: int, principal: int, most: int) -> Bar:
    first = principal * WIDTH // most
    whole = total * WIDTH // most
    return Bar(label, total, first, first + _GAP, max(whole - first - _GAP, 0))
