"""Codes and links go to the wallet through the gate, and are logged as contacts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import authority
from repact.server.agreements.models import Signature
from repact.server.clock import ports
from repact.server.jobs import inviting
from repact.server.notices import gate
from repact.server.notices.errors import NoticeError
from repact.server.notices.models import Contact
from repact.server.people.models import Borrower, SubjectKey
from tests.integration.signing import guarantor, named, newest, sign_by_link, signed
from tests.integration.world import At, run_jobs


@pytest.fixture
def by(world):
    authority.local()  # made by day: its certificates are good for the tests that follow
    return world.borrower()


def night(world):
    """Half past eleven in Shanghai."""
    return world.now.replace(hour=15, minute=30)


def log():
    return [(row.purpose, row.person, row.by_whom) for row in Contact.objects.order_by("at", "id")]


class TestACode:
    def test_comes_at_any_hour_and_is_logged_as_asked_for(self, world, by):
        agreement = world.drafted(by)
        world.read(by, agreement)
        world.now = night(world)
        with ports.using(At(world.now)):
            code = world.code(by, agreement)
        assert len(code) == 6
        assert log() == [("requested", "debtor", "wallet")]

    def test_takes_nothing_of_what_the_law_counts(self, world, by):
        agreement = world.drafted(by)
        world.read(by, agreement)
        borrower = Borrower.objects.get(id=by.id)
        asked = {
            "now": world.now,
            "zone": gate.zone_of(None, world.lender),
            "channel": "message",
            "lender_type": "",
        }
        before = gate.contact_facts(borrower, **asked)
        world.code(by, agreement)
        assert gate.contact_facts(borrower, **asked) == before

    def test_reaches_nobody_who_was_erased(self, world, by):
        borrower = Borrower.objects.get(id=by.id)
        SubjectKey.objects.filter(id=borrower.key_id).update(destroyed_at=world.now)
        borrower = Borrower.objects.get(id=by.id)
        for asked in (True, False):
            verdict = gate.judge_secret(borrower, asked=asked, now=world.now)
            assert (verdict.send, verdict.never_because) == (False, "erased")


class TestALinkToSign:
    def to_be_invited(self, world, by):
        agreement = world.drafted(by)
        named(world, agreement, guarantor(agreement))
        world.now = night(world)
        with ports.using(At(world.now)):
            signed(world, by, agreement)
            run_jobs()
        return agreement

    def test_waits_for_the_morning_and_then_goes_once(self, world, by):
        agreement = self.to_be_invited(world, by)
        assert Signature.objects.get(number=2).token_sha256 == ""
        with pytest.raises(NoticeError, match=r"notices.not_now"):
            agreement_actions.invite(by=world.system, agreement_id=agreement.id, now=world.now)
        assert inviting.invite_all(by=world.system, now=world.now) == 0
        morning = world.now + timedelta(hours=10)
        assert inviting.invite_all(by=world.system, now=morning) == 1
        assert inviting.invite_all(by=world.system, now=morning) == 0
        assert agreement.reference in newest("demo-zhaolei")
        assert log()[-1] == ("service", "guarantor", "wallet")

    def test_leads_to_a_code_at_any_hour(self, world, by):
        agreement = self.to_be_invited(world, by)
        token = agreement_actions.invite(
            by=world.system, agreement_id=agreement.id, now=world.now + timedelta(hours=10)
        )
        with ports.using(At(world.now)):
            sign_by_link(world, token)
        assert Signature.objects.get(number=2).state == "signed"
        assert log()[-1] == ("service", "guarantor", "wallet")
        assert ("requested", "guarantor", "wallet") in log()

    def test_of_nobody_is_not_looked_for(self, world, by):
        world.in_force(by)
        assert inviting.invite_all(by=world.system, now=world.now) == 0
