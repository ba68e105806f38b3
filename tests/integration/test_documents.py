"""From the offer that was chosen to the text that is signed."""

from __future__ import annotations

import hashlib
import io
import json
from importlib import import_module

import pytest
import rfc8785
import yaml
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from repact.sandbox import seed
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.documents import cost_sheet, figures
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import (
    Agreement,
    Document,
    Signature,
    SigningCode,
    SigningRecord,
)
from repact.server.cases import queries as case_queries
from repact.server.lenders.models import Lender
from repact.server.people import queries as people_queries
from repact.server.people import store
from repact.server.policies import queries as policy_queries
from tests.integration import plans
from tests.integration.negotiating import with_policy
from tests.integration.world import run_jobs
from tests.unit.agreements.contents import first_version


@pytest.fixture
def by(world):
    return world.borrower()


def text_of(agreement):
    """The PDF as it was before anyone signed."""
    row = Document.objects.get(agreement=agreement, revision=1)
    key = people_queries.borrower(agreement.borrower_id).key
    return store.get(key, row.file, context="agreements.document")


class TestADraft:
    def test_says_what_was_offered(self, world, by):
        offer = world.offered(by).offers_in_order[0]
        said = agreement_queries.contents(world.accept(by, offer))
        assert said.version == 2
        assert said.schedule_sha256 == offer.schedule_sha256
        assert [debt.loan_id for debt in said.debts] == [p["loan_id"] for p in offer.parts]
        assert (said.total_minor, said.installment_minor) == (
            offer.total_minor,
            offer.installment_minor,
        )

    def test_knows_a_card_from_a_loan(self, world, by):
        offer = world.offered(by).offers_in_order[0]
        policy = case_queries.policy_of(offer.case, now=world.now).policy
        said = agreement_queries.contents(world.accept(by, offer))
        (loan,) = offer.offer_set.loans
        assert said.debts[0].product_kind == policy.product(loan.product.code).kind

    def test_for_an_english_reader_in_china_is_in_both_languages(self, world, by):
        offer = world.offered(by).offers_in_order[0]
        offer.case.language = "en"
        offer.case.save()
        agreement = world.accept(by, offer)
        said = agreement_queries.contents(agreement)
        assert said.language == "bilingual"
        world.read(by, agreement)
        world.code(by, agreement)
        pdf = text_of(agreement)
        assert figures.of_text(pdf, "bilingual") == figures.of_contents(said)

    def test_shows_the_figures_that_will_be_charged(self, world, by):
        agreement = world.in_force(by)
        said = agreement_queries.contents(agreement)
        pdf = text_of(agreement)
        assert figures.of_text(pdf, said.language) == figures.of_contents(said)
        assert figures.attached_contents(pdf) == said

    def test_is_dated_as_the_agreement(self, world, by):
        agreement = world.in_force(by)
        made = PdfReader(io.BytesIO(text_of(agreement))).metadata.creation_date
        assert made.date().isoformat() == agreement.contents["agreement_date"]


class TestAPolicyThatChangesMeanwhile:
    def test_changes_nothing_of_what_was_offered(self, world, by):
        offer_set = world.offered(by)
        offer = offer_set.offers_in_order[0]
        old = policy_queries.by_hash(offer_set.policy_sha256).policy
        service = yaml.safe_load(seed.policy_text())["service"]
        with_policy(world, service={**service, "reply_hours": 99, "cooling_off_days": 9})
        today = world.now.date()
        new = policy_queries.in_force(lender_id=world.lender.id, on=today)
        assert new.policy.service.reply_hours == 99
        agreement = world.accept(by, offer)
        said = agreement_queries.contents(agreement)
        assert said.policy_sha256 == offer_set.policy_sha256 != new.sha256
        assert said.law_sha256 == offer_set.law_sha256
        assert said.service.reply_hours == old.service.reply_hours
        assert said.cooling_off_days == old.service.cooling_off_days
        assert [debt.terms for debt in said.debts] == [part["terms"] for part in offer.parts]
        assert agreement.schedule_sha256 == offer.schedule_sha256
        world.read(by, agreement)
        world.sign(by, agreement, world.code(by, agreement))
        run_jobs()
        agreement.refresh_from_db()
        assert (agreement.state, agreement.contents["policy_sha256"]) == (
            "in_force",
            offer_set.policy_sha256,
        )


