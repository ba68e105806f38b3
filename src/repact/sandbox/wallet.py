"""The demo wallet: the app a borrower comes from, with a balance, messages and debits.

    python -m repact.sandbox.wallet --port 8010 --data var/wallet --return-url http://.../launch/

API (JSON, `Authorization: Bearer $REPACT_WALLET_KEY`): POST /api/debits, GET /api/debits/{id},
POST /api/messages, GET|POST /api/accounts[/{account}], POST /api/topups, POST /api/launch-tokens,
POST|DELETE /api/faults, GET /.well-known/jwks.json, GET /healthz. Pages: / and /u/{account}.
Mandates, pushed payments, refunds and charge-backs: `wallet_money`; webhooks: `wallet_events`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
from joserfc import jwt
from joserfc.jwk import ECKey

from repact.sandbox import peer, wallet_events, wallet_money
from repact.sandbox.peer import Answer, RefusedError, Request

SCHEMA = (
    peer.REQUESTS
    + """
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, holder TEXT NOT NULL,
    balance_minor INTEGER NOT NULL CHECK (balance_minor >= 0),
    currency TEXT NOT NULL, language TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS debit (request_id TEXT PRIMARY KEY, account TEXT, amount_minor INTEGER);
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT, title TEXT, text TEXT, at TEXT);
"""
    + wallet_money.SCHEMA
)
TOKEN_SECONDS = 60
_ACCOUNT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True
)


class Wallet:
    """Accounts, debits, messages and launch tokens."""

    def __init__(self, store: peer.Store, key: ECKey, return_url: str) -> None:
        self.store, self.key, self.return_url = store, key, return_url

    def register(self, made: peer.Peer) -> peer.Peer:
        """Add every route."""
        made.route("POST", "/api/debits", self.debit)
        made.route("GET", "/api/debits/", self.debit_status)
        made.route("POST", "/api/messages", self.message)
        made.route("GET", "/api/accounts/", self.account)
        made.route("POST", "/api/accounts", self.upsert)
        made.route("POST", "/api/topups", self.top_up)
        made.route("POST", "/api/launch-tokens", self.launch_token)
        made.route("GET", "/.well-known/jwks.json", self.jwks, guarded=False)
        made.route("GET", "/", self.start_page, guarded=False)
        made.route("GET", "/u/", self.account_page, guarded=False)
        return made

    def debit(self, request: Request) -> Answer:
        """Debit once for a request id; too little is a final `declined`."""
        body = request.body
        request_id, account = _text(body, "request_id"), _text(body, "account")
        amount, mandate = wallet_money.amount_of(body), str(body.get("mandate_ref", ""))

        def make(db: Any) -> dict[str, Any]:
            row = db.execute("SELECT * FROM account WHERE id = ?", (account,)).fetchone()
            reason = _why_not(row, amount, body.get("currency"))
            reason = reason or wallet_money.why_no_mandate(db, mandate, account, amount)
            if reason is None:
                db.execute(
                    "UPDATE account SET balance_minor = balance_minor - ? WHERE id = ?",
                    (amount, account),
                )
                db.execute("INSERT INTO debit VALUES (?, ?, ?)", (request_id, account, amount))
                wallet_money.moved_money(db, "debit", request_id, amount, row["currency"])
            return {
                "request_id": request_id,
                "debit_id": f"d-{request_id}",
                "status": "declined" if reason else "succeeded",
                "reason": reason,
                "amount_minor": amount,
                "currency": body.get("currency"),
                "executed_at": _now(),
            }

        return Answer(200, self.store.once(f"debit:{request_id}", body, make))

    def debit_status(self, request: Request) -> Answer:
        """What became of a debit."""
        name = request.path.removeprefix("/api/debits/")
        rows = self.store.rows("SELECT answer FROM request WHERE id = ?", f"debit:{name}")
        if not rows:
            raise RefusedError(404, "wallet.no_such_debit")
        return Answer(200, json.loads(rows[0]["answer"]))

    def message(self, request: Request) -> Answer:
        """Put a message into an inbox, once."""
        body = request.body
        values = [_text(body, name) for name in ("account", "title", "text")]

        def make(db: Any) -> dict[str, Any]:
            db.execute(
                "INSERT INTO message (account, title, text, at) VALUES (?, ?, ?, ?)",
                (*values, _now()),
            )
            return {}

        return Answer(202, self.store.once(f"message:{_text(body, 'request_id')}", body, make))

    def account(self, request: Request) -> Answer:
        """Balance and last digits."""
        row = self._row(request.path.removeprefix("/api/accounts/"))
        return Answer(
            200,
            {
                "account": row["id"],
                "tail": _tail(row["id"]),
                "balance_minor": row["balance_minor"],
                "currency": row["currency"],
            },
        )

    def upsert(self, request: Request) -> Answer:
        """Open accounts that are not there yet: {"accounts": [...]}; existing ones stay."""
        rows = [
            (
                _text(item, "account"),
                _text(item, "holder"),
                int(item["balance_minor"]),
                _text(item, "currency"),
                _text(item, "language"),
            )
            for item in request.body.get("accounts", [])
        ]
        with self.store.writing() as db:
            db.executemany("INSERT OR IGNORE INTO account VALUES (?, ?, ?, ?, ?)", rows)
        return Answer(200, {"accounts": len(rows)})

    def top_up(self, request: Request) -> Answer:
        """Add money to an account."""
        amount = wallet_money.amount_of(request.body)
        row = self._row(_text(request.body, "account"))
        with self.store.writing() as db:
            db.execute(
                "UPDATE account SET balance_minor = balance_minor + ? WHERE id = ?",
                (amount, row["id"]),
            )
        return Answer(200, {})

    def launch_token(self, request: Request) -> Answer:
        """A signed token that says who is coming, for a minute, once."""
        return Answer(200, {"token": self._token(self._row(_text(request.body, "account")))})

    def jwks(self, _request: Request) -> Answer:
        """The public key of launch tokens."""
        return Answer(200, {"keys": [self.key.as_dict(private=False)]})

    def start_page(self, _request: Request) -> Answer:
        """Choose whose wallet this is."""
        rows = self.store.rows("SELECT * FROM account WHERE id LIKE 'demo-%' ORDER BY id")
        return Answer(200, _PAGES.get_template("wallet_start.html").render(accounts=rows))

    def account_page(self, request: Request) -> Answer:
        """One person's wallet: balance, the way to repayment help, messages."""
        row = self._row(request.path.removeprefix("/u/").strip("/"))
        messages = self.store.rows(
            "SELECT * FROM message WHERE account = ? ORDER BY number DESC LIMIT 20", row["id"]
        )
        page = _PAGES.get_template("wallet_account.html").render(
            account=row,
            tail=_tail(row["id"]),
            english=request.query.get("lang", row["language"]) == "en",
            balance=f"{row['balance_minor'] // 100:,}.{row['balance_minor'] % 100:02d}",
            messages=messages,
            token=self._token(row),
            return_url=self.return_url,
        )
        return Answer(200, page)

    def _row(self, account: str) -> Any:
        if not _ACCOUNT.fullmatch(account):
            raise RefusedError(404, "wallet.no_such_account")
        rows = self.store.rows("SELECT * FROM account WHERE id = ?", account)
        if not rows:
            raise RefusedError(404, "wallet.no_such_account")
        return rows[0]

    def _token(self, row: Any) -> str:
        issued = int(time.time())  # noqa: TID251 - the wallet is another program, with its own clock
        claims = {
            "iss": "demo-wallet",
            "aud": "repact",
            "sub": row["id"],
            "iat": issued,
            "exp": issued + TOKEN_SECONDS,
            "jti": str(uuid.uuid4()),  # noqa: TID251 - likewise
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)


