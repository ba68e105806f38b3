"""Our port to the wallet against the real program, with its faults on demand: money moves once."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from repact.server.connectors import wallet
from repact.server.connectors.errors import ConnectorError
from tests.conftest import KEY

HEADERS = {"Authorization": f"Bearer {KEY}"}
START = 100_000
SILENT = ("timeout_after_commit", "timeout_before_commit")


@pytest.fixture
def account(peers, settings):
    """An account of its own in the wallet."""
    settings.REPACT_WALLET_URL, settings.REPACT_WALLET_KEY = peers[0], KEY
    name = f"test-{uuid.uuid4()}"
    one = {"account": name, "holder": "T", "balance_minor": START, "currency": "CNY"}
    ask("accounts", accounts=[one | {"language": "zh"}])
    yield name
    httpx.delete(f"{peers[0]}/api/faults", headers=HEADERS)


def ask(path, /, **body):
    from django.conf import settings

    url = f"{settings.REPACT_WALLET_URL}/api/{path}"
    httpx.post(url, json=body, headers=HEADERS).raise_for_status()


def fault(kind, path):
    ask("faults", kind=kind, count=1, method="POST", path=path)


def balance(account):
    return wallet.account(account).balance_minor


def debit(account, name, amount=4_000):
    return wallet.debit(
        request_id=name,
        account=account,
        amount_minor=amount,
        currency="CNY",
        mandate_ref="",
        memo="m",
    )


def refund(account, name, amount=4_000):
    return wallet.refund(
        request_id=name, account=account, amount_minor=amount, currency="CNY", memo="m"
    )


def at_once(count, work):
    barrier = Barrier(count)

    def one(_):
        barrier.wait(10)
        return work()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def moved(kind, name):
    return [one for one in wallet.movements() if (one.kind, one.id) == (kind, str(name))]


class TestADebit:
    def test_after_a_silence_is_asked_about_and_happened_once(self, account):
        name = uuid.uuid4()
        fault("timeout_after_commit", "/api/debits")
        assert debit(account, name).status == "unknown"
        assert wallet.debit_status(name).status == "succeeded"
        assert debit(account, name).status == "succeeded"
        assert balance(account) == START - 4_000

    def test_that_never_got_there_is_not_known_and_is_sent_again(self, account):
        name = uuid.uuid4()
        fault("timeout_before_commit", "/api/debits")
        assert debit(account, name).status == "unknown"
        assert wallet.debit_status(name) is None
        assert balance(account) == START
        assert debit(account, name).status == "succeeded"
        assert len(moved("debit", name)) == 1

    @pytest.mark.parametrize("round_", range(5))
    def test_sixteen_times_at_once_happens_once(self, account, round_):
        name = uuid.uuid4()
        answers = at_once(16, lambda: debit(account, name))
        assert Counter(answer.status for answer in answers) == {"succeeded": 16}
        assert len({answer.executed_at for answer in answers}) == 1
        assert balance(account) == START - 4_000

    def test_under_a_used_id_for_another_amount_is_refused(self, account):
        name = uuid.uuid4()
        debit(account, name)
        with pytest.raises(ConnectorError, match=r"connectors.refused"):
            debit(account, name, 5_000)
        assert balance(account) == START - 4_000


class TestARefund:
    @pytest.mark.parametrize("kind", SILENT)
    def test_after_a_silence_is_sent_again_and_arrives_once(self, account, kind):
        name = uuid.uuid4()
        fault(kind, "/api/refunds")
        with pytest.raises(ConnectorError, match=r"connectors.unreachable"):
            refund(account, name)
        first = refund(account, name)
        assert refund(account, name) == first
        assert balance(account) == START + 4_000
        assert [one.amount_minor for one in moved("refund", name)] == [-4_000]

    @pytest.mark.parametrize("round_", range(5))
    def test_sixteen_times_at_once_arrives_once(self, account, round_):
        name = uuid.uuid4()
        assert len(set(at_once(16, lambda: refund(account, name)))) == 1
        assert balance(account) == START + 4_000

    def test_under_a_used_id_for_another_amount_is_refused(self, account):
        name = uuid.uuid4()
        refund(account, name)
        with pytest.raises(ConnectorError, match=r"connectors.refused"):
            refund(account, name, 5_000)
        assert balance(account) == START + 4_000

    def test_to_an_account_that_is_gone_is_refused(self, account):
        with pytest.raises(ConnectorError, match=r"connectors.refused"):
            refund("nobody", uuid.uuid4())

    def test_goes_to_whoever_paid(self, account):
        other = f"test-{uuid.uuid4()}"
        one = {"account": other, "holder": "T", "balance_minor": 0, "currency": "CNY"}
        ask("accounts", accounts=[one | {"language": "zh"}])
        refund(other, uuid.uuid4())
        assert (balance(account), balance(other)) == (START, 4_000)
