"""The lender's core, as a peer: it debits and reminds by the old contracts until told to stop.

    python -m repact.sandbox.core --port 8020 --data var/core

API (JSON, `Authorization: Bearer $REPACT_CORE_KEY`): POST /api/commands, POST /api/loans,
GET /api/loans/{ref}, POST|DELETE /api/faults, GET /healthz. Page: /.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2

from repact.sandbox import peer
from repact.sandbox.peer import Answer, RefusedError, Request

SCHEMA = (
    peer.REQUESTS
    + """
CREATE TABLE IF NOT EXISTS loan (
    ref TEXT PRIMARY KEY, automatic_debit TEXT NOT NULL DEFAULT 'running',
    reminders TEXT NOT NULL DEFAULT 'running', changed_at TEXT);
CREATE TABLE IF NOT EXISTS line_block (ref TEXT PRIMARY KEY, blocked_at TEXT NOT NULL);
"""
)
KINDS = {"hold": "stopped", "release": "running", "plan_started": "stopped"}
REFS_MAX = 2000
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True
)


class Core:
    """Loans, and whether their old debits and reminders run."""

    def __init__(self, store: peer.Store) -> None:
        self.store = store

    def register(self, made: peer.Peer) -> peer.Peer:
        """Add every route."""
        made.route("POST", "/api/commands", self.command)
        made.route("POST", "/api/loans", self.upsert)
        made.route("GET", "/api/loans/", self.loan)
        made.route("GET", "/", self.page, guarded=False)
        return made

    def command(self, request: Request) -> Answer:
        """Hold or release loans, once for a command id."""
        body = request.body
        kind, refs, command_id = body.get("kind"), body.get("loan_refs"), body.get("command_id")
        if kind not in {*KINDS, "block_line"} or not isinstance(command_id, str) or not _refs(refs):
            raise RefusedError(422, "core.bad_command")

        def make(db: Any) -> dict[str, Any]:
            at = datetime.now(UTC).isoformat()  # noqa: TID251 - the core's own clock
            for ref in refs:  # type: ignore[union-attr]  # checked above
                if kind == "block_line":
                    done = db.execute(
                        "INSERT OR REPLACE INTO line_block SELECT ref, ? FROM loan WHERE ref = ?",
                        (at, ref),
                    )
                else:
                    done = db.execute(
                        "UPDATE loan SET automatic_debit = ?, reminders = ?, changed_at = ?"
                        " WHERE ref = ?",
                        (KINDS[kind], KINDS[kind], at, ref),
                    )
                if not done.rowcount:
                    raise RefusedError(422, "core.unknown_loan")
            return {"command_id": command_id, "status": "acknowledged", "acknowledged_at": at}

        return Answer(200, self.store.once(command_id, body, make))

    def upsert(self, request: Request) -> Answer:
        """Take loans in; known ones stay as they are."""
        refs = request.body.get("loan_refs")
        if not _refs(refs):
            raise RefusedError(422, "core.bad_loans")
        with self.store.writing() as db:
            db.executemany("INSERT OR IGNORE INTO loan (ref) VALUES (?)", [(ref,) for ref in refs])
        return Answer(200, {"loans": len(refs)})

    def loan(self, request: Request) -> Answer:
        """One loan."""
        ref = request.path.removeprefix("/api/loans/")
        rows = self.store.rows("SELECT * FROM loan WHERE ref = ?", ref)
        if not rows:
            raise RefusedError(404, "core.unknown_loan")
        return Answer(200, dict(rows[0]))

    def page(self, _request: Request) -> Answer:
        """The loans that changed last."""
        rows = self.store.rows(
            "SELECT * FROM loan ORDER BY changed_at IS NULL, changed_at DESC, ref LIMIT 50"
        )
        return Answer(200, _PAGES.get_template("core.html").render(loans=rows))


def _refs(refs: Any) -> bool:
    return (
        isinstance(refs, list)
        and 0 < len(refs) <= REFS_MAX
        and all(isinstance(ref, str) for ref in refs)
    )


def main() -> int:
    """Start the core."""
    parser = argparse.ArgumentParser(description="The lender's core, as a peer.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8020)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    made = Core(peer.Store(options.data / "core.sqlite", SCHEMA)).register(
        peer.Peer("core", os.environ["REPACT_CORE_KEY"])
    )
    return peer.serve(made, host=options.host, port=options.port)


if __name__ == "__main__":
    sys.exit(main())
