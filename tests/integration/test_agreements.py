"""Signing: read first, a code for exactly this document, two signatures, all of it on record."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import (
    Agreement,
    Document,
    Reading,
    SigningCode,
    SigningRecord,
)
from repact.server.clock import ports
from repact.server.people import queries as people_queries
from repact.server.people import store
from repact.server.repayments.models import DueItem
from tests.integration.world import At, at_once, run_jobs


@pytest.fixture
def by(world):
    return world.borrower()


@pytest.fixture
def agreement(world, by):
    return world.drafted(by)


class TestReading:
    def test_comes_before_the_code(self, world, by, agreement):
        with pytest.raises(AgreementError, match=r"agreements\.not_read"):
            agreement_actions.request_code(by=by, agreement_id=agreement.id, now=world.now)

    def test_takes_its_time(self, world, by, agreement):
        agreement_actions.open_page(by=by, agreement_id=agreement.id, page="costs", now=world.now)
        with pytest.raises(AgreementError, match=r"agreements\.read_first"):
            agreement_actions.confirm_page(
                by=by, agreement_id=agreement.id, page="costs", now=world.now
            )

    def test_asks_for_every_point_that_matters_most(self, world, by, agreement):
        flagged = list(agreement_queries.key_facts(agreement).flagged)
        assert {"late", "breach", "record"} <= set(flagged)
        page = {"by": by, "agreement_id": agreement.id, "page": "facts", "now": world.now}
        agreement_actions.open_page(**page)
        for seen in ([], flagged[1:], [*flagged[1:], "something else"]):
            with pytest.raises(AgreementError, match="not_all_seen"):
                agreement_actions.confirm_page(**page, seen=seen)
        assert not agreement_queries.has_seen(agreement)
        agreement_actions.confirm_page(**page, seen=flagged)
        assert agreement_queries.has_seen(agreement)

    def test_of_points_that_were_not_ticked_is_no_lawful_signature(self, world, by, agreement):
        world.read(by, agreement)
        Reading.objects.filter(page="facts").update(seen=[])
        with pytest.raises(AgreementError, match="not_lawful") as raised:
            world.code(by, agreement)
        assert "CN-CC-496" in raised.value.params["rules"]

    def test_is_the_borrowers_own(self, world, agreement):
        with pytest.raises(AgreementError, match=r"agreements\.not_found"):
            agreement_actions.open_page(
                by=world.borrower("zhaolei"),
                agreement_id=agreement.id,
                page="costs",
                now=world.now,
            )


class TestTheCode:
    def test_that_is_wrong_costs_a_try(self, world, by, agreement):
        world.read(by, agreement)
        right = world.code(by, agreement)
        wrong = "000000" if right != "000000" else "111111"
        for left in (4, 3, 2, 1, 0):
            with pytest.raises(AgreementError) as refusal:
                world.sign(by, agreement, wrong)
            assert refusal.value.params["tries_left"] == left
        with pytest.raises(AgreementError, match=r"agreements\.code_expired"):
            world.sign(by, agreement, right)

    def test_runs_out(self, world, by, agreement):
        world.read(by, agreement)
        code = world.code(by, agreement)
        with (
            ports.using(At(world.now + timedelta(minutes=11))),
            pytest.raises(AgreementError, match=r"agreements\.code_expired"),
        ):
            world.sign(by, agreement, code)

    def test_is_replaced_by_the_next(self, world, by, agreement):
        world.read(by, agreement)
        first = world.code(by, agreement)
        second = world.code(by, agreement)
        if first != second:
            with pytest.raises(AgreementError, match=r"agreements\.code_wrong"):
                world.sign(by, agreement, first)
        assert world.sign(by, agreement, second).signed_at

    def test_is_kept_only_as_a_hash(self, world, by, agreement):
        world.read(by, agreement)
        code = world.code(by, agreement)
        kept = bytes(SigningCode.objects.get().code_hash)
        assert code.encode() not in kept
        assert kept != hashlib.sha256(code.encode()).digest()

    def test_is_not_sent_without_end(self, world, by, agreement):
        world.read(by, agreement)
        for _ in range(agreement_actions.CODES_PER_HOUR):
            world.code(by, agreement)
        with pytest.raises(AgreementError, match=r"agreements\.too_many_codes"):
            world.code(by, agreement)

    def test_leaves_nothing_when_the_wallet_is_silent(self, world, by, agreement):
        world.read(by, agreement)
        httpx.post(
            f"{settings.REPACT_WALLET_URL}/api/faults",
            json={"kind": "error_500", "count": 1, "path": "/api/messages"},
            headers={"Authorization": f"Bearer {settings.REPACT_WALLET_KEY}"},
        ).raise_for_status()
        with pytest.raises(AgreementError, match=r"agreements\.code_not_delivered"):
            world.code(by, agreement)
        assert not SigningCode.objects.exists()


class TestSigning:
    def test_needs_consent(self, world, by, agreement):
        world.read(by, agreement)
        with pytest.raises(AgreementError, match=r"agreements\.consent_missing"):
            agreement_actions.sign(
                by=by,
                agreement_id=agreement.id,
                code=world.code(by, agreement),
                consent=False,
                device="test",
                identified_at=world.now,
                now=world.now,
            )

    def test_starts_the_plan_that_was_signed(self, world, by):
        agreement = world.in_force(by)
        assert agreement.state == "in_force"
        due = [item.payment_minor for item in DueItem.objects.order_by("number")]
        assert due == [row["payment_minor"] for row in agreement.contents["bill"]["rows"]]

    def test_keeps_every_revision_as_the_start_of_the_next(self, world, by):
        agreement = world.in_force(by)
        key = people_queries.borrower(by.id).key
        text, signed, sealed = (
            store.get(key, row.file, context=agreement_actions.CONTEXT)
            for row in Document.objects.order_by("revision")
        )
        assert signed.startswith(text)
        assert sealed.startswith(signed)
        assert b"/ByteRange" in sealed
        assert agreement.reference.encode() not in text.split(b"stream")[0]

    def test_leaves_a_record_of_what_was_read(self, world, by):
        world.in_force(by)
        evidence = SigningRecord.objects.get().evidence
        assert set(evidence["readings"]) == {"costs", "facts"}
        seen = {one["clause"]: one for one in evidence["readings"]["facts"]["clauses_seen"]}
        facts = agreement_queries.key_facts(Agreement.objects.get())
        assert seen.keys() == facts.flagged.keys()
        late = facts.flagged["late"]
        words = f"{late.label}\n{late.sentence}".encode()
        assert seen["late"]["sha256"] == hashlib.sha256(words).hexdigest()
        assert evidence["document_sha256"] == Document.objects.get(revision=1).pdf_sha256

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(3))
    def test_at_once_signs_once(self, world, by, round_):
        agreement = world.drafted(by)
        world.read(by, agreement)
        code = world.code(by, agreement)
        outcomes = at_once(6, world.lender.id, lambda: world.sign(by, agreement, code))
        assert [type(outcome) for outcome in outcomes] == [Agreement] * 6, outcomes
        assert Document.objects.count() == 2
        assert SigningRecord.objects.count() == 1
        run_jobs()
        assert Agreement.objects.get().state == "in_force"

    def test_on_two_devices_counts_the_first(self, world, by):
        agreement = world.drafted(by)
        world.read(by, agreement)
        act = {"by": by, "agreement_id": agreement.id, "code": world.code(by, agreement)}
        act |= {"consent": True, "identified_at": ports.now(), "now": world.now}
        for device in ("phone", "tablet"):
            signed = agreement_actions.sign(**act, device=device)
            assert signed.state == "signed_by_borrower"
        assert SigningRecord.objects.get().evidence["device"] == "phone"
        assert Document.objects.count() == 2

    def test_cannot_be_undone_in_the_database(self, world, by):
        world.in_force(by)
        for rows in (SigningRecord.objects, Document.objects):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.all().delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.update(signed_at=None)
