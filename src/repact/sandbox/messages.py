"""The gateway for text messages and app notifications, as a peer.

    python -m repact.sandbox.messages --port 8040 --data var/messages

API (JSON, `Authorization: Bearer $REPACT_MESSAGES_KEY`): POST /api/sms, POST /api/push
{request_id, to, title, text}, GET /api/sent, POST|DELETE /api/faults, GET /healthz. A `to` that
begins with `dead-` is refused.
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
CREATE TABLE IF NOT EXISTS sent (
    number INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT, recipient TEXT, title TEXT, text TEXT,
    at TEXT);
"""
)


class Gateway:
    """Takes messages, each request once."""

    def __init__(self, store: peer.Store) -> None:
        self.store = store

    def register(self, made: peer.Peer) -> peer.Peer:
        """Add every route."""
        made.route("POST", "/api/sms", self.send)
        made.route("POST", "/api/push", self.send)
        made.route("GET", "/api/sent", self.sent)
        return made

    def send(self, request: Request) -> Answer:
        """One message, once for a request id."""
        body, channel = request.body, request.path.rpartition("/")[2]
        values = [text(body, name) for name in ("to", "title", "text")]
        if values[0].startswith("dead-"):
            raise RefusedError(422, "gateway.no_such_recipient")

        def make(db: sqlite3.Connection) -> dict[str, Any]:
            at = datetime.now(UTC).isoformat()  # noqa: TID251 - another program, with its own clock
            db.execute(
                "INSERT INTO sent (channel, recipient, title, text, at) VALUES (?, ?, ?, ?, ?)",
                (channel, *values, at),
            )
            return {}

        return Answer(202, self.store.once(f"{channel}:{text(body, 'request_id')}", body, make))

    def sent(self, _request: Request) -> Answer:
        """Everything that went out, the newest first."""
        rows = self.store.rows("SELECT * FROM sent ORDER BY number DESC LIMIT 200")
        return Answer(200, {"sent": [dict(row) for row in rows]})


def main() -> int:
    """Start the gateway."""
    parser = argparse.ArgumentParser(description="A gateway for messages, as a peer.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8040)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    made = peer.Peer("messages", os.environ["REPACT_MESSAGES_KEY"])
    Gateway(peer.Store(options.data / "messages.sqlite", SCHEMA)).register(made)
    return peer.serve(made, host=options.host, port=options.port)


if __name__ == "__main__":
    sys.exit(main())
