"""The pages around a case: opened and used without a script, by the borrower and at the desk."""

from __future__ import annotations

import re

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from repact.server.audit import actor
from repact.server.cases import consents, relief
from repact.server.cases.models import Case, HoldExtension, SharedRequest
from repact.server.evidence.models import Consent, EvidenceFile
from repact.server.loans import actions as loan_actions
from repact.server.loans.models import Hold, Loan
from repact.server.notices import gate
from repact.server.notices.models import Contact
from repact.server.reviews import actions as review_actions
from repact.server.reviews.models import Refusal
from tests.conftest import KEY
from tests.integration.test_evidence import picture
from tests.integration.test_relief import started
from tests.integration.world import run_jobs


def do(client: Client, case: Case, what: str, **form: object):
    return client.post(reverse("borrower:change", args=[case.id, what]), form)


def desk(client: Client, case: Case, what: str, **form: object):
    return client.post(reverse("desk:change", args=[case.id, what]), form)


class TestTheShortForm:
    def test_has_nine_screens(self, world, site):
        case = world.draft(world.borrower())
        page = site("borrower").get(reverse("borrower:question", args=[case.id, "start"]))
        assert "/ 9" in page.text or "共 9" in page.text or "of 9" in page.text

    def test_grows_for_a_business_alone(self, world, site):
        by, client = world.borrower(), site("borrower")
        case = world.answered(by, reasons={"reasons": ["business"]})
        answer = client.post(
            reverse("borrower:question", args=[case.id, "income"]), {"amount": "3000"}
        )
        assert answer.url.endswith("/business/")
        sums = {
            "takings": "20000",
            "wages": "5000",
            "taxes": "300",
            "rent": "3000",
            "costs": "2000",
        }
        form = {"kind": "sole_trader", "period": "monthly", "low_months": ["1", "2"], **sums}
        answer = client.post(
            reverse("borrower:question", args=[case.id, "business"]),
            {**form, "low_takings": "15000"},
        )
        assert answer.status_code == 302
        case.refresh_from_db()
        assert case.answers["business"]["low_months"] == [1, 2]

    def test_takes_periods_and_what_comes_first(self, world, site):
        case, client = world.answered(world.borrower()), site("borrower")
        form = {"amount": "1500", "period": "weekly", "more_amount": "500", "source": "partner"}
        client.post(reverse("borrower:question", args=[case.id, "income"]), form)
        form = {"people": "2", "rent": "1800", "food": "1600", "arrears_rent": "900", "debts": "50"}
        client.post(reverse("borrower:question", args=[case.id, "household"]), form)
        case.refresh_from_db()
        assert case.answers["income"]["period"] == "weekly"
        assert case.answers["household"]["arrears"] == [{"kind": "rent", "amount_minor": 90_000}]
        for screen in ("income", "household", "ability"):
            page = client.get(reverse("borrower:question", args=[case.id, screen]))
            assert page.status_code == 200

    def test_asks_once_why_something_is_unusual(self, world, site):
        case, client = world.answered(world.borrower()), site("borrower")
        form = {"people": "1", "rent": "90000"}
        answer = client.post(reverse("borrower:question", args=[case.id, "household"]), form)
        assert answer.url.endswith("/unusual/")
        assert client.get(answer.url).status_code == 200
        answer = client.post(answer.url, {"reason_rent": "fixed_contract"})
        assert answer.url.endswith("/ability/")

    def test_asks_no_number_where_nothing_is_left(self, world, site):
        case, client = world.answered(world.borrower()), site("borrower")
        client.post(reverse("borrower:question", args=[case.id, "income"]), {"amount": "100"})
        address = reverse("borrower:question", args=[case.id, "ability"])
        assert "field-monthly" not in client.get(address).text
        answer = client.post(address, {"nothing_left": "1", "payday": "15"})
        assert answer.status_code == 302


