"""The credit bureau: told of one thing about one loan, or of its correction; never of a person.

What a bureau's own interface looks like differs from bureau to bureau; this port speaks to the
sandbox's, and was not run against a real one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from repact.server.connectors import http


def configured() -> bool:
    """Whether there is a bureau to report to."""
    return bool(settings.REPACT_BUREAU_URL)


def shows(*, report_id: UUID, loan_ref: str) -> bool:
    """Whether the bureau has a report: asked when it never answered. Raises as `report` does."""
    url = f"{settings.REPACT_BUREAU_URL}/api/reports/{quote(loan_ref)}"
    answer = http.call("GET", url, key=settings.REPACT_BUREAU_KEY)
    return any(one["report_id"] == str(report_id) for one in http.expect(answer, 200)["reports"])


def report(
    *,
    report_id: UUID,
    corrects: UUID | None,
    loan_ref: str,
    kind: str,
    code: str,
    content: dict[str, Any],
    at: datetime,
) -> str:
    """Report one event, once for its id; the bureau's receipt.

    Raises ConnectorError `connectors.unreachable` (say the same again) or `connectors.refused`.
    """
    body = {
        "report_id": str(report_id),
        "corrects": str(corrects) if corrects else None,
        "loan_ref": loan_ref,
        "kind": kind,
        "code": code,
        "content": content,
        "at": at.isoformat(),
    }
    url = f"{settings.REPACT_BUREAU_URL}/api/reports"
    answer = http.call("POST", url, key=settings.REPACT_BUREAU_KEY, body=body)
    return str(http.expect(answer, 200)["receipt"])