class TestADraftOfTheFirstVersion:
    def old(self, agreement):
        """Keep a draft as the first version kept it."""
        first = first_version(agreement.contents)
        Agreement.objects.filter(id=agreement.id).update(
            contents=first, contents_sha256=hashlib.sha256(rfc8785.dumps(first)).hexdigest()
        )
        return Agreement.objects.get(id=agreement.id)

    def test_is_signed_over_the_contents_it_was_drafted_with(self, world, by):
        agreement = self.old(world.drafted(by))
        world.read(by, agreement)
        world.sign(by, agreement, world.code(by, agreement))
        run_jobs()
        agreement.refresh_from_db()
        assert agreement.state == "in_force"
        pdf = agreement_queries.pdf(agreement)
        (raw,) = PdfReader(io.BytesIO(pdf)).attachments["agreement.json"]
        assert hashlib.sha256(raw).hexdigest() == agreement.contents_sha256
        assert json.loads(raw)["version"] == 1
        assert agreement_queries.check(pdf).found.is_good

    def test_that_nobody_could_sign_before_gets_its_signer(self, world, by):
        ready, draft = self.old(world.drafted(by)), world.drafted(world.borrower("zhaolei"))
        world.read(by, ready)
        world.code(by, ready)
        with plans.as_owner():
            SigningCode.objects.all().delete()
            Signature.objects.all().delete()
            Agreement.objects.filter(id=draft.id).update(state="ready")
        migrate_signers()
        signers = {row.agreement_id: row for row in Signature.objects.all()}
        assert signers.keys() == {ready.id, draft.id}
        mine = signers[ready.id]
        assert (mine.number, mine.role, mine.name) == (1, "borrower", "林小雨")
        assert (mine.account, mine.state) == ("demo-linxiaoyu", "waiting")
        assert Agreement.objects.get(id=draft.id).state == "draft"
        assert Agreement.objects.get(id=ready.id).state == "ready"
        world.sign(by, ready, world.code(by, ready))
        run_jobs()
        assert Agreement.objects.get(id=ready.id).state == "in_force"

    def test_that_was_signed_long_ago_keeps_its_day(self, world, by):
        agreement = world.in_force(by)
        before = Signature.objects.get()
        with plans.as_owner():
            SigningRecord.objects.update(signature=None)
            SigningCode.objects.all().delete()
            Signature.objects.all().delete()
        for _ in range(2):
            migrate_signers()
        after = Signature.objects.get()
        assert (after.state, after.signed_at) == ("signed", agreement.signed_at)
        assert (after.name, after.account) == (before.name, before.account)
        with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
            Signature.objects.update(name="somebody else")


def migrate_signers():
    """What the migration does, as the owner of the tables."""
    module = import_module("repact.server.agreements.migrations.0006_signers_of_old_agreements")
    (run,) = module.Migration.operations
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; RESET ROLE")
        cursor.execute(run.sql)
        cursor.execute("SET ROLE repact_app; SET CONSTRAINTS ALL DEFERRED")


class TestATextThatIsNotComplete:
    def test_gets_no_code(self, world, by):
        Lender.objects.filter(id=world.lender.id).update(complaint_phone="")
        agreement = world.drafted(by)
        world.read(by, agreement)
        with pytest.raises(AgreementError, match=r"agreements\.incomplete"):
            agreement_actions.request_code(by=by, agreement_id=agreement.id, now=world.now)
        assert not Document.objects.exists()
        assert Agreement.objects.get().signed_at is None


class TestTheCostSheet:
    def test_that_was_confirmed_is_named_in_the_evidence_and_travels_in_the_file(self, world, by):
        agreement = world.in_force(by)
        said = agreement_queries.contents(agreement)
        evidence = SigningRecord.objects.order_by("recorded_at").first().evidence
        assert evidence["cost_sheet_sha256"] == cost_sheet.sha256(said)
        (kept,) = PdfReader(io.BytesIO(text_of(agreement))).attachments["cost-sheet.json"]
        assert json.loads(kept)["cost_minor"] == (
            said.total_minor - said.bill.totals["principal_minor"]
        )
