"""Plans and offers over HTTP: quoted, countered, proposed, accepted; refusals are problems."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from repact.server.agreements.models import Agreement
from repact.server.offers.models import OfferSet
from repact.server.pages.middleware import BORROWER_SESSION
from repact.server.people import actions as people_actions

JSON = "application/json"


@pytest.fixture(autouse=True)
def _static_files(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def key(world):
    return people_actions.issue_api_key(by=world.system, label="core", now=world.now)


@pytest.fixture
def lender_client(key):
    return Client(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {key}")


@pytest.fixture
def borrower_client(world):
    client = Client(HTTP_HOST="127.0.0.1")
    session = client.session
    session[BORROWER_SESSION] = str(world.borrower().id)
    session.save()
    return client


class TestProposing:
    def test_gives_the_same_set_for_the_same_key(self, world, lender_client):
        case = world.submitted(world.borrower())
        url = f"/api/v1/cases/{case.id}/offers:propose"
        first = lender_client.post(url, headers={"Idempotency-Key": "k-1"})
        again = lender_client.post(url, headers={"Idempotency-Key": "k-1"})
        assert first.status_code == 200
        assert first.json()["set"]["id"] == again.json()["set"]["id"]
        assert OfferSet.objects.count() == 1

    def test_wants_an_idempotency_key(self, world, lender_client):
        case = world.submitted(world.borrower())
        answer = lender_client.post(f"/api/v1/cases/{case.id}/offers:propose")
        assert (answer.status_code, answer.json()["code"]) == (400, "api.idempotency_key_missing")
        assert answer["Content-Type"] == "application/problem+json"

    def test_wants_a_key_of_the_lender(self, world):
        case = world.submitted(world.borrower())
        answer = Client(HTTP_HOST="127.0.0.1").post(f"/api/v1/cases/{case.id}/offers:propose")
        assert answer.status_code == 401


class TestCountering:
    def test_answers_the_borrower_and_the_lender_alike(self, world, lender_client, borrower_client):
        offer_set = world.offered(world.borrower())
        body = {"case_id": str(offer_set.case_id), "wish": {"pay_minor": 80_000}}
        answers = [
            client.post("/api/v1/plans:counter", json.dumps(body), content_type=JSON)
            for client in (lender_client, borrower_client)
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
        assert answers[0].json()["plans"][0]["rows"]

    def test_is_nobody_elses(self, world):
        body = {"case_id": str(world.offered(world.borrower()).case_id), "wish": {"pay_minor": 1}}
        answer = Client(HTTP_HOST="127.0.0.1").post(
            "/api/v1/plans:counter", json.dumps(body), content_type=JSON
        )
        assert answer.status_code == 401


class TestAccepting:
    def accept(self, client, offer, **changed):
        body = {"content_sha256": offer.content_sha256, **changed}
        return client.post(
            f"/api/v1/offers/{offer.id}:accept",
            json.dumps(body),
            content_type=JSON,
            headers={"Idempotency-Key": "tap"},
        )

    def test_drafts_one_agreement_however_often(self, world, borrower_client):
        offer = world.offered(world.borrower()).offers_in_order[0]
        first, again = (self.accept(borrower_client, offer) for _ in range(2))
        assert first.status_code == again.status_code == 200
        assert first.json() == again.json()
        assert Agreement.objects.count() == 1

    def test_of_something_else_under_the_same_key_is_a_conflict(self, world, borrower_client):
        first, second = world.offered(world.borrower()).offers_in_order[:2]
        assert self.accept(borrower_client, first).status_code == 200
        answer = self.accept(borrower_client, second)
        assert (answer.status_code, answer.json()["code"]) == (409, "offers.key_reused")
        assert Agreement.objects.count() == 1

    def test_of_another_version_is_a_conflict(self, world, borrower_client):
        offer = world.offered(world.borrower()).offers_in_order[0]
        answer = self.accept(borrower_client, offer, content_sha256="0" * 64)
        assert (answer.status_code, answer.json()["code"]) == (409, "offers.changed")

    def test_of_anothers_plan_finds_nothing(self, world, borrower_client):
        offer = world.offered(world.borrower("zhaolei")).offers_in_order[0]
        assert self.accept(borrower_client, offer).status_code == 404


class TestQuoting:
    def test_meets_a_target_without_storing_anything(self, world, lender_client):
        offer_set = world.offered(world.borrower())
        part = offer_set.offers_in_order[0].parts[0]
        body = {
            "position": part["position"],
            "terms": part["terms"],
            "target": {"payment_max_minor": 80_000},
            "free": "count",
        }
        answer = lender_client.post("/api/v1/plans:quote", json.dumps(body), content_type=JSON)
        assert answer.status_code == 200
        assert all(row["payment_minor"] <= 80_000 for row in answer.json()["rows"])

    def test_of_no_json_is_a_problem(self, world, lender_client):
        answer = lender_client.post("/api/v1/plans:quote", "{", content_type=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "api.not_json")
