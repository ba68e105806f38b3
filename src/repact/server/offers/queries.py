"""Reading offers; what is stored is recomputed by the engine when it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repact.plans.conduct import Conduct, late_cost
from repact.plans.document import Document
from repact.plans.position import Position
from repact.plans.result import as_json
from repact.plans.schedule import build
from repact.policy import propose
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Offer, OfferSet

LATE_EXAMPLE_DAYS = 10
DO_NOTHING_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Original:
    """The contract as it stands: what it still asks for, with the penalty already owed."""

    installment_minor: int
    count: int
    last_due_date: str
    total_minor: int
    versus_today_minor: int
    annual_rate_ppm: int


@dataclass(frozen=True, slots=True)
class LateExample:
    """What paying one installment late costs, by the signed rule."""

    days: int
    grace_days: int
    rate_ppm: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything the compare page shows, from the engine."""

    offer_set: OfferSet
    owed_minor: int
    original: Original
    offers: list[Offer]
    chosen_first: UUID | None
    do_nothing_minor: int
    do_nothing_months: int
    late: LateExample


def current_set(case_id: UUID, /) -> OfferSet | None:
    """The set a case is about now: the latest that was not superseded."""
    return (
        OfferSet.objects.filter(case_id=case_id)
        .exclude(state="superseded")
        .order_by("-number")
        .first()
    )


def get_own(*, borrower_id: UUID, offer_id: UUID) -> Offer:
    """An offer sent to this borrower. Raises `offers.not_found`."""
    offer = (
        Offer.objects.select_related("offer_set", "case")
        .filter(id=offer_id, case__borrower_id=borrower_id, offer_set__sent_at__isnull=False)
        .first()
    )
    if offer is None:
        raise OfferError("offers.not_found")
    return offer


def comparison(offer_set: OfferSet, /) -> Comparison:
    """The offers of a set beside the contract and beside doing nothing."""
    position = Position.model_validate(offer_set.position)
    offers = offer_set.offers_in_order[:3]
    for offer in offers:
        assert_recomputes(offer)
    fitting = [offer for offer in offers if offer.fits]
    cheapest = min(fitting, key=lambda offer: offer.total_minor) if fitting else None
    return Comparison(
        offer_set=offer_set,
        owed_minor=position.total_minor,
        original=_original(position),
        offers=offers,
        chosen_first=cheapest.id if cheapest else None,
        do_nothing_minor=propose.do_nothing_minor(
            position=position,
            default_rate_ppm=offer_set.loan.penalty_rate_ppm,
            on=position.as_of,
            months=DO_NOTHING_MONTHS,
        ),
        do_nothing_months=DO_NOTHING_MONTHS,
        late=late_example(cheapest or offers[0]),
    )


def late_example(offer: Offer, /) -> LateExample:
    """What the first payment that asks for something costs ten days late."""
    document = document_of(offer)
    conduct = Conduct.of(document.terms)
    row = next(r for r in build(document.position, document.terms).rows if r.payment_minor)
    on = row.due_date.fromordinal(row.due_date.toordinal() + LATE_EXAMPLE_DAYS)
    cost = late_cost(
        conduct=conduct, principal_minor=row.principal_minor, due_date=row.due_date, on=on
    )
    return LateExample(LATE_EXAMPLE_DAYS, conduct.grace_days, conduct.late_rate_ppm, cost)


def document_of(offer: Offer, /) -> Document:
    """The plan document an offer stands for."""
    return Document.model_validate({"position": offer.offer_set.position, "terms": offer.terms})


def assert_recomputes(offer: Offer, /) -> None:
    """Raise `offers.figures_differ` unless the engine gives every stored figure again."""
    made = as_json(document_of(offer))
    if made != offer.result or made["certificate"]["schedule_sha256"] != offer.schedule_sha256:
        raise OfferError("offers.figures_differ")


def expired(*, now: datetime) -> list[OfferSet]:
    """Sets that ran out and were not marked yet."""
    return list(OfferSet.objects.filter(state="sent", expires_at__lte=now))


def is_open(offer_set: OfferSet, /, *, now: datetime) -> bool:
    """Whether something can still be chosen from the set."""
    return (
        offer_set.state == "sent"
        and offer_set.expires_at is not None
        and now < offer_set.expires_at
    )


def days_left(offer_set: OfferSet, /, *, now: datetime) -> int:
    """Whole days until the set expires, in the lender's calendar."""
    zone = lender_queries.get(offer_set.lender_id).zone
    if offer_set.expires_at is None:
        return 0
    last = clock_queries.business_date(now=offer_set.expires_at, zone=zone)
    return (last - clock_queries.business_date(now=now, zone=zone)).days


def _original(position: Position) -> Original:
    contract = position.contract
    remaining = contract.remaining if contract else ()
    total = sum(row.amount_minor for row in remaining)
    total += position.penalty_minor + position.fees_minor
    return Original(
        installment_minor=remaining[0].amount_minor if remaining else position.total_minor,
        count=len(remaining),
        last_due_date=remaining[-1].due_date.isoformat() if remaining else "",
        total_minor=total,
        versus_today_minor=total - position.total_minor,
        annual_rate_ppm=contract.annual_rate_ppm if contract else 0,
    )
