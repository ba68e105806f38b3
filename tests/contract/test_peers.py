"""The peers keep the contract the connectors rely on: once for an id, final answers, silence."""

from __future__ import annotations

import subprocess
import sys
import uuid

import httpx
import pytest

from tests.conftest import KEY


@pytest.fixture
def wallet(peers):
    with httpx.Client(base_url=peers[0], headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client
        client.delete("/api/faults")


@pytest.fixture
def core(peers):
    with httpx.Client(base_url=peers[1], headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client


@pytest.fixture
def account(wallet):
    name = f"test-{uuid.uuid4()}"
    one = {"account": name, "holder": "T", "balance_minor": 10_000, "currency": "CNY"}
    wallet.post("/api/accounts", json={"accounts": [one | {"language": "zh"}]}).raise_for_status()
    return name


def debit(account, amount, request_id=None, currency="CNY"):
    return {
        "request_id": request_id or str(uuid.uuid4()),
        "account": account,
        "amount_minor": amount,
        "currency": currency,
        "mandate_ref": "",
        "memo": "m",
    }


class TestTheWallet:
    def test_debits_once_for_an_id(self, wallet, account):
        body = debit(account, 4_000)
        answers = [wallet.post("/api/debits", json=body).json() for _ in range(3)]
        assert answers[0] == answers[1] == answers[2]
        assert wallet.get(f"/api/accounts/{account}").json()["balance_minor"] == 6_000

    def test_refuses_an_id_with_other_content(self, wallet, account):
        body = debit(account, 4_000)
        wallet.post("/api/debits", json=body).raise_for_status()
        assert wallet.post("/api/debits", json=body | {"amount_minor": 1}).status_code == 409

    @pytest.mark.parametrize(
        ("amount", "currency", "reason"),
        [(10_001, "CNY", "insufficient_funds"), (1, "USD", "wrong_currency")],
    )
    def test_declines_for_good(self, wallet, account, amount, currency, reason):
        body = debit(account, amount, currency=currency)
        first = wallet.post("/api/debits", json=body).json()
        wallet.post("/api/topups", json={"account": account, "amount_minor": 90_000})
        assert first["status"] == "declined"
        assert first["reason"] == reason
        assert wallet.post("/api/debits", json=body).json() == first

    @pytest.mark.parametrize("amount", [0, -1, 1.5, "1", 10**12, None, True])
    def test_refuses_what_is_no_amount(self, wallet, account, amount):
        assert wallet.post("/api/debits", json=debit(account, amount)).status_code == 422

    def test_tells_afterwards_what_became_of_a_silent_debit(self, wallet, account):
        fault = {"kind": "timeout_after_commit", "count": 1, "path": "/api/debits"}
        wallet.post("/api/faults", json=fault).raise_for_status()
        body = debit(account, 4_000)
        with pytest.raises(httpx.TransportError):
            wallet.post("/api/debits", json=body, timeout=0.5)
        told = wallet.get(f"/api/debits/{body['request_id']}").json()
        assert told["status"] == "succeeded"
        assert wallet.get(f"/api/accounts/{account}").json()["balance_minor"] == 6_000

    def test_opens_to_nobody_without_the_key(self, peers, account):
        assert httpx.post(f"{peers[0]}/api/debits", json=debit(account, 1)).status_code == 401

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"request_id": 5}'])
    def test_answers_nonsense_with_a_code(self, wallet, body):
        answer = wallet.post("/api/debits", content=body)
        assert 400 <= answer.status_code < 500
        assert answer.json()["code"].startswith(("peer.", "wallet."))


class TestTheCore:
    def test_holds_once_for_an_id_and_says_when(self, core):
        ref = f"L-{uuid.uuid4()}"
        core.post("/api/loans", json={"loan_refs": [ref]}).raise_for_status()
        body = {"command_id": str(uuid.uuid4()), "kind": "hold", "loan_refs": [ref], "at": "x"}
        first, second = (core.post("/api/commands", json=body).json() for _ in range(2))
        assert first == second
        loan = core.get(f"/api/loans/{ref}").json()
        assert loan["automatic_debit"] == loan["reminders"] == "stopped"

    def test_changes_nothing_when_one_loan_is_unknown(self, core):
        ref = f"L-{uuid.uuid4()}"
        core.post("/api/loans", json={"loan_refs": [ref]}).raise_for_status()
        body = {"command_id": "c", "kind": "hold", "loan_refs": [ref, "nowhere"], "at": "x"}
        assert core.post("/api/commands", json=body).status_code == 422
        assert core.get(f"/api/loans/{ref}").json()["automatic_debit"] == "running"


def test_a_peer_says_that_its_port_is_busy(peers, tmp_path):
    port = peers[1].rsplit(":", 1)[1]
    command = [sys.executable, "-m", "repact.sandbox.core", "--port", port, "--data", str(tmp_path)]
    made = subprocess.run(command, env={"REPACT_CORE_KEY": KEY}, capture_output=True, text=True)
    assert made.returncode != 0
    assert f"port {port} is busy" in made.stderr
