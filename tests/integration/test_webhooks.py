"""The inbox of webhooks, fed by the real wallet's own deliveries, faults included."""

from __future__ import annotations

import os
import threading
import uuid
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from repact.server.clock import ports
from repact.server.connectors import wallet
from repact.server.connectors.errors import ConnectorError
from repact.server.jobs import outside
from repact.server.notices.models import Notice
from repact.server.people.models import Borrower
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import collecting, paying_out
from repact.server.repayments.models import (
    Collection,
    Payment,
    Plan,
    Refund,
    RefundAnswer,
    Suspense,
)
from repact.server.webhooks import actions as webhook_actions
from repact.server.webhooks import queries as webhook_queries
from repact.server.webhooks import signature
from repact.server.webhooks.errors import WebhookError
from repact.server.webhooks.models import InboxEvent
from tests.conftest import KEY
from tests.integration.world import At, at_once, run_jobs

SECRET = signature.secret_of(b"secret of the tests, 24 bytes and more")
HEADERS = {"Authorization": f"Bearer {KEY}"}
ROUNDS = int(os.environ.get("REPACT_ROUNDS", "25"))


class Catcher:
    """A real endpoint: keeps each delivery and answers what it is told to."""

    def __init__(self):
        catcher = self
        self.caught, self.answer, self.came = [], 202, threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                with catcher.came:
                    catcher.caught.append((dict(self.headers), raw))
                    catcher.came.notify_all()
                self.send_response(catcher.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, count):
        """The next so many deliveries, waited for."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.caught) >= count, 20)
            taken, self.caught = self.caught[:count], self.caught[count:]
        return taken


@pytest.fixture
def catcher(peers, settings):
    settings.REPACT_WALLET_WEBHOOK_SECRETS = [SECRET]
    made = Catcher()
    url = f"http://127.0.0.1:{made.server.server_port}/"
    body = {"url": url, "secret": SECRET}
    httpx.delete(f"{peers[0]}/api/webhook-faults", headers=HEADERS)
    httpx.post(f"{peers[0]}/api/webhook-endpoint", json=body, headers=HEADERS).raise_for_status()
    while httpx.get(f"{peers[0]}/api/events", headers=HEADERS).json()["events"] and any(
        event["sent_at"] is None
        for event in httpx.get(f"{peers[0]}/api/events", headers=HEADERS).json()["events"]
    ):
        made.take(1)  # what earlier tests left
    made.caught.clear()
    yield made
    made.server.shutdown()
    made.server.server_close()


def ask(path, /, **body):
    httpx.post(
        f"{settings.REPACT_WALLET_URL}/api/{path}", json=body, headers=HEADERS
    ).raise_for_status()


def push(amount, reference="", account="demo-linxiaoyu", **more):
    request_id = str(uuid.uuid4())
    ask(
        "payments",
        request_id=request_id,
        account=account,
        amount_minor=amount,
        currency="CNY",
        reference=reference,
        **more,
    )
    return request_id


def deliver(world, delivery):
    headers, raw = delivery
    return webhook_actions.receive(
        by=world.system, source="wallet", headers=headers, raw=raw, now=world.now
    )


@pytest.fixture
def present():
    """The machine's own time: the wallet signs by it."""
    with ports.using(ports.MachinePorts()):
        yield


@pytest.fixture
def plan(world, catcher):
    return world.in_force(world.borrower())


