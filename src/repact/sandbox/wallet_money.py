"""The wallet's mandates, payments a holder pushes, refunds and charge-backs.

API: POST /api/mandates, GET /api/mandates/{ref}, POST /api/payments, POST /api/refunds,
POST /api/reversals. What the holder does here is told by webhook.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from repact.sandbox import peer, wallet_events
from repact.sandbox.peer import Answer, RefusedError, Request

SCHEMA = (
    wallet_events.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS mandate (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, currency TEXT NOT NULL,
    amount_minor_max INTEGER NOT NULL, state TEXT NOT NULL, changed_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS movement (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (kind, id));
CREATE TABLE IF NOT EXISTS reversal (request_id TEXT PRIMARY KEY, reason TEXT NOT NULL);
"""
)
AMOUNT_MAX = 10**11
PAGE = 1000


class Money:
    """What moves or may move, besides debits."""

    def __init__(self, store: peer.Store) -> None:
        self.store = store

    def register(self, made: peer.Peer) -> None:
        """Add the routes of mandates, pushed payments, refunds and charge-backs."""
        made.route("POST", "/api/mandates", self.set_mandate)
        made.route("GET", "/api/mandates/", self.mandate)
        made.route("POST", "/api/payments", self.push)
        made.route("POST", "/api/refunds", self.refund)
        made.route("POST", "/api/reversals", self.reverse)
        made.route("GET", "/api/movements", self.movements)

    def set_mandate(self, request: Request) -> Answer:
        """State of a mandate as of a moment; an older state never overwrites a newer one."""
        body = request.body
        values = {name: text(body, name) for name in ("mandate_ref", "account", "currency")}
        state, changed_at = text(body, "state"), text(body, "changed_at")
        amount = amount_of(body, "amount_minor_max")
        if state not in {"active", "revoked"}:
            raise RefusedError(422, "wallet.bad_state")
        by_holder = body.get("by") == "holder"
        with self.store.writing() as db:
            known = db.execute(
                "SELECT * FROM mandate WHERE ref = ?", (values["mandate_ref"],)
            ).fetchone()
            if known and known["account"] != values["account"]:
                raise RefusedError(409, "wallet.mandate_of_another_account")
            if not known or known["changed_at"] < changed_at:
                db.execute(
                    "INSERT OR REPLACE INTO mandate VALUES (?, ?, ?, ?, ?, ?)",
                    (*values.values(), amount, state, changed_at),
                )
                if by_holder and state == "revoked":
                    wallet_events.note(db, "mandate.revoked", mandate_ref=values["mandate_ref"])
        return self._mandate(values["mandate_ref"])

    def mandate(self, request: Request) -> Answer:
        """One mandate."""
        return self._mandate(request.path.removeprefix("/api/mandates/"))

    def push(self, request: Request) -> Answer:
        """A holder pays of their own accord; {account, amount_minor, currency, reference}."""
        body = request.body
        request_id, account = text(body, "request_id"), text(body, "account")
        amount, currency = amount_of(body), text(body, "currency")
        reference = str(body.get("reference", ""))[:200]

        def make(db: sqlite3.Connection) -> dict[str, Any]:
            moved = db.execute(
                "UPDATE account SET balance_minor = balance_minor - ?"
                " WHERE id = ? AND currency = ? AND balance_minor >= ?",
                (amount, account, currency, amount),
            )
            if moved.rowcount != 1:
                raise RefusedError(422, "wallet.cannot_pay")
            wallet_events.note(
                db,
                "payment.received",
                payment_id=request_id,
                account=account,
                amount_minor=amount,
                currency=currency,
                reference=reference,
                value_date=str(body.get("value_date") or _now()[:10]),
            )
            moved_money(db, "payment", request_id, amount, currency)
            return {"payment_id": request_id}

        return Answer(200, self.store.once(f"payment:{request_id}", body, make))

    def refund(self, request: Request) -> Answer:
        """Money back to an account, once for an id."""
        body = request.body
        request_id, account = text(body, "request_id"), text(body, "account")
        amount, currency = amount_of(body), text(body, "currency")

        def make(db: sqlite3.Connection) -> dict[str, Any]:
            moved = db.execute(
                "UPDATE account SET balance_minor = balance_minor + ?"
                " WHERE id = ? AND currency = ?",
                (amount, account, currency),
            )
            if moved.rowcount != 1:
                raise RefusedError(422, "wallet.no_such_account")
            moved_money(db, "refund", request_id, -amount, currency)
            wallet_events.note(db, "refund.settled", request_id=request_id, amount_minor=amount)
            return {"request_id": request_id, "status": "succeeded", "executed_at": _now()}

        return Answer(200, self.store.once(f"refund:{request_id}", body, make))

    def reverse(self, request: Request) -> Answer:
        """A debit, or a payment, is charged back: the holder gets the money, we are told."""
        if "payment" in request.body:
            return self._reverse_payment(request)
        debit, reason = text(request.body, "debit"), text(request.body, "reason")
        with self.store.writing() as db:
            row = db.execute("SELECT * FROM debit WHERE request_id = ?", (debit,)).fetchone()
            if row is None:
                raise RefusedError(404, "wallet.no_such_debit")
            fresh = db.execute("INSERT OR IGNORE INTO reversal VALUES (?, ?)", (debit, reason))
            if fresh.rowcount:
                db.execute(
                    "UPDATE account SET balance_minor = balance_minor + ? WHERE id = ?",
                    (row["amount_minor"], row["account"]),
                )
                money = -row["amount_minor"]
                moved_money(db, "reversal", debit, money, _currency(db, row["account"]))
                wallet_events.note(db, "debit.reversed", request_id=debit, reason=reason)
        return Answer(200, {})

    def _reverse_payment(self, request: Request) -> Answer:
        payment, reason = text(request.body, "payment"), text(request.body, "reason")
        with self.store.writing() as db:
            row = db.execute(
                "SELECT body FROM request WHERE id = ?", (f"payment:{payment}",)
            ).fetchone()
            if row is None:
                raise RefusedError(404, "wallet.no_such_payment")
            fresh = db.execute("INSERT OR IGNORE INTO reversal VALUES (?, ?)", (payment, reason))
            if fresh.rowcount:
                said = json.loads(row["body"])
                db.execute(
                    "UPDATE account SET balance_minor = balance_minor + ? WHERE id = ?",
                    (said["amount_minor"], said["account"]),
                )
                moved_money(db, "reversal", payment, -said["amount_minor"], said["currency"])
                wallet_events.note(db, "payment.reversed", payment_id=payment, reason=reason)
        return Answer(200, {})

    def movements(self, request: Request) -> Answer:
        """What moved to (positive) and from us after a number, oldest first, a page at a time."""
        after = int(request.query.get("after", "0") or 0)
        rows = self.store.rows(
            "SELECT * FROM movement WHERE number > ? ORDER BY number LIMIT ?", after, PAGE
        )
        return Answer(200, {"movements": [dict(row) for row in rows]})

    def _mandate(self, ref: str) -> Answer:
        rows = self.store.rows("SELECT * FROM mandate WHERE ref = ?", ref)
        if not rows:
            raise RefusedError(404, "wallet.no_such_mandate")
        row = dict(rows[0])
        return Answer(200, {"mandate_ref": row.pop("ref"), **row})


