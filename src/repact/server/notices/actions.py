"""Telling a borrower something, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.notices.models import Notice
from repact.server.people import doors


@doors.action("notices.tell", may=(SYSTEM,))
def tell(
    *, by: Actor, borrower_id: UUID, kind: str, source: str, now: datetime, **params: Any
) -> None:
    """Put a message into the borrower's inbox; the same source tells once."""
    notice, made = Notice.objects.get_or_create(
        lender_id=by.lender_id,
        source=source,
        defaults={
            "borrower_id": borrower_id,
            "kind": kind,
            "params": params,
            "created_at": now,
        },
    )
    if made:
        audit_actions.record(by=by, action="notices.tell", subject_id=notice.id, now=now, kind=kind)
    else:
        audit_actions.unchanged()
