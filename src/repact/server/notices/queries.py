"""Reading what was told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from repact.server.notices.actions import EMAIL
from repact.server.notices.models import Addressee, Message, Notice
from repact.server.people import queries as people_queries
from repact.server.people import vault
from repact.server.people.models import Borrower

SHOWN = 8
AT_ONCE = 500


def latest(borrower_id: UUID, /) -> list[Notice]:
    """The newest messages of a borrower."""
    return list(Notice.objects.filter(borrower_id=borrower_id).order_by("-created_at")[:SHOWN])


def of_borrower(borrower_id: UUID, /) -> list[Notice]:
    """Every message a borrower ever got, the oldest first."""
    return list(Notice.objects.filter(borrower_id=borrower_id).order_by("created_at", "id"))


def waiting(*, now: datetime, notice_id: UUID | None = None) -> list[UUID]:
    """Messages whose time has come, the oldest first."""
    found = Message.objects.filter(state="waiting", not_before__lte=now)
    if notice_id:
        found = found.filter(notice_id=notice_id)
    return list(found.order_by("not_before", "id").values_list("id", flat=True)[:AT_ONCE])


def message(message_id: UUID, /) -> Message:
    """One message with its notice and its borrower."""
    return Message.objects.select_related("notice", "borrower__key").get(id=message_id)


def addressee(borrower_id: UUID, /) -> Addressee | None:
    """How a borrower wants to be reached, if they ever said."""
    return Addressee.objects.filter(borrower_id=borrower_id).first()


def address(borrower: Borrower, channel: str, /) -> str:
    """Where a channel reaches a borrower: number, wallet account or e-mail address."""
    if channel == "push":
        return borrower.wallet_account
    if channel == "sms":
        return people_queries.phone(borrower)
    found = addressee(borrower.id)
    if found is None or found.email_sealed is None:
        return ""
    return vault.unseal(borrower.key, bytes(found.email_sealed), context=EMAIL).decode()


def outbox() -> QuerySet[Message, dict[str, object]]:
    """How many messages are in which state, by channel and reason."""
    counted = Message.objects.values("channel", "state", "reason").annotate(count=Count("id"))
    return counted.order_by("channel", "state", "reason")