def moved_money(db: sqlite3.Connection, kind: str, name: str, amount: int, currency: str) -> None:
    """Write a movement beside what caused it: positive came to the lender."""
    db.execute(
        "INSERT INTO movement (kind, id, amount_minor, currency, at) VALUES (?, ?, ?, ?, ?)",
        (kind, name, amount, currency, _now()),
    )


def _currency(db: sqlite3.Connection, account: str) -> str:
    return str(db.execute("SELECT currency FROM account WHERE id = ?", (account,)).fetchone()[0])


def why_no_mandate(db: sqlite3.Connection, ref: str, account: str, amount: int) -> str | None:
    """Why a debit under a mandate may not happen, or None. An empty `ref`: the holder asked."""
    if not ref:
        return None
    row = db.execute("SELECT * FROM mandate WHERE ref = ?", (ref,)).fetchone()
    if row is None or row["account"] != account:
        return "no_mandate"
    if row["state"] != "active":
        return "mandate_revoked"
    return "above_mandate" if amount > row["amount_minor_max"] else None


def text(body: dict[str, Any], name: str) -> str:
    """A short text of a body. Raises RefusedError."""
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 1000:
        raise RefusedError(422, f"wallet.bad_{name}")
    return value


def amount_of(body: dict[str, Any], name: str = "amount_minor") -> int:
    """An amount in minor units. Raises RefusedError."""
    value = body.get(name)
    if type(value) is not int or not 0 < value <= AMOUNT_MAX:
        raise RefusedError(422, "wallet.bad_amount")
    return value


def _now() -> str:
    return datetime.now(UTC).isoformat()  # noqa: TID251 - the wallet's own clock
