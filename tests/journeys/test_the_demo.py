"""`repact demo` owns what it starts: however it ends, nothing is left running, and data stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import place_of_a_server
from tests.journeys.conftest import PEER_KEY, free_port

REPACT = Path(sys.executable).with_name("repact")
LINUX = Path("/proc").exists()


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    with place_of_a_server() as directory:
        yield directory


@pytest.fixture
def start(var: Path):
    """Start a demo and wait until it answers; whatever is left at the end is killed."""
    started = []

    def run(port: int, *, wait: bool = True) -> subprocess.Popen[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("REPACT_", "DATA"))}
        environment |= {"REPACT_WALLET_KEY": PEER_KEY, "REPACT_CORE_KEY": PEER_KEY}
        command = [str(REPACT), "demo", "--port", str(port), "--var", str(var), "--loans", "5"]
        made = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        started.append(made)
        if wait:
            until(lambda: answers(port) or made.poll() is not None, seconds=90)
            assert made.poll() is None, made.stderr.read()
        return made

    yield run
    for process in started:
        with process:
            process.kill()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


def until(true: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def alive(var: Path) -> dict[int, str]:
    """Processes that carry this demo's directory in their command or environment."""
    if not LINUX:
        lines = subprocess.check_output(["ps", "-Eaxww", "-o", "pid=,command="], text=True)
        rows = [line.split(None, 1) for line in lines.splitlines() if str(var) in line]
        return {int(pid): command for pid, command in rows if int(pid) != os.getpid()}
    found = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            command = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            said = command + (directory / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(var) in said and int(directory.name) != os.getpid():
            found[int(directory.name)] = command
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_everything_when_told(start, var, number):
    port = free_port()
    demo = start(port)
    assert len(alive(var)) >= 5
    demo.send_signal(number)
    assert demo.wait(30) == 0
    until(lambda: not alive(var), seconds=5)
    assert (var / "postgres").is_dir()


@pytest.mark.parametrize("part", ["sandbox.wallet", "sandbox.core", "granian", "procrastinate"])
def test_it_stops_everything_when_a_part_crashes(start, var, part):
    demo = start(free_port())
    victim = min(pid for pid, command in alive(var).items() if part in command)
    os.kill(victim, signal.SIGKILL)
    assert demo.wait(30) == 1
    assert "ended" in demo.stderr.read()
    until(lambda: not alive(var), seconds=5)


def test_it_leaves_no_orphan_but_a_database_the_next_start_adopts_when_it_is_killed(start, var):
    demo = start(free_port())
    demo.kill()
    demo.wait()
    left = lambda: {pid: c for pid, c in alive(var).items() if "postgres" not in c}  # noqa: E731
    if LINUX:
        until(lambda: not left(), seconds=10)
    again = start(free_port())
    again.terminate()
    assert again.wait(30) == 0
    until(lambda: not alive(var), seconds=5)


def test_it_says_which_port_is_busy(start, var):
    port = free_port()
    demo = start(port)
    second = start(port, wait=False)
    assert second.wait(30) == 2
    said = second.stderr.read()
    assert f"Port {port} (web) is busy" in said
    assert f"--port {port + 100}" in said
    assert answers(port)
    demo.terminate()
    assert demo.wait(30) == 0
