"""A worker that is killed in the middle: its job is finished once by the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from django.conf import settings
from django.db import connection

from repact.server.connectors import wallet
from repact.server.people.models import Borrower
from repact.server.repayments import collecting
from repact.server.repayments.models import Collection, Payment
from tests.conftest import KEY

pytestmark = pytest.mark.django_db(transaction=True)


def worker() -> subprocess.Popen[bytes]:
    """A real worker on the tests' database."""
    address = urlsplit(os.environ["DATABASE_URL"])
    path = f"/{connection.settings_dict['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(address._replace(path=path)),
        "DJANGO_SETTINGS_MODULE": "repact.sandbox.settings",
        "REPACT_WALLET_URL": settings.REPACT_WALLET_URL,
        "REPACT_CORE_URL": settings.REPACT_CORE_URL,
        "REPACT_WALLET_KEY": KEY,
        "REPACT_CORE_KEY": KEY,
    }
    command = [str(Path(sys.executable).with_name("django-admin")), "procrastinate", "worker"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def until(true, *, seconds):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def test_a_worker_killed_after_the_wallet_debited_pays_once(world):
    by = world.borrower()
    plan = world.in_force(by)
    account = Borrower.objects.get(id=by.id).wallet_account
    before = wallet.account(account).balance_minor
    httpx.post(
        f"{settings.REPACT_WALLET_URL}/api/faults",
        json={
            "kind": "timeout_after_commit",
            "count": 1,
            "method": "POST",
            "path": "/api/debits",
        },
        headers={"Authorization": f"Bearer {KEY}"},
    ).raise_for_status()
    collecting.request_collection(by=world.system, agreement_id=plan.id, now=world.now)
    with worker() as first:
        until(lambda: wallet.account(account).balance_minor < before, seconds=20)
        first.send_signal(signal.SIGKILL)
    assert Collection.objects.get().state == "requested"
    with worker() as second:
        until(lambda: Collection.objects.get().state == "succeeded", seconds=90)
        second.send_signal(signal.SIGTERM)
    assert Payment.objects.count() == 1
    assert before - wallet.account(account).balance_minor == Payment.objects.get().amount_minor