class TestAnEvent:
    def test_becomes_a_payment_of_the_plan_it_names(self, world, plan, catcher, present):
        name = push(1_000, reference=plan.reference, value_date=world.now.date().isoformat())
        deliver(world, *catcher.take(1))
        run_jobs()
        paid = Payment.objects.get(source=f"wallet-event:{name}")
        assert (paid.agreement_id, paid.amount_minor) == (plan.id, 1_000)
        assert InboxEvent.objects.get().state == "done"

    def test_three_times_is_one_payment(self, world, plan, catcher, present):
        ask("webhook-faults", kind="duplicate", count=1)
        push(1_000, reference=plan.reference, value_date=world.now.date().isoformat())
        fresh = [deliver(world, one)[1] for one in catcher.take(3)]
        run_jobs()
        assert fresh == [True, False, False]
        assert Payment.objects.filter(source__startswith="wallet-event:").count() == 1

    def test_is_taken_forty_days_late_and_marked(self, world, plan, catcher, present):
        ask("webhook-faults", kind="late", count=1, days=40)
        push(1_000, reference=plan.reference, value_date=world.now.date().isoformat())
        row, made = deliver(world, *catcher.take(1))
        run_jobs()
        assert made
        assert row.is_late
        assert Payment.objects.filter(source__startswith="wallet-event:").count() == 1

    def test_is_refused_after_ninety_days_and_from_the_future(self, world, plan, catcher, present):
        ask("webhook-faults", kind="late", count=1, days=91)
        push(1_000)
        with pytest.raises(WebhookError, match=r"webhooks.too_old"):
            deliver(world, *catcher.take(1))
        push(1_000)
        (delivery,) = catcher.take(1)
        early = At(ports.now() - timedelta(minutes=6))
        with ports.using(early), pytest.raises(WebhookError, match=r"webhooks.from_the_future"):
            deliver(world, delivery)
        assert InboxEvent.objects.count() == 0

    def test_changed_on_its_way_is_refused_and_sent_again(self, world, catcher, present):
        ask("webhook-faults", kind="garble", count=1)
        push(1_000)
        with pytest.raises(WebhookError, match=r"webhooks.signature_wrong"):
            deliver(world, *catcher.take(1))

    def test_with_a_known_id_and_another_body_is_refused(self, world, catcher, present):
        push(1_000)
        ((headers, raw),) = catcher.take(1)
        deliver(world, (headers, raw))
        other = raw.replace(b"1000", b"9000")
        stamp = int(headers["webhook-timestamp"])
        at = signature._moment(str(stamp))
        from standardwebhooks import Webhook

        signed = Webhook(SECRET).sign(headers["webhook-id"], at, other.decode())
        with pytest.raises(WebhookError, match=r"webhooks.event_reused"):
            deliver(world, ({**headers, "webhook-signature": signed}, other))
        assert InboxEvent.objects.get().body["data"]["amount_minor"] == 1_000

    def test_stays_as_it_was_said(self, world, catcher, present):
        push(1_000)
        row, _ = deliver(world, *catcher.take(1))
        with pytest.raises(IntegrityError), transaction.atomic():
            InboxEvent.objects.filter(id=row.id).update(body={})

    def test_that_names_nothing_we_know_is_kept_in_suspense(self, world, catcher, present):
        one = {"account": "aunt", "holder": "T", "balance_minor": 10_000, "currency": "CNY"}
        ask("accounts", accounts=[{**one, "language": "zh"}])
        push(1_000, reference="NOWHERE", account="aunt")
        deliver(world, *catcher.take(1))
        run_jobs()
        assert Suspense.objects.get().said == "NOWHERE"

    def test_with_nonsense_in_it_waits_for_a_person(self, world, present):
        row = InboxEvent.objects.create(
            lender=world.lender,
            source="wallet",
            event_id="e",
            kind="payment.received",
            body={"type": "payment.received", "data": {"amount_minor": -1}},
            body_sha256=b"x",
            signed_at=world.now,
            received_at=world.now,
            is_late=False,
        )
        from repact.server.audit import actions as audit_actions

        with transaction.atomic(), audit_actions.traced("test"):
            audit_actions.record(
                by=world.system, action="webhooks.receive", subject_id=row.id, now=world.now
            )
        run_jobs()
        assert [one.reason for one in webhook_queries.refused()] == ["webhooks.unreadable"]


class TestTheEndpoint:
    def test_answers_202_then_200_then_401(self, world, catcher, client, present):
        push(1_000)
        ((headers, raw),) = catcher.take(1)

        def post(**changed):
            sent = {**headers, **changed}
            picked = {n: v for n, v in sent.items() if n.startswith("webhook-")}
            return client.post(
                "/api/v1/webhooks/wallet", raw, content_type="application/json", headers=picked
            )

        assert post().status_code == 202
        assert post().status_code == 200
        refused = post(**{"webhook-signature": "v1,AAAA"})
        assert (refused.status_code, refused.json()["code"]) == (401, "webhooks.signature_wrong")


