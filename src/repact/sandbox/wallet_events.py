"""The wallet's webhooks: an outbox in the wallet's own transaction, signed, sent until taken.

Signed by Standard Webhooks (HMAC-SHA256 over id, timestamp and body). Faults on demand, by
`POST /api/webhook-faults {"kind": ..., "count": n, "days": d}`: `duplicate` sends an event three
times, `disorder` keeps `count` events and sends the newest first, `late` signs an event `days` days
ago, `hold` sends nothing until cleared, `garble` changes the body after it was signed.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from standardwebhooks import Webhook

from repact.sandbox import peer
from repact.sandbox.peer import Answer, RefusedError, Request

SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL,
    sent_at TEXT, attempts INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS endpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1), url TEXT, secret TEXT);
"""
FAULTS = {"duplicate", "disorder", "late", "hold", "garble"}
_PAUSE_SECONDS = 0.1
_SEND_SECONDS = 5


def note(db: sqlite3.Connection, kind: str, /, **data: Any) -> None:
    """Write an event beside the change it tells of, in the same transaction."""
    body = {"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data}  # noqa: TID251 - the wallet's own clock
    name = f"evt_{uuid.uuid4().hex}"  # noqa: TID251 - likewise
    db.execute("INSERT INTO event (id, body) VALUES (?, ?)", (name, json.dumps(body)))


class Sender:
    """Carries events to the endpoint, one after another, for as long as the wallet runs."""

    def __init__(self, store: peer.Store) -> None:
        self.store = store
        self._fault: dict[str, Any] = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._run, daemon=True).start()

    def register(self, made: peer.Peer) -> None:
        """Add the routes of webhooks."""
        made.route("POST", "/api/webhook-endpoint", self.endpoint)
        made.route("POST", "/api/webhook-faults", self.ask_fault)
        made.route("DELETE", "/api/webhook-faults", self.clear_fault)
        made.route("GET", "/api/events", self.events)

    def endpoint(self, request: Request) -> Answer:
        """Say where events go, and the secret they are signed with."""
        values = [request.body.get(name) for name in ("url", "secret")]
        if not all(isinstance(value, str) and value for value in values):
            raise RefusedError(422, "wallet.bad_endpoint")
        with self.store.writing() as db:
            db.execute("INSERT OR REPLACE INTO endpoint VALUES (1, ?, ?)", values)
        return Answer(200, {})

    def ask_fault(self, request: Request) -> Answer:
        """Have the next events go wrong in one way."""
        kind, count, days = (request.body.get(name) for name in ("kind", "count", "days"))
        if kind not in FAULTS:
            raise RefusedError(422, "peer.bad_fault")
        with self._lock:
            self._fault = {"kind": kind, "count": int(count or 1), "days": int(days or 0)}
        return Answer(202, {})

    def clear_fault(self, _request: Request) -> Answer:
        """Send as one should again."""
        with self._lock:
            self._fault = {}
        return Answer(200, {})

    def events(self, _request: Request) -> Answer:
        """Every event, and whether it was taken."""
        rows = self.store.rows("SELECT id, body, sent_at, attempts FROM event ORDER BY number")
        return Answer(200, {"events": [dict(row) for row in rows]})

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._round()
            pause.wait(_PAUSE_SECONDS)

    def _round(self) -> None:
        """Send what waits; an event that is not taken waits, and those behind it too."""
        endpoint = self.store.rows("SELECT url, secret FROM endpoint")
        waiting = self.store.rows("SELECT * FROM event WHERE sent_at IS NULL ORDER BY number")
        with self._lock:
            fault = dict(self._fault)
            kind, count = fault.get("kind"), fault.get("count", 0)
            if not endpoint or not waiting or kind == "hold":
                return
            if kind == "disorder":
                if len(waiting) < count:
                    return
                waiting.reverse()
                self._fault = {}
            elif kind:
                waiting = waiting[:count]
                self._fault = {**fault, "count": count - len(waiting)}
                if count <= len(waiting):
                    self._fault = {}
        for row in waiting:
            for _ in range(3 if kind == "duplicate" else 1):
                taken = self._send(endpoint[0], row, kind, fault.get("days", 0))
            if not taken and kind != "garble":
                return

    def _send(self, endpoint: sqlite3.Row, row: sqlite3.Row, kind: Any, days: int) -> bool:
        at = datetime.now(UTC) - timedelta(days=days if kind == "late" else 0)  # noqa: TID251 - its own clock
        body = row["body"]
        headers = {
            "webhook-id": row["id"],
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(endpoint["secret"]).sign(row["id"], at, body),
            "Content-Type": "application/json",
        }
        if kind == "garble":
            body = body.replace("amount_minor", "amount_minos")
        try:
            answer = httpx.post(
                endpoint["url"], content=body, headers=headers, timeout=_SEND_SECONDS
            )
            taken = answer.status_code < 300
        except httpx.HTTPError:
            taken = False
        with self.store.writing() as db:
            sent_at = at.isoformat() if taken else None
            db.execute(
                "UPDATE event SET sent_at = ?, attempts = attempts + 1 WHERE id = ?",
                (sent_at, row["id"]),
            )
        return taken
