"""The pages of a running plan, as a borrower and the desk use them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from repact.sandbox import seed
from repact.server.audit import actor
from repact.server.cases.models import Case
from repact.server.clock import ports
from repact.server.loans import actions as loan_actions
from repact.server.pages import access
from repact.server.pages.middleware import BORROWER_SESSION
from repact.server.people import queries as people_queries
from repact.server.people.models import Staff
from repact.server.policies import actions as policy_actions
from repact.server.repayments import moves, resting
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.models import Collection, Payment, Plan, Suspense
from tests.integration import plans
from tests.integration.plans import DUE
from tests.integration.world import ANSWERS, At


@pytest.fixture
def plan(sign, now, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    with ports.using(At(now)):
        yield sign(conduct={"skips": 1, "date_moves": 1, "date_move_days": 10})


@pytest.fixture
def phone(plan):
    client = Client(HTTP_HOST="127.0.0.1")
    session = client.session
    session[BORROWER_SESSION] = str(plan.agreement.borrower_id)
    session.save()
    return client


@pytest.fixture
def phone_with_breaks(sign, phone, plan):
    """The same borrower's agreement with three skips instead of one."""
    other = sign(conduct={"skips": 3})
    session = phone.session
    session[BORROWER_SESSION] = str(other.agreement.borrower_id)
    session.save()
    Plan.objects.filter(agreement=plan.agreement).delete()
    return phone


@pytest.fixture
def desk(plan):
    def of(role):
        staff = Staff.objects.create(
            lender=plan.lender, email=f"{role}@demo.example", name_zh="王", name_en="W", role=role
        )
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(staff)
        session = client.session
        session[access.ONE_CLICK] = True
        session.save()
        return client

    return of


def do(client, act, **form):
    return client.post("/plan/do/", {"act": act, **form})


