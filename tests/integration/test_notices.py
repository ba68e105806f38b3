"""The one gate, and the outbox behind it, in front of real gateways."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

import httpx
import pytest
from aiosmtpd.controller import Controller
from django.db import IntegrityError, transaction

from repact.server.audit import actor
from repact.server.clock import ports
from repact.server.connectors import messages
from repact.server.jobs import sending
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.notices import actions as notice_actions
from repact.server.notices import email
from repact.server.notices import queries as notice_queries
from repact.server.notices.errors import NoticeError
from repact.server.notices.models import Addressee, Contact, Message, SendingRules
from repact.server.people.models import Borrower
from tests.conftest import KEY
from tests.integration.world import At, at_once, run_jobs

HEADERS = {"Authorization": f"Bearer {KEY}"}
PLAN = "00000000-0000-0000-0000-000000000001"
ROUNDS = int(os.environ.get("REPACT_ROUNDS", "25"))


@pytest.fixture
def ways(world, gateway, settings):
    """Text messages and app notifications have a gateway."""
    settings.REPACT_SMS_URL = settings.REPACT_PUSH_URL = gateway
    settings.REPACT_SMS_KEY = settings.REPACT_PUSH_KEY = KEY
    yield gateway
    httpx.delete(f"{gateway}/api/faults", headers=HEADERS)


class Mailbox:
    """Keeps what a real mail server took."""

    def __init__(self):
        self.mails, self.answer = [], "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        self.mails.append(envelope.content.decode())
        return self.answer


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.REPACT_SMTP_PORT = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=settings.REPACT_SMTP_PORT)
    controller.start()
    settings.REPACT_SMTP_HOST = "127.0.0.1"
    settings.REPACT_SMTP_STARTTLS, settings.REPACT_MAIL_FROM = False, "help@lender.test"
    yield box
    controller.stop()


def tell(world, kind="paid", source="s", now=None, **params):
    notice_actions.tell(
        by=world.system,
        borrower_id=world.borrower().id,
        kind=kind,
        source=source,
        now=now or world.now,
        **{"amount_minor": 123_400, **params},
    )


def sent(gateway):
    return httpx.get(f"{gateway}/api/sent", headers=HEADERS).json()["sent"]


def states():
    rows = Message.objects.order_by("created_at", "channel")
    return [(row.channel, row.state, row.reason) for row in rows]


def at(world, hour, day=0):
    """An hour of the day in Shanghai."""
    start = world.now.replace(hour=0, minute=0) - timedelta(hours=8)
    return start + timedelta(days=day, hours=hour)


class TestAMessage:
    def test_knocks_on_each_open_way_and_says_nothing_of_a_debt(self, world, ways):
        before = len(sent(ways))
        tell(world)
        run_jobs()
        new = sent(ways)[: len(sent(ways)) - before]
        assert {one["channel"] for one in new} == {"sms", "push"}
        for one in new:
            assert not set("0123456789¥") & set(one["text"].partition("http")[0])
            assert "欠" not in one["text"]
            assert "款" not in one["text"].replace("消费金融", "")
        assert {state for _, state, _ in states()} == {"sent"}
        assert Contact.objects.filter(purpose="service").count() == 2

    def test_is_told_once_whoever_tells_it_again(self, world, ways):
        tell(world)
        tell(world)
        run_jobs()
        sending.drain(by=world.system, now=world.now + timedelta(hours=1))
        assert Message.objects.count() == 2
        assert {row.attempts for row in Message.objects.all()} == {1}

    def test_waits_for_the_morning_of_the_addressee(self, world, ways):
        night = at(world, 22)
        with ports.using(At(night)):
            tell(world, now=night)
            run_jobs()
        row = Message.objects.first()
        assert row.state == "waiting"
        assert row.not_before == at(world, 9, day=1)
        assert sending.drain(by=world.system, now=at(world, 9, day=1)) == 2

    def test_keeps_the_addressees_own_clock(self, world, ways):
        notice_actions.choose_channels(
            by=world.borrower(), opted_out=["sms"], zone="America/New_York", now=world.now
        )
        tell(world)
        run_jobs()
        (row,) = Message.objects.all()
        assert row.not_before.hour == 14  # nine in the morning in New York, in winter

    def test_does_not_go_where_it_is_not_wanted(self, world, ways):
        tell(world)
        Message.objects.update(not_before=world.now + timedelta(hours=1))
        notice_actions.choose_channels(by=world.borrower(), opted_out=["sms"], now=world.now)
        sending.drain(by=world.system, now=world.now + timedelta(hours=1))
        assert states() == [("push", "sent", ""), ("sms", "suppressed", "opted_out")]

    def test_beyond_the_days_number_waits_for_tomorrow(self, world, ways):
        for number in range(4):
            tell(world, source=f"s{number}")
        run_jobs()
        later = Message.objects.filter(state="waiting")
        assert {row.not_before for row in later} == {at(world, 9, day=1)}
        assert later.count() == 2

    def test_goes_out_once_after_a_silence_of_the_gateway(self, world, ways):
        fault = {"kind": "timeout_after_commit", "count": 1, "path": "/api/push"}
        httpx.post(f"{ways}/api/faults", json=fault, headers=HEADERS).raise_for_status()
        before = len(sent(ways))
        notice_actions.choose_channels(by=world.borrower(), opted_out=["sms"], now=world.now)
        tell(world)
        run_jobs()
        assert states() == [("push", "waiting", "")]
        assert sending.drain(by=world.system, now=world.now + timedelta(minutes=1)) == 0
        assert sending.drain(by=world.system, now=world.now + timedelta(minutes=5)) == 1
        assert len(sent(ways)) - before == 1

    def test_to_an_address_that_takes_none_ends(self, world, ways):
        notice_actions.choose_channels(by=world.borrower(), opted_out=["sms"], now=world.now)
        tell(world)
        Borrower.objects.filter(id=world.borrower().id).update(wallet_account="dead-end")
        run_jobs()
        assert states() == [("push", "failed", "connectors.refused:422")]


class TestAReminder:
    def test_is_not_sent_once_it_is_paid(self, world, ways):
        plan = world.in_force(world.borrower())
        first = plan.due_items.order_by("due_date").first()
        source = f"due_soon:{plan.id}:{first.due_date}"
        night = at(world, 22)
        with ports.using(At(night)):
            tell(world, "due_soon", source, night, due_date=first.due_date.isoformat())
            run_jobs()
        plan.due_items.filter(id=first.id).update(state="paid")
        sending.drain(by=world.system, now=at(world, 10, day=1))
        reminders = Message.objects.filter(is_reminder=True)
        assert {(row.state, row.reason) for row in reminders} == {("suppressed", "paid")}

    def test_is_not_sent_while_collection_is_stopped(self, world, ways):
        world.submitted(world.borrower())
        tell(world, "late", f"late:{PLAN}:2026-11-01")
        run_jobs()
        reminders = Message.objects.filter(is_reminder=True)
        assert {(row.state, row.reason) for row in reminders} == {("suppressed", "on_hold")}

    def test_is_not_sent_while_another_plan_is_asked_for(self, world, ways):
        by = world.borrower()
        plan = world.in_force(by)
        (loan,) = loan_queries.in_plan_of_borrower(by.id)
        assert not loan_queries.live_hold_of_borrower(by.id)
        loan_actions.hold(by=by, loan_ids=[loan.id], case_id=ports.new_id(), now=world.now)
        tell(world, "late", f"late:{plan.id}:2026-11-01")
        run_jobs()
        reminders = Message.objects.filter(is_reminder=True)
        assert {(row.state, row.reason) for row in reminders} == {("suppressed", "on_hold")}

    def test_knocks_once_a_day(self, world, ways):
        for number in range(2):
            tell(world, "late", f"late:{PLAN}:2026-11-0{number + 1}")
        run_jobs()
        assert Message.objects.filter(state="sent").count() == 2
        assert Message.objects.filter(state="waiting").count() == 2


def give(world, address="lin@mail.test", now=None):
    """The borrower gives an address; its code goes there."""
    email.give_email(by=world.borrower(), email=address, now=now or world.now)
    run_jobs()


def code():
    return email.code_of(Addressee.objects.get())


class TestAnEmail:
    @pytest.fixture(autouse=True)
    def _address(self, world, mailbox):
        give(world)
        email.confirm(by=world.borrower(), code=code(), now=world.now)
        run_jobs()
        mailbox.mails.clear()
        Message.objects.all().delete()

    def test_arrives_at_a_real_server(self, world, mailbox):
        tell(world)
        run_jobs()
        assert states() == [("email", "sent", "")]
        assert "To: lin@mail.test" in mailbox.mails[0]
        assert "1,234" not in mailbox.mails[0]

    @pytest.mark.parametrize(
        ("answer", "state"), [("451 later", "waiting"), ("550 never", "failed")]
    )
    def test_that_is_not_taken(self, world, mailbox, answer, state):
        mailbox.answer = answer
        tell(world)
        run_jobs()
        assert [row.state for row in Message.objects.all()] == [state]

    def test_after_a_silence_keeps_its_name(self, world, mailbox):
        mailbox.answer = "451 later"
        tell(world)
        run_jobs()
        mailbox.answer = "250 OK"
        sending.drain(by=world.system, now=world.now + timedelta(minutes=5))
        names = {mail.split("Message-ID: ")[1].split()[0] for mail in mailbox.mails}
        assert (len(mailbox.mails), len(names)) == (2, 1)

    def test_is_kept_sealed(self, world):
        row = Borrower.objects.get(id=world.borrower().id).addressee
        assert b"lin@mail" not in bytes(row.email_sealed)

    @pytest.mark.parametrize(
        "given", ["x", "a b@c.d", "@c.d", f"{'x' * 200}@c.d", "a@b@c.d", "a@b.c\nBcc: x@y.z"]
    )
    def test_needs_an_address(self, world, given):
        with pytest.raises(NoticeError, match="email_unreadable"):
            give(world, given)


class TestTheRules:
    def test_are_the_supervisors(self, world):
        rules = notice_actions.set_rules(
            by=world.staff(actor.SUPERVISOR),
            quiet_from_hour=20,
            quiet_to_hour=10,
            messages_a_day=1,
            reminders_a_day=1,
            give_up_hours=24,
            now=world.now,
        )
        assert SendingRules.objects.get() == rules

    def test_leave_an_hour_open(self, world):
        with pytest.raises(IntegrityError), transaction.atomic():
            SendingRules.objects.create(lender=world.lender, quiet_from_hour=9, quiet_to_hour=9)


def test_without_a_gateway_nothing_waits(world):
    assert messages.configured() == ()
    tell(world)
    assert Message.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_sixteen_workers_send_each_message_once(world, ways):
    notice_actions.choose_channels(by=world.borrower(), opted_out=["sms"], now=world.now)
    for number in range(ROUNDS):
        before = len(sent(ways))
        now = world.now + timedelta(days=number)
        tell(world, source=f"s{number}", now=now)
        done = at_once(16, world.lender.id, lambda now=now: sending.drain(by=world.system, now=now))
        assert sum(done) == 1, done
        assert len(sent(ways)) - before == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_never_pass_the_days_number(world, ways):
    notice_actions.choose_channels(by=world.borrower(), opted_out=["sms"], now=world.now)
    for number in range(ROUNDS):
        now = world.now + timedelta(days=number)
        for part in range(2):
            tell(world, "late", f"late:{PLAN}:2026-11-01:{number}:{part}", now)
        waiting = iter(notice_queries.waiting(now=now))

        def send(waiting=waiting, now=now):
            return sending._send(world.system, next(waiting), now)

        done = at_once(2, world.lender.id, send)
        assert sorted(done) == [False, True], (number, done)
        Message.objects.filter(state="waiting").update(state="suppressed")