class TestTheBorrowersPage:
    def test_keeps_the_pause_and_takes_the_request_back(self, world, site):
        case, client = world.submitted(world.borrower()), site("borrower")
        for what in ("renew", "adviser"):
            assert do(client, case, what).status_code == 302
        assert HoldExtension.objects.count() == 2
        assert client.get(reverse("borrower:progress", args=[case.id])).status_code == 200
        assert do(client, case, "withdraw").url == reverse("borrower:home")
        assert Hold.objects.get().released_because == "withdrawn"
        assert client.get(reverse("borrower:progress", args=[case.id])).status_code == 200

    def test_takes_a_paper_with_its_consent_and_gives_it_back(self, world, site):
        case, client = world.submitted(world.borrower()), site("borrower")
        for consented in ("", "1"):
            sent = {"kind": "medical_record", "consent": consented}
            upload = _upload("paper.png")
            do(client, case, "send", file=upload, **sent)
        assert EvidenceFile.objects.count() == Consent.objects.count() == 1
        do(client, case, "take-consent-back", kind="medical_record")
        assert EvidenceFile.objects.get().state == "withdrawn"

    def test_asks_for_a_second_look(self, world, site):
        by, client = world.borrower(), site("borrower")
        case = world.submitted(by)
        review_actions.take(by=world.staff(), case_id=case.id, now=world.now)
        desk(
            site(actor.AGENT),
            case,
            "refuse",
            rule="policy.plans_per_year",
            change="person",
            words="",
        )
        page = client.get(reverse("borrower:progress", args=[case.id]))
        assert reverse("borrower:change", args=[case.id, "appeal"]) in page.text
        do(client, case, "appeal", words="请再看看")
        assert Refusal.objects.get().appealed_at
        boss = site(actor.SUPERVISOR)
        assert "请再看看" in boss.get(reverse("desk:case", args=[case.id])).text
        desk(boss, case, "decide-appeal", answer="overturn", words="")
        case.refresh_from_db()
        assert case.state == "in_review"

    def test_asks_several_lenders_only_with_consent(self, world, site):
        case, client = world.submitted(world.borrower()), site("borrower")
        assert do(client, case, "ask-lenders", monthly="900").status_code == 409
        do(client, case, "ask-lenders", monthly="900", consent="1")
        run_jobs()
        assert client.get(reverse("borrower:progress", args=[case.id])).status_code == 200
        row = SharedRequest.objects.get()
        agent = site(actor.AGENT)
        assert agent.get(reverse("desk:many")).status_code == 200
        agent.post(reverse("desk:decide_share", args=[row.id]), {"answer": "agree"})
        row.refresh_from_db()
        assert row.state == "agreed"
        do(client, case, "stop-sharing")

    def test_warns_before_reviving_a_debt(self, world, site):
        by, client = world.borrower(), site("borrower")
        Loan.objects.filter(borrower_id=by.id).update(limitation_from_date="2020-01-01")
        case = world.submitted(by)
        assert "2023" in client.get(reverse("borrower:progress", args=[case.id])).text
        do(client, case, "acknowledge")
        boss = site(actor.SUPERVISOR)
        desk(boss, case, "approve-limitation")
        assert boss.get(reverse("desk:case", args=[case.id])).status_code == 200

    def test_accepts_help_for_many_by_one_tap(self, world, site):
        program, client = started(world, "linxiaoyu"), site("borrower")
        address = reverse("borrower:accept_relief", args=[program.id])
        assert address in client.get(reverse("borrower:home")).text
        assert client.post(address).status_code == 302
        assert relief.programs()[0].accepted == 1
        assert site(actor.AGENT).get(reverse("desk:many")).status_code == 200


