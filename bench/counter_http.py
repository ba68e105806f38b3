"""A borrower's own number over HTTP: open loop, 20 requests a second, on the loopback.

.venv/bin/python bench/counter_http.py [SECONDS] [PER_SECOND]

One JSON line per contender: a page that asks the engine nothing (/healthz), then the counter. In an
open loop a slow answer does not slow the next question down; the times count from when a question
was due. Every question names another amount, so nothing can be remembered.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import django
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
PORT = 18_431
BASE = f"http://127.0.0.1:{PORT}"
MILLISECONDS = 1000


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    per_second = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as directory:
        os.environ.setdefault("REPACT_VAR", f"{directory}/var")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repact.sandbox.settings")
        os.environ["REPACT_APPLICATION_ROLE"] = "0"
        django.setup()
        cases, key = prepare()
        os.environ["REPACT_APPLICATION_ROLE"] = "1"
        server = subprocess.Popen(_command(), stdout=subprocess.DEVNULL)  # noqa: S603 - our own
        try:
            _wait()
            floor = measure("GET /healthz", lambda client, _: client.get("/healthz"), 5, per_second)
            ask = _asker(cases, key)
            measure("POST /plans:counter", ask, seconds, per_second, against=floor)
        finally:
            server.terminate()
            server.wait(20)


def prepare() -> tuple[list[str], str]:
    """The demo's world, every persona with a submitted application; their case ids and a key."""
    from django.core.management import call_command

    from repact.sandbox import seed
    from repact.server.audit import actor
    from repact.server.cases.models import Case
    from repact.server.clock import queries as clock_queries
    from repact.server.people import actions as people_actions
    from repact.server.people.models import Borrower
    from repact.server.tenancy import scope
    from tests.integration.world import World

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    lender = seed.fill(loans=0, peers=False)
    with scope.acting_for(lender.id):
        now: datetime = clock_queries.business_now(lender_id=lender.id)
        world = World(lender, now)
        for row in Borrower.objects.order_by("ref"):
            by = actor.Actor(lender_id=lender.id, role=actor.BORROWER, id=row.id)
            world.submitted(by)
        key = people_actions.issue_api_key(by=actor.system(lender.id), label="bench", now=now)
        return [str(pk) for pk in Case.objects.values_list("id", flat=True)], key


def _asker(cases: list[str], key: str) -> Callable[[httpx.Client, int], httpx.Response]:
    turn = itertools.cycle(cases)
    headers = {"Authorization": f"Bearer {key}"}

    def ask(client: httpx.Client, number: int) -> httpx.Response:
        body = {"case_id": next(turn), "wish": {"pay_minor": 60_000 + number * 37}}
        return client.post("/api/v1/plans:counter", json=body, headers=headers)

    return ask


def measure(
    name: str,
    send: Callable[[httpx.Client, int], httpx.Response],
    seconds: int,
    per_second: int,
    *,
    against: float | None = None,
) -> float:
    """Send at a fixed pace; p95 in milliseconds from the moment each was due."""
    start = time.perf_counter() + 0.5
    with httpx.Client(base_url=BASE, timeout=30) as client, ThreadPoolExecutor(64) as pool:
        for number in range(10):
            send(client, 10_000 + number).raise_for_status()

        def one(number: int) -> float:
            send(client, number).raise_for_status()
            return (time.perf_counter() - (start + number / per_second)) * MILLISECONDS

        start = time.perf_counter() + 0.5
        waiting = []
        for number in range(seconds * per_second):
            time.sleep(max(start + number / per_second - time.perf_counter(), 0))
            waiting.append(pool.submit(one, number))
        times = sorted(future.result() for future in waiting)
    p95 = times[len(times) * 95 // 100]
    line: dict[str, Any] = {
        "contender": name,
        "requests": len(times),
        "per_second": per_second,
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(p95, 1),
        "max_ms": round(times[-1], 1),
    }
    line["times_the_first"] = round(p95 / (against or p95), 1)
    print(json.dumps(line), flush=True)
    return p95


def _command() -> list[str]:
    granian = str(Path(sys.executable).with_name("granian"))
    command = [granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT)]
    command += ["--workers", "2", "--blocking-threads", "4", "--no-access-log"]
    return [*command, "--log-level", "warning", "repact.server.config.wsgi:application"]


def _wait() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{BASE}/healthz", timeout=1).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
