"""Writing the audit trail, and telling the next room that something happened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import rfc8785
from django.db import connection

from repact import canonical
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
    said = _said(event)
    event.digest = _digest(said)
    (event.number,) = _write(action, [said | {"digest": event.digest.hex()}])
    return event


class Subject(NamedTuple):
    """One of many things that an action was done to, with the case and facts of its own."""

    id: UUID
    case_id: UUID | None
    facts: dict[str, Any]


def record_many(*, by: Actor, action: str, now: datetime, subjects: Sequence[Subject]) -> None:
    """Write that `by` did `action` to each of some subjects: an event each, with its jobs, as
    `record` does, but all of them in one call to the database."""
    whole = {
        "lender_id": str(by.lender_id),
        "action": action,
        "actor_role": by.role,
        "actor_id": _text(by.id),
        "happened_at": now.isoformat(),
        "recorded_at": ports.now().isoformat(),
    }
    events = []
    for event_id, subject in zip(ports.new_ids(len(subjects)), subjects, strict=True):
        said = whole | {
            "id": str(event_id),
            "subject_id": str(subject.id),
            "case_id": _text(subject.case_id),
            "facts": subject.facts,
        }
        events.append(said | {"digest": _digest(said).hex()})
    if events:
        _write(action, events)
    _settled.set(True)


def _write(action: str, events: Sequence[dict[str, Any]]) -> list[int]:
    """Insert events, enqueue the tasks that carry each of them forward; the events' numbers."""
    tasks = list(_forwarded_by.get(action, ()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_record(%s::jsonb, %s)", [orjson.dumps(events).decode(), tasks])
        (numbers,) = cursor.fetchone()
    _settled.set(True)
    return list(numbers)


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
    return _digest(_said(event))


def _said(event: Event) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "lender_id": str(event.lender_id),
        "action": event.action,
        "actor_role": event.actor_role,
        "actor_id": _text(event.actor_id),
        "subject_id": str(event.subject_id),
        "case_id": _text(event.case_id),
        "facts": event.facts,
        "happened_at": event.happened_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
    }


def _text(key: UUID | None) -> str | None:
    return str(key) if key else None


def _digest(said: dict[str, Any]) -> bytes:
    if all(name.isascii() and _is_plain(value) for name, value in said["facts"].items()):
        return hashlib.sha256(canonical.dumps(said)).digest()
    return hashlib.sha256(rfc8785.dumps(said)).digest()


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | bool | int)
