"""A policy is published by two people; new offers are stopped by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from repact.policy.loading import PolicyError
from repact.sandbox import seed
from repact.server.audit import actor
from repact.server.audit.actor import Actor
from repact.server.people.doors import NotAllowedError
from repact.server.people.models import Staff
from repact.server.policies import actions, queries
from repact.server.policies.errors import PublishingError
from repact.server.policies.models import PolicyVersion, Proposal, Stop
from tests.integration.world import at_once


def text(effective_from: str = "2026-12-01") -> str:
    lines = seed.policy_text().splitlines()
    return "\n".join(
        f"effective_from: {effective_from}" if line.startswith("effective_from:") else line
        for line in lines
    )


@pytest.fixture
def pair(world):
    return world.staff(actor.SUPERVISOR), world.staff(actor.ENGINEER)


class TestPublishing:
    def test_takes_two_people(self, world, pair):
        one, other = pair
        proposal = actions.propose(by=one, text=text(), now=world.now)
        version = actions.approve(by=other, proposal_id=proposal.id, now=world.now)
        assert (version.proposed_by, version.published_by) == (one.id, other.id)
        assert Proposal.objects.get(id=proposal.id).state == "published"

    def test_is_refused_to_the_person_who_proposed(self, world, pair):
        proposal = actions.propose(by=pair[0], text=text(), now=world.now)
        with pytest.raises(PublishingError, match=r"policies\.same_person"):
            actions.approve(by=pair[0], proposal_id=proposal.id, now=world.now)

    def test_is_refused_to_another_account_of_the_same_person(self, world, pair):
        one, other = pair
        Staff.objects.filter(id=other.id).update(person_id=one.id)
        proposal = actions.propose(by=one, text=text(), now=world.now)
        with pytest.raises(PublishingError, match=r"policies\.same_person"):
            actions.approve(by=other, proposal_id=proposal.id, now=world.now)

    def test_by_one_person_is_refused_by_the_database_too(self, world, pair):
        Staff.objects.filter(id=pair[1].id).update(person_id=pair[0].id)
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            PolicyVersion.objects.create(
                lender=world.lender,
                code="x",
                text="",
                sha256="0" * 64,
                effective_from=world.now.date(),
                published_at=world.now,
                proposed_by=pair[0].id,
                published_by=pair[1].id,
            )

    def test_takes_effect_on_its_date(self, world, pair):
        before = queries.in_force(lender_id=world.lender.id, on=world.now.date())
        proposal = actions.propose(by=pair[0], text=text(), now=world.now)
        version = actions.approve(by=pair[1], proposal_id=proposal.id, now=world.now)
        assert queries.in_force(lender_id=world.lender.id, on=world.now.date()) == before
        later = version.effective_from
        assert queries.in_force(lender_id=world.lender.id, on=later).sha256 == version.sha256

    def test_never_reaches_back(self, world, pair):
        with pytest.raises(PublishingError, match="takes_effect_in_the_past"):
            actions.propose(by=pair[0], text=text("2026-10-01"), now=world.now)

    def test_refuses_what_is_invalid_or_already_published(self, world, pair):
        with pytest.raises(PolicyError):
            actions.propose(by=pair[0], text="version: 9", now=world.now)
        with pytest.raises(PublishingError, match="already_published"):
            actions.propose(by=pair[0], text=seed.policy_text(), now=world.now)

    def test_can_be_given_back_with_a_reason(self, world, pair):
        proposal = actions.propose(by=pair[0], text=text(), now=world.now)
        with pytest.raises(PublishingError, match="reason_missing"):
            actions.give_back(by=pair[1], proposal_id=proposal.id, reason=" ", now=world.now)
        actions.give_back(by=pair[1], proposal_id=proposal.id, reason="Too soon.", now=world.now)
        with pytest.raises(PublishingError, match="wrong_state"):
            actions.approve(by=pair[1], proposal_id=proposal.id, now=world.now)

    def test_is_not_an_agents_to_do(self, world):
        with pytest.raises(NotAllowedError):
            actions.propose(by=world.staff(), text=text(), now=world.now)

    def test_shows_what_changes(self, world, pair):
        proposal = actions.propose(by=pair[0], text=text(), now=world.now)
        assert "+effective_from: 2026-12-01" in queries.changes(proposal)

    @pytest.mark.django_db(transaction=True)
    def test_at_once_publishes_once(self, world, pair):
        proposal = actions.propose(by=pair[0], text=text(), now=world.now)
        results = at_once(
            8,
            world.lender.id,
            lambda: actions.approve(by=pair[1], proposal_id=proposal.id, now=world.now),
        )
        assert sum(not isinstance(result, Exception) for result in results) == 1
        assert PolicyVersion.objects.filter(sha256=proposal.sha256).count() == 1


class TestStoppingNewOffers:
    def test_takes_one_person_and_resuming_takes_two(self, world, pair):
        one, other = pair
        actions.stop(by=one, reason="A wrong rate.", now=world.now)
        with pytest.raises(PublishingError, match=r"policies\.stopped"):
            queries.assert_offering()
        with pytest.raises(PublishingError, match="resume_not_asked"):
            actions.resume(by=other, now=world.now)
        actions.ask_to_resume(by=one, now=world.now)
        with pytest.raises(PublishingError, match="same_person"):
            actions.resume(by=one, now=world.now)
        actions.resume(by=other, now=world.now + timedelta(hours=1))
        queries.assert_offering()

    def test_twice_is_once(self, world, pair):
        first = actions.stop(by=pair[0], reason="One.", now=world.now)
        assert actions.stop(by=pair[1], reason="Two.", now=world.now).id == first.id

    def test_is_never_ended_by_one_person_in_the_database(self, world, pair):
        made = actions.stop(by=pair[0], reason="One.", now=world.now)
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            Stop.objects.filter(id=made.id).update(
                resume_asked_by=pair[0].id, resumed_by=pair[0].id, resumed_at=world.now
            )

    def test_is_nobody_elses_to_do(self, world):
        for role in (actor.AGENT, actor.AUDITOR):
            with pytest.raises(NotAllowedError):
                actions.stop(by=world.staff(role), reason="x", now=world.now)

    @pytest.mark.django_db(transaction=True)
    def test_at_once_stops_once(self, world, pair):
        people: list[Actor] = list(pair) * 4
        each = iter(people)
        at_once(
            8, world.lender.id, lambda: actions.stop(by=next(each), reason="Now.", now=world.now)
        )
        assert Stop.objects.count() == 1
