"""Collectors: told, chased, escalated; and asking before they call."""

from __future__ import annotations

import os
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.db import connection
from joserfc import jwt
from joserfc.jwk import KeySet

from repact.server.audit import actor
from repact.server.cases import actions as case_actions
from repact.server.clock import ports
from repact.server.connectors.errors import ConnectorError
from repact.server.jobs import recalling
from repact.server.loans.models import Loan
from repact.server.notices import recalls, standstill
from repact.server.notices.errors import NoticeError
from repact.server.notices.models import Recall
from repact.server.people import actions as people_actions
from tests.conftest import KEY, running
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.world import At, at_once, run_jobs

HEADERS = {"Authorization": f"Bearer {KEY}"}
ROUNDS = int(os.environ.get("REPACT_ROUNDS", "25"))


@pytest.fixture(scope="module")
def collector(tmp_path_factory):
    with running(tmp_path_factory.mktemp("agency"), "agency") as (address,):
        yield address


@pytest.fixture
def agency(world, collector, settings):
    """An agency with all of the borrower's debts."""
    settings.REPACT_AGENCY_KEYS = {"north": KEY}
    recalls.register_agency(
        by=world.system, code="north", name="North", url=collector, now=world.now
    )
    recalls.place(by=world.system, agency_code="north", loan_refs=refs(world), now=world.now)
    habit(collector, slow=False)
    yield collector
    httpx.delete(f"{collector}/api/faults", headers=HEADERS)


def refs(world):
    found = Loan.objects.filter(borrower_id=world.borrower().id, state="open").order_by("ref")
    return list(found.values_list("ref", flat=True))


def habit(collector, *, slow):
    httpx.post(f"{collector}/api/habits", json={"slow": slow}, headers=HEADERS).raise_for_status()


def collecting(collector, ref):
    return httpx.get(f"{collector}/api/debts/{ref}", headers=HEADERS).json()["collecting"]


def states():
    return {(row.kind, row.state) for row in Recall.objects.all()}


def ask(world, channel="call", person="debtor", now=None):
    return standstill.answer(
        loan_ref=refs(world)[0],
        channel=channel,
        person=person,
        collector="north",
        now=now or world.now,
    )


