"""Talking about a case: sealed, once, with an answer promised."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from repact.server.audit import actor
from repact.server.conversations import actions, queries
from repact.server.conversations.errors import ConversationError
from repact.server.conversations.models import Message, Thread
from repact.server.notices.models import Notice
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.world import at_once


@pytest.fixture
def case(world):
    return world.submitted(world.borrower())


def write(world, case, by, text="Hello", request_id=None, now=None, **more):
    return actions.write(
        by=by,
        case_id=case.id,
        borrower_id=case.borrower_id,
        request_id=request_id or uuid.uuid4(),
        text=text,
        reply_hours=24,
        now=now or world.now,
        **more,
    )


class TestAMessage:
    def test_is_promised_an_answer_from_the_first_that_waits(self, world, case):
        write(world, case, world.borrower())
        write(world, case, world.borrower(), now=world.now + timedelta(hours=5))
        (thread,) = queries.waiting()
        assert thread.answer_due_at == world.now + timedelta(hours=24)

    def test_answered_waits_no_more_and_tells_the_borrower(self, world, case):
        write(world, case, world.borrower())
        write(world, case, world.staff(), "We look at it.")
        assert list(queries.waiting()) == []
        assert Notice.objects.filter(kind="answered").count() == 1

    def test_sent_twice_is_one_and_another_text_is_refused(self, world, case):
        name = uuid.uuid4()
        first = write(world, case, world.borrower(), request_id=name)
        assert write(world, case, world.borrower(), request_id=name) == first
        with pytest.raises(ConversationError, match="request_reused"):
            write(world, case, world.borrower(), "Other", request_id=name)

    def test_is_sealed_and_stays(self, world, case):
        made = write(world, case, world.borrower(), "秘密 words")
        assert b"words" not in bytes(Message.objects.get(id=made.id).text_sealed)
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.filter(id=made.id).update(side="lender")

    def test_is_seen_once_the_other_side_looked(self, world, case):
        write(world, case, world.borrower())
        (before,) = queries.said(queries.thread(case.id))
        actions.read(by=world.staff(), case_id=case.id, now=world.now)
        (after,) = queries.said(queries.thread(case.id))
        assert (before.seen, after.seen) == (False, True)

    @pytest.mark.parametrize(
        ("text", "code"),
        [(" \n ", "empty"), ("x" * 2001, "too_long"), ("a\x00b", "unprintable")],
    )
    def test_is_refused_as_nonsense(self, world, case, text, code):
        with pytest.raises(ConversationError, match=f"conversations.{code}"):
            write(world, case, world.borrower(), text)
        assert Thread.objects.count() == 0

    def test_is_ones_own(self, world, case):
        other = world.borrower("zhaolei")
        with pytest.raises(ConversationError, match="not_yours"):
            write(world, case, other)
        write(world, case, world.borrower())
        with pytest.raises(ConversationError, match="not_yours"):
            actions.read(by=other, case_id=case.id, now=world.now)


class TestThePages:
    def test_carry_a_message_there_and_back(self, world, case, client_of):  # noqa: F811
        borrower, agent = client_of(actor.BORROWER), client_of(actor.AGENT)
        body = {"text": "我下周发工资", "request_id": str(uuid.uuid4())}
        for _ in range(2):
            borrower.post(reverse("borrower:write", args=[case.id]), body)
        assert Message.objects.count() == 1
        shown = agent.get(reverse("desk:messages", args=[case.id])).content.decode()
        assert "我下周发工资" in shown
        agent.post(reverse("desk:write", args=[case.id]), {"text": "<b>好的</b>"})
        page = borrower.get(reverse("borrower:messages", args=[case.id])).content.decode()
        assert "&lt;b&gt;好的" in page
        assert "已读" in page or "read" in page

    def test_list_what_waits_between_us_and_others(self, world, case, client_of):  # noqa: F811
        write(world, case, world.borrower())
        answer = client_of(actor.AGENT).get(reverse("desk:outside"))
        assert answer.status_code == 200
        assert str(case.id) in answer.content.decode()

    def test_say_again_what_was_written_when_it_is_refused(self, world, case, client_of):  # noqa: F811
        borrower = client_of(actor.BORROWER)
        answer = borrower.post(reverse("borrower:write", args=[case.id]), {"text": "  "})
        assert answer.status_code == 409


@pytest.mark.django_db(transaction=True)
def test_one_tap_at_once_from_eight_fingers_is_one_message(world):
    case, name = world.submitted(world.borrower()), uuid.uuid4()
    made = at_once(
        8, world.lender.id, lambda: write(world, case, world.borrower(), request_id=name).id
    )
    assert len(set(made)) == 1, made
