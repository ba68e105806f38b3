"""What a plan does to accounts and classification: seen by the approver, and booked as seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Sum

from repact.ledger import chart
from repact.server.agreements.models import Agreement
from repact.server.audit import actor
from repact.server.audit.models import Event
from repact.server.books.models import Posting
from repact.server.cases import facts as case_facts
from repact.server.offers import approving, assessing
from repact.server.offers.models import Offer
from repact.server.pages.templatetags import figures
from tests.integration.negotiating import draft, tiers, with_policy
from tests.integration.world import run_jobs


@pytest.fixture
def asked(world):
    with_policy(world, authority=tiers(automatic=0, agent=0, supervisor=99_000_000))
    agent = world.staff()
    offer_set = draft(world, world.borrower(), agent)
    return approving.ask_approval(by=agent, set_id=offer_set.id, message="", now=world.now)


def posted(agreement, account):
    found = Posting.objects.filter(
        account=account,
        entry__agreement_id=agreement.id,
        entry__template__in=["agreement_sealed", "modification_recognized"],
    )
    return found.aggregate(total=Sum("amount_minor"))["total"] or 0


class TestTheApprover:
    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", ["Worth of the plan at the original rate", "Stage, a hint", "observed"]),
            ("zh-hans", ["方案按原实际利率折算的价值", "减值阶段", "重组资产观察期"]),
        ],
    )
    def test_sees_what_it_does_to_accounts_and_classification(self, asked, site, language, words):
        desk = site("supervisor")
        desk.cookies["django_language"] = desk.cookies["language"] = language
        page = desk.get(f"/desk/approvals/{asked.id}/").content.decode()
        for word in words:
            assert word in page
        for offer in asked.offer_set.offers_in_order:
            for one in assessing.of_offer(offer):
                judged = one.assessment
                assert one.loan.ref in page
                for amount in (*judged.booked, judged.modification.gain_minor):
                    assert figures.money(amount) in page

    def test_sees_exactly_what_is_booked_and_kept(self, asked, world):
        by = world.borrower()
        approving.decide(
            by=world.staff(actor.SUPERVISOR),
            approval_id=asked.id,
            verdict="approve",
            reason="",
            now=world.now,
        )
        offer = max(
            asked.offer_set.offers_in_order,
            key=lambda one: sum(
                abs(part.assessment.booked.adjustment_minor) for part in assessing.of_offer(one)
            ),
        )
        seen = [one.assessment for one in assessing.of_offer(offer)]
        agreement = world.accept(by, offer)
        world.read(by, agreement)
        world.sign(by, agreement, world.code(by, agreement))
        run_jobs()
        agreement = Agreement.objects.get(id=agreement.id)
        assert agreement.state == "in_force"
        assert any(judged.booked.adjustment_minor for judged in seen)
        for account, name in (
            (chart.WAIVERS, "waived_minor"),
            (chart.WAIVERS_TO_EARN, "pending_minor"),
            (chart.MODIFICATION, "adjustment_minor"),
        ):
            assert posted(agreement, account) == sum(getattr(one.booked, name) for one in seen)
        kept = Event.objects.get(action="repayments.begin").facts["assessed"]
        fresh = assessing.of_offer(Offer.objects.get(id=offer.id))
        assert kept == [assessing.as_facts(one) for one in fresh]
        assert [one.assessment for one in fresh] == seen


class TestAPlanAfterAPlan:
    def test_shows_the_signs_of_only_moving_arrears_on(self, asked, world, monkeypatch):
        offer = asked.offer_set.offers_in_order[0]
        with_plan = [(offer.case_id, world.now - timedelta(days=100 * n)) for n in (3, 2, 1)]
        monkeypatch.setattr(case_facts, "plans_before", lambda *_, **__: with_plan)
        Offer.objects.filter(id=offer.id).update(state="chosen")
        (one, *_) = assessing.of_offer(offer)
        assert set(one.assessment.evergreening) >= {"replaced_often", "principal_not_falling"}

    def test_knows_no_plan_of_a_case_in_which_none_was_chosen(self, asked, world, monkeypatch):
        offer = asked.offer_set.offers_in_order[0]
        monkeypatch.setattr(
            case_facts, "plans_before", lambda *_, **__: [(offer.case_id, world.now)]
        )
        (one, *_) = assessing.of_offer(offer)
        assert one.assessment.evergreening == ()
