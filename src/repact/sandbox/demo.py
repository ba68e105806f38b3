"""`repact demo`: the whole platform on one machine, with its sandbox around it."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from pathlib import Path

from rich.console import Console

from repact.sandbox.supervisor import Part, PartError, Supervisor, port_is_free

HOST = "127.0.0.1"
# The peers, each at the web's port and this much more.
OFFSETS = {"wallet": 10, "core": 20, "messages": 40, "agency": 50, "bureau": 60}
AGENCY = "demo-agency"
LOANS = 5000
BUSY, FAILED = 2, 1


def run(*, port: int, var: Path, loans: int = LOANS) -> int:
    """Start everything, stay until told to stop, stop everything; returns the exit code."""
    console = Console(stderr=True)
    ports = {"web": port, **{name: port + offset for name, offset in OFFSETS.items()}}
    for name, number in ports.items():
        if not port_is_free(HOST, number):
            console.print(
                f"Port {number} ({name}) is busy. Choose another: repact demo --port {port + 100}"
                f"\n端口 {number}（{name}）被占用，请换一个：repact demo --port {port + 100}"
            )
            return BUSY
    supervisor = Supervisor()
    try:
        _prepare(ports, var)
        _start_peers(supervisor, ports, var)
        _fill(loans)
        _start_platform(supervisor, ports)
        if not supervisor.told_to_stop:
            _greet(Console(), ports)
        supervisor.watch()
    except PartError as error:
        console.print(f"The demo stopped: {error}.\n演示已停止：{error}。")
        return FAILED
    finally:
        supervisor.stop()
    console.print("Stopped; data is kept under var/. 已停止，数据保留在 var/。")
    return 0


def _prepare(ports: dict[str, int], var: Path) -> None:
    """Settings, database, catalogues and static files, before anything is started."""
    var.mkdir(parents=True, exist_ok=True)
    os.environ["REPACT_VAR"] = str(var.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "repact.sandbox.settings"
    seed = str(var.resolve()).encode()
    _name_peers(ports, seed)
    os.environ["REPACT_SITE_URL"] = f"http://{HOST}:{ports['web']}"
    os.environ["REPACT_APPLICATION_ROLE"] = "0"
    from repact.server.config import catalogues  # noqa: PLC0415 - after the environment

    catalogues.compile_all()
    import django  # noqa: PLC0415 - after the environment
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def _name_peers(ports: dict[str, int], seed: bytes) -> None:
    """Where each peer is, and what it is called with: keys of this installation alone."""
    for name in OFFSETS:
        key = f"REPACT_{name.upper()}_KEY"
        os.environ.setdefault(key, hashlib.sha256(key.encode() + seed).hexdigest())
        os.environ[f"REPACT_{name.upper()}_URL"] = f"http://{HOST}:{ports[name]}"
    for name in ("SMS", "PUSH"):
        os.environ[f"REPACT_{name}_URL"] = os.environ["REPACT_MESSAGES_URL"]
        os.environ[f"REPACT_{name}_KEY"] = os.environ["REPACT_MESSAGES_KEY"]
    os.environ["REPACT_AGENCY_KEYS"] = f"{AGENCY}:{os.environ['REPACT_AGENCY_KEY']}"
    secret = hashlib.sha256(b"webhooks" + seed).digest()
    os.environ["REPACT_WALLET_WEBHOOK_SECRETS"] = f"whsec_{base64.b64encode(secret).decode()}"


def _start_peers(supervisor: Supervisor, ports: dict[str, int], var: Path) -> None:
    for name in OFFSETS:
        command = [sys.executable, "-m", f"repact.sandbox.{name}"]
        command += ["--host", HOST, "--port", str(ports[name]), "--data", str(var / name)]
        if name == "wallet":
            command += ["--return-url", f"http://{HOST}:{ports['web']}/launch/"]
        address = f"http://{HOST}:{ports[name]}/healthz"
        supervisor.start(Part(name, command, ready=address))


def _fill(loans: int) -> None:
    from repact.sandbox import seed  # noqa: PLC0415 - after Django
    from repact.server.agreements import authority  # noqa: PLC0415

    try:
        seed.fill(loans=loans)
    except seed.NotADemoError as error:
        raise PartError("this database holds a lender that is not a demo") from error
    authority.signer()


def _start_platform(supervisor: Supervisor, ports: dict[str, int]) -> None:
    environment = {"REPACT_APPLICATION_ROLE": "1"}
    web = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi"]
    web += ["--host", HOST, "--port", str(ports["web"]), "--no-access-log", "--blocking-threads"]
    web += ["4", "--log-level", "warning", "repact.server.config.wsgi:application"]
    address = f"http://{HOST}:{ports['web']}/healthz"
    worker = [str(Path(sys.executable).with_name("django-admin")), "procrastinate", "worker"]
    supervisor.start(Part("worker", [*worker, "--concurrency", "2"], environment=environment))
    supervisor.start(Part("web", web, ready=address, environment=environment))


def _greet(console: Console, ports: dict[str, int]) -> None:
    web, wallet, core = (f"http://{HOST}:{ports[name]}" for name in ("web", "wallet", "core"))
    console.print(
        f"\n[bold]Repact 协还[/bold] is running. Everything in it is invented. "
        "演示已启动，内容均为虚构。\n\n"
        f"  Start here / 从这里开始    {web}/stage/   (every persona, one click / 一键进入各角色)\n"
        f"  Borrower / 借款人          {web}/home/\n"
        f"  Desk / 协商台              {web}/desk/\n"
        f"  Wallet / 钱包              {wallet}/\n"
        f"  Lender's core / 核心系统   {core}/\n\n"
        "Ctrl-C stops everything. 按 Ctrl-C 全部停止。\n"
    )
