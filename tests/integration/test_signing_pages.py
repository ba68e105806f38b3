"""Signing and checking as people see them: with no account, by a link, on the borrower's phone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import beside
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.documents import bundle
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement
from repact.server.cases import consents
from repact.server.clock import ports
from repact.server.loans import actions as loan_actions
from repact.server.pages import access
from repact.server.pages.middleware import BORROWER_SESSION, IDENTIFIED_AT
from repact.server.people.models import Staff
from repact.server.repayments import actions as repayment_actions
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments import taking_back
from tests.integration.signing import guarantor, named, newest, signed
from tests.integration.world import At, run_jobs


@pytest.fixture
def by(world):
    return world.borrower()


@pytest.fixture
def visit(world, settings, tmp_path):
    """A browser of anybody, or of a borrower who came in some minutes ago."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }

    def make(by=None, minutes=0):
        client = Client(HTTP_HOST="127.0.0.1", headers={"accept-language": "en"})
        if by:
            session = client.session
            session[BORROWER_SESSION] = str(by.id)
            came = ports.now() - timedelta(minutes=minutes)
            session[IDENTIFIED_AT] = came.isoformat()
            session.save()
        return client

    return make


def checked(client, pdf):
    file = SimpleUploadedFile("agreement.pdf", pdf, content_type="application/pdf")
    return client.post(reverse("public:verify"), {"file": file})


class TestACertificateThatWasTakenBack:
    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "took it back on"), ("zh-hans", "已于")],
    )
    def test_holds_until_a_payment_of_it_is_returned(self, world, by, visit, language, words):
        agreement, on = world.in_force(by), world.now.date()
        paid = repayment_actions.post_payment(
            by=world.system,
            agreement_id=agreement.id,
            source="bank:all",
            amount_minor=repayment_queries.payoff_quote(agreement, on=on).total_minor,
            currency="CNY",
            value_date=on,
            now=world.now,
        )
        run_jobs()
        (paper,) = agreement_queries.papers(agreement)
        pdf, browser = agreement_queries.paper_pdf(agreement, paper), visit()
        browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        before = checked(browser, pdf).content.decode()
        assert words not in before
        taking_back.reverse_payment(
            by=world.system, payment_id=paid.id, reason="charge_back", now=world.now
        )
        page = checked(browser, pdf).content.decode()
        assert words in page
        assert 'class="chip clay"' in page
        assert 'class="chip green"' not in page


class TestTheCheckingPage:
    def test_accepts_what_was_sealed_here_without_an_account(self, world, by, visit):
        agreement = world.in_force(by)
        answer = checked(visit(), agreement_queries.pdf(agreement))
        assert "It holds" in answer.text
        assert "byte for byte" in answer.text
        assert agreement.reference in answer.text
        assert "no-store" in answer["Cache-Control"]

    def test_says_what_is_wrong(self, world, by, visit):
        pdf = agreement_queries.pdf(world.in_force(by))
        assert "does not hold" in checked(visit(), pdf + b"\n").text
        assert "does not hold" in checked(visit(), b"%PDF-1.7 hello").text

    def test_takes_no_giants_and_no_nothing(self, visit):
        assert checked(visit(), b"x" * (2 * 1024 * 1024 + 1)).status_code == 422
        assert visit().post(reverse("public:verify")).status_code == 422

    def test_is_not_asked_without_end(self, visit):
        client = visit()
        codes = [checked(client, b"x").status_code for _ in range(31)]
        assert codes == [200] * 30 + [422]


class TestASharedAgreement:
    def test_is_opened_by_the_button_and_counted(self, world, by, visit):
        agreement = world.in_force(by)
        made = visit(by).post(
            reverse("borrower:share", kwargs={"agreement_id": agreement.id}),
            {"act": "make", "reader": "court", "days": "7", "uses": "5"},
        )
        path = re.search(r"/shared/[0-9a-f]{64}/", made.text)[0]
        reader = visit()
        assert agreement.reference not in reader.get(path).text
        assert agreement.reference in reader.post(path, {"act": "read"}).text
        pdf = reader.post(path, {"act": "pdf"})
        assert pdf.content == agreement_queries.pdf(agreement)
        assert pdf["X-Robots-Tag"] == "noindex"
        (share,) = agreement_queries.shares(agreement)
        assert share.uses_left == 3

    def test_ends_when_its_borrower_says_so(self, world, by, visit):
        agreement = world.in_force(by)
        address = reverse("borrower:share", kwargs={"agreement_id": agreement.id})
        token = agreement_actions.share(
            by=by, agreement_id=agreement.id, reader="helper", days=3, uses=5, now=world.now
        )
        (share,) = agreement_queries.shares(agreement)
        visit(by).post(address, {"act": "end", "share": str(share.id)})
        answer = visit().post(reverse("public:shared", kwargs={"token": token}))
        assert answer.status_code == 409
        assert visit(by).post(address, {"act": "end", "share": "x"}).status_code == 422


