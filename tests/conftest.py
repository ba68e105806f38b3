"""What every test may use. Sockets stay on this machine; the database is a real PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest
from xdist.scheduler import LoadFileScheduling

MACHINE = ((time, "time"), (uuid, "uuid4"), (secrets, "token_bytes"), (os, "urandom"))
MACHINE += ((random, "random"), (random, "randrange"), (secrets, "randbelow"))
KEY = "key-of-the-tests"
DOORS = ("repact.server.clock.ports", "repact.sandbox.")
TESTS = Path(__file__).parent
LONGEST_FIRST = ("journeys", "simulation", "integration")


@pytest.fixture(autouse=True)
def _tripwire(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop our own code, as it runs, from asking the machine for time, ids or chance.

    Only the port and the peers (programs of their own) may; libraries may too.
    """

    def guarded(ask: Callable[..., Any], name: str) -> Callable[..., Any]:
        def asked(*args: Any, **kwargs: Any) -> Any:
            caller = sys._getframe(1).f_globals.get("__name__", "")
            if caller.startswith("repact.") and not caller.startswith(DOORS):
                raise AssertionError(f"{caller} asked the machine for {name}")
            return ask(*args, **kwargs)

        return asked

    for module, name in MACHINE:
        monkeypatch.setattr(module, name, guarded(getattr(module, name), name))


def pytest_configure() -> None:
    """Compile the catalogues, and have Django forget what it read before they were."""
    from django.utils.translation.reloader import translation_file_changed

    from repact.server.config import catalogues

    catalogues.compile_all()
    translation_file_changed(sender=None, file_path=catalogues.LOCALE / "django.mo")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first, so that no worker is left with them at the end."""

    def place(item: pytest.Item) -> int:
        room = item.path.relative_to(TESTS).parts[0]
        return LONGEST_FIRST.index(room) if room in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


class ByFile(LoadFileScheduling):
    """Each worker takes whole files, and one takes all that opens a browser: they share a demo."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "journeys" if file.startswith("tests/journeys/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Share the files out so."""
    return ByFile(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Where CI=true nothing is skipped: a skip there is a failure."""
    skipped = terminalreporter.stats.get("skipped", [])
    if os.environ.get("CI") == "true" and skipped:
        terminalreporter.write_line(f"{len(skipped)} skipped, and CI skips nothing", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def now() -> datetime:
    """A quiet Tuesday morning in Shanghai."""
    return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def building(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IO[str]]:
    """What a worker holds while it builds its database, one after the other: the application's role
    belongs to all databases of a server."""
    with (tmp_path_factory.getbasetemp().parent / "building").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield held


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, building: IO[str]
) -> None:
    """Build the test database as its owner; the tests then run as the application's role."""
    from django.conf import settings

    settings.REPACT_APPLICATION_ROLE = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, building: IO[str]) -> Iterator[None]:
    from django.conf import settings
    from django.db import connection

    building.close()
    settings.REPACT_APPLICATION_ROLE = True
    connection.close()
    yield
    settings.REPACT_APPLICATION_ROLE = False
    connection.close()


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The sandbox's wallet and core, each a program of its own on loopback."""
    with running(tmp_path_factory.mktemp("peers"), "wallet", "core") as addresses:
        yield addresses


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sandbox's gateway for text messages and app notifications."""
    with running(tmp_path_factory.mktemp("gateway"), "messages") as (address,):
        yield address


@contextmanager
def place_of_a_server() -> Iterator[Path]:
    """A directory for an embedded server of its own, which root runs as another user.

    Not under pytest's: every run that begins shuts those to other users, and a server that cannot
    see its files ends.
    """
    with tempfile.TemporaryDirectory(prefix="repact-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@contextmanager
def running(data: Path, *names: str) -> Iterator[tuple[str, ...]]:
    """Peers of the sandbox as programs of their own; their addresses."""
    keys = {f"REPACT_{name.upper()}_KEY": KEY for name in names}
    started = []
    for name in names:
        command = [sys.executable, "-m", f"repact.sandbox.{name}", "--port", "0"]
        command += ["--data", str(data / name)]
        if name == "wallet":
            command += ["--return-url", "http://127.0.0.1:1/launch/"]
        process = subprocess.Popen(
            command, env={**os.environ, **keys}, stdout=subprocess.PIPE, text=True
        )
        started.append((process, process.stdout.readline().split()[-1]))
    yield tuple(address for _, address in started)
    for process, _ in started:
        with process:
            process.terminate()
            assert process.wait(5) == 0
