"""The plans beside the contract, beside doing nothing, and what paying late would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from repact.plans.conduct import Conduct, late_cost
from repact.plans.position import Position
from repact.plans.schedule import build
from repact.policy import propose
from repact.server.loans.models import Loan
from repact.server.offers import queries
from repact.server.offers.models import Offer, OfferSet

SHOWN_MAX = 3
LATE_EXAMPLE_DAYS = 10
DO_NOTHING_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Original:
    """The contracts as they stand: what they still ask for, with the penalty already owed.

    The yearly rate is None where several contracts have different ones.
    """

    installment_minor: int
    count: int
    last_due_date: str
    total_minor: int
    versus_today_minor: int
    annual_rate_ppm: int | None


@dataclass(frozen=True, slots=True)
class LateExample:
    """What paying one installment late costs, by the signed rule."""

    days: int
    grace_days: int
    rate_ppm: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """What of a plan's installment goes to one loan."""

    loan: Loan
    installments_minor: list[int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything the compare page shows, from the engine."""

    offer_set: OfferSet
    owed_minor: int
    principal_minor: int
    original: Original
    offers: list[Offer]
    chosen_first: UUID | None
    shares: list[Share]
    do_nothing_minor: int
    do_nothing_months: int
    late: LateExample


def comparison(offer_set: OfferSet, /) -> Comparison:
    """The offers a borrower sees of a set: at most three of the policy's, and one's own number."""
    offers = shown(offer_set)
    for offer in offers:
        queries.assert_recomputes(offer)
    fitting = [offer for offer in offers if offer.fits]
    cheapest = min(fitting, key=lambda offer: offer.total_minor) if fitting else None
    loans = offer_set.loans
    positions = [Position.model_validate(part["position"]) for part in offers[0].parts]
    return Comparison(
        offer_set=offer_set,
        owed_minor=sum(position.total_minor for position in positions),
        principal_minor=sum(position.principal_minor for position in positions),
        original=original(positions),
        offers=offers,
        chosen_first=cheapest.id if cheapest else None,
        shares=_shares(loans, offers),
        do_nothing_minor=sum(
            propose.do_nothing_minor(
                position=position,
                default_rate_ppm=loan.penalty_rate_ppm,
                on=position.as_of,
                months=DO_NOTHING_MONTHS,
            )
            for position, loan in zip(positions, loans, strict=True)
        ),
        do_nothing_months=DO_NOTHING_MONTHS,
        late=late_example(cheapest or offers[0]),
    )


def shown(offer_set: OfferSet, /) -> list[Offer]:
    """What the borrower sees of a set: their own number first, then at most three of ours; one
    above their means is among them only where they asked to pay more."""
    offers = offer_set.offers_in_order
    own = [offer for offer in offers if offer.label == "own"]
    ours = [offer for offer in offers if offer.label != "own"]
    return [*own, *ours[: SHOWN_MAX - len(own)]]


def late_example(offer: Offer, /) -> LateExample:
    """What the first payment that asks for something costs ten days late, over all its parts."""
    documents = [queries.document(part) for part in offer.parts]
    conduct = Conduct.of(documents[0].terms)
    number = next(row["number"] for row in offer.rows if row["payment_minor"])
    cost = 0
    for document in documents:
        rows = build(document.position, document.terms).rows
        if number > len(rows):
            continue
        row = rows[number - 1]
        on = row.due_date.fromordinal(row.due_date.toordinal() + LATE_EXAMPLE_DAYS)
        cost += late_cost(
            conduct=conduct, principal_minor=row.principal_minor, due_date=row.due_date, on=on
        )
    return LateExample(LATE_EXAMPLE_DAYS, conduct.grace_days, conduct.late_rate_ppm, cost)


def original(positions: list[Position], /) -> Original:
    """What the contracts ask for as they stand, together."""
    contracts = [position.contract for position in positions if position.contract]
    remaining = [row for contract in contracts for row in contract.remaining]
    owed = sum(position.total_minor for position in positions)
    total = sum(row.amount_minor for row in remaining)
    total += sum(position.penalty_minor + position.fees_minor for position in positions)
    first = [contract.remaining[0].amount_minor for contract in contracts if contract.remaining]
    rates = {contract.annual_rate_ppm for contract in contracts}
    return Original(
        installment_minor=sum(first) if first else owed,
        count=max((len(contract.remaining) for contract in contracts), default=0),
        last_due_date=max((row.due_date.isoformat() for row in remaining), default=""),
        total_minor=total,
        versus_today_minor=total - owed,
        annual_rate_ppm=rates.pop() if len(rates) == 1 else None,
    )


def _shares(loans: list[Loan], offers: list[Offer]) -> list[Share]:
    """Nothing with one loan; else each loan's largest regular payment in each plan."""
    if len(loans) == 1:
        return []
    return [
        Share(loan, [_largest(offer.parts[index]) for offer in offers])
        for index, loan in enumerate(loans)
    ]


def _largest(part: dict[str, Any]) -> int:
    payments = [int(row["payment_minor"]) for row in part["result"]["rows"]]
    return max(payments[:-1] or payments)