class TestTheDesk:
    def test_shows_how_the_means_were_worked_out(self, world, site):
        case = world.submitted(world.borrower())
        page = site(actor.AGENT).get(reverse("desk:case", args=[case.id])).text
        assert "<details>" in page
        assert "4,680.00" in page or "3,400.00" in page

    def test_keeps_stages_parties_and_exceptions(self, world, site):
        case = world.submitted(world.borrower())
        loan, boss = case.loans.get(), site(actor.SUPERVISOR)
        desk(boss, case, "legal-stage", loan=loan.id, stage="filed")
        person = {"name": "王建国", "phone": "13800001234"}
        desk(boss, case, "add-party", loan=loan.id, role="guarantor", **person)
        desk(boss, case, "exception", until="2027-02-01", reason="病重")
        assert desk(boss, case, "exception", until="soon", reason="x").status_code == 409
        loan.refresh_from_db()
        assert loan.legal_stage == "filed"
        page = boss.get(reverse("desk:case", args=[case.id])).text
        assert "王建国" in page
        assert "病重" in page


class TestAGuarantorsPage:
    def test_shows_both_schedules_and_takes_the_answer(self, world, site):
        case = world.submitted(world.borrower())
        party = loan_actions.add_party(
            by=world.staff(),
            loan_id=case.loans.get().id,
            role="guarantor",
            name="王建国",
            phone="13800001234",
            now=world.now,
        )
        rows = [{"due_date": "2026-12-15", "payment_minor": 100_000}]
        asked = consents.request(
            by=world.staff(),
            case_id=case.id,
            party_id=party.id,
            terms_sha256="a" * 64,
            before=rows,
            after=rows * 2,
            now=world.now,
        )
        client, address = (
            Client(HTTP_HOST="127.0.0.1"),
            reverse("public:consent", args=[asked.token]),
        )
        site("borrower")
        assert "王建国" in client.get(address).text
        assert client.post(address, {"code": "x", "answer": "yes"}).status_code == 422
        client.post(address, {"code": asked.code, "answer": "yes"})
        assert consents.find(asked.token).answer == "consented"
        assert client.get(reverse("public:consent", args=["nothing"])).status_code == 404


class TestAskingAGuarantor:
    """At the desk, for a plan that was chosen: the link goes by text, the code by voice."""

    @pytest.fixture
    def asked(self, world, site, settings, gateway):
        settings.REPACT_SMS_URL, settings.REPACT_SMS_KEY = gateway, KEY
        agreement = world.drafted(world.borrower())
        party = loan_actions.add_party(
            by=world.staff(),
            loan_id=agreement.case.loans.first().id,
            role="guarantor",
            name="王建国",
            phone="13800001234",
            now=world.now,
        )
        return agreement.case, party

    def ask(self, site, asked):
        case, party = asked
        return desk(site("supervisor"), case, "ask-party", party=str(party.id)).text

    def texts(self, gateway):
        headers = {"Authorization": f"Bearer {KEY}"}
        sent = httpx.get(f"{gateway}/api/sent", headers=headers).json()["sent"]
        return [one["text"] for one in sent if one["recipient"] == "13800001234"]

    def test_texts_the_link_and_shows_the_code_alone(self, world, site, gateway, asked):
        before = len(self.texts(gateway))
        page = self.ask(site, asked)
        text, *older = self.texts(gateway)
        assert len(older) == before
        token = re.search(r"/consent/([^/]+)/", text)[1]
        assert token not in page
        assert consents.find(token).party_id == asked[1].id
        code = re.search(r"<strong>(\d{6})</strong>", page)[1]
        assert code not in text
        contact = Contact.objects.get(person="guarantor")
        assert (contact.purpose, contact.by_whom) == ("service", "sms")

    @pytest.mark.parametrize("why", ["no gateway", "a silent gateway", "the night"])
    def test_shows_the_link_where_it_cannot_go(
        self, world, site, settings, gateway, asked, why, monkeypatch
    ):
        before = len(self.texts(gateway))
        if why == "no gateway":
            settings.REPACT_SMS_URL = ""
        elif why == "a silent gateway":
            settings.REPACT_SMS_URL = "http://127.0.0.1:9"
        else:
            monkeypatch.setattr(gate, "judge_secret", lambda *_, **__: gate.Verdict())
        page = self.ask(site, asked)
        assert re.search(r"/consent/[^/<]+/", page)
        assert len(self.texts(gateway)) == before
        assert not Contact.objects.filter(person="guarantor").exists()


def _upload(name: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, picture(), content_type="image/png")
