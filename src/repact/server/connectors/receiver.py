"""A system of the lender's that receives our events: one signed POST, taken or not."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

_TIMEOUT = httpx.Timeout(5.0, connect=2.0)
GONE = 410


def deliver(url: str, raw: bytes, /, *, headers: Mapping[str, str]) -> int | None:
    """Send the bytes as they are; the status, or None for a silence. Redirects are not followed."""
    try:
        answer = httpx.post(
            url,
            content=raw,
            headers={"Content-Type": "application/json", **headers},
            timeout=_TIMEOUT,
            follow_redirects=False,
        )
    except httpx.HTTPError:
        return None
    return answer.status_code
