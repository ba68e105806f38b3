"""Taking an event in once, and noting what became of it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.conf import settings
from pydantic import ValidationError

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.clock import ports
from repact.server.people import doors
from repact.server.webhooks import signature
from repact.server.webhooks.errors import WebhookError
from repact.server.webhooks.kinds import Envelope
from repact.server.webhooks.models import InboxEvent

BODY_BYTES_MAX = 64 * 1024
WALLET = "wallet"


@doors.action("webhooks.receive", may=(SYSTEM,))
def receive(
    *, by: Actor, source: str, headers: Mapping[str, str], raw: bytes, now: datetime
) -> tuple[InboxEvent, bool]:
    """Keep one signed event; (the row, whether it is new). A background task carries it on.

    Raises WebhookError `webhooks.too_large`, `.unreadable`, `.event_reused` (the same id with
    another body; nothing is kept) and as `signature.verify` does.
    """
    if len(raw) > BODY_BYTES_MAX:
        raise WebhookError("webhooks.too_large")
    signed = signature.verify(
        raw, headers, secrets=settings.REPACT_WALLET_WEBHOOK_SECRETS, present=ports.now()
    )
    try:
        envelope = Envelope.model_validate_json(raw)
    except ValidationError as error:
        raise WebhookError("webhooks.unreadable", field="body") from error
    digest = hashlib.sha256(raw).digest()
    row, made = InboxEvent.objects.get_or_create(
        lender_id=by.lender_id,
        source=source,
        event_id=signed.event_id,
        defaults={
            "kind": envelope.type,
            "body": envelope.model_dump(mode="json"),
            "body_sha256": digest,
            "signed_at": signed.signed_at,
            "received_at": ports.now(),
            "is_late": signed.is_late,
        },
    )
    if not made:
        if not hmac.compare_digest(bytes(row.body_sha256), digest):
            raise WebhookError("webhooks.event_reused")
        audit_actions.unchanged()
        return row, False
    audit_actions.record(
        by=by,
        action="webhooks.receive",
        subject_id=row.id,
        now=now,
        source=source,
        kind=row.kind,
        is_late=row.is_late,
    )
    return row, True


@doors.action("webhooks.settle", may=(SYSTEM,))
def settle(
    *,
    by: Actor,
    row_id: UUID,
    state: Literal["done", "ignored", "refused"],
    reason: str = "",
    now: datetime,
) -> None:
    """Note what became of an event; the first answer stays."""
    row = InboxEvent.objects.select_for_update().get(id=row_id)
    if row.state != "received":
        audit_actions.unchanged()
        return
    row.state, row.reason, row.settled_at = state, reason[:60], now
    row.save()
    audit_actions.record(
        by=by, action="webhooks.settle", subject_id=row.id, now=now, state=state, reason=reason
    )
