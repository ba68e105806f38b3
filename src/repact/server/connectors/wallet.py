"""The wallet: where borrowers come from, where their money is and where they read messages.

Debits and refunds are idempotent by `request_id`: after a silence the same request is asked about
or sent again, never as a new one. A mandate is told as a state with its moment, so that the order
in which two states arrive does not matter. What the holder does in the wallet comes by webhook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
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


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved: positive came to us. `id` is the debit's, refund's or payment's; a
    reversal's is that of the debit it undid."""

    kind: Literal["debit", "payment", "refund", "reversal"]
    id: str
    amount_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Mandate:
    """The holder's consent to debits, up to an amount each, as the wallet knows it."""

    mandate_ref: str
    account: str
    amount_minor_max: int
    state: Literal["active", "revoked"]


def debit(
    *,
    request_id: UUID,
    account: str,
    amount_minor: int,
    currency: str,
    mandate_ref: str,
    memo: str,
) -> DebitAnswer:
    """Ask the wallet to debit; a silence is an answer too (`unknown`).

    An empty `mandate_ref` says that the holder asked for this very debit.
    """
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


def refund(
    *, request_id: UUID, account: str, amount_minor: int, currency: str, memo: str
) -> datetime:
    """Send money back to an account, once for an id; returns when it was there.

    Raises ConnectorError `connectors.unreachable` (send the same again) or `connectors.refused`.
    """
    body = {
        "request_id": str(request_id),
        "account": account,
        "amount_minor": amount_minor,
        "currency": currency,
        "memo": memo,
    }
    answer = http.expect(_call("POST", "/api/refunds", body), 200)
    return datetime.fromisoformat(answer["executed_at"])


def movements() -> Iterator[Movement]:
    """Everything that ever moved between the wallet and us, oldest first, fetched page by page."""
    after = 0
    while True:
        page = http.expect(_call("GET", f"/api/movements?after={after}"), 200)["movements"]
        if not page:
            return
        for row in page:
            yield Movement(
                kind=row["kind"],
                id=row["id"],
                amount_minor=row["amount_minor"],
                currency=row["currency"],
                at=datetime.fromisoformat(row["at"]),
            )
        after = page[-1]["number"]


def set_mandate(
    *,
    mandate_ref: str,
    account: str,
    currency: str,
    amount_minor_max: int,
    state: Literal["active", "revoked"],
    changed_at: datetime,
) -> Mandate:
    """Tell the wallet the state of a mandate; it keeps the newest state it was ever told."""
    body = {
        "mandate_ref": mandate_ref,
        "account": account,
        "currency": currency,
        "amount_minor_max": amount_minor_max,
        "state": state,
        "changed_at": changed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return _mandate(http.expect(_call("POST", "/api/mandates", body), 200))


def mandate(mandate_ref: str, /) -> Mandate | None:
    """A mandate as the wallet knows it; None when it does not."""
    answer = _call("GET", f"/api/mandates/{mandate_ref}")
    if answer.status_code == 404:
        return None
    return _mandate(http.expect(answer, 200))


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


def _mandate(data: dict[str, Any]) -> Mandate:
    return Mandate(
        mandate_ref=data["mandate_ref"],
        account=data["account"],
        amount_minor_max=data["amount_minor_max"],
        state=data["state"],
    )


def _answer(data: dict[str, Any]) -> DebitAnswer:
    return DebitAnswer(
        status=data["status"],
        reason=data.get("reason"),
        debit_id=data.get("debit_id"),
        executed_at=datetime.fromisoformat(data["executed_at"]),
    )
