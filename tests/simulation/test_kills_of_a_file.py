"""Whoever posts a bank's file is killed in the middle; a job posts the rest, each line once.

`REPACT_FILE_KILLS` says how often (2 unless it is set); every other time it is the database.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

from tests.simulation import killed
from tests.simulation.test_kills import place, run, stop_database  # noqa: F401 - a fixture

KILLS = int(os.environ.get("REPACT_FILE_KILLS", "2"))
NAMED, UNKNOWN = 160, 6


def file_of(number, var):
    """A file: lines of every plan, some of nobody's, one that is no money."""
    day = killed.DAY.isoformat()
    rows = [
        f"{day},{1 + number}.{n % 100:02d},A-{killed.DAY:%Y%m%d}-{1 + n % killed.PLANS:04d}"
        for n in range(NAMED)
    ]
    rows += [f"{day},{2 + n}.00,WHO-KNOWS-{number}" for n in range(UNKNOWN)]
    rows.append(f"{day},99999999999.00,A-{killed.DAY:%Y%m%d}-0001")
    path = Path(var) / f"{number}.csv"
    path.write_text("\n".join(["booked_on,amount,reference", *rows]))
    return path


def test_lose_no_line_and_post_none_twice(place, monkeypatch):  # noqa: F811
    monkeypatch.setattr(killed, "DAY", datetime.now(UTC).date())
    place["KILLED_ON"] = killed.DAY.isoformat()
    chance = random.Random(11)
    with run(place, "begin") as process:
        assert process.wait(240) == 0
    cut = 0
    for kill in range(KILLS):
        with run(place, "take", str(file_of(kill, place["REPACT_VAR"]))) as process:
            assert process.stdout.readline() == "some\n"
            if kill % 2:
                victim = (stop_database, Path(place["REPACT_VAR"]), signal.SIGKILL)
            else:
                victim = (os.kill, process.pid, signal.SIGKILL)
            timer = threading.Timer(chance.uniform(0, 0.3), victim[0], victim[1:])
            timer.start()
            cut += not any(line.startswith("{") for line in process.stdout)
            timer.join()
            process.kill()
        with run(place, "lines") as process:
            before = json.loads(process.stdout.read())
            assert process.wait(60) == 0
        assert before["payments"] == before["states"].get("posted", 0)
        assert before["came_minor"] == before["cash_minor"]
        with run(place, "drain") as process:
            assert process.wait(120) == 0
    with run(place, "lines") as process:
        said = json.loads(process.stdout.read())
        assert process.wait(60) == 0
    assert said["states"] == {"posted": KILLS * NAMED, "suspense": KILLS * UNKNOWN}
    assert said["bad"] == [1] * KILLS
    assert (said["payments"], said["suspense"]) == (KILLS * NAMED, KILLS * UNKNOWN)
    assert said["came_minor"] == said["cash_minor"]
    assert said["off_minor"] == 0
    assert cut, "nobody was killed in the middle of a file"
