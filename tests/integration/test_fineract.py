"""Plans whose record Apache Fineract keeps, in front of the stand-in; never a real Fineract."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

import httpx
import pytest
from django.conf import settings as django_settings
from typer.testing import CliRunner

from repact.cli import server as cli
from repact.server.agreements.models import Agreement
from repact.server.agreements.states import SIGNED
from repact.server.audit import actions as audit_actions
from repact.server.clock import ports
from repact.server.connectors import keepers
from repact.server.connectors.errors import ConnectorError
from repact.server.connectors.fineract import client
from repact.server.jobs import fineract, keeping
from repact.server.lenders.models import Product
from repact.server.loans.models import Loan
from repact.server.reconciliation import actions as reconciliation_actions
from repact.server.reconciliation import queries as reconciliation_queries
from repact.server.reconciliation.errors import ReconciliationError
from repact.server.reconciliation.models import Difference, Keeping
from repact.server.repayments import ending, taking_back
from repact.server.repayments.models import Plan
from tests.conftest import KEY, running
from tests.integration import plans
from tests.integration.plans import START, Hands, as_owner
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.world import run_jobs

AUTH = ("repact", KEY)
FIRST = date(2026, 12, 24)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with running(tmp_path_factory.mktemp("fineract"), "fineract") as (address,):
        yield address


@pytest.fixture
def kept(house, settings):
    """Fineract keeps wallet credit."""
    settings.REPACT_FINERACT_URL, settings.REPACT_FINERACT_USER = house, "repact"
    settings.REPACT_FINERACT_PASSWORD = KEY
    settings.REPACT_CORE_KINDS = {"wallet-credit": "fineract"}
    yield house
    ask("habits", off_by=0)
    httpx.request("DELETE", f"{house}/api/faults", auth=AUTH)


def ask(path, **body):
    url = django_settings.REPACT_FINERACT_URL
    httpx.post(f"{url}/stand-in/{path}", json=body, auth=AUTH).raise_for_status()


def open_at_fineract(loan, principal="6000.00", **changed):
    """The loan as Fineract has it: six payments at 12 % a year, and one penalty."""
    months = [(2026, 12), *((2027, month) for month in range(1, 6))]
    ask(
        "loans",
        id=uuid.uuid4().int % 10**9,
        ref=loan.ref,
        principal=principal,
        rate="12",
        start=START.isoformat(),
        dates=[date(year, month, 24).isoformat() for year, month in months],
        charges=[{"id": 1, "penalty": True, "amount": "7.00"}],
        **changed,
    )


def document():
    """Twelve payments instead of six, the penalty waived: Fineract has words for all of it."""
    waived = {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000}
    changes = {"count": 12, "rounding": "half_even", "measures": [waived]}
    return plans.document(interest=0, first=FIRST, **changes)


@pytest.fixture
def signed(lender, now, kept):
    """A signed agreement over a loan whose record Fineract keeps."""
    Product.objects.create(
        lender=lender, code="wallet-credit", name_zh="z", name_en="e", keeper="core"
    )
    made = plans.agreed(lender, now, (document(),), number=uuid.uuid4().int % 1000 + 1)
    open_at_fineract(made_loan(made))
    turn(made, SIGNED)
    return Agreement.objects.get(id=made.id)


def made_loan(agreement):
    return Loan.objects.get(ref=agreement.contents["debts"][0]["loan_ref"])


def turn(agreement, state):
    with as_owner():
        sealed_at = None if state == SIGNED else agreement.signed_at
        Agreement.objects.filter(id=agreement.id).update(state=state, sealed_at=sealed_at)


def event(by, action, agreement, now):
    with audit_actions.traced("test"):
        return audit_actions.record(by=by, action=action, subject_id=agreement.id, now=now)


def agrees(system, agreement, now):
    return fineract.agrees(agreement, by=system, event_id=ports.new_id(), now=now)


def begun(system, agreement, now):
    """The plan begins; what begins it is told to Fineract."""
    from repact.server.repayments import opening

    turn(agreement, "in_force")
    agreement.refresh_from_db()
    opening.open_plan(agreement, by=system, now=now)
    made = event(system, "test.begin", agreement, now)
    keeping.push_plan(lender_id=str(system.lender_id), event_id=str(made.id))
    return agreement


def tell_payment(system, action, subject_id, now):
    with audit_actions.traced("test"):
        made = audit_actions.record(by=system, action=action, subject_id=subject_id, now=now)
    keeping.push_payment(lender_id=str(system.lender_id), event_id=str(made.id))


def states():
    return [(row.state, row.code) for row in Keeping.objects.all()]


class TestASignedPlan:
    def test_that_fineract_means_too_is_followed_paid_and_compared(self, system, signed, now):
        loan = made_loan(signed)
        before = client.named(loan.ref)
        assert agrees(system, signed, now)
        assert (states(), client.named(loan.ref)) == ([("agreed", "")], before)
        agreement = begun(system, signed, now)
        assert states() == [("kept", "")]
        assert len(client.named(loan.ref).open_periods) == 12
        hands = Hands(agreement.lender, agreement)
        paid = hands.pay(50_000, START)
        tell_payment(system, "test.paid", paid.id, now)
        tell_payment(system, "test.paid", paid.id, now)
        compared = reconciliation_actions.run(by=system, on=START, movements=[], now=now)
        assert not Difference.objects.filter(subject__startswith="core:").exists()
        assert compared.compared > 0
        taking_back.reverse_payment(by=system, payment_id=paid.id, reason="x", now=now)
        tell_payment(system, "repayments.reverse_payment", paid.id, now)
        said = keepers.kept(product_code="wallet-credit", loan_ref=loan.ref, agreement="a")
        assert said.open_minor == Plan.objects.get(agreement=agreement).open_minor

    def test_that_differs_by_one_minor_unit_does_not_begin_and_is_listed(self, system, signed, now):
        ask("habits", off_by=1)
        before = client.named(made_loan(signed).ref)
        assert not agrees(system, signed, now)
        (row,) = reconciliation_queries.not_kept()
        assert (row.state, row.code, row.params["rows"][0]) == ("refused", "fineract.differs", 1)
        assert client.named(made_loan(signed).ref) == before
        ask("habits", off_by=0)
        assert agrees(system, signed, now)
        assert not reconciliation_queries.not_kept().exists()

    def test_in_another_currency_at_fineract_does_not_begin_and_is_listed(
        self, system, signed, now, monkeypatch
    ):
        kept = replace(client.named(made_loan(signed).ref), currency="USD")
        monkeypatch.setattr(client, "named", lambda _: kept)
        assert not agrees(system, signed, now)
        assert Keeping.objects.get().code == "fineract.other_currency"

    def test_waits_while_fineract_is_silent(self, system, signed, now, kept):
        fault = {"kind": "error_500", "count": 1, "method": "POST", "path": "/rescheduleloans"}
        httpx.post(f"{kept}/api/faults", json=fault, auth=AUTH).raise_for_status()
        with pytest.raises(ConnectorError, match=r"connectors.unreachable"):
            agrees(system, signed, now)
        assert states() == []

    def test_changed_after_the_preview_is_listed_and_asked_for_anew(self, system, signed, now):
        assert agrees(system, signed, now)
        ask("habits", off_by=1)
        agreement = begun(system, signed, now)
        assert states() == [("differs", "fineract.differs")]
        paid = Hands(agreement.lender, agreement).pay(50_000, START)
        with pytest.raises(ConnectorError, match=r"fineract.not_kept_yet"):
            tell_payment(system, "test.paid", paid.id, now)
        reconciliation_actions.run(by=system, on=START, movements=[], now=now)
        assert Difference.objects.filter(cause="core_differs").exists()
        ask("habits", off_by=0)
        made = event(system, "test.again", agreement, now)
        keeping.push_plan(lender_id=str(system.lender_id), event_id=str(made.id))
        assert states() == [("kept", "")]

    def test_of_another_core_is_not_asked_about(self, system, signed, now, settings):
        settings.REPACT_CORE_KINDS = {}
        assert agrees(system, signed, now)
        assert states() == []

    def test_of_a_core_nobody_knows_is_refused(self, system, signed, now, settings):
        settings.REPACT_CORE_KINDS = {"wallet-credit": "abacus"}
        with pytest.raises(ConnectorError, match=r"connectors.unknown_core"):
            agrees(system, signed, now)


class TestAPlanTakenBack:
    @pytest.fixture
    def gone(self, system, signed, now):
        """Begun, kept, paid and taken back in its cooling-off days."""
        assert agrees(system, signed, now)
        agreement = begun(system, signed, now)
        hands = Hands(agreement.lender, agreement)
        hands.paid = hands.pay(50_000, START, source="before")
        tell_payment(system, "test.paid", hands.paid.id, now)
        ending.withdraw(by=hands.borrower, agreement_id=agreement.id, now=now)
        self.end(system, agreement, now)
        return hands

    def end(self, system, agreement, now):
        made = event(system, "repayments.withdraw", agreement, now)
        keeping.end_kept_plan(lender_id=str(system.lender_id), event_id=str(made.id))

    def again(self, system, agreement, now):
        made = event(system, "reconciliation.push_again", agreement, now)
        keeping.push_plan(lender_id=str(system.lender_id), event_id=str(made.id))

    def test_is_listed_because_fineract_cannot_undo_it(self, system, gone, now):
        (row,) = reconciliation_queries.not_kept()
        assert (row.state, row.code) == ("differs", "fineract.taken_back")
        self.end(system, gone.agreement, now)  # told twice
        assert reconciliation_queries.not_kept().count() == 1

    def test_is_off_the_list_once_a_person_has_looked(self, system, gone, now):
        before = client.named(made_loan(gone.agreement).ref)
        supervisor, row = gone.supervisor, Keeping.objects.get()
        for _ in range(2):
            reconciliation_actions.try_again(by=supervisor, keeping_id=row.id, now=now)
            self.again(system, gone.agreement, now)
            assert states() == [("kept", "")]
        assert client.named(made_loan(gone.agreement).ref) == before  # nothing is asked of it again

    def test_may_still_lose_a_payment_there_afterwards(self, system, gone, now):
        ref = made_loan(gone.agreement).ref
        open_there = client.named(ref).open_minor
        taking_back.reverse_payment(by=system, payment_id=gone.paid.id, reason="x", now=now)
        with pytest.raises(ConnectorError, match=r"fineract.not_kept_yet"):
            tell_payment(system, "repayments.reverse_payment", gone.paid.id, now)
        self.again(system, gone.agreement, now)
        tell_payment(system, "repayments.reverse_payment", gone.paid.id, now)
        assert client.named(ref).open_minor == open_there + 50_000
        assert made_loan(gone.agreement).principal_minor == 600_000


class TestACurrencyWithoutCents:
    def test_is_not_read_and_the_plan_does_not_begin(self, system, signed, now):
        open_at_fineract(made_loan(signed), currency="JPY", decimals=0)
        with pytest.raises(ConnectorError, match=r"fineract.unreadable") as refused:
            client.named(made_loan(signed).ref)
        assert refused.value.params == {"currency": "JPY"}
        assert not agrees(system, signed, now)
        row = Keeping.objects.get()
        assert (row.state, row.code, row.params) == (
            "refused",
            "fineract.unreadable",
            {"currency": "JPY"},
        )

    def test_in_an_amount_is_refused_by_the_cent(self):
        assert client.minor("12.30") == 1_230
        with pytest.raises(ConnectorError, match=r"fineract.unreadable"):
            client.minor("12.345")


class TestTheWholeWay:
    """A borrower signs a plan Fineract has no words for: a person is called, and it goes on."""

    @pytest.fixture
    def agreement(self, world, kept, settings):
        product = Loan.objects.get(borrower_id=world.borrower().id, state="open").product
        Product.objects.filter(id=product.id).update(keeper="core")
        settings.REPACT_CORE_KINDS = {product.code: "fineract"}
        loan = Loan.objects.get(borrower_id=world.borrower().id, state="open")
        open_at_fineract(loan, "26000.00")
        agreement = world.drafted(world.borrower())
        world.read(world.borrower(), agreement)
        world.sign(world.borrower(), agreement, world.code(world.borrower(), agreement))
        run_jobs()
        agreement.refresh_from_db()
        return agreement

    def test_is_shown_at_the_desk_and_tried_again(self, world, agreement, client_of, settings):  # noqa: F811
        assert agreement.state == SIGNED
        assert states() == [("refused", "fineract.cannot_say")]
        desk = client_of("supervisor")
        page = desk.get("/desk/outside/").content.decode()
        assert agreement.reference in page
        assert "fineract.cannot_say" in page
        assert "它没有对应的说法" in page
        phone = client_of("borrower")
        phone.cookies["language"] = "en"
        address = f"/agreement/{agreement.id}/"
        assert "has not taken the plan yet" in phone.get(address).content.decode()
        settings.REPACT_CORE_KINDS = {}
        row = Keeping.objects.get()
        assert desk.post(f"/desk/outside/kept/{row.id}/").status_code == 302
        run_jobs()
        agreement.refresh_from_db()
        assert agreement.state == "in_force"
        assert "has not taken the plan yet" not in phone.get(address).content.decode()

    @pytest.mark.parametrize(
        ("state", "code", "params", "said"),
        [
            ("differs", "fineract.taken_back", {}, "undo the reschedule there by hand"),
            ("refused", "fineract.unreadable", {"currency": "JPY"}, "a currency without cents"),
            ("refused", "fineract.other_currency", {"currency": "USD"}, "in another currency"),
            ("differs", "fineract.differs_after", {}, "its schedule is another"),
            ("refused", "connectors.refused", {}, "it said no"),
        ],
    )
    def test_says_at_the_desk_what_is_in_the_way(
        self,
        agreement,
        client_of,  # noqa: F811
        state,
        code,
        params,
        said,
    ):
        Keeping.objects.update(state=state, code=code, params=params)
        page = client_of("supervisor").get("/desk/outside/", headers={"accept-language": "en"})
        assert said in page.content.decode()
        assert params.get("currency", "") in page.content.decode()

    def test_is_not_tried_again_by_an_agent(self, world, agreement, client_of):  # noqa: F811
        desk = client_of("agent")
        assert desk.post(f"/desk/outside/kept/{Keeping.objects.get().id}/").status_code == 403

    def test_knows_no_other_plan(self, world, agreement):
        with pytest.raises(ReconciliationError, match=r"reconciliation.not_found"):
            reconciliation_actions.try_again(
                by=world.staff("supervisor"), keeping_id=world.lender.id, now=world.now
            )

    def test_is_previewed_from_the_shell(self, world, agreement):
        case = agreement.case.reference
        made = CliRunner().invoke(cli.app, ["fineract", "preview", case])
        assert made.exit_code == 3
        assert '"refused": "fineract.cannot_say"' in made.stdout
        assert "never run against a real Fineract" in made.stdout


def test_a_preview_of_offers_shows_the_rows_that_differ(world, kept, settings):
    from repact.cli import connecting

    offer_set = world.offered(world.borrower())
    loan = offer_set.loans[0]
    Product.objects.filter(id=loan.product_id).update(keeper="core")
    settings.REPACT_CORE_KINDS = {loan.product.code: "fineract"}
    open_at_fineract(loan, "26000.00")
    for offer in offer_set.offers_in_order:
        part = {**offer.parts[0], "terms": {**offer.parts[0]["terms"], "measures": []}}
        with as_owner():
            type(offer).objects.filter(id=offer.id).update(stored_parts=[part])
    said = connecting.preview(offer_set.case.reference, lender="")
    assert {one["loan_ref"] for one in said["previews"]} == {loan.ref}
    assert any(one.get("differences") for one in said["previews"])
