"""Moving the demo's clock; nowhere else can time be moved."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import F

from repact.errors import RepactError
from repact.server.clock.models import DemoClock


class ClockError(RepactError):
    """The clock cannot be moved that way."""


def move_one_day(*, lender_id: UUID) -> None:
    """Put business time one day ahead. Raises `clock.not_in_demo` outside demo mode."""
    if not settings.REPACT_DEMO:
        raise ClockError("clock.not_in_demo")
    DemoClock.objects.get_or_create(lender_id=lender_id)
    DemoClock.objects.filter(lender_id=lender_id).update(days_ahead=F("days_ahead") + 1)