class TestAnAgency:
    def test_is_told_to_stop_and_confirms(self, world, agency):
        case = world.submitted(world.borrower())
        run_jobs()
        assert states() == {("hold", "confirmed")}
        assert [collecting(agency, ref) for ref in refs(world)] == [False] * len(refs(world))
        assert recalls.told(case.id) == recalls.Told(told=1, confirmed=1)

    def test_is_told_that_it_may_go_on(self, world, agency):
        case = world.submitted(world.borrower())
        run_jobs()
        case_actions.withdraw(by=world.borrower(), case_id=case.id, now=world.now)
        run_jobs()
        assert ("release", "confirmed") in states()
        assert collecting(agency, refs(world)[0])

    def test_is_told_of_the_plan(self, world, agency):
        world.in_force(world.borrower())
        assert ("plan", "confirmed") in states()

    def test_that_is_silent_is_told_again_as_the_same(self, world, agency):
        fault = {"kind": "timeout_after_commit", "count": len(refs(world)), "path": "/api/recalls"}
        httpx.post(f"{agency}/api/faults", json=fault, headers=HEADERS).raise_for_status()
        case = world.submitted(world.borrower())
        run_jobs()
        assert states() == {("hold", "waiting")}
        assert recalls.told(case.id).confirmed == 0
        recalling.chase(by=world.system, now=world.now + timedelta(minutes=5))
        assert states() == {("hold", "confirmed")}

    def test_is_counted_on_the_borrowers_page(self, world, agency, client_of):  # noqa: F811
        habit(agency, slow=True)
        case = world.submitted(world.borrower())
        run_jobs()
        phone = client_of("borrower")
        phone.cookies["language"] = "en"
        page = phone.get(f"/case/{case.id}/").content.decode()
        assert "Told to 1 companies that collect for us; 0 have confirmed." in page
        for item in recalls.worklist():
            recalls.confirm_recall(by=world.system, recall_id=item.id, at=world.now, now=world.now)
        page = phone.get(f"/case/{case.id}/").content.decode()
        assert "Told to 1 companies that collect for us; 1 have confirmed." in page

    def test_confirms_by_itself_over_the_api(self, world, agency, client):
        habit(agency, slow=True)
        world.submitted(world.borrower())
        run_jobs()
        (code,) = {item.agency.code for item in recalls.worklist()}
        key = recalls.issue_agency_key(by=world.system, agency_code=code, now=world.now)
        for item in recalls.worklist():
            url = f"/api/v1/standstill/recalls/{item.id}/confirm"
            assert client.post(url).status_code == 401
            for _ in range(2):
                said = client.post(url, headers={"authorization": f"Bearer {key}"}).json()
                assert said["state"] == "confirmed"
        assert states() == {("hold", "confirmed")}

    def test_is_confirmed_by_nobody_else(self, world, agency, client):
        habit(agency, slow=True)
        world.submitted(world.borrower())
        run_jobs()
        recalls.register_agency(
            by=world.system, code="other", name="Other", url=agency, now=world.now
        )
        other = recalls.issue_agency_key(by=world.system, agency_code="other", now=world.now)
        lenders = people_actions.issue_api_key(by=world.system, label="core", now=world.now)
        for item in recalls.worklist():
            url = f"/api/v1/standstill/recalls/{item.id}/confirm"
            for key in (other, lenders):
                said = client.post(url, headers={"authorization": f"Bearer {key}"})
                assert said.json()["code"] == "notices.unknown_recall"
        assert states() == {("hold", "told")}

    def test_has_a_key_for_its_own_debts_and_nothing_else(self, world, agency, client):
        recalls.register_agency(
            by=world.system, code="other", name="Other", url=agency, now=world.now
        )
        (ref, *_) = refs(world)
        address = f"/api/v1/standstill/loans/{ref}"
        contact = {
            "channel": "call",
            "person": "debtor",
            "effective": True,
            "at": world.now.isoformat(),
        }
        key = recalls.issue_agency_key(by=world.system, agency_code="other", now=world.now)
        headers = {"authorization": f"Bearer {key}"}
        for answer in (
            client.get(address, headers=headers),
            client.post(
                f"{address}/contacts", contact, content_type="application/json", headers=headers
            ),
        ):
            assert answer.json()["code"] == "notices.loan.not_found"
        recalls.place(by=world.system, agency_code="other", loan_refs=[ref], now=world.now)
        assert client.get(address, headers=headers).json()["may_contact"] is True
        other_door = f"/api/v1/agreements/{world.lender.id}"
        assert client.get(other_door, headers=headers).status_code == 401
        with pytest.raises(NoticeError, match="unknown_agency"):
            recalls.issue_agency_key(by=world.system, agency_code="none", now=world.now)

    def test_that_does_not_confirm_is_chased_and_escalated_once(self, world, agency):
        habit(agency, slow=True)
        world.submitted(world.borrower())
        run_jobs()
        assert states() == {("hold", "told")}
        for hours in (5, 25, 30):
            recalling.chase(by=world.system, now=world.now + timedelta(hours=hours))
        items = list(recalls.worklist())
        assert {item.escalated_at for item in items} == {world.now + timedelta(hours=25)}
        for item in items:
            body = {"recall_id": str(item.id)}
            httpx.post(f"{agency}/api/confirm", json=body, headers=HEADERS).raise_for_status()
        recalling.chase(by=world.system, now=world.now + timedelta(hours=40))
        assert list(recalls.worklist()) == []

    def test_hears_only_the_newest(self, world, agency):
        down = {"kind": "down", "path": "/api/recalls"}
        httpx.post(f"{agency}/api/faults", json=down, headers=HEADERS).raise_for_status()
        case = world.submitted(world.borrower())
        run_jobs()
        case_actions.withdraw(by=world.borrower(), case_id=case.id, now=world.now)
        run_jobs()
        httpx.delete(f"{agency}/api/faults", headers=HEADERS)
        recalling.chase(by=world.system, now=world.now + timedelta(minutes=5))
        assert states() == {("hold", "superseded"), ("release", "confirmed")}
        assert collecting(agency, refs(world)[0])

    def test_gets_no_debt_that_is_on_hold(self, world, agency):
        world.submitted(world.borrower())
        with pytest.raises(NoticeError, match=r"notices.on_hold"):
            recalls.place(
                by=world.system, agency_code="north", loan_refs=refs(world), now=world.now
            )


class TestTheCore:
    """Old debits and reminders stop and go on at the core, after a silence too."""

    def command(self, world, job):
        fault = {"kind": "timeout_after_commit", "count": 1, "path": "/api/commands"}
        url = f"{settings.REPACT_CORE_URL}/api/faults"
        httpx.post(url, json=fault, headers=HEADERS).raise_for_status()
        with pytest.raises(ConnectorError, match=r"connectors.unreachable"):
            run_jobs()
        with connection.cursor() as cursor:  # what the queue's retry does
            cursor.execute("UPDATE procrastinate_jobs SET status = 'todo'")
        assert job in run_jobs()

    def at_the_core(self, ref):
        url = f"{settings.REPACT_CORE_URL}/api/loans/{ref}"
        loan = httpx.get(url, headers=HEADERS).json()
        return loan["automatic_debit"], loan["reminders"]

    def test_stops_and_says_so_once_it_was_heard(self, world, client_of):  # noqa: F811
        ref = refs(world)[0]
        case = world.submitted(world.borrower())
        phone = client_of("borrower")
        phone.cookies["language"] = "en"
        assert "has not confirmed yet" in phone.get(f"/case/{case.id}/").content.decode()
        self.command(world, "jobs.send_holds")
        assert self.at_the_core(ref) == ("stopped", "stopped")
        assert "has confirmed" in phone.get(f"/case/{case.id}/").content.decode()

    def test_goes_on_once_the_request_ended(self, world):
        ref = refs(world)[0]
        case = world.submitted(world.borrower())
        run_jobs()
        case_actions.withdraw(by=world.borrower(), case_id=case.id, now=world.now)
        self.command(world, "jobs.send_releases")
        assert self.at_the_core(ref) == ("running", "running")

    def test_does_not_go_on_under_a_plan(self, world):
        ref = refs(world)[0]
        world.in_force(world.borrower())
        assert self.at_the_core(ref) == ("stopped", "stopped")