class TestACharge:
    """A debit, charged back: the reversal may be told before we know of the debit's end."""

    def test_that_is_told_first_ends_the_same(self, world, plan, catcher, present):
        with ports.using(At(world.now)):
            collecting.pay_now(by=world.borrower(), agreement_id=plan.id, now=world.now)
        waiting = Collection.objects.get(agreement=plan, state="requested")
        account = Borrower.objects.get(id=plan.borrower_id).wallet_account
        wallet.debit(
            request_id=waiting.id,
            account=account,
            amount_minor=waiting.amount_minor,
            currency="CNY",
            mandate_ref="",
            memo="m",
        )
        before = Plan.objects.get(agreement=plan).open_minor
        ask("reversals", debit=str(waiting.id), reason="chargeback")
        deliver(world, *catcher.take(1))
        run_jobs()
        paid = Payment.objects.get(source=f"wallet:{waiting.id}")
        assert paid.reversal.reason == "chargeback"
        assert Plan.objects.get(agreement=plan).open_minor == before


class TestDisorder:
    """Events that overtake each other end the same."""

    def test_of_a_payment_a_debit_and_its_reversal_ends_the_same(
        self, world, plan, catcher, present
    ):
        with ports.using(At(world.now)):
            collecting.pay_now(by=world.borrower(), agreement_id=plan.id, now=world.now)
        waiting = Collection.objects.get(agreement=plan, state="requested")
        before = Plan.objects.get(agreement=plan).open_minor
        ask("webhook-faults", kind="disorder", count=3)
        first = push(1_000, reference=plan.reference, value_date=world.now.date().isoformat())
        wallet.debit(
            request_id=waiting.id,
            account="demo-linxiaoyu",
            amount_minor=waiting.amount_minor,
            currency="CNY",
            mandate_ref="",
            memo="m",
        )
        ask("reversals", debit=str(waiting.id), reason="chargeback")
        last = push(2_000, reference=plan.reference, value_date=world.now.date().isoformat())
        told = [deliver(world, one)[0] for one in catcher.take(3)]
        names = [row.body["data"].get("payment_id") for row in told]
        assert names == [last, None, first]  # the newest came first
        run_jobs()
        assert {row.state for row in InboxEvent.objects.all()} == {"done"}
        assert Payment.objects.get(source=f"wallet:{waiting.id}").reversal.reason == "chargeback"
        assert Plan.objects.get(agreement=plan).open_minor == before - 3_000


