"""Events of ours on their way to the lender's own systems: signed, once, until they are taken."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from typer.testing import CliRunner

from repact.cli import server as cli
from repact.server.audit.models import Event
from repact.server.clock import ports
from repact.server.jobs import publishing
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import taking_back
from repact.server.webhooks import outgoing, queries
from repact.server.webhooks.errors import WebhookError
from repact.server.webhooks.models import Delivery, Subscriber
from tests.integration.test_webhooks import Catcher
from tests.integration.world import At, at_once, run_jobs

ROUNDS = int(os.environ.get("REPACT_ROUNDS", "25"))


@pytest.fixture
def receiver():
    made = Catcher()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def url(receiver):
    return f"http://127.0.0.1:{receiver.server.server_port}/events"


@pytest.fixture
def secret(world, url):
    return outgoing.subscribe(by=world.system, url=url, kinds=(), now=world.now)


def read(secret, delivery):
    """What a receiver reads, checked as Standard Webhooks says, by its own real time."""
    headers, raw = delivery
    lower = {name.lower(): value for name, value in headers.items()}
    Webhook(secret).verify(raw, lower)
    return lower["webhook-id"], json.loads(raw)


@pytest.fixture(autouse=True)
def _present(world):
    """The receiver checks how old a signature is: the machine's own time."""
    with ports.using(ports.MachinePorts()):
        yield


def submit(world):
    with ports.using(At(world.now)):
        case = world.submitted(world.borrower())
    run_jobs()
    return case


class TestAnEvent:
    def test_is_told_signed_with_ids_and_no_person(self, world, receiver, secret):
        case = submit(world)
        told = dict(read(secret, one) for one in receiver.take(2))
        by_kind = {body["type"]: body for body in told.values()}
        assert set(by_kind) == {"case.submitted", "collection.held"}
        assert by_kind["case.submitted"]["data"]["id"] == str(case.id)
        assert set(told) == {f"evt_{event}" for event in sent_events()}
        text = json.dumps(list(told.values()), ensure_ascii=False)
        assert "林" not in text
        assert "demo-linxiaoyu" not in text
        assert {row.state for row in Delivery.objects.all()} == {"taken"}

    def test_of_a_payment_and_its_reversal_is_told(self, world, receiver, url):
        kinds = ["payment.posted", "payment.reversed"]
        secret = outgoing.subscribe(by=world.system, url=url, kinds=kinds, now=world.now)
        with ports.using(At(world.now)):
            plan = world.in_force(world.borrower())
        paid = repayment_actions.post_payment(
            by=world.system,
            agreement_id=plan.id,
            source="bank:1",
            amount_minor=5_000,
            currency="CNY",
            value_date=world.now.date(),
            now=world.now,
        )
        run_jobs()
        taking_back.reverse_payment(
            by=world.system, payment_id=paid.id, reason="chargeback", now=world.now
        )
        run_jobs()
        said = [read(secret, one)[1] for one in receiver.take(2)]
        assert [one["type"] for one in said] == kinds
        assert [one["data"]["amount_minor"] for one in said] == [5_000, 5_000]

    def test_that_is_not_taken_is_sent_again_as_the_same(self, world, receiver, secret):
        receiver.answer = 500
        submit(world)
        first = {read(secret, one)[0] for one in receiver.take(2)}
        receiver.answer = 202
        assert publishing.drain(by=world.system, now=world.now) == 0
        with ports.using(At(ports.now() + timedelta(minutes=3))):
            assert publishing.drain(by=world.system, now=world.now) == 2
        assert {headers["webhook-id"] for headers, _ in receiver.take(2)} == first

    def test_that_nobody_took_in_three_days_is_listed(self, world, receiver, secret, client):
        receiver.answer = 500
        submit(world)
        with ports.using(At(ports.now() + timedelta(hours=73))):
            assert publishing.drain(by=world.system, now=world.now) == 0
        assert queries.lost().count() == 2

    def test_changed_on_its_way_is_seen_by_the_receiver(self, world, receiver, secret):
        submit(world)
        (headers, raw), _ = receiver.take(2)
        with pytest.raises(WebhookVerificationError):
            read(secret, (headers, raw.replace(b"case", b"cash")))

    def test_is_told_once_however_often_it_is_carried(self, world, receiver, secret):
        submit(world)
        receiver.take(2)
        for event in Event.objects.filter(id__in=sent_events()):
            publishing.tell(event, by=world.system)
        assert Delivery.objects.count() == 2
        assert receiver.caught == []


class TestASubscriber:
    def test_that_is_gone_is_told_nothing_more(self, world, receiver, secret):
        receiver.answer = 410
        submit(world)
        assert not Subscriber.objects.get().is_active
        assert len(receiver.caught) == 1

    def test_gets_a_new_secret_while_the_old_one_still_works(self, world, receiver, url, secret):
        fresh = outgoing.replace_secret(by=world.system, url=url, now=world.now)
        assert fresh != secret
        submit(world)
        for delivery in receiver.take(2):
            assert read(secret, delivery) == read(fresh, delivery)
        with ports.using(At(ports.now() + timedelta(hours=25))):
            assert outgoing.secrets_of(Subscriber.objects.get()) == [fresh]

    @pytest.mark.parametrize(
        "address",
        [
            "http://lender.test/events",
            "ftp://127.0.0.1/x",
            "https://user:word@lender.test/",
            "https://",
            f"https://{'x' * 200}.test",
        ],
    )
    def test_needs_an_address_that_is_safe(self, world, address):
        with pytest.raises(WebhookError, match=r"webhooks.address_not_safe"):
            outgoing.subscribe(by=world.system, url=address, kinds=(), now=world.now)

    def test_asks_for_kinds_there_are(self, world, url):
        with pytest.raises(WebhookError, match=r"webhooks.unknown_kind"):
            outgoing.subscribe(by=world.system, url=url, kinds=["x"], now=world.now)
        with pytest.raises(WebhookError, match=r"webhooks.not_found"):
            outgoing.unsubscribe(by=world.system, url=url, now=world.now)

    def test_is_made_and_ended_from_the_shell(self, world, url):
        run = CliRunner().invoke
        made = run(cli.app, ["webhook", url, "--kind", "plan.began"])
        assert made.stdout.startswith("whsec_")
        assert Subscriber.objects.get().kinds == ["plan.began"]
        assert run(cli.app, ["webhook", url, "--new-secret"]).stdout != made.stdout
        run(cli.app, ["webhook", url, "--off"])
        assert not Subscriber.objects.get().is_active


def sent_events():
    return list(Delivery.objects.values_list("event_id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_eight_workers_tell_each_event_once(world, receiver, secret):
    receiver.answer = 500
    submit(world)
    receiver.take(2)
    receiver.answer = 202
    for round_ in range(ROUNDS):
        Delivery.objects.update(
            state="waiting", ended_at=None, next_at=ports.now() - timedelta(days=1)
        )
        now = world.now
        done = at_once(
            8, world.lender.id, lambda now=now: publishing.drain(by=world.system, now=now)
        )
        assert sum(done) == 2, (round_, done)
        assert len(receiver.take(2)) == 2
        assert receiver.caught == []
