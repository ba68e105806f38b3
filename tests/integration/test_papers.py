"""New versions, agreements made by voice, what the law asks, and the papers beside an agreement."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from repact.law import catalogue
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.documents import agreement as document
from repact.server.agreements.documents import bundle, checklist
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement, Document, Signature
from repact.server.agreements.signing import verification
from repact.server.audit.models import Event
from repact.server.cases.models import LimitationNote
from repact.server.clock import ports
from repact.server.notices.models import Notice
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import queries as repayment_queries
from tests.integration.signing import renegotiated, signed, verified
from tests.integration.world import run_jobs
from tests.unit.agreements.contents import contents


@pytest.fixture
def by(world):
    return world.borrower()


@pytest.fixture
def agreement(world, by):
    return world.drafted(by)


class TestAVersionThatReplaces:
    def test_names_the_old_one_and_ends_it_with_its_own_seal(self, world, by):
        old = world.in_force(by)
        new = renegotiated(world, by, old)
        assert new.replaces_id == old.id
        assert agreement_queries.contents(new).replaces.contents_sha256 == old.contents_sha256
        assert Agreement.objects.get(id=old.id).state == "in_force"
        signed(world, by, new)
        assert Agreement.objects.get(id=old.id).state == "in_force"
        run_jobs()
        assert Agreement.objects.get(id=new.id).state == "in_force"
        ended = Agreement.objects.get(id=old.id)
        assert (ended.state, ended.ended_at) == ("superseded", world.now)
        assert Event.objects.filter(action="agreements.supersede").count() == 1

    def test_is_the_same_persons_in_the_database(self, world, by):
        running = world.in_force(by)
        other = world.drafted(world.borrower("zhaolei"))
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.filter(id=other.id).update(replaces=running.id)


class TestADebtOutOfTime:
    def test_is_not_signed_in_the_database(self, world, agreement):
        case = agreement.case
        LimitationNote.objects.create(
            lender_id=case.lender_id,
            case=case,
            loan=case.loans.first(),
            barred_date=date(2023, 1, 1),
            noted_at=world.now,
        )
        with pytest.raises(IntegrityError, match="out of time"), transaction.atomic():
            Signature.objects.update(state="agreed", agreed_at=world.now)


class TestWhatTheLawAsks:
    def test_is_asked_before_a_code_is_sent(self, world, by, agreement, monkeypatch):
        world.read(by, agreement)
        monkeypatch.setattr(checklist, "stated", lambda _: frozenset({"terms_before"}))
        with pytest.raises(AgreementError, match="not_lawful") as raised:
            world.code(by, agreement)
        assert "CN-CC-543" in raised.value.params["rules"]
        assert not Document.objects.exists()

    def test_is_what_a_text_says_by_name(self):
        said = checklist.stated(contents())
        assert {"balance", "structure", "terms_before", "cost_payee", "default_liability"} <= said
        assert "no_new_cards_promise" not in said

    def test_has_a_place_in_the_text_for_every_name(self):
        asked = {
            name
            for place in catalogue.jurisdictions()
            for entry in catalogue.load(place).entries
            if entry.check == "contents"
            for name in entry.requires
        }
        assert asked <= checklist._names().keys()


class TestAnOralAgreement:
    RECORDING = hashlib.sha256(b"the call").hexdigest()

    def record(self, world, offer, seconds=240, is_read_out=True, words="可以，就按这个方案"):
        return agreement_actions.record_oral(
            by=world.staff("agent"),
            offer_id=offer.id,
            content_sha256=offer.content_sha256,
            recording_sha256=self.RECORDING,
            recording_seconds=seconds,
            is_read_out=is_read_out,
            said_at=world.now,
            words=words,
            now=world.now,
        )

    def test_gets_the_same_text_record_and_seal(self, world, by):
        offer = world.offered(by).offers_in_order[0]
        assert self.record(world, offer).id == self.record(world, offer).id
        run_jobs()
        agreement = Agreement.objects.get()
        assert agreement.state == "in_force"
        assert agreement_queries.contents(agreement).channel == "oral"
        assert verified(agreement).problems == []
        (record,) = agreement_queries.evidence(agreement)
        assert record.evidence["recording_sha256"] == self.RECORDING
        assert record.evidence["method"] == "oral"
        (paper,) = agreement_queries.papers(agreement)
        letter = agreement_queries.paper_pdf(agreement, paper)
        assert paper.kind == "oral_confirmation"
        at = ports.now() + timedelta(days=1)
        assert verification.verify_paper(letter, roots=agreement_queries.roots(), at=at).is_good
        assert self.RECORDING in text(letter)
        assert Notice.objects.filter(kind="paper_oral_confirmation").count() == 1

    @pytest.mark.parametrize(("seconds", "is_read_out"), [(5, True), (240, False)])
    def test_needs_the_costs_read_out(self, world, by, seconds, is_read_out):
        offer = world.offered(by).offers_in_order[0]
        with pytest.raises(AgreementError, match="not_lawful") as raised:
            self.record(world, offer, seconds, is_read_out)
        assert "CN-COST-2026-2" in raised.value.params["rules"]
        assert not Agreement.objects.exists()

    @pytest.mark.parametrize("words", ["好\u202e的", "a\x00b", "a\u2066b", "\ud800"])
    def test_takes_no_words_that_cannot_be_seen(self, world, by, words):
        offer = world.offered(by).offers_in_order[0]
        with pytest.raises(AgreementError, match="words_unseen"):
            self.record(world, offer, words=words)
        assert not Agreement.objects.exists()

    def test_keeps_words_that_look_like_commands_as_words(self, world, by):
        offer = world.offered(by).offers_in_order[0]
        said = '#read("/etc/passwd")\n<script>alert(1)</script> {{ 7*7 }}'
        agreement = self.record(world, offer, words=said)
        run_jobs()
        (record,) = agreement_queries.evidence(agreement)
        assert record.evidence["words"] == said
        (paper,) = agreement_queries.papers(Agreement.objects.get())
        assert "root:" not in text(agreement_queries.paper_pdf(agreement, paper))

    def test_needs_its_recording(self, world, by):
        offer = world.offered(by).offers_in_order[0]
        self.RECORDING = ""
        with pytest.raises(AgreementError, match="recording_missing"):
            self.record(world, offer)


def text(pdf):
    """The words of a PDF with the line breaks taken out."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


