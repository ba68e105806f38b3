"""How a borrower is reached: their choices, their address, the quiet hours; the desk's rules."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from repact.server.clock import ports
from repact.server.jobs import sending
from repact.server.notices import email, gate
from repact.server.notices import queries as notice_queries
from repact.server.notices.errors import NoticeError
from repact.server.notices.models import Addressee, Contact, Message, SendingRules
from repact.server.people.models import Borrower
from tests.integration.test_notices import (  # noqa: F401 - fixtures
    Mailbox,
    at,
    code,
    give,
    mailbox,
    tell,
    ways,
)
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.world import At, run_jobs


def mine(world):
    return Borrower.objects.get(id=world.borrower().id)


class TestAnAddress:
    def test_gets_a_code_and_no_message_before_it_came_back(self, world, mailbox):  # noqa: F811
        give(world)
        (mail,) = mailbox.mails
        assert "To: lin@mail.test" in mail
        assert notice_queries.emails(mine(world)) == ("", "lin@mail.test")
        tell(world)
        run_jobs()
        assert len(mailbox.mails) == 1
        email.confirm(by=world.borrower(), code=f" {code()} ", now=world.now)
        assert notice_queries.emails(mine(world)) == ("lin@mail.test", "")
        tell(world, source="t")
        run_jobs()
        assert len(mailbox.mails) == 2

    def test_gets_its_code_at_night_and_it_counts_as_asked_for(self, world, mailbox):  # noqa: F811
        with ports.using(At(at(world, 23))):
            give(world, now=at(world, 23))
        assert len(mailbox.mails) == 1
        assert Contact.objects.get().purpose == "requested"

    def test_says_nothing_of_a_debt_beside_the_code(self, world, mailbox):  # noqa: F811
        Borrower.objects.filter(id=world.borrower().id).update(language="en")
        give(world)
        text = mailbox.mails[0].split("\r\n\r\n", 1)[1]
        assert re.findall(r"\d{6}", text) == [code()]
        assert not re.search("debt|repay|plan|owe", text)

    def test_is_guessed_five_times_at_most(self, world, mailbox):  # noqa: F811
        give(world)
        wrong = f"{(int(code()) + 1) % 10**6:06d}"
        for left in range(4, -1, -1):
            with pytest.raises(NoticeError, match=r"notices.code_wrong") as refused:
                email.confirm(by=world.borrower(), code=wrong, now=world.now)
            assert refused.value.params["tries_left"] == left
        with pytest.raises(NoticeError, match=r"notices.code_expired"):
            email.confirm(by=world.borrower(), code=code(), now=world.now)

    def test_is_confirmed_within_half_an_hour_of_real_time(self, world, mailbox):  # noqa: F811
        give(world)
        late, expired = At(world.now + timedelta(minutes=31)), r"notices.code_expired"
        with ports.using(late), pytest.raises(NoticeError, match=expired):
            email.confirm(by=world.borrower(), code=code(), now=world.now)

    def test_that_is_given_anew_ends_the_code_before(self, world, mailbox):  # noqa: F811
        give(world)
        first = code()
        mailbox.answer = "451 later"
        give(world, "other@mail.test")
        give(world, "third@mail.test")
        mailbox.answer = "250 OK"
        sending.drain(by=world.system, now=world.now + timedelta(minutes=5))
        assert "To: third@mail.test" in mailbox.mails[-1]
        assert not any("other@mail.test" in mail for mail in mailbox.mails[3:])
        assert Message.objects.get(state="suppressed").reason == "superseded"
        if first != code():
            with pytest.raises(NoticeError, match=r"notices.code_wrong"):
                email.confirm(by=world.borrower(), code=first, now=world.now)

    def test_is_asked_for_five_times_a_day_at_most(self, world, mailbox):  # noqa: F811
        for _ in range(5):
            give(world)
        with pytest.raises(NoticeError, match=r"notices.too_many_codes"):
            give(world)
        with ports.using(At(world.now + timedelta(days=2))):
            give(world, now=world.now + timedelta(days=2))

    def test_needs_a_gateway(self, world):
        with pytest.raises(NoticeError, match=r"notices.no_email"):
            give(world)

    def test_is_taken_away(self, world, mailbox):  # noqa: F811
        give(world)
        email.confirm(by=world.borrower(), code=code(), now=world.now)
        give(world, "")
        assert notice_queries.emails(mine(world)) == ("", "")
        tell(world, source="t")
        run_jobs()
        assert len(mailbox.mails) == 1

    def test_that_is_not_confirmed_keeps_the_one_before(self, world, mailbox):  # noqa: F811
        give(world)
        email.confirm(by=world.borrower(), code=code(), now=world.now)
        give(world, "new@mail.test")
        assert notice_queries.emails(mine(world)) == ("lin@mail.test", "new@mail.test")


class TestTheBorrowersPage:
    def test_shows_the_ways_the_hours_and_keeps_the_choice(self, world, ways, client_of):  # noqa: F811
        phone = client_of("borrower")
        page = phone.get("/ways/", headers={"accept-language": "en"}).content.decode()
        assert "From 9:00 to 21:00" in page
        assert "****" in page
        answer = phone.post("/ways/do/", {"act": "choose", "way": "push", "zone": "Asia/Tokyo"})
        assert answer.status_code == 302
        row = Addressee.objects.get()
        assert (row.opted_out, row.zone) == (["sms"], "Asia/Tokyo")
        tell(world)
        run_jobs()
        assert [m.channel for m in Message.objects.all()] == ["push"]

    def test_leaves_alone_what_it_did_not_ask_about(self, world, ways, client_of, settings):  # noqa: F811
        phone = client_of("borrower")
        phone.post("/ways/do/", {"act": "choose"})
        settings.REPACT_SMS_URL = ""
        phone.post("/ways/do/", {"act": "choose", "way": "push"})
        assert Addressee.objects.get().opted_out == ["sms"]

    def test_takes_an_address_and_its_code(self, world, mailbox, client_of):  # noqa: F811
        phone = client_of("borrower")
        assert phone.post("/ways/do/", {"act": "email", "email": "x"}).status_code == 409
        phone.post("/ways/do/", {"act": "email", "email": "lin@mail.test"})
        run_jobs()
        assert phone.post("/ways/do/", {"act": "confirm", "code": "x"}).status_code == 409
        phone.post("/ways/do/", {"act": "confirm", "code": code()})
        assert notice_queries.emails(mine(world))[0] == "lin@mail.test"
        page = phone.get("/ways/").content.decode()
        assert "lin@mail.test" in page
        phone.post("/ways/do/", {"act": "no_email"})
        assert notice_queries.emails(mine(world)) == ("", "")

    @pytest.mark.parametrize(
        "form",
        [
            {"act": "choose", "zone": "Mars/Olympus"},
            {"act": "nothing"},
            {},
            {"act": "email"},
            {"act": "confirm"},
        ],
    )
    def test_refuses_what_it_does_not_know(self, world, ways, client_of, form):  # noqa: F811
        assert client_of("borrower").post("/ways/do/", form).status_code == 409

    def test_without_a_gateway_says_so(self, world, client_of):  # noqa: F811
        page = client_of("borrower").get("/ways/", headers={"accept-language": "en"})
        assert "Only here" in page.content.decode()


class TestTheRulesOfSending:
    RULES = {
        "quiet_from_hour": "20",
        "quiet_to_hour": "10",
        "messages_a_day": "2",
        "reminders_a_day": "0",
        "give_up_hours": "24",
    }

    def test_are_read_by_an_agent_and_set_by_a_supervisor(self, world, client_of):  # noqa: F811
        agent, supervisor = client_of("agent"), client_of("supervisor")
        assert agent.get("/desk/sending/").status_code == 200
        assert agent.post("/desk/sending/change/", self.RULES).status_code == 403
        assert supervisor.post("/desk/sending/change/", self.RULES).status_code == 302
        assert SendingRules.objects.get().quiet_to_hour == 10
        assert gate.hours_of(mine(world), now=world.now) == (10, 20)

    @pytest.mark.parametrize(
        "changed",
        [
            {"quiet_from_hour": "9"},
            {"quiet_from_hour": "25"},
            {"quiet_to_hour": "-1"},
            {"messages_a_day": "0"},
            {"messages_a_day": "1001"},
            {"reminders_a_day": ""},
            {"give_up_hours": "１２"},
            {"give_up_hours": "99999"},
        ],
    )
    def test_that_cannot_be_are_shown_again(self, world, client_of, changed):  # noqa: F811
        supervisor = client_of("supervisor")
        answer = supervisor.post("/desk/sending/change/", {**self.RULES, **changed})
        assert answer.status_code == 409
        assert not SendingRules.objects.exists()

    def test_never_open_an_hour_the_law_closes(self, world):
        SendingRules.objects.create(lender=world.lender, quiet_from_hour=24, quiet_to_hour=0)
        assert gate.hours_of(mine(world), now=world.now) == gate.law_hours(
            world.lender, now=world.now
        )