class TestTheBorrowersPage:
    def test_names_no_last_day_that_is_over_and_offers_help_all_the_same(
        self, phone, plan, monkeypatch
    ):
        who = people_queries.Identity("林小雨", "小雨", "1", "1")
        monkeypatch.setattr(people_queries, "borrower_identity", lambda _: who)
        owner = plan.agreement.borrower_id
        last = repayment_queries.home(borrower_id=owner, now=plans.at(DUE)).last_good_date
        for day, is_named in ((last, True), (last + timedelta(days=1), False)):
            with ports.using(At(plans.at(day))):
                page = phone.get("/home/").content.decode()
            assert ("前还上，计划照常继续" in page) is is_named
            assert "这个月有困难" in page

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_shows_what_can_be_done_and_its_cost(self, phone, language):
        phone.cookies["django_language"] = language
        page = phone.get("/plan/").content.decode()
        assert 'name="amount"' in page
        for act in ("skip", "pay_off", "ask_again", "revoke", "dispute", "withdraw"):
            assert f'value="{act}"' in page

    def test_moves_a_day_only_after_showing_the_cost(self, phone, plan):
        page = phone.get("/plan/", {"to_date": "2026-12-20"}).content.decode()
        assert 'value="move"' in page
        do(phone, "move", number=1, to_date="2026-12-20")
        assert Plan.objects.get().due_date == date(2026, 12, 20)
        do(phone, "undo")
        assert Plan.objects.get().due_date == DUE

    def test_leads_to_a_new_plan_where_the_agreement_has_no_longer_break(self, phone):
        page = phone.get("/plan/").content.decode()
        assert 'href="#again"' in page
        assert 'value="pause"' not in page
        assert phone.get("/plan/", {"pause": "2"}).content.decode().count("problem") >= 1
        assert do(phone, "pause", count=2).status_code == 409

    @pytest.mark.parametrize(
        ("language", "words"),
        [("zh-hans", "2 期共"), ("en", "2 payments")],
    )
    def test_takes_a_break_only_after_showing_the_cost(self, phone_with_breaks, language, words):
        phone_with_breaks.cookies["language"] = language
        assert 'value="pause"' not in phone_with_breaks.get("/plan/").content.decode()
        page = phone_with_breaks.get("/plan/", {"pause": "2"}).content.decode()
        assert 'value="pause"' in page
        assert words in page
        do(phone_with_breaks, "pause", count=2)
        assert Plan.objects.get().due_date == date(2027, 2, 15)
        do(phone_with_breaks, "undo")
        assert Plan.objects.get().due_date == DUE

    def test_shows_what_an_amount_of_ones_own_does_before_it_is_paid(self, phone):
        page = phone.get("/plan/", {"amount": "12.34"}).content.decode()
        assert "12.34" in page
        assert 'name="amount" value="12.34"' in page
        assert not Collection.objects.exists()
        refused = phone.get("/plan/", {"amount": "99999999"})
        assert refused.status_code == 200

    def test_asks_for_a_new_plan_and_takes_it_back(self, phone, plan, system):
        policy_actions.publish(by=system, text=seed.policy_text(), now=plans.at(plans.START))
        case_url = do(phone, "ask_again").url
        case = Case.objects.get(kind="renegotiation")
        assert str(case.id) in case_url
        phone.post(f"/case/{case.id}/do/withdraw/")
        case.refresh_from_db()
        assert case.state == "withdrawn"
        assert Plan.objects.get().standing == "active"

    def test_says_why_a_day_is_too_far(self, phone):
        page = phone.get("/plan/", {"to_date": "2027-12-20"})
        assert "10" in page.content.decode()
        assert do(phone, "move", number=1, to_date="2027-12-20").status_code == 409

    def test_pays_an_amount_of_ones_own_or_everything(self, phone, plan):
        do(phone, "pay", amount="12.34")
        assert Collection.objects.get().amount_minor == 1_234
        Collection.objects.all().delete()
        do(phone, "pay_off")
        assert Collection.objects.get().amount_minor > 600_000

    def test_switches_the_debit_off_and_on(self, phone):
        do(phone, "revoke")
        assert Plan.objects.get().mandate_revoked_at
        do(phone, "grant")
        assert not Plan.objects.get().mandate_revoked_at

    def test_refuses_what_it_does_not_know(self, phone):
        assert do(phone, "everything").status_code == 404
        assert do(phone, "skip", number="x").status_code == 409

    def test_shows_a_receipt_that_adds_up(self, phone, plan):
        plan.pay(50_000, plans.START)
        page = phone.get(f"/plan/receipt/{Payment.objects.get().id}/").content.decode()
        assert page.count("500.00") >= 2

    def test_takes_the_plan_back(self, phone):
        do(phone, "withdraw")
        assert Plan.objects.get().standing == "withdrawn"


