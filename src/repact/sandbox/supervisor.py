"""Starting the parts of the demo, watching them, and stopping every one of them at the end."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

SUPERVISED = "REPACT_SUPERVISED"
START_SECONDS = 40
STOP_SECONDS = 8
_ON_LINUX = sys.platform == "linux"
_DIE_WITH_PARENT = 1  # prctl(PR_SET_PDEATHSIG)


class PartError(Exception):
    """A part did not start, or ended by itself."""


@dataclass(slots=True)
class Part:
    """One program of the demo; `ready` is an address that answers 200 once it is up."""

    name: str
    command: list[str]
    ready: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


class Supervisor:
    """Owns its children: when it ends, for whatever reason it can notice, they end."""

    def __init__(self) -> None:
        self._running: list[tuple[Part, subprocess.Popen[bytes]]] = []
        self._told_to_stop = False
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, self._stop_soon)

    @property
    def told_to_stop(self) -> bool:
        """Whether a signal asked for the end."""
        return self._told_to_stop

    def start(self, part: Part, /) -> None:
        """Start a part and wait until it answers. Raises PartError."""
        process = subprocess.Popen(  # noqa: S603 - commands are our own
            part.command,
            env={**os.environ, SUPERVISED: "1", **part.environment},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent if _ON_LINUX else None,  # noqa: PLW1509 - no threads yet
        )
        self._running.append((part, process))
        deadline = time.monotonic() + START_SECONDS
        while part.ready and not self._told_to_stop:
            if process.poll() is not None:
                raise PartError(f"{part.name} ended with {process.returncode} while starting")
            if _answers(part.ready):
                return
            if time.monotonic() > deadline:
                raise PartError(f"{part.name} did not answer in {START_SECONDS} s")
            time.sleep(0.1)

    def watch(self, each_second: Callable[[], None] = lambda: None) -> None:
        """Stay until told to stop. Raises PartError when a part ends by itself."""
        while not self._told_to_stop:
            for part, process in self._running:
                if process.poll() is not None:
                    raise PartError(f"{part.name} ended with {process.returncode}")
            each_second()
            time.sleep(0.2)

    def stop(self) -> None:
        """End every part, the last started first; whatever does not go is killed."""
        for _, process in reversed(self._running):
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for _, process in reversed(self._running):
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                process.wait()
            _signal_group(process, signal.SIGKILL)
        self._running.clear()

    def _stop_soon(self, *_: object) -> None:
        self._told_to_stop = True


def port_is_free(host: str, port: int, /) -> bool:
    """Whether a part could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the child and whatever it started; a group that is gone is what we want."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends, even by SIGKILL (Linux only)."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
