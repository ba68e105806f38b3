"""Standard Webhooks signatures (HMAC-SHA256 over id, timestamp and body), and how old they may be.

The usual window of five minutes protects receivers that forget what they have seen. This inbox
never forgets an id, so a repeat changes nothing however old it is, and an event that lay somewhere
for weeks is still money. So: a signature up to `AGE_DAYS_MAX` old is taken and marked late; one
from the future, or older, is not.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

from repact.server.webhooks.errors import WebhookError

WINDOW = timedelta(minutes=5)
AGE_DAYS_MAX = 90
_ID_MAX = 80


@dataclass(frozen=True, slots=True)
class Signed:
    """What the headers of a true delivery say."""

    event_id: str
    signed_at: datetime
    is_late: bool


def verify(
    raw: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], present: datetime
) -> Signed:
    """Check a delivery against each secret in use; `present` is real time.

    Raises WebhookError `webhooks.headers_missing`, `.signature_wrong`, `.from_the_future`,
    `.too_old`.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    event_id, stamp, signatures = (lower.get(name, "") for name in names)
    if not (0 < len(event_id) <= _ID_MAX and stamp.isascii() and stamp.isdigit() and signatures):
        raise WebhookError("webhooks.headers_missing")
    signed_at = _moment(stamp)
    if not any(_matches(raw, event_id, signed_at, signatures, secret) for secret in secrets):
        raise WebhookError("webhooks.signature_wrong")
    if signed_at > present + WINDOW:
        raise WebhookError("webhooks.from_the_future")
    if signed_at < present - timedelta(days=AGE_DAYS_MAX):
        raise WebhookError("webhooks.too_old")
    return Signed(event_id, signed_at, is_late=signed_at < present - WINDOW)


def _moment(stamp: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(stamp), tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WebhookError("webhooks.headers_missing") from error


def _matches(raw: bytes, event_id: str, at: datetime, signatures: str, secret: str) -> bool:
    """Whether one of the signatures of version 1 is this secret's."""
    try:
        right = Webhook(secret).sign(event_id, at, raw.decode()).encode()
    except UnicodeDecodeError:
        return False
    given = [one.encode() for one in signatures.split(" ") if one.startswith("v1,")]
    return any([hmac.compare_digest(right, one) for one in given])  # noqa: C419 - all of them, always


def secret_of(key: bytes, /) -> str:
    """Key bytes as the text Standard Webhooks knows."""
    return f"whsec_{base64.b64encode(key).decode()}"
