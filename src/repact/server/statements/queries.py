"""Reading what statements said."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from repact.server.statements.models import Line, Statement

SHOWN = 50


def with_bad_lines() -> list[Statement]:
    """The newest statements that hold a line nobody could read."""
    return list(Statement.objects.exclude(bad=[]).order_by("-received_at", "-id")[:SHOWN])


def to_look_at() -> QuerySet[Line]:
    """Entries the bank took back, the newest first."""
    return Line.objects.filter(state="look").order_by("-booked_on", "id")


def incoming(*, until: date) -> QuerySet[Line]:
    """Everything that came in on our accounts up to a day."""
    return Line.objects.filter(state__in=["posted", "suspense"], booked_on__lte=until)
