"""One way of calling out: bounded in time and size, to configured addresses only."""

from __future__ import annotations

from typing import Any

import httpx

from repact.server.connectors.errors import ConnectorError

_TIMEOUT = httpx.Timeout(5.0, connect=2.0)


def call(
    method: str, url: str, /, *, key: str, body: dict[str, Any] | None = None
) -> httpx.Response:
    """Send one JSON request; redirects are not followed.

    Raises ConnectorError `connectors.unreachable` when no answer came: the request may or may not
    have been carried out, and is repeated with the same id.
    """
    try:
        return httpx.request(
            method,
            url,
            json=body,
            headers={"Authorization": f"Bearer {key}"},
            timeout=_TIMEOUT,
            follow_redirects=False,
        )
    except httpx.HTTPError as error:
        raise ConnectorError("connectors.unreachable") from error


def expect(answer: httpx.Response, /, *statuses: int) -> dict[str, Any]:
    """The answer's JSON, or ConnectorError `connectors.refused` with the status."""
    if answer.status_code >= 500:
        raise ConnectorError("connectors.unreachable")
    if answer.status_code not in statuses:
        raise ConnectorError("connectors.refused", status=answer.status_code)
    return dict(answer.json())
