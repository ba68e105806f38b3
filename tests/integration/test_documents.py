"""From the offer that was chosen to the text that is signed."""

from __future__ import annotations

import io
import json

import pytest
from pypdf import PdfReader

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.documents import cost_sheet, figures
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement, Document, SigningRecord
from repact.server.cases import queries as case_queries
from repact.server.lenders.models import Lender
from repact.server.people import queries as people_queries
from repact.server.people import store


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
