"""Pages speak in the currency of the debt they are about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from repact.server.clock import ports
from repact.server.loans.models import Loan
from repact.server.pages import access, currency, sentences
from repact.server.pages.middleware import BORROWER_SESSION, IDENTIFIED_AT
from repact.server.people.models import Staff


@pytest.fixture
def by(world, settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    return world.borrower()


def phone(by, language="en"):
    client = Client(HTTP_HOST="127.0.0.1", headers={"accept-language": language})
    session = client.session
    session[BORROWER_SESSION] = str(by.id)
    session[IDENTIFIED_AT] = (ports.now() - timedelta(minutes=1)).isoformat()
    session.save()
    return client


class TestAPage:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_of_a_borrower_is_in_the_currency_of_their_loans(self, world, by, language):
        case = world.answered(by)
        address = reverse("borrower:question", kwargs={"case_id": case.id, "screen": "check"})
        text = phone(by, language).get(address).content.decode()
        assert "¥6,000.00" in text
        Loan.objects.filter(borrower_id=by.id).update(currency="GBP")
        text = phone(by, language).get(address).content.decode()
        assert "£6,000.00" in text
        assert "¥" not in text

    def test_at_the_desk_is_in_the_currency_of_the_case(self, world, by):
        offer_set = world.offered(by)
        Loan.objects.filter(borrower_id=by.id).update(currency="SGD")
        desk = Client(HTTP_HOST="127.0.0.1", headers={"accept-language": "en"})
        desk.force_login(Staff.objects.get(role="supervisor"))
        session = desk.session
        session[access.ONE_CLICK] = True
        session.save()
        page = desk.get(reverse("desk:case", kwargs={"case_id": offer_set.case_id}))
        text = page.content.decode()
        assert page.status_code == 200
        assert "S$111.11 waived" in " ".join(text.split())
        assert "¥" not in text

    def test_of_nothing_in_particular_is_in_that_of_the_lender(self, world, rf):
        world.lender.currency = "EUR"
        request = rf.get("/")
        request.lender = world.lender
        middle = currency.CurrencyMiddleware(lambda _: currency.written(1_234))
        assert middle(request) == "¥12.34"
        middle.process_view(request, None, (), {})
        assert currency.written(1_234) == "€12.34"
        assert "€0.05" in sentences.told("paid", {"amount_minor": 5})

    def test_can_say_it_knows_better(self):
        currency.show("USD")
        assert currency.written(-100) == "$−1.00"
        currency.show("INR")
        assert currency.written(None) == "INR –"
