"""Business time: what the contracts go by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from repact.server.clock import ports
from repact.server.clock.models import DemoClock


def business_now(*, lender_id: UUID) -> datetime:
    """The present for everything a contract goes by; real time, moved only in demo mode."""
    return ports.now() + timedelta(days=_days_ahead(lender_id))


def business_date(*, now: datetime, zone: str) -> date:
    """The calendar day of `now` where the lender's contracts count days (`zone`: an IANA name)."""
    return now.astimezone(ZoneInfo(zone)).date()


def same_hour(now: datetime, /, *, on: date, zone: str) -> datetime:
    """The moment of another calendar day with the same hour on the lender's clock.

    Whole days back from `now` would be another day's evening where clocks have changed since.
    """
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(on, local.time(), local.tzinfo).astimezone(UTC)


def _days_ahead(lender_id: UUID) -> int:
    if not settings.REPACT_DEMO:
        return 0
    moved = DemoClock.objects.filter(lender_id=lender_id).values_list("days_ahead", flat=True)
    return moved.first() or 0
