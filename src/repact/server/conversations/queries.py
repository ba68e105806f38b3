"""Reading a thread; texts are opened here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from repact.server.conversations.actions import CONTEXT
from repact.server.conversations.models import Thread
from repact.server.people import vault


@dataclass(frozen=True, slots=True)
class Said:
    """One message as a page shows it; `seen` says whether the other side has read it."""

    side: str
    by_id: UUID
    text: str
    attachments: tuple[str, ...]
    written_at: datetime
    seen: bool


def thread(case_id: UUID, /) -> Thread | None:
    """The thread of a case, if anybody wrote."""
    return Thread.objects.select_related("borrower__key").filter(case_id=case_id).first()


def said(thread: Thread, /) -> list[Said]:
    """Every message in order. Raises `people.erased` once the borrower's key is destroyed."""
    key = thread.borrower.key
    other = {"borrower": thread.staff_read_at, "lender": thread.borrower_read_at}
    return [
        Said(
            side=row.side,
            by_id=row.by_id,
            text=vault.unseal(key, bytes(row.text_sealed), context=CONTEXT).decode(),
            attachments=tuple(row.attachments),
            written_at=row.written_at,
            seen=(at := other[row.side]) is not None and at >= row.written_at,
        )
        for row in thread.messages.order_by("written_at", "id")
    ]


def waiting() -> QuerySet[Thread]:
    """Threads in which a borrower waits for an answer, the most urgent first."""
    found = Thread.objects.filter(answer_due_at__isnull=False).select_related("borrower__key")
    return found.order_by("answer_due_at", "id")
