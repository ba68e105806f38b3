"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from repact.server.audit.models import Event


def of_case(case_id: UUID, /) -> QuerySet[Event]:
    """Everything that happened in a case, oldest first."""
    return Event.objects.filter(case_id=case_id).order_by("number")


def get(event_id: UUID, /) -> Event:
    """One event."""
    return Event.objects.get(id=event_id)


def moves(case_ids: Collection[UUID], /, *, event: str) -> list[tuple[UUID, datetime]]:
    """When these cases were moved by an event of their life, oldest first."""
    found = Event.objects.filter(
        case_id__in=case_ids, action="cases.move", facts__event=event
    ).order_by("number")
    return [(move.case_id, move.happened_at) for move in found if move.case_id]