class TestSigningOnThePhone:
    def test_asks_who_it_is_again_after_a_while(self, world, by, visit):
        agreement = world.drafted(by)
        world.read(by, agreement)
        code = world.code(by, agreement)
        address = reverse("borrower:sign", kwargs={"agreement_id": agreement.id})
        late = visit(by, minutes=16)
        assert "How to come in" in late.get(address).text
        body = {"act": "sign", "code": code, "consent": "1"}
        assert late.post(address, body).status_code == 422
        assert visit(by).post(address, body).status_code == 302
        page = visit(by).get(reverse("borrower:agreement", kwargs={"agreement_id": agreement.id}))
        assert "No licensed authority has confirmed who signed" in page.text


class TestSigningBesideTheBorrower:
    def test_shows_only_what_one_answers_for(self, world, by, visit):
        agreement = world.drafted(by)
        named(world, agreement, guarantor(agreement))
        signed(world, by, agreement)
        with ports.using(At(world.now - timedelta(seconds=60))):
            token = agreement_actions.invite(
                by=world.system, agreement_id=agreement.id, now=world.now
            )
            agreement_actions.open_by_link(by=world.system, token=token, now=world.now)
        client, path = visit(), reverse("public:sign_beside", kwargs={"token": token})
        page = client.get(path).text
        owed = agreement_queries.answered_minor(agreement_queries.signer_by_link(token))
        assert 0 < owed <= 500_000
        assert f"{owed / 100:,.2f}" in page
        facts = agreement_queries.key_facts(agreement)
        assert f"{facts.installment_minor / 100:,.2f}" not in page
        for act in ("confirm", "code"):
            assert client.post(path, {"act": act}).status_code == 302
        code = re.findall(r"(?<!\d)\d{6}(?!\d)", newest("demo-zhaolei"))[0]
        assert client.post(path, {"act": "sign", "code": code}).status_code == 422
        body = {"act": "sign", "code": code, "consent": "1"}
        assert client.post(path, body).status_code == 302
        assert "You have signed" in client.get(path).text
        assert Agreement.objects.get().signatures.filter(state="signed").count() == 2

    def test_shows_names_as_names_whatever_they_say(self, world, by, visit):
        hostile = "<script>alert(1)</script>{{ 7*7 }}'\"&amp;"
        agreement = world.drafted(by)
        signer = guarantor(agreement)
        named(
            world,
            agreement,
            replace(signer, party=signer.party.model_copy(update={"name": hostile})),
        )
        signed(world, by, agreement)
        token = agreement_actions.invite(by=world.system, agreement_id=agreement.id, now=world.now)
        pages = (
            visit(by).get(reverse("borrower:agreement", args=[agreement.id])),
            visit().get(reverse("public:sign_beside", kwargs={"token": token})),
        )
        for page in pages:
            assert "&lt;script&gt;alert(1)" in page.text
            assert "<script>alert" not in page.text
            assert "{{ 7*7 }}" in page.text

    def test_is_nobody_elses(self, visit):
        path = reverse("public:sign_beside", kwargs={"token": "0" * 64})
        assert visit().get(path).status_code == 404


def at_the_desk(visit):
    client = visit()
    client.force_login(Staff.objects.get(role="supervisor"))
    session = client.session
    session[access.ONE_CLICK] = True
    session.save()
    return client


def with_party(world, agreement, role):
    loan = agreement.offer.offer_set.loans[0]
    return loan_actions.add_party(
        by=world.staff("supervisor"),
        loan_id=loan.id,
        role=role,
        name="赵磊",
        phone="13800001234",
        now=world.now,
    )


