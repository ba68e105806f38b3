"""The transcript of a negotiation: every act of both sides, each entry sealing the one before."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import rfc8785

from repact.server.audit.actor import BORROWER, Actor
from repact.server.cases.models import Case
from repact.server.offers.models import Entry

State = Literal["open", "answered", "withdrawn", "expired"]


def append(
    *,
    by: Actor,
    case_id: UUID,
    kind: str,
    content: dict[str, Any],
    now: datetime,
    expires_at: datetime | None = None,
    about: Entry | None = None,
) -> Entry:
    """Write the next entry; the case's row keeps two from being the next at once.

    `content` holds ids, hashes, amounts and words, as JSON.
    """
    Case.objects.select_for_update().get(id=case_id)
    last = Entry.objects.filter(case_id=case_id).order_by("-number").first()
    entry = Entry(
        lender_id=by.lender_id,
        case_id=case_id,
        number=(last.number if last else 0) + 1,
        side="borrower" if by.role == BORROWER else "lender",
        kind=kind,
        by_id=by.id,
        content=content,
        about=about,
        happened_at=now,
        expires_at=expires_at,
        previous_sha256=last.sha256 if last else "",
    )
    entry.sha256 = digest(entry)
    entry.save(force_insert=True)
    return entry


def of_case(case_id: UUID, /) -> list[Entry]:
    """Every entry, oldest first."""
    return list(Entry.objects.filter(case_id=case_id).order_by("number"))


def state(entry: Entry, /, *, now: datetime) -> State:
    """Where a proposal stands: what was said about it later decides, then its time."""
    kinds = set(entry.replies.values_list("kind", flat=True))
    if "withdrawal" in kinds:
        return "withdrawn"
    if kinds:
        return "answered"
    if entry.expires_at is not None and now >= entry.expires_at:
        return "expired"
    return "open"


def open_proposals(case_id: UUID, /, *, now: datetime) -> list[Entry]:
    """The borrower's proposals that wait for a person."""
    found = Entry.objects.filter(case_id=case_id, kind="proposal").order_by("number")
    return [entry for entry in found if state(entry, now=now) == "open"]


def broken_at(case_id: UUID, /) -> int | None:
    """The number of the first entry that is not as it was written, or None: the chain is whole."""
    previous = ""
    for number, entry in enumerate(of_case(case_id), start=1):
        as_it_was = entry.number == number and entry.previous_sha256 == previous
        if not as_it_was or entry.sha256 != digest(entry):
            return number
        previous = entry.sha256
    return None


def digest(entry: Entry, /) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of everything the entry says."""
    said = {
        "case_id": str(entry.case_id),
        "number": entry.number,
        "side": entry.side,
        "kind": entry.kind,
        "by_id": str(entry.by_id) if entry.by_id else None,
        "content": entry.content,
        "about": str(entry.about_id) if entry.about_id else None,
        "happened_at": entry.happened_at.isoformat(),
        "expires_at": entry.expires_at.isoformat() if entry.expires_at else None,
        "previous_sha256": entry.previous_sha256,
    }
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()