_text = wallet_money.text


def _why_not(row: Any, amount: int, currency: Any) -> str | None:
    if row is None:
        return "account_closed"
    if row["currency"] != currency:
        return "wrong_currency"
    return "insufficient_funds" if row["balance_minor"] < amount else None


def _tail(account: str) -> str:
    """Four digits that stay the same for an account."""
    return f"{sum(ord(c) * (i + 7) for i, c in enumerate(account)) % 10_000:04d}"


def _now() -> str:
    return datetime.now(UTC).isoformat()  # noqa: TID251 - the wallet's own clock


def _key(directory: Path, passphrase: str) -> ECKey:
    """The signing key, kept encrypted; made at the first start."""
    path = directory / "launch.key"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        made = ECKey.generate_key("P-256")
        path.write_bytes(made.as_pem(private=True, password=passphrase))
        path.chmod(0o600)
    parameters = {"kid": "demo-wallet-1", "use": "sig", "alg": "ES256"}
    return ECKey.import_key(path.read_bytes(), parameters, password=passphrase.encode())


def main() -> int:
    """Start the wallet."""
    parser = argparse.ArgumentParser(description="The demo wallet.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--return-url", required=True)
    options = parser.parse_args()
    key = os.environ["REPACT_WALLET_KEY"]
    store = peer.Store(options.data / "wallet.sqlite", SCHEMA)
    wallet = Wallet(store, _key(options.data, key), options.return_url)
    made = wallet.register(peer.Peer("wallet", key))
    wallet_money.Money(store).register(made)
    wallet_events.Sender(store).register(made)
    return peer.serve(made, host=options.host, port=options.port)


if __name__ == "__main__":
    sys.exit(main())
