"""Asking the demo wallet for what the host app would do by itself."""

from __future__ import annotations

import httpx
from django.conf import settings


def launch_token(account: str, /) -> str:
    """A fresh launch token for one of the wallet's accounts."""
    answer = httpx.post(
        f"{settings.REPACT_WALLET_URL}/api/launch-tokens",
        json={"account": account},
        headers={"Authorization": f"Bearer {settings.REPACT_WALLET_KEY}"},
        timeout=5,
    )
    answer.raise_for_status()
    return str(answer.json()["token"])
