"""Programs and database are killed in the middle; nothing acknowledged is lost, nothing is twice.

`REPACT_KILLS` says how often (20 unless it is set).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import place_of_a_server

KILLS = int(os.environ.get("REPACT_KILLS", "20"))
SCRIPT = Path(__file__).with_name("killed.py")
ROOT = SCRIPT.parents[2]


@pytest.fixture
def place():
    """A database and files of their own."""
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    with place_of_a_server() as directory:
        environment |= {
            "REPACT_VAR": f"{directory}/var",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }
        yield environment
        stop_database(directory, signal.SIGKILL)


def run(place, *arguments, **more):
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), *arguments],
        env=place,
        stdout=subprocess.PIPE,
        text=True,
        **more,
    )


def stop_database(var, how):
    """Send a signal to the embedded server's first process."""
    for file in var.rglob("postmaster.pid"):
        try:
            os.kill(int(file.read_text().split()[0]), how)
        except ProcessLookupError:
            continue


def test_lose_nothing_and_do_nothing_twice(place):
    chance = random.Random(7)
    with run(place, "begin") as process:
        assert process.wait(240) == 0
    acknowledged: set[int] = set()
    tried_from = 0
    for kill in range(KILLS):
        with (
            (Path(place["REPACT_VAR"]) / "stderr").open("w+") as said,
            run(place, "pay", str(tried_from), stderr=said) as process,
        ):
            first = process.stdout.readline()
            assert first, Path(said.name).read_text()[-2000:]
            acknowledged.add(int(first))
            if kill % 3 == 2:
                victim = (stop_database, Path(place["REPACT_VAR"]), signal.SIGKILL)
            else:
                victim = (os.kill, process.pid, signal.SIGKILL)
            threading.Timer(chance.uniform(0.05, 0.8), victim[0], victim[1:]).start()
            acknowledged.update(int(line) for line in process.stdout)
            process.kill()
        # whoever was not told tries again, and so does the one that was told last
        tried_from = max(acknowledged)
    with run(place, "look") as process:
        said = json.loads(process.stdout.read())
        assert process.wait(60) == 0
    assert acknowledged <= {int(source[1:]) for source in said["payments"]}
    assert all(amount == 100 + int(source[1:]) for source, amount in said["payments"].items())
    assert said["cash_minor"] == sum(said["payments"].values())
    assert said["events"] == said["recorded"] == len(said["payments"])
    assert said["unbalanced"] == 0
    assert len(acknowledged) >= KILLS
