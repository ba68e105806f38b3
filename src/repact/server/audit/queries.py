"""Reading the audit trail."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from repact.server.audit.models import Event


def of_case(case_id: UUID, /) -> QuerySet[Event]:
    """Everything that happened in a case, oldest first."""
    return Event.objects.filter(case_id=case_id).order_by("number")


def get(event_id: UUID, /) -> Event:
    """One event."""
    return Event.objects.get(id=event_id)