class TestAPaidPlan:
    def test_gives_its_certificate_by_itself_once(self, world, by):
        agreement = world.in_force(by)
        quote = repayment_queries.payoff_quote(agreement, on=date(2026, 11, 24))
        repayment_actions.receive_payment(
            by=world.system,
            agreement_id=agreement.id,
            source="bank:all",
            amount_minor=quote.total_minor,
            currency="CNY",
            value_date=date(2026, 11, 24),
            now=world.now,
        )
        run_jobs()
        agreement.refresh_from_db()
        assert agreement.state == "completed"
        (paper,) = agreement_queries.papers(agreement)
        pdf = agreement_queries.paper_pdf(agreement, paper)
        facts = json.loads(PdfReader(io.BytesIO(pdf)).attachments["settlement.json"][0])
        assert facts["paid_minor"] == quote.total_minor
        assert facts["waived_minor"] == agreement_queries.contents(agreement).waived_minor
        assert facts["settled_date"] == "2026-11-24"
        told = Event.objects.get(action="agreements.issue_paper").facts
        assert told["credit_record"] == "settled"
        assert Notice.objects.filter(kind="paper_settlement").count() == 1


class TestACopyOfEverything:
    def copy(self, world, by, agreement, **others):
        return agreement_actions.copy_everything(
            by=by, agreement_id=agreement.id, others=others, now=world.now
        )

    def test_holds_every_revision_record_and_paper_with_its_hash(self, world, by):
        agreement = world.in_force(by)
        archive = self.copy(world, by, agreement, **{"payments.json": b"[]"})
        assert bundle.differences(archive) == []
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            names = set(opened.namelist())
            last = opened.read("agreement-revision-3.pdf")
            record = opened.read("evidence-1.json")
        assert last == agreement_queries.pdf(agreement)
        assert hashlib.sha256(record).hexdigest() == agreement.records.get().sha256
        assert {"agreement.json", "evidence-1.p7s", "payments.json", "manifest.json"} <= names
        assert Event.objects.filter(action="agreements.copy_everything").count() == 1

    def test_is_the_borrowers_own_at_any_time(self, world, by, agreement):
        assert bundle.differences(self.copy(world, by, agreement)) == []
        with pytest.raises(AgreementError, match="not_found"):
            self.copy(world, world.borrower("zhaolei"), agreement)


class TestAPaper:
    def test_is_sealed_once_at_the_end(self, world, by):
        agreement = world.in_force(by)
        text = agreement_queries.pdf(agreement)

        def issue():
            return agreement_actions.issue_paper(
                by=world.system,
                agreement_id=agreement.id,
                kind="settlement",
                pdf=document.render(contents()),
                now=world.now,
            )

        with pytest.raises(AgreementError, match="wrong_state"):
            issue()
        agreement_actions.complete(by=world.system, agreement_id=agreement.id, now=world.now)
        assert issue().id == issue().id
        (paper,) = agreement_queries.papers(agreement)
        sealed = agreement_actions.papers.read(agreement, paper)
        at = ports.now() + timedelta(days=1)
        assert verification.verify_paper(sealed, roots=agreement_queries.roots(), at=at).is_good
        broken = sealed + b"\n"
        assert not verification.verify_paper(broken, roots=agreement_queries.roots(), at=at).is_good
        assert text == agreement_queries.pdf(agreement)
        facts = Event.objects.get(action="agreements.issue_paper").facts
        assert facts["credit_record"] == "settled"
