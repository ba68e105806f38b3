"""Reading what was told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from repact.server.notices.email import EMAIL, code_of
from repact.server.notices.gate import EMAIL_CODE
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


def address(message: Message, /) -> str:
    """Where a message goes: number, wallet account or e-mail address; a code to the pending one."""
    borrower = message.borrower
    if message.channel == "push":
        return borrower.wallet_account
    if message.channel == "sms":
        return people_queries.phone(borrower)
    found = addressee(borrower.id)
    if found is None:
        return ""
    pending = message.notice.kind == EMAIL_CODE
    return _unsealed(borrower, found.pending_sealed if pending else found.email_sealed)


def code(message: Message, /) -> str:
    """The code a message carries; empty for every message but one."""
    found = addressee(message.borrower_id)
    return code_of(found) if found and message.notice.kind == EMAIL_CODE else ""


def emails(borrower: Borrower, /) -> tuple[str, str]:
    """The e-mail address messages go to, and the one that waits to be confirmed; or empty."""
    found = addressee(borrower.id)
    if found is None:
        return "", ""
    confirmed = found.email_sealed if found.email_works else None
    return _unsealed(borrower, confirmed), _unsealed(borrower, found.pending_sealed)


def _unsealed(borrower: Borrower, sealed: bytes | memoryview | None) -> str:
    return vault.unseal(borrower.key, bytes(sealed), context=EMAIL).decode() if sealed else ""


def outbox() -> QuerySet[Message, dict[str, object]]:
    """How many messages are in which state, by channel and reason."""
    counted = Message.objects.values("channel", "state", "reason").annotate(count=Count("id"))
    return counted.order_by("channel", "state", "reason")
