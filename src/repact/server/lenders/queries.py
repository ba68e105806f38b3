"""Reading lenders and products."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from repact.errors import RepactError
from repact.server.clock import queries as clock_queries
from repact.server.lenders.models import Lender


class LenderError(RepactError):
    """No such lender."""


def at_host(host: str, /) -> Lender:
    """The lender whose site `host` is; a server with one lender answers at any host.

    Raises `lenders.unknown_host`.
    """
    named = Lender.objects.filter(host=host).first()
    if named:
        return named
    unnamed = list(Lender.objects.filter(host=None)[:2])
    if len(unnamed) == 1:
        return unnamed[0]
    raise LenderError("lenders.unknown_host", field="host")


def named(slug: str, /) -> Lender:
    """The lender of that short name; without a name, the only one there is.

    Raises `lenders.not_found`.
    """
    found = list(Lender.objects.filter(slug=slug) if slug else Lender.objects.all()[:2])
    if len(found) != 1:
        raise LenderError("lenders.not_found", field="lender")
    return found[0]


def everyone() -> list[Lender]:
    """Every lender of this server, in a fixed order."""
    return list(Lender.objects.order_by("id"))


def get(lender_id: UUID, /) -> Lender:
    """One lender. Raises `lenders.not_found`."""
    found = Lender.objects.filter(id=lender_id).first()
    if found is None:
        raise LenderError("lenders.not_found")
    return found


def today(lender_id: UUID, /, *, now: datetime) -> date:
    """The calendar day of `now` where the lender counts days. Raises `lenders.not_found`."""
    return clock_queries.business_date(now=now, zone=get(lender_id).zone)
