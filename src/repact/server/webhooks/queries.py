"""Reading the inbox."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from repact.server.webhooks.models import Delivery, InboxEvent


def get(row_id: UUID, /) -> InboxEvent:
    """One event."""
    return InboxEvent.objects.get(id=row_id)


def refused() -> QuerySet[InboxEvent]:
    """Events a person must look at, the oldest first."""
    return InboxEvent.objects.filter(state="refused").order_by("received_at", "id")


def lost() -> QuerySet[Delivery]:
    """Events of ours a subscriber never took, the newest first."""
    found = Delivery.objects.filter(state="lost").select_related("subscriber")
    return found.order_by("-ended_at", "id")