class TestSomebodyInTheContract:
    def test_who_borrowed_too_signs_too(self, world, by, visit):
        agreement = world.drafted(by)
        party = with_party(world, agreement, "co_borrower")
        world.read(by, agreement)
        with pytest.raises(AgreementError, match="signer_unnamed"):
            world.code(by, agreement)
        desk = at_the_desk(visit)
        address = reverse("desk:name_signers", kwargs={"case_id": agreement.case_id})
        assert address in desk.get(reverse("desk:case", args=[agreement.case_id])).text
        assert "赵磊" in desk.get(address).text
        assert desk.post(address, {}).status_code == 422
        form = {f"account-{party.id}": "demo-zhaolei"}
        assert desk.post(address, form).status_code == 422
        form[f"id-{party.id}"] = "999**********0002"
        assert desk.post(address, form).status_code == 302
        _, beside_them = agreement_queries.signers(agreement)
        said = agreement_queries.contents(Agreement.objects.get())
        debts = {debt.loan_id: debt for debt in said.debts}
        own = debts[str(party.loan_id)].result["totals"]["payment_minor"]
        assert agreement_queries.answered_minor(beside_them) == own
        world.read(by, agreement)
        assert world.code(by, agreement)

    def test_who_guarantees_is_asked_before_it_gets_heavier(self, world, by, monkeypatch):
        agreement = world.drafted(by)
        party = with_party(world, agreement, "guarantor")
        world.read(by, agreement)
        monkeypatch.setattr(beside, "_is_heavier", lambda _: True)
        with pytest.raises(AgreementError, match="guarantor_unasked"):
            world.code(by, agreement)
        consents.request(
            by=world.staff("supervisor"),
            case_id=agreement.case_id,
            party_id=party.id,
            terms_sha256=agreement.schedule_sha256,
            before=[],
            after=[],
            now=world.now,
        )
        world.sign(by, agreement, world.code(by, agreement))
        (record,) = agreement_queries.evidence(agreement)
        assert record.evidence["unbound_guarantors"] == [str(party.id)]

    def test_who_guarantees_need_not_be_asked_when_it_gets_lighter(self, world, by, monkeypatch):
        agreement = world.drafted(by)
        with_party(world, agreement, "guarantor")
        world.read(by, agreement)
        monkeypatch.setattr(beside, "_is_heavier", lambda _: False)
        assert world.code(by, agreement)


class TestEverythingAboutAnAgreement:
    def test_is_one_button_away(self, world, by, visit):
        agreement = world.in_force(by)
        address = reverse("borrower:copy", kwargs={"agreement_id": agreement.id})
        page = visit(by).get(reverse("borrower:agreement", kwargs={"agreement_id": agreement.id}))
        assert address in page.text
        answer = visit(by).post(address)
        assert answer["Content-Type"] == "application/zip"
        assert bundle.differences(answer.content) == []
        assert visit(by).get(address).status_code == 405
        assert visit(world.borrower("zhaolei")).post(address).status_code in (404, 409)


class TestAnAgreementOnThePhone:
    def test_is_recorded_at_the_desk_and_its_letter_reaches_the_borrower(self, world, by, visit):
        offer_set = world.offered(by)
        offer = offer_set.offers_in_order[0]
        desk = at_the_desk(visit)
        address = reverse("desk:record_oral", kwargs={"case_id": offer_set.case_id})
        assert desk.post(address, {}).status_code == 422
        form = {
            "offer": str(offer.id),
            "recording": "ab" * 32,
            "minutes": "4",
            "said_at": "2026-11-24T09:00",
            "words": "可以，就按这个方案",
            "read_out": "1",
        }
        assert desk.post(address, form | {"minutes": "0"}).status_code == 422
        assert desk.post(address, form | {"said_at": "2036-11-24T09:00"}).status_code == 422
        assert desk.post(address, form).status_code == 302
        run_jobs()
        agreement = Agreement.objects.get()
        paper = {"agreement_id": agreement.id, "kind": "oral_confirmation"}
        letter = visit(by).get(reverse("borrower:paper", kwargs=paper))
        assert letter.content.startswith(b"%PDF")


class TestAnAgreementThatIsOver:
    @pytest.mark.parametrize(
        ("end", "said"),
        [
            ("withdrawn", "You took this agreement back."),
            ("completed", "Nothing more is owed."),
            ("superseded", "A newer agreement has taken its place."),
        ],
    )
    def test_says_so_first(self, world, by, visit, end, said):
        agreement = world.in_force(by)
        Agreement.objects.filter(id=agreement.id).update(state=end, ended_at=world.now)
        page = visit(by).get(reverse("borrower:agreement", args=[agreement.id])).text
        assert said in page
        assert "It no longer asks anything of you." in page
        assert "We both hold a copy" not in page
