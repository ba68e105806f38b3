"""Reading what was told."""

from __future__ import annotations

from uuid import UUID

from repact.server.notices.models import Notice

SHOWN = 8


def latest(borrower_id: UUID, /) -> list[Notice]:
    """The newest messages of a borrower."""
    return list(Notice.objects.filter(borrower_id=borrower_id).order_by("-created_at")[:SHOWN])
