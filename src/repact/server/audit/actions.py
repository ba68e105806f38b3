"""Writing the audit trail, and telling the next room that something happened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785
from procrastinate.contrib.django import app as jobs

from repact.errors import RepactError
from repact.server.audit.actor import Actor
from repact.server.audit.models import Event
from repact.server.clock import ports

# action -> names of the background tasks that carry it forward; filled by `jobs.flow` at start,
# because knowledge points back: this room does not know the stages.
_forwarded_by: dict[str, list[str]] = {}
_settled: ContextVar[bool] = ContextVar("settled", default=False)


class AuditError(RepactError):
    """An action left no trace."""


def forward(*, action: str, task: str) -> None:
    """Let `task` be enqueued, in the same transaction, whenever `action` is recorded."""
    tasks = _forwarded_by.setdefault(action, [])
    if task not in tasks:
        tasks.append(task)


def record(
    *,
    by: Actor,
    action: str,
    subject_id: UUID,
    now: datetime,
    case_id: UUID | None = None,
    **facts: Any,
) -> Event:
    """Write that `by` did `action` to a subject at business time `now`.

    `facts` are JSON values: ids as strings, codes, integers; never personal data. The row and the
    job that carries it forward are part of the caller's transaction.
    """
    event = Event(
        lender_id=by.lender_id,
        action=action,
        actor_role=by.role,
        actor_id=by.id,
        subject_id=subject_id,
        case_id=case_id,
        facts=facts,
        happened_at=now,
        recorded_at=ports.now(),
    )
    event.digest = digest(event)
    event.save(force_insert=True)
    _settled.set(True)
    for task in _forwarded_by.get(action, ()):
        jobs.configure_task(task, queue="flow").defer(
            lender_id=str(by.lender_id), event_id=str(event.id)
        )
    return event


def unchanged() -> None:
    """Say that the action found its work already done, so that nothing new is recorded."""
    _settled.set(True)


@contextmanager
def traced(action: str, /) -> Iterator[None]:
    """Refuse, with `audit.no_trace`, an action that neither records nor says it was a repeat.

    An action made of other actions is traced by theirs.
    """
    token = _settled.set(False)
    try:
        yield
        if not _settled.get():
            raise AuditError("audit.no_trace", action=action)
    except BaseException:
        _settled.reset(token)
        raise
    _settled.set(True)


def digest(event: Event, /) -> bytes:
    """SHA-256 over the canonical JSON (RFC 8785) of everything the event says."""
    said = {
        "id": str(event.id),
        "lender_id": str(event.lender_id),
        "action": event.action,
        "actor_role": event.actor_role,
        "actor_id": str(event.actor_id) if event.actor_id else None,
        "subject_id": str(event.subject_id),
        "case_id": str(event.case_id) if event.case_id else None,
        "facts": event.facts,
        "happened_at": event.happened_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
    }
    return hashlib.sha256(rfc8785.dumps(said)).digest()
