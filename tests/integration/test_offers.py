"""Plans are offered, and one is chosen: one's own, open, in exactly the version that was seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from repact.plans.errors import PlanError
from repact.server.agreements.models import Agreement
from repact.server.cases.models import Case
from repact.server.offers import actions as offer_actions
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Offer
from repact.server.people.doors import NotAllowedError
from repact.server.reviews import actions as review_actions


class TestPreparing:
    def test_needs_a_case_in_review(self, world):
        case = world.submitted(world.borrower())
        with pytest.raises(OfferError, match=r"offers\.case_not_in_review"):
            offer_actions.prepare(by=world.staff(), case_id=case.id, now=world.now)

    def test_gives_distinct_plans_from_the_policy(self, world):
        offers = world.offered(world.borrower()).offers_in_order
        assert len(offers) >= 3
        assert len({offer.schedule_sha256 for offer in offers}) == len(offers)

    def test_gives_the_same_plans_for_the_same_facts(self, world):
        case = world.submitted(world.borrower())
        agent = world.staff()
        review_actions.take(by=agent, case_id=case.id, now=world.now)
        first = offer_actions.prepare(by=agent, case_id=case.id, now=world.now)
        second = offer_actions.prepare(by=agent, case_id=case.id, now=world.now)
        assert [o.schedule_sha256 for o in first.offers_in_order] == [
            o.schedule_sha256 for o in second.offers_in_order
        ]

    def test_is_not_the_borrowers_to_do(self, world):
        case = world.submitted(world.borrower())
        with pytest.raises(NotAllowedError):
            offer_actions.prepare(by=world.borrower(), case_id=case.id, now=world.now)


class TestChoosing:
    def test_drafts_an_agreement_once(self, world):
        by = world.borrower()
        offer = world.offered(by).offers_in_order[0]
        assert world.accept(by, offer).id == world.accept(by, offer).id

    def test_refuses_figures_that_were_not_seen(self, world):
        by = world.borrower()
        offer = world.offered(by).offers_in_order[0]
        offer.content_sha256 = "0" * 64
        with pytest.raises(OfferError, match=r"offers\.changed"):
            world.accept(by, offer)

    def test_refuses_another_borrowers_plan(self, world):
        offer = world.offered(world.borrower()).offers_in_order[0]
        with pytest.raises(OfferError, match=r"offers\.not_found"):
            world.accept(world.borrower("zhaolei"), offer)

    def test_refuses_what_has_expired(self, world):
        by = world.borrower()
        offer = world.offered(by).offers_in_order[0]
        world.now += timedelta(days=60)
        with pytest.raises(OfferError, match=r"offers\.expired"):
            world.accept(by, offer)
        assert not Agreement.objects.exists()

    def test_refuses_a_second_plan(self, world):
        by = world.borrower()
        first, second, *_ = world.offered(by).offers_in_order
        world.accept(by, first)
        with pytest.raises(OfferError, match=r"offers\.already_chosen"):
            world.accept(by, second)

    def test_refuses_a_result_somebody_changed(self, world):
        by = world.borrower()
        offer = world.offered(by).offers_in_order[0]
        offer.result["rows"][0]["payment_minor"] += 1
        Offer.objects.filter(id=offer.id).update(result=offer.result)
        with pytest.raises((OfferError, PlanError)):
            world.accept(by, offer)

    def test_is_once_a_case_in_the_database_too(self, world):
        by = world.borrower()
        first, second, *_ = world.offered(by).offers_in_order
        world.accept(by, first)
        with pytest.raises(IntegrityError), transaction.atomic():
            Offer.objects.filter(id=second.id).update(state="chosen")


class TestExpiry:
    def test_gives_the_case_back_to_a_person(self, world):
        offer_set = world.offered(world.borrower())
        later = world.now + timedelta(days=60)
        offer_actions.expire(by=world.system, set_id=offer_set.id, now=later)
        offer_actions.expire(by=world.system, set_id=offer_set.id, now=later)
        assert Case.objects.get(id=offer_set.case_id).state == "in_review"
