"""The lender's core system: told to hold and release what it does on its own, asked for its debts,
and, where it is the keeper of record, told of each plan and payment and asked how it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from repact.server.connectors import http


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan as the core keeps it, in minor units."""

    agreement: str
    currency: str
    total_minor: int
    paid_minor: int
    open_minor: int


def command(
    *,
    command_id: UUID,
    kind: Literal["hold", "release", "plan_started", "block_line", "unblock_line"],
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


def debts() -> Iterator[dict[str, str]]:
    """Every debt of the core's, in the columns of the loan book, fetched page by page."""
    after = ""
    while True:
        rows = http.expect(_call("GET", f"/api/debts?after={quote(after)}"), 200)["rows"]
        if not rows:
            return
        yield from rows
        after = rows[-1]["loan_ref"]


def push_plan(
    *, agreement: str, loan_ref: str, currency: str, rows: Sequence[dict[str, Any]]
) -> None:
    """Have the core keep a plan for a loan, once for an agreement. Raises as `command` does."""
    body = {"agreement": agreement, "loan_ref": loan_ref, "currency": currency, "rows": list(rows)}
    http.expect(_call("POST", "/api/plans", body), 200)


def end_plan(
    *,
    agreement: str,
    loan_ref: str,
    currency: str,
    again: tuple[str, Sequence[dict[str, Any]]] | None,
) -> None:
    """Have the core drop a plan that was taken back, once for an agreement: the contract holds, or
    `again`, the older plan and its rows. What was paid counts there. Raises as `command` does."""
    older = None
    if again:
        older = {"agreement": again[0], "currency": currency, "rows": list(again[1])}
    body = {"agreement": agreement, "loan_ref": loan_ref, "again": older}
    http.expect(_call("POST", "/api/plans/end", body), 200)


def push_payment(*, payment_id: str, loan_ref: str, amount_minor: int) -> None:
    """Tell the core of a payment's share for a loan, once for its id; negative: it was undone."""
    body = {"payment_id": payment_id, "loan_ref": loan_ref, "amount_minor": amount_minor}
    http.expect(_call("POST", "/api/payments", body), 200)


def kept(loan_ref: str, /) -> Kept | None:
    """The plan the core keeps for a loan; None without one. Raises as `command` does."""
    plan = http.expect(_call("GET", f"/api/loans/{quote(loan_ref)}"), 200)["plan"]
    return Kept(**plan) if plan else None


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return http.call(
        method, f"{settings.REPACT_CORE_URL}{path}", key=settings.REPACT_CORE_KEY, body=body
    )
