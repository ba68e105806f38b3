"""The API: exact plans for anyone, agreements for the lender's own systems, coded problems."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from django.test import Client

from repact.plans import document
from repact.plans.result import as_json
from repact.server.people import actions as people_actions
from tests.unit.plans.documents import plan

URL = "/api/v1/plans:schedule"


@pytest.fixture
def client(world, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    return Client(HTTP_HOST="127.0.0.1")


@pytest.fixture
def key(world):
    made = people_actions.issue_api_key(by=world.system, label="test", now=world.now)
    return {"HTTP_AUTHORIZATION": f"Bearer {made}"}


def post(client, body):
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(URL, text, content_type="application/json")


class TestASchedule:
    def test_is_the_engines(self, client):
        answer = post(client, plan())
        assert answer.status_code == 200
        assert answer.json() == as_json(document.validate(document.Document, plan()))

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "[]",
            "{",
            "null",
            '{"position": 1.5}',
            '{"position": {}, "terms": {}, "more": 1}',
            "[" * 100_000,
            "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
        ],
    )
    def test_of_something_else_is_a_coded_problem(self, client, body):
        answer = post(client, body)
        assert answer.status_code == 422
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"].startswith("plan.")


class TestAnAgreement:
    def test_needs_a_key(self, client):
        assert client.get(f"/api/v1/agreements/{uuid.uuid4()}").status_code == 401

    def test_that_is_unknown_is_not_found(self, client, key):
        answer = client.get(f"/api/v1/agreements/{uuid.uuid4()}", **key)
        assert (answer.status_code, answer.json()["code"]) == (404, "agreements.not_found")

    def test_gives_its_figures_and_entries(self, world, client, key):
        agreement = world.in_force(world.borrower())
        made = client.get(f"/api/v1/agreements/{agreement.id}", **key).json()
        assert made["rows"] == agreement.contents["bill"]["rows"]
        answer = client.get(f"/api/v1/agreements/{agreement.id}/entries", **key).json()
        entries = answer["entries"]
        assert "agreement_sealed" in {entry["template"] for entry in entries}
        assert {sum(x["amount_minor"] for x in entry["lines"]) for entry in entries} == {0}

    def test_tells_no_names(self, world, client, key):
        agreement = world.in_force(world.borrower())
        text = client.get(f"/api/v1/agreements/{agreement.id}", **key).content.decode()
        assert "林小雨" not in text


def test_the_description_is_served(client):
    described = client.get("/api/v1/openapi.json").json()
    assert Path("/plans:schedule").name in str(described["paths"])