class TestWhileAnotherPlanIsAskedFor:
    """In numbers, before and after asking: what one more day late costs, and what is spared."""

    @pytest.fixture
    def case(self, plan, system, monkeypatch):
        """A request begun ten days after the first bill fell due."""
        who = people_queries.Identity("林小雨", "小雨", "1", "1")
        monkeypatch.setattr(people_queries, "borrower_identity", lambda _: who)
        late, policy = plans.at(self.ASKED), seed.policy_text()
        policy_actions.publish(by=system, text=policy, now=late)
        plan.day(self.ASKED)
        with ports.using(At(late)):
            made = moves.ask_again(
                by=plan.borrower, agreement_id=plan.agreement.id, language="en", now=late
            )
            yield made

    ASKED = DUE + timedelta(days=10)

    def send(self, plan, case, mode, ppm=None):
        Case.objects.filter(id=case.id).update(
            state="submitted",
            submitted_at=case.created_at,
            reply_due_at=case.created_at,
            answers=ANSWERS,
        )
        loan_actions.hold(
            by=plan.system,
            loan_ids=[part.loan_id for part in plan.agreement.parts.all()],
            case_id=case.id,
            now=case.created_at,
            mode=mode,
            annual_rate_ppm=ppm,
        )
        resting.heed_requests(by=plan.system, agreement_id=plan.agreement.id, now=case.created_at)

    def figures(self, page):
        found = re.search(r'data-figure="costs">(.*?)</p>', page.content.decode(), re.DOTALL)
        return " ".join(found[1].split()) if found else None

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", "one more day late adds ¥0.00 instead of ¥0.32."),
            ("zh-hans", "协商期间，再逾期一天增加 ¥0.00，平时为 ¥0.32。"),
        ],
    )
    def test_the_request_says_it_before_it_is_sent(self, phone, plan, case, language, words):
        phone.cookies["language"] = language
        assert words in self.figures(
            phone.get(reverse("borrower:question", args=[case.id, "start"]))
        )

    @pytest.mark.parametrize(
        ("mode", "ppm", "words"),
        [
            ("frozen", None, "one more day late adds ¥0.00 instead of ¥0.32."),
            ("reduced", 58_500, "one more day late adds ¥0.16 instead of ¥0.32."),
            ("running", None, "One more day late adds ¥0.32, as signed."),
        ],
    )
    def test_the_plan_and_the_request_say_it(self, phone, desk, plan, case, mode, ppm, words):
        phone.cookies["language"] = "en"
        assert self.figures(phone.get(reverse("borrower:home"))) is None
        self.send(plan, case, mode, ppm)
        pages = reverse("borrower:home"), reverse("borrower:progress", args=[case.id])
        for address in pages:
            assert words in self.figures(phone.get(address))
        agent = desk(actor.AGENT)
        agent.cookies["language"] = "en"
        adds = re.search(r"adds (¥[0-9.]+)", words)[1]
        seen = agent.get(reverse("desk:case", args=[case.id])).content.decode()
        assert f"The running plan: one more day late adds {adds}; as signed ¥0.32." in seen

    def test_the_plan_says_what_interest_is_spared(self, phone, plan, case):
        self.send(plan, case, "frozen")
        with ports.using(At(plans.at(self.ASKED + timedelta(days=10)))):
            for language, words in (
                ("en", "of interest is spared so far"),
                ("zh-hans", "已少计利息"),
            ):
                phone.cookies["language"] = language
                assert words in self.figures(phone.get(reverse("borrower:home")))

    def test_nothing_is_said_once_the_plan_goes_on(self, phone, plan, case):
        self.send(plan, case, "frozen")
        phone.post(reverse("borrower:change", args=[case.id, "withdraw"]))
        resting.heed_requests(by=plan.system, agreement_id=plan.agreement.id, now=case.created_at)
        assert self.figures(phone.get(reverse("borrower:home"))) is None
        assert self.figures(phone.get(reverse("borrower:progress", args=[case.id]))) is None


class TestTheDesk:
    def test_places_what_could_not_be_placed(self, desk, plan):
        kept = plan.pay(5_000, plans.START, value_date=date(2026, 12, 1))
        client = desk(actor.AGENT)
        assert "50.00" in client.get("/desk/money/").content.decode()
        with ports.using(At(plans.at(date(2026, 12, 2)))):
            wrong = client.post(f"/desk/money/{kept.id}/assign/", {"reference": "nothing"})
            assert wrong.status_code == 409
            client.post(f"/desk/money/{kept.id}/assign/", {"reference": plan.agreement.reference})
        assert Suspense.objects.get().state == "assigned"

    def test_sends_back_only_as_a_supervisor(self, desk, plan):
        kept = plan.pay(5_000, plans.START, currency="USD", payer_account="acc-1")
        assert desk(actor.AGENT).post(f"/desk/money/{kept.id}/return/").status_code == 403
        desk(actor.SUPERVISOR).post(f"/desk/money/{kept.id}/return/")
        assert Suspense.objects.get().state == "returned"

    def test_goes_on_after_a_stop(self, desk, plan):
        Plan.objects.update(stopped="repayments.charged_differs")
        client = desk(actor.SUPERVISOR)
        assert "charged_differs" in client.get("/desk/money/").content.decode()
        client.post(f"/desk/money/stopped/{plan.agreement.id}/")
        assert Plan.objects.get().stopped == ""
