"""A running demo and a real browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import place_of_a_server

START_SECONDS = 120
PEER_KEY = "key-of-the-peers"
PHONE = {"width": 390, "height": 844}
INSTALL = "apt-get install chromium   (Debian)   ·   brew install --cask chromium   (macOS)"


@dataclass(frozen=True, slots=True)
class Demo:
    """Where a running demo is."""

    web: str
    wallet: str
    core: str
    var: Path

    @property
    def peer_headers(self) -> dict[str, str]:
        """What opens the peers' APIs."""
        return {"Authorization": f"Bearer {PEER_KEY}"}


def free_port() -> int:
    """A port with those of the peers free above it, at +10 to +60."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port < 65_000 and all(_free(port + step) for step in range(10, 70, 10)):
            return port


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """`repact demo` itself, with a small book, on a database of its own."""
    with place_of_a_server() as var:
        yield from _demo(free_port(), var)


def _demo(port: int, var: Path) -> Iterator[Demo]:
    repact = Path(sys.executable).with_name("repact")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("REPACT_", "DATABASE_URL", "DJANGO_"))
    }
    environment |= {"REPACT_WALLET_KEY": PEER_KEY, "REPACT_CORE_KEY": PEER_KEY}
    command = [str(repact), "demo", "--port", str(port), "--var", str(var), "--loans", "40"]
    with (var / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    made = Demo(
        web=f"http://127.0.0.1:{port}",
        wallet=f"http://127.0.0.1:{port + 10}",
        core=f"http://127.0.0.1:{port + 20}",
        var=var,
    )
    try:
        _wait(made, process)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (var / "log").read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's or the user's own Chromium; its event loop ends with the module that used it."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    mac = Path("/Applications/Chromium.app/Contents/MacOS/Chromium")
    path = path or (str(mac) if mac.exists() else None)
    if path is None:
        pytest.skip(f"Chromium is not installed: {INSTALL}")
    arguments = ["--disable-quic", "--no-first-run", "--disable-background-networking"]
    arguments += ["--disable-component-update", "--disable-sync"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=arguments)
        yield launched
        launched.close()


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def scripting(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def phone(browser: Browser, scripting: bool) -> Iterator[Page]:
    """A phone, 390 x 844, in Chinese."""
    yield from _page(
        browser.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=scripting)
    )


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A desk screen, in Chinese."""
    yield from _page(browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN"))


def _page(context: BrowserContext) -> Iterator[Page]:
    context.set_default_timeout(15_000)
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda m: broken.append(m.text) if m.type == "error" else None)
    yield page
    context.close()
    assert [text for text in broken if not re.search(r"status of 4\d\d", text)] == []


def _wait(demo: Demo, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, (demo.var / "log").read_text()
        try:
            if httpx.get(f"{demo.web}/healthz", timeout=1).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise AssertionError((demo.var / "log").read_text())
