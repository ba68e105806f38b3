"""A credit bureau, as a peer: takes reports and corrections, each once.

    python -m repact.sandbox.bureau --port 8060 --data var/bureau

API (JSON, `Authorization: Bearer $REPACT_BUREAU_KEY`): POST /api/reports, GET /api/reports/{ref},
POST|DELETE /api/faults.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

from repact.sandbox import peer
from repact.sandbox.peer import Answer, RefusedError, Request
from repact.sandbox.wallet_money import text

SCHEMA = (
    peer.REQUESTS
    + """
CREATE TABLE IF NOT EXISTS report (
    id TEXT PRIMARY KEY, loan_ref TEXT NOT NULL, body TEXT NOT NULL, replaced_by TEXT);
"""
)


class Bureau:
    """What was reported of each loan; a correction takes the place of what it corrects."""

    def __init__(self, store: peer.Store) -> None:
        self.store = store

    def register(self, made: peer.Peer) -> peer.Peer:
        """Add every route."""
        made.route("POST", "/api/reports", self.report)
        made.route("GET", "/api/reports/", self.shown)
        return made

    def report(self, request: Request) -> Answer:
        """One report, once for its id."""
        body = request.body
        name, ref, kind = (text(body, one) for one in ("report_id", "loan_ref", "kind"))
        if not isinstance(body.get("code"), str) or not isinstance(body.get("content"), dict):
            raise RefusedError(422, "bureau.bad_report")

        def make(db: sqlite3.Connection) -> dict[str, Any]:
            before = body.get("corrects")
            if before:
                done = db.execute(
                    "UPDATE report SET replaced_by = ? WHERE id = ? AND loan_ref = ?",
                    (name, before, ref),
                )
                if done.rowcount != 1:
                    raise RefusedError(422, "bureau.nothing_to_correct")
            db.execute(
                "INSERT INTO report (id, loan_ref, body) VALUES (?, ?, ?)",
                (name, ref, json.dumps({**body, "kind": kind})),
            )
            return {"receipt": f"r-{name}"}

        return Answer(200, self.store.once(f"report:{name}", body, make))

    def shown(self, request: Request) -> Answer:
        """What shows of a loan now."""
        ref = request.path.removeprefix("/api/reports/")
        rows = self.store.rows(
            "SELECT body FROM report WHERE loan_ref = ? AND replaced_by IS NULL ORDER BY rowid", ref
        )
        return Answer(200, {"reports": [json.loads(row["body"]) for row in rows]})


def main() -> int:
    """Start the bureau."""
    parser = argparse.ArgumentParser(description="A credit bureau, as a peer.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8060)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    made = peer.Peer("bureau", os.environ["REPACT_BUREAU_KEY"])
    Bureau(peer.Store(options.data / "bureau.sqlite", SCHEMA)).register(made)
    return peer.serve(made, host=options.host, port=options.port)


if __name__ == "__main__":
    sys.exit(main())
