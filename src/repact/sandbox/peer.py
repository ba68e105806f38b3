"""What the two peers share: a small HTTP server with a durable store and faults on demand."""

from __future__ import annotations

import hmac
import json
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

BODY_BYTES_MAX = 64 * 1024
SILENCE_SECONDS = 12
BUSY_PORT = 2
RAW_KINDS = ("application/timestamp-query",)
_FAULTS = {"timeout_after_commit", "timeout_before_commit", "error_500", "down"}


class RefusedError(Exception):
    """A request is refused with a status and a code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: JSON, a page, or bytes of a kind."""

    status: int
    body: dict[str, Any] | str | bytes
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a handler sees it."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    origin: str
    raw: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Answer]


class Store:
    """One SQLite file, every write durable (rollback journal, synchronous FULL) and serialized."""

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(schema)
        self._connection.row_factory = sqlite3.Row
        self._lock = threading.Lock()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction nobody else writes during."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, *params: Any) -> list[sqlite3.Row]:
        """Read rows."""
        with self._lock:
            return list(self._connection.execute(sql, params))

    def once(
        self, request_id: str, body: dict[str, Any], make: Callable[[sqlite3.Connection], Any]
    ) -> Any:
        """Do `make` once for a request id; the same body gets the stored answer, another 409."""
        text = json.dumps(body, sort_keys=True)
        with self.writing() as db:
            known = db.execute(
                "SELECT body, answer FROM request WHERE id = ?", (request_id,)
            ).fetchone()
            if known:
                if known["body"] != text:
                    raise RefusedError(409, "peer.request_reused")
                return json.loads(known["answer"])
            answer = make(db)
            db.execute(
                "INSERT INTO request (id, body, answer) VALUES (?, ?, ?)",
                (request_id, text, json.dumps(answer)),
            )
            return answer


REQUESTS = "CREATE TABLE IF NOT EXISTS request (id TEXT PRIMARY KEY, body TEXT, answer TEXT);"


class Peer:
    """Routes, the API key and the faults asked for."""

    def __init__(self, name: str, key: str, *, scheme: str = "Bearer") -> None:
        self.name, self._key, self._scheme = name, key, scheme
        self._routes: list[tuple[str, str, bool, Handler]] = []
        self._faults: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self.route("POST", "/api/faults", self._ask_fault)
        self.route("DELETE", "/api/faults", self._clear_faults)
        self.route("GET", "/healthz", lambda _: Answer(200, {"status": "ok"}), guarded=False)

    def route(self, method: str, prefix: str, handler: Handler, *, guarded: bool = True) -> None:
        """Answer a method on a path; a prefix that ends in / takes everything below it."""
        self._routes.append((method, prefix, guarded, handler))

    def answer(self, request: Request, authorization: str) -> Answer | None:
        """The answer, or None for a silence that was asked for."""
        handler, guarded = self._find(request)
        if guarded and not hmac.compare_digest(authorization, f"{self._scheme} {self._key}"):
            raise RefusedError(401, "peer.unauthorized")
        fault = self._take_fault(request)
        if fault == "timeout_before_commit":
            return None
        if fault in {"error_500", "down"}:
            raise RefusedError(503, "peer.asked_to_fail")
        made = handler(request)
        return None if fault == "timeout_after_commit" else made

    def _find(self, request: Request) -> tuple[Handler, bool]:
        for method, prefix, guarded, handler in self._routes:
            below = prefix.endswith("/") and request.path.startswith(prefix) and prefix != "/"
            if method == request.method and (request.path == prefix or below):
                return handler, guarded
        raise RefusedError(404, "peer.not_found")

    def _ask_fault(self, request: Request) -> Answer:
        kind, count = request.body.get("kind"), request.body.get("count", 1)
        if kind not in _FAULTS or not isinstance(count, int):
            raise RefusedError(422, "peer.bad_fault")
        with self._lock:
            where = {name: str(request.body.get(name, "")) for name in ("method", "path")}
            self._faults.append({"kind": kind, "count": count, **where})
        return Answer(202, {})

    def _clear_faults(self, _request: Request) -> Answer:
        with self._lock:
            self._faults.clear()
        return Answer(200, {})

    def _take_fault(self, request: Request) -> str | None:
        own = request.path == "/api/faults" or request.path.startswith("/stand-in/")
        if own or not request.path.startswith(("/api/", "/loans", "/rescheduleloans")):
            return None
        with self._lock:
            for fault in self._faults:
                here = request.path.startswith(fault["path"])
                here = here and request.method.startswith(fault["method"])
                if here and fault["count"] > 0:
                    fault["count"] -= fault["kind"] != "down"
                    return str(fault["kind"])
        return None


def serve(peer: Peer, *, host: str, port: int) -> int:
    """Serve until told to stop; returns the exit code."""
    try:
        server = _Server((host, port), _handler(peer))
    except OSError:
        sys.stderr.write(f"{peer.name}: port {port} is busy; choose another with --port\n")
        return BUSY_PORT
    server.daemon_threads = True
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"{peer.name} ready at http://{host}:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


def _json(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as error:
        raise RefusedError(400, "peer.not_json") from error
    if not isinstance(body, dict):
        raise RefusedError(400, "peer.not_json")
    return body


def _written(made: Answer) -> tuple[bytes, str]:
    """An answer's bytes and their kind."""
    if isinstance(made.body, bytes):
        return made.body, made.kind
    if isinstance(made.body, str):
        return made.body.encode(), "text/html; charset=utf-8"
    return json.dumps(made.body, ensure_ascii=False).encode(), "application/json; charset=utf-8"


class _Server(ThreadingHTTPServer):
    """Takes a crowd at once: the five the library lets wait would reset the sixth."""

    request_queue_size = 128


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            try:
                made = peer.answer(self._request(), self.headers.get("Authorization", ""))
            except RefusedError as error:
                made = Answer(error.status, {"code": error.code})
            if made is None:
                time.sleep(SILENCE_SECONDS)
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._send(made)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the library's names

        def _request(self) -> Request:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            if length > BODY_BYTES_MAX:
                raise RefusedError(413, "peer.too_large")
            raw = self.rfile.read(length)
            body = _json(raw) if self.headers.get("Content-Type", "") not in RAW_KINDS else {}
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            origin = f"http://{self.headers.get('Host', '')}"
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Request(self.command, parts.path, query, body, origin, raw, headers)

        def _send(self, made: Answer) -> None:
            data, kind = _written(made)
            self.send_response(made.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing: requests name accounts."""

    return _Handler