class TestTheAnswer:
    def test_is_no_while_a_case_is_open(self, world):
        world.submitted(world.borrower())
        assert ask(world).because == ("case_open",)

    def test_is_no_under_a_plan(self, world):
        ref = refs(world)[0]
        world.in_force(world.borrower())
        found = standstill.answer(
            loan_ref=ref, channel="call", person="debtor", collector="c", now=world.now
        )
        assert found.because == ("plan_in_force",)

    def test_is_yes_by_day_and_no_by_night(self, world):
        assert ask(world).may_contact
        night = world.now.replace(hour=15)
        assert ask(world, now=night).because == ("CN-COL-01",)

    def test_is_no_to_people_who_do_not_owe(self, world):
        assert not ask(world, person="unrelated").may_contact

    def test_is_no_after_three_calls_whoever_made_them(self, world, client):
        token = people_actions.issue_api_key(by=world.system, label="n", now=world.now)
        headers = {"Authorization": f"Bearer {token}"}
        body = {"channel": "call", "person": "debtor", "effective": True}
        address = f"/api/v1/standstill/loans/{refs(world)[0]}"
        for _ in range(3):
            assert client.get(address, headers=headers).json()["may_contact"] is True
            said = {**body, "at": world.now.isoformat()}
            answer = client.post(
                f"{address}/contacts", said, content_type="application/json", headers=headers
            )
            assert answer.status_code == 200
        last = client.get(address, headers=headers).json()
        assert (last["may_contact"], last["because"]) == (False, ["CN-COL-03"])

    def test_is_for_nobody_without_a_key(self, world, client):
        assert client.get(f"/api/v1/standstill/loans/{refs(world)[0]}").status_code == 401

    def test_knows_no_other_debt(self, world, client):
        token = people_actions.issue_api_key(by=world.system, label="n", now=world.now)
        answer = client.get(
            "/api/v1/standstill/loans/none", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 404


class TestTheToken:
    def test_is_proved_by_the_public_key_alone_and_expires(self, world, client):
        found = ask(world)
        keys = KeySet.import_key_set(client.get("/api/v1/standstill/keys").json())
        claims = jwt.decode(found.token, keys, algorithms=["ES256"]).claims
        assert claims["sub"] == refs(world)[0]
        assert claims["may_contact"] is True
        assert claims["exp"] - claims["iat"] == 5 * 60
        assert "d" not in client.get("/api/v1/standstill/keys").json()["keys"][0]

    def test_lives_by_real_time(self, world):
        with ports.using(At(world.now + timedelta(days=3))):
            assert ask(world).expires_at.date() == (world.now + timedelta(days=3)).date()


@pytest.mark.django_db(transaction=True)
def test_one_event_recalls_once_however_often_it_is_carried(world, agency):
    case = world.submitted(world.borrower())
    event = world.borrower().id
    ids = list(Loan.objects.filter(ref__in=refs(world)).values_list("id", flat=True))
    Recall.objects.all().delete()

    def one():
        return len(
            recalls.recall(
                by=world.system,
                kind="hold",
                loan_ids=ids,
                case_id=case.id,
                event_id=event,
                now=world.now,
            )
        )

    made = at_once(8, world.lender.id, one)
    assert sorted(made) == [0] * 7 + [len(ids)], made
    assert world.system.role == actor.SYSTEM


@pytest.mark.django_db(transaction=True)
def test_eight_chasers_at_once_tell_an_agency_once(world, agency):
    world.submitted(world.borrower())
    run_jobs()
    item = Recall.objects.first()
    for round_ in range(ROUNDS):
        now = world.now + timedelta(days=round_)
        Recall.objects.filter(id=item.id).update(
            state="waiting", confirmed_at=None, attempts=0, next_at=now
        )

        def one(now=now):
            return recalls.take_recall(by=world.system, recall_id=item.id, now=now) is not None

        assert sorted(at_once(8, world.lender.id, one)) == [False] * 7 + [True], round_
    assert Recall.objects.get(id=item.id).attempts == 1
