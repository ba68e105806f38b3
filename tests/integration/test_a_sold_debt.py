"""What a borrower is told when their debt is sold: whose it is, from when, and what stays."""

from __future__ import annotations

import pytest
from django.utils import translation

from repact.server.audit.actor import AGENT, SUPERVISOR, Actor
from repact.server.clock import ports
from repact.server.jobs import sending
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.notices.models import Message, Notice
from repact.server.pages import sentences
from repact.server.repayments import disposing
from tests.integration.test_money_without_a_plan import ON, holds
from tests.integration.test_notices import at, sent, ways  # noqa: F401 - fixtures
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.world import At, run_jobs

BUYER = "示例资产管理公司"


@pytest.fixture
def loan(world):
    return Loan.objects.get(borrower_id=world.borrower().id, state="open")


@pytest.fixture
def approved(world, loan):
    asked = disposing.ask_sale(
        by=world.staff(AGENT),
        reference=loan.ref,
        buyer=BUYER,
        price_minor=200_000,
        reason="x",
        now=world.now,
    )
    second = Actor(world.lender.id, SUPERVISOR, ports.new_id())
    return disposing.decide(by=second, disposal_id=asked.id, approve=True, now=world.now)


@pytest.fixture
def sell(world, approved):
    def run(now=None):
        disposing.complete_sale(
            by=world.system, disposal_id=approved.id, on=ON, now=now or world.now
        )
        return Notice.objects.get(kind="debt_transferred")

    return run


def said(notice, language):
    with translation.override(language):
        return sentences.told(notice.kind, notice.params)


class TestTheNotice:
    def test_is_not_written_before_the_price_is_there(self, approved):
        assert not Notice.objects.exists()

    def test_says_whose_from_when_how_much_and_what_stays(self, world, loan, sell):
        owed = loan_queries.position(loan, on=ON).total_minor
        notice = sell()
        assert (notice.borrower_id, notice.params["amount_minor"]) == (loan.borrower_id, owed)
        english, chinese = said(notice, "en"), said(notice, "zh-hans")
        for text in (english, chinese):
            for fact in (BUYER, loan.ref, "2026-11-24", world.lender.complaint_phone):
                assert fact in text
        assert "What was agreed with you stays as it was agreed" in english
        assert "Complaints about us stay with us" in english
        assert "已有约定不变" in chinese
        assert "投诉" in chinese
        holds()

    def test_is_on_the_borrowers_page_in_both_languages(self, sell, client_of):  # noqa: F811
        sell()
        phone = client_of("borrower")
        for language, words in (("en", "Only whom you owe changes"), ("zh-hans", "变的只是债权人")):
            page = phone.get("/home/", headers={"accept-language": language}).content.decode()
            assert words in page
            assert BUYER in page

    def test_says_that_a_courts_dates_stand(self, world, loan, sell):
        loan_actions.set_legal_stage(by=world.system, loan_id=loan.id, stage="filed", now=world.now)
        assert "The court’s dates stand all the same" in said(sell(), "en")

    def test_is_told_once(self, world, approved, sell):
        sell()
        with pytest.raises(Exception, match="does not exist"):
            disposing.complete_sale(by=world.system, disposal_id=approved.id, on=ON, now=world.now)
        assert Notice.objects.count() == 1


class TestItsMessageOutside:
    def test_says_nothing_of_a_debt(self, ways, sell):  # noqa: F811
        before = len(sent(ways))
        sell()
        run_jobs()
        new = sent(ways)[: len(sent(ways)) - before]
        assert {one["channel"] for one in new} == {"sms", "push"}
        assert not any(BUYER in one["text"] or "债" in one["text"] for one in new)

    def test_waits_at_night_for_the_gate_to_open(self, world, ways, sell):  # noqa: F811
        night = at(world, 23)
        with ports.using(At(night)):
            sell(now=night)
            run_jobs()
        assert {row.state for row in Message.objects.all()} == {"waiting"}
        morning = at(world, 10, day=1)
        with ports.using(At(morning)):
            sending.drain(by=world.system, now=morning)
        assert {row.state for row in Message.objects.all()} == {"sent"}
