"""The lender's core system, told to hold and release what it does on its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.conf import settings

from repact.server.connectors import http


def command(
    *,
    command_id: UUID,
    kind: Literal["hold", "release", "plan_started", "block_line"],
    loan_refs: Sequence[str],
    at: datetime,
) -> datetime:
    """Send a command, idempotent by its id; returns when the core acknowledged it.

    Raises ConnectorError `connectors.unreachable` (try again) or `connectors.refused`.
    """
    answer = http.call(
        "POST",
        f"{settings.REPACT_CORE_URL}/api/commands",
        key=settings.REPACT_CORE_KEY,
        body={
            "command_id": str(command_id),
            "kind": kind,
            "loan_refs": list(loan_refs),
            "at": at.isoformat(),
        },
    )
    return datetime.fromisoformat(http.expect(answer, 200)["acknowledged_at"])
