"""Telling the lender's own systems what happened: signed, once for an event, until it is taken.

Signed by Standard Webhooks (HMAC-SHA256 over id, timestamp and body). A body holds ids, codes and
amounts, as the audit trail does; never personal data.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from standardwebhooks import Webhook

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SYSTEM, Actor
from repact.server.audit.models import Event
from repact.server.clock import ports
from repact.server.connectors.receiver import GONE
from repact.server.people import doors
from repact.server.webhooks import signature
from repact.server.webhooks.errors import WebhookError
from repact.server.webhooks.models import Delivery, Subscriber

# What is recorded here -> what it is called outside.
KINDS = {
    "cases.submit": "case.submitted",
    "loans.hold": "collection.held",
    "loans.release": "collection.released",
    "repayments.begin": "plan.began",
    "repayments.post_payment": "payment.posted",
    "repayments.reverse_payment": "payment.reversed",
    "agreements.breach": "plan.breached",
    "agreements.complete": "plan.completed",
}
BOTH_HOURS = 24
LOST_HOURS = 72
_BACKOFF_MINUTES_MAX = 240
AT_ONCE = 200
_URL_MAX = 200
_OK, _NOT_OK = 200, 300
LOCAL = {"127.0.0.1", "localhost"}


@doors.action("webhooks.subscribe", may=(SYSTEM, ENGINEER))
def subscribe(*, by: Actor, url: str, kinds: Sequence[str], now: datetime) -> str:
    """Have a system told of kinds of events (none named: all); the secret to check them with.

    The same address again changes its kinds. Raises WebhookError `webhooks.unknown_kind`,
    `webhooks.address_not_safe` for one without TLS that is not this machine.
    """
    known = set(KINDS.values())
    if not set(kinds) <= known:
        raise WebhookError("webhooks.unknown_kind", kinds=sorted(set(kinds) - known))
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
    if not safe or not parts.hostname or parts.username or len(url) > _URL_MAX:
        raise WebhookError("webhooks.address_not_safe", field="url")
    wanted = sorted(set(kinds) or known)
    row, _ = Subscriber.objects.update_or_create(
        lender_id=by.lender_id,
        url=url,
        defaults={"kinds": wanted, "is_active": True},
        create_defaults={"kinds": wanted, "made_at": ports.now()},
    )
    audit_actions.record(
        by=by, action="webhooks.subscribe", subject_id=row.id, now=now, kinds=wanted
    )
    return secrets_of(row)[0]


@doors.action("webhooks.replace_secret", may=(SYSTEM, ENGINEER))
def replace_secret(*, by: Actor, url: str, now: datetime) -> str:
    """A new secret for a subscriber; for a day both sign. Raises `webhooks.not_found`."""
    row = _named(url)
    row.generation += 1
    row.both_until = ports.now() + timedelta(hours=BOTH_HOURS)
    row.save()
    audit_actions.record(by=by, action="webhooks.replace_secret", subject_id=row.id, now=now)
    return secrets_of(row)[0]


@doors.action("webhooks.unsubscribe", may=(SYSTEM, ENGINEER))
def unsubscribe(*, by: Actor, url: str, now: datetime) -> None:
    """Tell a system nothing more. Raises `webhooks.not_found`."""
    _end(_named(url), by=by, now=now)


@doors.action("webhooks.publish", may=(SYSTEM,))
def publish(*, by: Actor, event: Event, now: datetime) -> list[UUID]:
    """Note what each subscriber is to be told of an event, once; the deliveries."""
    kind = KINDS.get(event.action)
    wanted = Subscriber.objects.filter(is_active=True).order_by("id")
    made = []
    for row in wanted:
        if kind in row.kinds:
            delivery, fresh = Delivery.objects.get_or_create(
                lender_id=by.lender_id,
                subscriber=row,
                event_id=event.id,
                defaults={
                    "body": body_of(event, str(kind)),
                    "made_at": ports.now(),
                    "next_at": ports.now(),
                },
            )
            made += [delivery.id] if fresh else []
    if made:
        audit_actions.record(
            by=by, action="webhooks.publish", subject_id=event.id, now=now, receivers=len(made)
        )
    else:
        audit_actions.unchanged()
    return made


@doors.action("webhooks.take_delivery", may=(SYSTEM,))
def take_delivery(*, by: Actor, delivery_id: UUID) -> Delivery | None:  # noqa: ARG001 - the door's
    """A delivery whose turn it is, nobody else's for some minutes; else None."""
    audit_actions.unchanged()
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("subscriber")
        .get(id=delivery_id)
    )
    present = ports.now()
    if row.state != "waiting" or row.next_at > present:
        return None
    row.attempts += 1
    row.next_at = present + timedelta(minutes=min(2**row.attempts, _BACKOFF_MINUTES_MAX))
    row.save()
    return row


@doors.action("webhooks.note_delivery", may=(SYSTEM,))
def note_delivery(*, by: Actor, delivery_id: UUID, status: int | None, now: datetime) -> None:
    """What the receiver answered: taken (2xx), gone for good (410), or to be sent again.

    What nobody took in three days is lost, and a person sees it.
    """
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("subscriber")
        .get(id=delivery_id)
    )
    taken = status is not None and _OK <= status < _NOT_OK
    late = ports.now() > row.made_at + timedelta(hours=LOST_HOURS)
    if row.state != "waiting" or not (taken or late or status == GONE):
        audit_actions.unchanged()
        return
    row.state, row.ended_at = "taken" if taken else "lost", ports.now()
    row.save()
    if status == GONE:
        _end(row.subscriber, by=by, now=now)
    audit_actions.record(
        by=by, action="webhooks.note_delivery", subject_id=row.id, now=now, state=row.state
    )


def due() -> list[UUID]:
    """Deliveries whose turn it is, the oldest first."""
    found = Delivery.objects.filter(
        state="waiting", next_at__lte=ports.now(), subscriber__is_active=True
    )
    return list(found.order_by("next_at", "id").values_list("id", flat=True)[:AT_ONCE])


def headers_of(row: Delivery, /) -> dict[str, str]:
    """The headers of Standard Webhooks, signed now."""
    name, at = f"evt_{row.event_id}", ports.now()
    signed = [Webhook(secret).sign(name, at, row.body) for secret in secrets_of(row.subscriber)]
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def body_of(event: Event, kind: str, /) -> str:
    """The body as it is signed and sent."""
    data = {
        **event.facts,
        "id": str(event.subject_id),
        "case_id": str(event.case_id) if event.case_id else None,
    }
    said = {"type": kind, "timestamp": event.happened_at.isoformat(), "data": data}
    return json.dumps(said, separators=(",", ":"), sort_keys=True)


def secrets_of(row: Subscriber, /) -> list[str]:
    """The secret in force, and the one before while both sign."""
    both = row.both_until is not None and ports.now() < row.both_until
    generations = (row.generation, row.generation - 1) if both else (row.generation,)
    return [signature.secret_of(_key(row, number)) for number in generations]


def _key(row: Subscriber, generation: int) -> bytes:
    info = b"repact webhook 1" + row.id.bytes + generation.to_bytes(2, "big")
    return HKDF(hashes.SHA256(), 32, None, info).derive(settings.REPACT_KEYS.master)


def _named(url: str) -> Subscriber:
    row = Subscriber.objects.select_for_update().filter(url=url).first()
    if row is None:
        raise WebhookError("webhooks.not_found", field="url")
    return row


def _end(row: Subscriber, *, by: Actor, now: datetime) -> None:
    row.is_active = False
    row.save()
    audit_actions.record(by=by, action="webhooks.unsubscribe", subject_id=row.id, now=now)
