"""Reserving what a set would give away, before it goes out; using it or giving it back after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction

from repact.policy.model import Policy
from repact.server.audit.actor import Actor
from repact.server.clock import ports
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Budget, Offer, OfferSet, Reservation
from repact.server.people import queries as people_queries
from repact.server.policies.queries import Rollout

YEAR_DAYS = 365
_OVERDRAWN = "offers_budget_not_overdrawn"
_LINE = (
    "INSERT INTO offers_budget (id, lender_id, kind, key, amount_minor, reserved_minor, used_minor)"
    " VALUES (%s, %s, %s, %s, %s, 0, 0) ON CONFLICT ON CONSTRAINT offers_budget_key DO UPDATE"
    " SET amount_minor = GREATEST(EXCLUDED.amount_minor,"
    " offers_budget.reserved_minor + offers_budget.used_minor) RETURNING id"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line a set draws on: how much there is in all, and how much it wants."""

    kind: str
    key: str
    amount_minor: int
    wanted_minor: int


def reserve(
    *,
    offer_set: OfferSet,
    given_by: Actor,
    policy: Policy,
    rollout: Rollout | None,
    on: date,
    now: datetime,
) -> None:
    """Reserve the set's largest concession on every line that concerns it, or on none.

    Lines are drawn in one order everywhere, so that two sets never wait for each other. Raises
    `offers.budget_exhausted` naming the line.
    """
    for line in lines(offer_set, given_by, policy, rollout, on):
        if line.kind == "borrower_year":
            _let_lapse(line, now)
        draw(offer_set=offer_set, line=line, now=now)


def draw(*, offer_set: OfferSet, line: Line, now: datetime) -> None:
    """Reserve on one line. Raises `offers.budget_exhausted`; the database judges."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LINE, [ports.new_id(), offer_set.lender_id, line.kind, line.key, line.amount_minor]
        )
        (budget_id,) = cursor.fetchone()
    try:
        with transaction.atomic():
            Reservation.objects.create(
                lender_id=offer_set.lender_id,
                budget_id=budget_id,
                offer_set=offer_set,
                amount_minor=line.wanted_minor,
                reserved_at=now,
            )
    except IntegrityError as error:
        if _OVERDRAWN not in str(error):
            raise
        raise OfferError(
            "offers.budget_exhausted",
            kind=line.kind,
            amount_minor=line.amount_minor,
            wanted_minor=line.wanted_minor,
        ) from error


def lines(
    offer_set: OfferSet, given_by: Actor, policy: Policy, rollout: Rollout | None, on: date
) -> list[Line]:
    """Every line a set draws on, in the order in which they are locked; the shared ones last."""
    return [line for line in _lines(offer_set, given_by, policy, rollout, on) if line.wanted_minor]


def narrow(offer_set: OfferSet, chosen: Offer, /) -> None:
    """One plan was chosen: what the others would have cost more is given back."""
    for held in _held(offer_set):
        if held.budget.kind != "automatic_count" and held.amount_minor > chosen.concession_minor:
            held.amount_minor = chosen.concession_minor
            held.save()


def use(offer_set: OfferSet, /, *, now: datetime) -> bool:
    """The plan is in force: what was reserved is used. False when nothing was reserved."""
    return _end(offer_set, "used", now)


def release(offer_set: OfferSet, /, *, now: datetime) -> bool:
    """Nothing will come of the set: what was reserved is given back."""
    return _end(offer_set, "released", now)


def give_back(offer_set: OfferSet, /, *, now: datetime) -> bool:
    """The plan was taken back in its days: what was used for it never was. False for nothing."""
    return _end(offer_set, "released", now, held="used")


def left(*, kind: str, key: str) -> int | None:
    """What is left on a line, in its unit; None when nobody drew on it yet."""
    line = Budget.objects.filter(kind=kind, key=key).first()
    return line.amount_minor - line.reserved_minor - line.used_minor if line else None


def _lines(
    offer_set: OfferSet, given_by: Actor, policy: Policy, rollout: Rollout | None, on: date
) -> Iterator[Line]:
    cost = offer_set.concession_minor
    caps = policy.authority.caps
    if given_by.id:
        person = people_queries.person(given_by.id)
        yield Line("agent_day", f"{person}:{on}", caps.agent_day_minor, cost)
    yield Line("borrower_year", str(offer_set.case.borrower_id), caps.borrower_year_minor, cost)
    if rollout:
        most = min(rollout.daily_minor_max, caps.automatic_day_minor)
        yield Line("automatic_count", f"{policy.code}:{on}", rollout.daily_count_max, 1)
        yield Line("automatic_day", f"{policy.code}:{on}", most, cost)
    products = {loan.product.code for loan in offer_set.loans}
    for pool in policy.pools:
        if pool.from_date <= on <= pool.to_date and products <= set(pool.products or products):
            yield Line("pool", f"{policy.code}:{pool.code}", pool.amount_minor, cost)
            return


def _let_lapse(line: Line, now: datetime) -> None:
    """What was given more than a year ago no longer counts against the year."""
    old = Reservation.objects.select_for_update(of=("self",)).filter(
        budget__kind=line.kind,
        budget__key=line.key,
        state="used",
        ended_at__lt=now - timedelta(days=YEAR_DAYS),
    )
    for item in old.order_by("id"):
        item.state = "lapsed"
        item.save()


def _held(offer_set: OfferSet, state: str = "reserved") -> list[Reservation]:
    found = Reservation.objects.select_for_update(of=("self",)).filter(
        offer_set=offer_set, state=state
    )
    order = {"agent_day": 0, "borrower_year": 1, "automatic_count": 2, "automatic_day": 3}
    held = list(found.select_related("budget"))
    return sorted(held, key=lambda item: order.get(item.budget.kind, 4))


def _end(offer_set: OfferSet, state: str, now: datetime, held: str = "reserved") -> bool:
    found = _held(offer_set, held)
    for item in found:
        item.state, item.ended_at = state, now
        item.save()
    return bool(found)