class TestARefund:
    def test_of_a_credit_is_sent_once_after_a_silence_and_its_event_is_kept(
        self, world, plan, catcher, present
    ):
        held = wallet.account("demo-linxiaoyu").balance_minor
        fault = {"kind": "timeout_after_commit", "count": 1, "path": "/api/refunds"}
        with ports.using(At(world.now)):
            repayment_actions.post_payment(
                by=world.system,
                agreement_id=plan.id,
                source="bank:all",
                amount_minor=Plan.objects.get(agreement=plan).open_minor + 700,
                currency="CNY",
                value_date=world.now.date(),
                now=world.now,
            )
            ask("faults", **fault)
            with pytest.raises(ConnectorError, match=r"connectors.unreachable"):
                run_jobs()
            with connection.cursor() as cursor:  # what the queue's retry does
                cursor.execute("UPDATE procrastinate_jobs SET status = 'todo'")
            run_jobs()
        sent = Refund.objects.get().amount_minor
        assert sent >= 700
        assert wallet.account("demo-linxiaoyu").balance_minor == held + sent
        deliver(world, *catcher.take(1))
        run_jobs()
        assert InboxEvent.objects.get(kind="refund.settled").state == "done"

    def test_is_paid_out_once_when_its_task_dies_before_the_answer_is_written(
        self, world, plan, catcher, present, monkeypatch
    ):
        held = wallet.account("demo-linxiaoyu").balance_minor
        note = paying_out.note_refund

        def die(**_):
            monkeypatch.setattr(paying_out, "note_refund", note)
            raise KeyboardInterrupt

        with ports.using(At(world.now)):
            repayment_actions.post_payment(
                by=world.system,
                agreement_id=plan.id,
                source="bank:all",
                amount_minor=Plan.objects.get(agreement=plan).open_minor + 700,
                currency="CNY",
                value_date=world.now.date(),
                now=world.now,
            )
            monkeypatch.setattr(paying_out, "note_refund", die)
            with pytest.raises(KeyboardInterrupt):
                run_jobs()
            refund = Refund.objects.get()
            assert wallet.account("demo-linxiaoyu").balance_minor == held + refund.amount_minor
            assert not hasattr(refund, "answer")
        (said,) = catcher.take(1)
        deliver(world, said)  # the wallet says so twice, before the task is tried again
        deliver(world, said)
        with ports.using(At(world.now)):
            with connection.cursor() as cursor:
                cursor.execute("UPDATE procrastinate_jobs SET status = 'todo'")
            run_jobs()
            run_jobs()
        assert wallet.account("demo-linxiaoyu").balance_minor == held + refund.amount_minor
        assert [answer.status for answer in RefundAnswer.objects.all()] == ["paid"]
        assert Notice.objects.filter(kind="refunded").count() == 1
        assert [row.state for row in InboxEvent.objects.filter(kind="refund.settled")] == ["done"]


class TestTheMandate:
    def test_is_at_the_wallet_once_the_plan_runs_and_goes_by_a_tap(self, world, plan):
        assert wallet.mandate(str(plan.id)).state == "active"
        later = world.now + timedelta(minutes=1)
        with ports.using(At(later)):
            collecting.revoke_mandate(by=world.borrower(), agreement_id=plan.id, now=later)
            run_jobs()
        assert wallet.mandate(str(plan.id)).state == "revoked"

    def test_is_said_before_a_debit_that_overtook_it(self, world, catcher, monkeypatch):
        with monkeypatch.context() as late:
            late.setattr(outside, "say_mandate", lambda _: None)
            plan = world.in_force(world.borrower())
        assert wallet.mandate(str(plan.id)) is None
        collecting.request_collection(by=world.system, agreement_id=plan.id, now=world.now)
        run_jobs()
        assert Collection.objects.get().state == "succeeded"

    def test_taken_back_in_the_wallet_is_taken_back_here(self, world, plan, catcher, present):
        ask(
            "mandates",
            mandate_ref=str(plan.id),
            account="demo-linxiaoyu",
            currency="CNY",
            amount_minor_max=1,
            state="revoked",
            changed_at="2099-01-01T00:00:00+00:00",
            by="holder",
        )
        deliver(world, *catcher.take(1))
        run_jobs()
        assert Plan.objects.get(agreement=plan).mandate_revoked_at is not None

    def test_forbids_a_debit_once_it_is_gone(self, world, plan):
        wallet.set_mandate(
            mandate_ref=str(plan.id),
            account="demo-linxiaoyu",
            currency="CNY",
            amount_minor_max=1,
            state="revoked",
            changed_at=world.now + timedelta(hours=1),
        )
        answer = wallet.debit(
            request_id=uuid.uuid4(),
            account="demo-linxiaoyu",
            amount_minor=100,
            currency="CNY",
            mandate_ref=str(plan.id),
            memo="m",
        )
        assert (answer.status, answer.reason) == ("declined", "mandate_revoked")


@pytest.mark.django_db(transaction=True)
def test_sixteen_deliveries_at_once_are_one_event(world, catcher, present):
    for _ in range(ROUNDS):
        push(10)
        (delivery,) = catcher.take(1)
        made = at_once(16, world.lender.id, lambda one=delivery: deliver(world, one)[1])
        assert sorted(made, key=str) == [False] * 15 + [True], made
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone()[0] == ROUNDS
