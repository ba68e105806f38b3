"""A collector's own system: told to stop, to go on, or that a plan is in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import httpx
from django.conf import settings

from repact.server.connectors import http


def recall(
    *,
    agency: str,
    url: str,
    recall_id: UUID,
    kind: Literal["hold", "release", "plan"],
    loan_refs: Sequence[str],
    at: datetime,
) -> datetime | None:
    """Tell an agency, idempotent by the id; when it confirmed, or None: taken, not yet confirmed.

    Raises ConnectorError `connectors.unreachable` (say the same again) or `connectors.refused`.
    """
    body = {
        "recall_id": str(recall_id),
        "kind": kind,
        "loan_refs": list(loan_refs),
        "at": at.isoformat(),
    }
    key = settings.REPACT_AGENCY_KEYS.get(agency, "")
    return _confirmed(http.call("POST", f"{url}/api/recalls", key=key, body=body))


def recall_status(*, agency: str, url: str, recall_id: UUID) -> datetime | None:
    """When an agency confirmed an earlier recall; None while it has not. Raises as `recall`."""
    key = settings.REPACT_AGENCY_KEYS.get(agency, "")
    return _confirmed(http.call("GET", f"{url}/api/recalls/{recall_id}", key=key))


def _confirmed(answer: httpx.Response) -> datetime | None:
    body: dict[str, Any] = http.expect(answer, 200, 202)
    at = body.get("confirmed_at")
    return datetime.fromisoformat(at) if at else None
