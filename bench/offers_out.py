"""From submission to plans: a real worker, a real queue, one JSON line.

    .venv/bin/python bench/offers_out.py [CASES] [PER_SECOND]

Borrowers of the demo's book send their applications at a fixed pace (an open loop: a slow answer
slows nobody else's question down). A worker of its own, as the demo starts it, works them out under
the sample policy. The time of a case runs from before its submission to the moment in which another
connection sees its plans: out to the borrower, or a draft for the agent where a person is needed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
BUDGET_MS, PATIENCE_SECONDS, WARM = 5_000, 60, 5


def main(cases: int, per_second: float) -> None:
    """Measure, and print what was seen."""
    from tests.conftest import KEY, running

    with tempfile.TemporaryDirectory() as directory:
        os.environ.setdefault("REPACT_VAR", f"{directory}/var")
        os.environ["DJANGO_SETTINGS_MODULE"] = "repact.sandbox.settings"
        with running(Path(directory), "wallet", "core") as (wallet, core):
            os.environ |= {"REPACT_WALLET_URL": wallet, "REPACT_CORE_URL": core}
            os.environ |= {"REPACT_WALLET_KEY": KEY, "REPACT_CORE_KEY": KEY}
            os.environ["REPACT_APPLICATION_ROLE"] = "0"
            django.setup()
            lender_id = prepare(cases + WARM)
            os.environ["REPACT_APPLICATION_ROLE"] = "1"
            worker = subprocess.Popen(  # noqa: S603 - our own
                _command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                measure(lender_id, cases, per_second)
            finally:
                worker.terminate()
                worker.wait(20)


def prepare(loans: int) -> UUID:
    """The demo's world with so many loans more; the lender."""
    from django.core.management import call_command

    from repact.sandbox import seed
    from repact.server.tenancy import scope

    call_command("migrate", verbosity=0)
    lender = seed.fill(loans=loans * 2, peers=False)
    with scope.acting_for(lender.id):
        seed.tell_peers()
    return UUID(str(lender.id))


def measure(lender_id: UUID, cases: int, per_second: float) -> None:
    """Send applications at a pace, and watch when each case has its plans."""
    from repact.server.cases import actions as case_actions
    from repact.server.clock import queries as clock_queries
    from repact.server.tenancy import scope
    from tests.integration.world import World

    with scope.acting_for(lender_id):
        from repact.server.lenders.models import Lender

        world = World(
            Lender.objects.get(id=lender_id), clock_queries.business_now(lender_id=lender_id)
        )
        ready = [world.answered(by) for by in _borrowers(world, cases + WARM)]
        sent: dict[UUID, float] = {}
        seen: dict[UUID, float] = {}
        stop = Event()
        watcher = Thread(target=_watch, args=(lender_id, seen, stop))
        watcher.start()
        start = time.perf_counter()
        for number, case in enumerate(ready):
            if number >= WARM:
                due = start + (number - WARM) / per_second
                time.sleep(max(due - time.perf_counter(), 0))
            by = world_actor(world, case)
            sent[case.id] = time.perf_counter()
            case_actions.submit(by=by, case_id=case.id, now=world.now)
            if number == WARM - 1:
                _wait(sent, seen)
                start = time.perf_counter()
        _wait(sent, seen)
        stop.set()
        watcher.join()
        timed = [case.id for case in ready[WARM:]]
        _say(timed, sent, seen, per_second)


def world_actor(world: Any, case: Any) -> Any:
    """The borrower of a case, as who acts."""
    from repact.server.audit import actor

    return actor.Actor(lender_id=world.lender.id, role=actor.BORROWER, id=case.borrower_id)


def _borrowers(world: Any, count: int) -> list[Any]:
    """Borrowers with one loan each, of every product, in the order of the book."""
    from django.db.models import Count

    from repact.server.audit import actor
    from repact.server.people.models import Borrower

    found = Borrower.objects.annotate(loans_count=Count("loans")).filter(loans_count=1)
    rows = found.order_by("ref")[:count]
    return [actor.Actor(lender_id=world.lender.id, role=actor.BORROWER, id=r.id) for r in rows]


def _watch(lender_id: UUID, seen: dict[UUID, float], stop: Event) -> None:
    """Look, from a connection of its own, which cases have plans or the answer that none fits."""
    from django.db import connection

    from repact.server.audit.models import Event as Trail
    from repact.server.offers.models import OfferSet
    from repact.server.tenancy import scope

    with scope.acting_for(lender_id):
        while not stop.is_set():
            made = list(OfferSet.objects.values_list("case_id", flat=True))
            none = Trail.objects.filter(action="offers.none_made").values_list("case_id", flat=True)
            moment = time.perf_counter()
            for case_id in [*made, *none]:
                seen.setdefault(case_id, moment)
            time.sleep(0.01)
    connection.close()


def _wait(sent: dict[UUID, float], seen: dict[UUID, float]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while set(sent) - set(seen):
        if time.monotonic() > deadline:
            raise SystemExit(f"{len(set(sent) - set(seen))} cases have no plans yet")
        time.sleep(0.02)


def _say(
    timed: list[UUID], sent: dict[UUID, float], seen: dict[UUID, float], per_second: float
) -> None:
    from repact.server.offers.models import OfferSet

    times = sorted((seen[case_id] - sent[case_id]) * 1000 for case_id in timed)
    sets = OfferSet.objects.filter(case_id__in=timed)
    line = {
        "bench": "from submission to plans",
        "contender": "repact",
        "cases": len(times),
        "per_second": per_second,
        "p50_ms": round(times[len(times) // 2]),
        "p95_ms": round(times[len(times) * 95 // 100]),
        "max_ms": round(times[-1]),
        "budget_ms": BUDGET_MS,
        "out_by_themselves": sets.filter(state="sent", sent_by=None).count(),
        "drafts": sets.filter(state="draft").count(),
    }
    print(json.dumps(line), flush=True)


def _command() -> list[str]:
    admin = str(Path(sys.executable).with_name("django-admin"))
    return [admin, "procrastinate", "worker", "--concurrency", "2"]


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 40,
        float(sys.argv[2]) if len(sys.argv) > 2 else 1,
    )
