"""The lender's core, as a peer: it debits and reminds by the old contracts until told to stop.

    python -m repact.sandbox.core --port 8020 --data var/core

API (JSON, `Authorization: Bearer $REPACT_CORE_KEY`): POST /api/commands, POST /api/loans,
GET /api/loans/{ref}, GET|POST /api/debts, POST /api/plans, POST /api/plans/end,
POST /api/payments, POST|DELETE /api/faults, GET /healthz. Page: /.
"""

from __future__ import annotations

import argparse
import json
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
CREATE TABLE IF NOT EXISTS debt (ref TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS plan (
    ref TEXT PRIMARY KEY, agreement TEXT NOT NULL, currency TEXT NOT NULL, rows TEXT NOT NULL,
    total_minor INTEGER NOT NULL, waived_minor INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS ended (
    agreement TEXT NOT NULL, ref TEXT NOT NULL, PRIMARY KEY (agreement, ref));
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, ref TEXT NOT NULL, agreement TEXT NOT NULL, amount_minor INTEGER NOT NULL);
"""
)
KINDS = {"hold": "stopped", "release": "running", "plan_started": "stopped"}
REFS_MAX = 2000
PAGE = 500
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
        made.route("POST", "/api/debts", self.add_debts)
        made.route("GET", "/api/debts", self.debts)
        made.route("POST", "/api/plans", self.plan)
        made.route("POST", "/api/plans/end", self.end_plan)
        made.route("POST", "/api/payments", self.payment)
        made.route("GET", "/", self.page, guarded=False)
        return made

    def command(self, request: Request) -> Answer:
        """Hold or release loans, once for a command id."""
        body = request.body
        kind, refs, command_id = body.get("kind"), body.get("loan_refs"), body.get("command_id")
        known = {*KINDS, "block_line", "unblock_line"}
        if kind not in known or not isinstance(command_id, str) or not _refs(refs):
            raise RefusedError(422, "core.bad_command")

        def make(db: Any) -> dict[str, Any]:
            at = datetime.now(UTC).isoformat()  # noqa: TID251 - the core's own clock
            for ref in refs:  # type: ignore[union-attr]  # checked above
                if kind == "block_line":
                    done = db.execute(
                        "INSERT OR REPLACE INTO line_block SELECT ref, ? FROM loan WHERE ref = ?",
                        (at, ref),
                    )
                elif kind == "unblock_line":
                    db.execute("DELETE FROM line_block WHERE ref = ?", (ref,))
                    done = db.execute("UPDATE loan SET changed_at = ? WHERE ref = ?", (at, ref))
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
        return Answer(200, {**dict(rows[0]), "plan": self._plan(ref)})

    def _plan(self, ref: str) -> dict[str, Any] | None:
        """A loan's plan as this core keeps it: what was agreed, less what was paid."""
        rows = self.store.rows("SELECT * FROM plan WHERE ref = ?", ref)
        if not rows:
            return None
        paid = self.store.rows(
            "SELECT COALESCE(sum(amount_minor), 0) AS total FROM payment"
            " WHERE ref = ? AND agreement = ?",
            ref,
            rows[0]["agreement"],
        )
        total, paid_minor = rows[0]["total_minor"], paid[0]["total"]
        return {
            "agreement": rows[0]["agreement"],
            "currency": rows[0]["currency"],
            "total_minor": total,
            "paid_minor": paid_minor,
            "open_minor": total - paid_minor,
        }

    def add_debts(self, request: Request) -> Answer:
        """Debts as a lender's core knows them, for others to pull: {"rows": [{column: text}]}."""
        rows = request.body.get("rows")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise RefusedError(422, "core.bad_debts")
        with self.store.writing() as db:
            db.executemany(
                "INSERT OR REPLACE INTO debt VALUES (?, ?)",
                [(str(row.get("loan_ref")), json.dumps(row)) for row in rows],
            )
        return Answer(200, {"debts": len(rows)})

    def debts(self, request: Request) -> Answer:
        """The debts after a number, in its order, a page at a time."""
        rows = self.store.rows(
            "SELECT body FROM debt WHERE ref > ? ORDER BY ref LIMIT ?",
            request.query.get("after", ""),
            PAGE,
        )
        return Answer(200, {"rows": [json.loads(row["body"]) for row in rows]})

    def plan(self, request: Request) -> Answer:
        """Keep a plan for a loan, once for an agreement; {agreement, loan_ref, currency, rows}."""
        body = request.body
        ref, agreement, rows = body.get("loan_ref"), body.get("agreement"), body.get("rows")
        if not _plan_is_whole(ref, agreement, rows):
            raise RefusedError(422, "core.bad_plan")

        def make(db: Any) -> dict[str, Any]:
            if db.execute(
                "SELECT 1 FROM ended WHERE agreement = ? AND ref = ?", (agreement, ref)
            ).fetchone():
                return {"status": "ended"}  # taken back before we were told that it began
            _keep(db, ref, body)
            return {"status": "kept"}

        return Answer(200, self.store.once(f"plan:{agreement}:{ref}", body, make))

    def end_plan(self, request: Request) -> Answer:
        """Drop a plan that was taken back, once; {agreement, loan_ref, again: a plan or null}.

        What was paid under it counts for the older plan.
        """
        body = request.body
        ref, agreement, again = body.get("loan_ref"), body.get("agreement"), body.get("again")
        if not isinstance(ref, str) or not isinstance(agreement, str):
            raise RefusedError(422, "core.bad_plan")
        if again is not None and not (
            isinstance(again, dict)
            and _plan_is_whole(ref, again.get("agreement"), again.get("rows"))
        ):
            raise RefusedError(422, "core.bad_plan")

        def make(db: Any) -> dict[str, Any]:
            db.execute("INSERT OR IGNORE INTO ended VALUES (?, ?)", (agreement, ref))
            db.execute("DELETE FROM plan WHERE ref = ? AND agreement = ?", (ref, agreement))
            if again:
                _keep(db, ref, again)
                db.execute(
                    "UPDATE payment SET agreement = ? WHERE ref = ? AND agreement = ?",
                    (again["agreement"], ref, agreement),
                )
            return {"status": "ended"}

        return Answer(200, self.store.once(f"end:{agreement}:{ref}", body, make))

    def payment(self, request: Request) -> Answer:
        """A payment that arrived elsewhere, once for its id; a negative one undoes one."""
        body = request.body
        name, ref, amount = body.get("payment_id"), body.get("loan_ref"), body.get("amount_minor")
        if not isinstance(name, str) or not isinstance(ref, str) or type(amount) is not int:
            raise RefusedError(422, "core.bad_payment")

        def make(db: Any) -> dict[str, Any]:
            plan = db.execute("SELECT agreement FROM plan WHERE ref = ?", (ref,)).fetchone()
            if not plan:
                raise RefusedError(422, "core.no_plan")
            values = (f"{name}:{ref}", ref, plan["agreement"], amount)
            db.execute("INSERT INTO payment VALUES (?, ?, ?, ?)", values)
            return {"status": "kept"}

        return Answer(200, self.store.once(f"payment:{name}:{ref}", body, make))

    def page(self, _request: Request) -> Answer:
        """The loans that changed last."""
        rows = self.store.rows(
            "SELECT * FROM loan ORDER BY changed_at IS NULL, changed_at DESC, ref LIMIT 50"
        )
        return Answer(200, _PAGES.get_template("core.html").render(loans=rows))


def _keep(db: Any, ref: Any, plan: dict[str, Any]) -> None:
    total = sum(row["payment_minor"] for row in plan["rows"])
    db.execute(
        "INSERT OR REPLACE INTO plan (ref, agreement, currency, rows, total_minor)"
        " VALUES (?, ?, ?, ?, ?)",
        (ref, plan["agreement"], str(plan.get("currency")), json.dumps(plan["rows"]), total),
    )


def _plan_is_whole(ref: Any, agreement: Any, rows: Any) -> bool:
    return (
        isinstance(ref, str)
        and isinstance(agreement, str)
        and isinstance(rows, list)
        and bool(rows)
        and all(isinstance(r, dict) and type(r.get("payment_minor")) is int for r in rows)
    )


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
