"""Web, worker and database are killed under load; what the web acknowledged is posted, and once.

A parent sends signed events of payments to a real web server, which acknowledges what it has kept;
a real worker posts it. `REPACT_WEB_KILLS` says how often (3 unless it is set; `make prove`: 20).
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from repact.server.webhooks import signature
from tests.simulation import killed
from tests.simulation.test_kills import place, run, stop_database  # noqa: F401 - a fixture

KILLS = int(os.environ.get("REPACT_WEB_KILLS", "3"))
SECRET = signature.secret_of(b"secret of the kill test, 24 bytes or more")
BIN = Path(sys.executable).parent
SENDERS = 3
A_ROUND = 30  # payments at most, so that the worker keeps up


class House:
    """A web server and a worker, each a program of its own."""

    def __init__(self, around, day):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.place, self.day = around, day
        self.var = Path(around["REPACT_VAR"])
        self.running = {}

    def start(self, name):
        """Start a program, and hold on to what it says."""
        host = ["--host", "127.0.0.1", "--port", str(self.port)]
        command = {
            "web": [
                *(BIN / "granian", "--interface", "wsgi", *host, "--blocking-threads", "4"),
                *("--no-access-log", "--log-level", "warning"),
                "repact.server.config.wsgi:application",
            ],
            "worker": [BIN / "django-admin", "procrastinate", "worker", "--concurrency", "2"],
        }[name]
        with (self.var / name).open("a") as said:
            self.running[name] = subprocess.Popen(
                command, env=self.place, stdout=said, stderr=said, start_new_session=True
            )

    def kill(self, name):
        """SIGKILL a program with all its children."""
        process = self.running.pop(name, None)
        if process:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def said(self):
        """The last words of both programs."""
        return {name: (self.var / name).read_text()[-3000:] for name in ("web", "worker")}

    def kill_and_start(self, victim):
        """What a supervisor does: whoever is dead is started again.

        The web server of a database that died stays, and must find the new one.
        """
        if victim == "database":
            stop_database(self.var, signal.SIGKILL)
            self.kill("worker")
            self.wake_database()
            victim = "worker"
        self.kill(victim)
        self.start(victim)

    def wake_database(self):
        """Start the database if it is dead; it refuses while the last of the old one is leaving."""
        for _ in range(20):
            with run(self.place, "wake", stderr=subprocess.PIPE) as process:
                _, said = process.communicate()
            if process.returncode == 0:
                return
        raise AssertionError(said[-3000:])


class Senders:
    """Threads that send payments, one number after the other, until each is acknowledged."""

    def __init__(self, house):
        self.house = house
        self.numbers = count()
        self.acknowledged = set()
        self.allowed = A_ROUND
        self.came = threading.Condition()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.send_all) for _ in range(SENDERS)]

    def send_all(self):
        with httpx.Client(timeout=10) as client:
            while not self.over.is_set():
                with self.came:
                    self.came.wait_for(self.may_go_on, 1)
                    if not self.may_go_on():
                        continue
                    number = next(self.numbers)
                while not self.over.is_set() and not self.send(client, number):
                    time.sleep(0.02)  # whoever is not told tries again

    def may_go_on(self):
        return self.over.is_set() or len(self.acknowledged) < self.allowed

    def send(self, client, number):
        """Deliver one event; a second time right away, now and then, as wallets do."""
        body = event(number, self.house.day)
        at = datetime.now(UTC)
        headers = {
            "webhook-id": f"e{number}",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(f"e{number}", at, body),
            "content-type": "application/json",
        }
        url = f"http://127.0.0.1:{self.house.port}/api/v1/webhooks/wallet"
        try:
            answers = [
                client.post(url, content=body, headers=headers)
                for _ in range(2 if number % 7 == 0 else 1)
            ]
        except httpx.HTTPError:
            return False
        if not all(answer.is_success for answer in answers):
            assert all(answer.status_code >= 500 or answer.is_success for answer in answers)
            return False
        with self.came:
            self.acknowledged.add(number)
            self.came.notify_all()
        return True

    def wait_for_more(self, some):
        """Until so many more were acknowledged than now."""
        with self.came:
            goal = len(self.acknowledged) + some
            self.allowed = len(self.acknowledged) + A_ROUND
            self.came.notify_all()
            more = self.came.wait_for(lambda: len(self.acknowledged) >= goal, 60)
            assert more, self.house.said()


def event(number, day):
    return json.dumps(
        {
            "type": "payment.received",
            "timestamp": f"{day}T02:00:00Z",
            "data": {
                "payment_id": f"k{number}",
                "account": "somebody",
                "amount_minor": 100 + number,
                "currency": "CNY",
                "reference": f"A-{day:%Y%m%d}-{number % killed.PLANS + 1:04d}",
                "value_date": day.isoformat(),
            },
        }
    )


@pytest.fixture
def house(request):
    around = request.getfixturevalue("place")
    day = (datetime.now(UTC) - timedelta(days=1)).date()
    around |= {
        "KILLED_ON": day.isoformat(),
        "DJANGO_SETTINGS_MODULE": "repact.sandbox.settings",
        "REPACT_WALLET_WEBHOOK_SECRETS": SECRET,
    }
    with run(around, "begin") as process:
        assert process.wait(240) == 0
    made = House(around, day)
    yield made
    for name in list(made.running):
        made.kill(name)


def test_what_the_web_acknowledged_is_posted_once(house):
    chance = random.Random(11)
    for name in ("worker", "web"):
        house.start(name)
    senders = Senders(house)
    for thread in senders.threads:
        thread.start()
    try:
        for kill in range(KILLS):
            senders.wait_for_more(5)
            time.sleep(chance.uniform(0, 0.3))  # anywhere in the work, not to be right
            house.kill_and_start(("web", "worker", "database")[kill % 3])
        senders.wait_for_more(5)
    finally:
        senders.over.set()
        for thread in senders.threads:
            thread.join()
    for name in ("web", "worker"):
        house.kill(name)
    with run(house.place, "drain") as process:
        assert process.wait(300) == 0
    with run(house.place, "look") as process:
        said = json.loads(process.stdout.read())
    posted = {source.removeprefix("wallet-event:k"): n for source, n in said["payments"].items()}
    assert {str(number) for number in senders.acknowledged} <= posted.keys()
    assert all(amount == 100 + int(number) for number, amount in posted.items())
    assert said["cash_minor"] == sum(posted.values())
    assert said["events"] == said["recorded"] == len(posted)
    assert [said[name] for name in ("waiting", "refused", "suspense", "unbalanced")] == [0] * 4
    assert len(senders.acknowledged) >= 5 * KILLS
