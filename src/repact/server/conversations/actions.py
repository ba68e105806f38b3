"""Writing and reading, each once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, Actor
from repact.server.conversations.errors import ConversationError
from repact.server.conversations.models import Message, Thread
from repact.server.notices import actions as notice_actions
from repact.server.people import doors, vault
from repact.server.people import queries as people_queries
from repact.server.people.models import SubjectKey

TEXT_MAX = 2000
ATTACHMENTS_MAX = 5
CONTEXT = "conversations.message"


@doors.action("conversations.write", may=(BORROWER, AGENT, SUPERVISOR))
def write(
    *,
    by: Actor,
    case_id: UUID,
    borrower_id: UUID,
    request_id: UUID,
    text: str,
    reply_hours: int,
    attachments: Sequence[UUID] = (),
    now: datetime,
) -> Message:
    """Write into the thread of a case, which is opened by its first message.

    The borrower is promised an answer within `reply_hours` of their first unanswered message; the
    lender's answer ends the wait and tells the borrower. The caller has checked that the case and
    the attachments are this borrower's. Raises ConversationError `conversations.not_yours`,
    `.empty`, `.too_long`, `.unprintable`, `.too_many_attachments`, `.request_reused`.
    """
    if by.role == BORROWER and by.id != borrower_id:
        raise ConversationError("conversations.not_yours")
    said = _checked(text, attachments)
    borrower = people_queries.borrower(borrower_id)
    Thread.objects.get_or_create(
        case_id=case_id,
        defaults={"lender_id": by.lender_id, "borrower": borrower, "opened_at": now},
    )
    thread = Thread.objects.select_for_update(of=("self",)).get(case_id=case_id)
    if thread.borrower_id != borrower_id:
        raise ConversationError("conversations.not_yours")
    existing = thread.messages.filter(request_id=request_id).first()
    if existing:
        if _opened(existing, borrower.key) != said or existing.by_id != by.id:
            raise ConversationError("conversations.request_reused")
        audit_actions.unchanged()
        return existing
    side = "borrower" if by.role == BORROWER else "lender"
    message = Message.objects.create(
        lender_id=by.lender_id,
        thread=thread,
        request_id=request_id,
        side=side,
        by_id=by.id,
        text_sealed=vault.seal(borrower.key, said.encode(), context=CONTEXT),
        attachments=[str(name) for name in attachments],
        written_at=now,
    )
    if side == "borrower":
        thread.answer_due_at = thread.answer_due_at or now + timedelta(hours=reply_hours)
        thread.borrower_read_at = now
    else:
        thread.answer_due_at, thread.staff_read_at = None, now
    thread.save()
    audit_actions.record(
        by=by, action="conversations.write", subject_id=message.id, case_id=case_id, now=now
    )
    if side == "lender":
        notice_actions.tell(
            by=actor.system(by.lender_id),
            borrower_id=borrower_id,
            kind="answered",
            source=f"answered:{message.id}",
            now=now,
        )
    return message


@doors.action("conversations.read", may=(BORROWER, AGENT, SUPERVISOR))
def read(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """Note that a side has seen everything written so far.

    Raises ConversationError `conversations.not_yours`.
    """
    thread = Thread.objects.select_for_update(of=("self",)).filter(case_id=case_id).first()
    if thread is None:
        audit_actions.unchanged()
        return
    if by.role == BORROWER and thread.borrower_id != by.id:
        raise ConversationError("conversations.not_yours")
    name, other = (
        ("borrower_read_at", "lender") if by.role == BORROWER else ("staff_read_at", "borrower")
    )
    unseen = thread.messages.filter(side=other)
    seen_at = getattr(thread, name)
    if seen_at:
        unseen = unseen.filter(written_at__gt=seen_at)
    if not unseen.exists():
        audit_actions.unchanged()
        return
    setattr(thread, name, now)
    thread.save()
    audit_actions.record(
        by=by, action="conversations.read", subject_id=thread.id, case_id=case_id, now=now
    )


def _opened(message: Message, key: SubjectKey) -> str:
    return vault.unseal(key, bytes(message.text_sealed), context=CONTEXT).decode()


def _checked(text: str, attachments: Sequence[UUID]) -> str:
    said = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not said:
        raise ConversationError("conversations.empty", field="text")
    if len(said) > TEXT_MAX:
        raise ConversationError("conversations.too_long", field="text", most=TEXT_MAX)
    if any(unicodedata.category(c) in {"Cc", "Cf"} and c != "\n" for c in said):
        raise ConversationError("conversations.unprintable", field="text")
    if len(set(attachments)) > ATTACHMENTS_MAX:
        raise ConversationError("conversations.too_many_attachments", field="attachments")
    return said
