"""The wallet: where borrowers come from, where their money is and where they read messages.

Debits are idempotent by `request_id`: after a silence the same request is asked about, never sent
as a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from joserfc.jwk import KeySet

from repact.server.connectors import http
from repact.server.connectors.errors import ConnectorError

Status = Literal["succeeded", "declined", "unknown"]


@dataclass(frozen=True, slots=True)
class DebitAnswer:
    """What became of a debit. `unknown`: no answer yet; ask again with the same id."""

    status: Status
    reason: str | None = None
    debit_id: str | None = None
    executed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WalletAccount:
    """An account as far as we may see it."""

    tail: str
    balance_minor: int
    currency: str


def debit(
    *,
    request_id: UUID,
    account: str,
    amount_minor: int,
    currency: str,
    mandate_ref: str,
    memo: str,
) -> DebitAnswer:
    """Ask the wallet to debit; a silence is an answer too (`unknown`)."""
    body = {
        "request_id": str(request_id),
        "account": account,
        "amount_minor": amount_minor,
        "currency": currency,
        "mandate_ref": mandate_ref,
        "memo": memo,
    }
    try:
        return _answer(http.expect(_call("POST", "/api/debits", body), 200))
    except ConnectorError as error:
        if error.code != "connectors.unreachable":
            raise
        return DebitAnswer(status="unknown")


def debit_status(request_id: UUID, /) -> DebitAnswer | None:
    """What became of an earlier debit; None when the wallet never got it."""
    answer = _call("GET", f"/api/debits/{request_id}")
    if answer.status_code == 404:
        return None
    return _answer(http.expect(answer, 200))


def deliver(*, request_id: UUID, account: str, kind: str, title: str, text: str) -> None:
    """Put a message into the borrower's wallet inbox, once."""
    body = {
        "request_id": str(request_id),
        "account": account,
        "kind": kind,
        "title": title,
        "text": text,
    }
    http.expect(_call("POST", "/api/messages", body), 202)


def account(account: str, /) -> WalletAccount:
    """Balance and the last digits of an account."""
    answer = http.expect(_call("GET", f"/api/accounts/{account}"), 200)
    return WalletAccount(
        tail=answer["tail"], balance_minor=answer["balance_minor"], currency=answer["currency"]
    )


def launch_keys() -> KeySet:
    """The public keys launch tokens are signed with."""
    return KeySet.import_key_set(http.expect(_call("GET", "/.well-known/jwks.json"), 200))


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    url = f"{settings.REPACT_WALLET_URL}{path}"
    return http.call(method, url, key=settings.REPACT_WALLET_KEY, body=body)


def _answer(data: dict[str, Any]) -> DebitAnswer:
    return DebitAnswer(
        status=data["status"],
        reason=data.get("reason"),
        debit_id=data.get("debit_id"),
        executed_at=datetime.fromisoformat(data["executed_at"]),
    )
