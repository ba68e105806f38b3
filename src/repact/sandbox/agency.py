"""A collection agency's system, as a peer: it is told to stop, and confirms, at once or later.

    python -m repact.sandbox.agency --port 8050 --data var/agency

API (JSON, `Authorization: Bearer $REPACT_AGENCY_KEY`): POST /api/recalls, GET /api/recalls/{id},
POST /api/habits {"slow": true|false}, POST /api/confirm {"recall_id"}, POST|DELETE /api/faults.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from repact.sandbox import peer
from repact.sandbox.peer import Answer, RefusedError, Request
from repact.sandbox.wallet_money import text

SCHEMA = (
    peer.REQUESTS
    + """
CREATE TABLE IF NOT EXISTS recall (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, loan_ref TEXT NOT NULL, confirmed_at TEXT);
CREATE TABLE IF NOT EXISTS debt (loan_ref TEXT PRIMARY KEY, collecting INTEGER NOT NULL);
"""
)


class Agency:
    """Debts, and whether they are collected."""

    def __init__(self, store: peer.Store) -> None:
        self.store, self.slow = store, False

    def register(self, made: peer.Peer) -> peer.Peer:
        """Add every route."""
        made.route("POST", "/api/recalls", self.recall)
        made.route("GET", "/api/recalls/", self.status)
        made.route("POST", "/api/habits", self.habits)
        made.route("POST", "/api/confirm", self.confirm)
        made.route("GET", "/api/debts/", self.debt)
        return made

    def recall(self, request: Request) -> Answer:
        """Stop or go on with some debts; once for an id."""
        body = request.body
        name, kind, refs = text(body, "recall_id"), text(body, "kind"), body.get("loan_refs")
        if kind not in {"hold", "release", "plan"} or not isinstance(refs, list) or not refs:
            raise RefusedError(422, "agency.bad_recall")

        def make(db: sqlite3.Connection) -> dict[str, Any]:
            at = None if self.slow else _now()
            for ref in refs:
                db.execute("INSERT INTO recall VALUES (?, ?, ?, ?)", (name, kind, str(ref), at))
                if at:
                    _stop(db, str(ref), kind)
            return {}

        self.store.once(f"recall:{name}", body, make)
        return self._answer(name)

    def status(self, request: Request) -> Answer:
        """Whether a recall is confirmed."""
        return self._answer(request.path.removeprefix("/api/recalls/"))

    def habits(self, request: Request) -> Answer:
        """Confirm at once, or only when somebody gets to it."""
        self.slow = bool(request.body.get("slow"))
        return Answer(200, {})

    def confirm(self, request: Request) -> Answer:
        """Somebody got to it."""
        name = text(request.body, "recall_id")
        with self.store.writing() as db:
            db.execute("UPDATE recall SET confirmed_at = ? WHERE id = ?", (_now(), name))
            for row in db.execute("SELECT * FROM recall WHERE id = ?", (name,)).fetchall():
                _stop(db, row["loan_ref"], row["kind"])
        return self._answer(name)

    def debt(self, request: Request) -> Answer:
        """Whether a debt is collected."""
        ref = request.path.removeprefix("/api/debts/")
        rows = self.store.rows("SELECT * FROM debt WHERE loan_ref = ?", ref)
        return Answer(200, {"collecting": bool(rows[0]["collecting"]) if rows else True})

    def _answer(self, name: str) -> Answer:
        rows = self.store.rows("SELECT * FROM recall WHERE id = ?", name)
        if not rows:
            raise RefusedError(404, "agency.no_such_recall")
        at = rows[0]["confirmed_at"]
        return Answer(200 if at else 202, {"recall_id": name, "confirmed_at": at})


def _stop(db: sqlite3.Connection, ref: str, kind: str) -> None:
    db.execute("INSERT OR REPLACE INTO debt VALUES (?, ?)", (ref, int(kind == "release")))


def _now() -> str:
    return datetime.now(UTC).isoformat()  # noqa: TID251 - another program, with its own clock


def main() -> int:
    """Start the agency."""
    parser = argparse.ArgumentParser(description="A collection agency, as a peer.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8050)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    made = peer.Peer("agency", os.environ["REPACT_AGENCY_KEY"])
    Agency(peer.Store(options.data / "agency.sqlite", SCHEMA)).register(made)
    return peer.serve(made, host=options.host, port=options.port)


if __name__ == "__main__":
    sys.exit(main())
