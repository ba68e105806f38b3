"""Our port to Fineract against the stand-in; never run against a real Fineract."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

import httpx
import pytest

from repact.plans import document
from repact.plans.result import as_json
from repact.plans.terms import Terms
from repact.server.connectors.errors import ConnectorError
from repact.server.connectors.fineract import applying, client
from repact.server.connectors.fineract.client import Period
from repact.server.connectors.fineract.translating import translate
from tests.conftest import KEY, running

AUTH = ("repact", KEY)
ON = date(2024, 1, 1)
DATES = [f"2024-{month:02d}-01" for month in range(2, 8)]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with running(tmp_path_factory.mktemp("fineract"), "fineract") as (address,):
        yield address


@pytest.fixture
def loan(house, settings):
    """A loan of six payments at 9.4822 percent, with a fee and a penalty."""
    settings.REPACT_FINERACT_URL, settings.REPACT_FINERACT_USER = house, "repact"
    settings.REPACT_FINERACT_PASSWORD = KEY
    name = uuid.uuid4().int % 10**9
    charges = [
        {"id": 1, "penalty": True, "amount": "5.00"},
        {"id": 2, "penalty": False, "amount": "3.00"},
    ]
    body = {"id": name, "principal": "10000.00", "rate": "9.4822", "start": "2024-01-01"}
    ask(house, "loans", **body, dates=DATES, charges=charges)
    yield name
    ask(house, "habits", off_by=0)
    httpx.request("DELETE", f"{house}/api/faults", auth=AUTH)


def ask(house, path, **body):
    httpx.post(f"{house}/stand-in/{path}", json=body, auth=AUTH).raise_for_status()


def terms(*shape, measures=(), rate=94_822, **more):
    return {
        "version": 1,
        "effective_date": "2024-01-01",
        "annual_rate_ppm": rate,
        "day_count": "30/360",
        "rounding": "half_even",
        "measures": list(measures),
        "frequency": {"every": 1, "unit": "month", "anchor_day": 1},
        "first_due_date": "2024-02-01",
        "shape": list(shape),
        **more,
    }


def ours(said, interest=0):
    """Our own engine's rows of the same terms."""
    position = {
        "as_of": "2024-01-01",
        "currency": "CNY",
        "principal_minor": 1_000_000,
        "interest_minor": interest,
        "penalty_minor": 500,
        "fees_minor": 300,
    }
    waived = [m["component"] for m in said["measures"] if m["kind"] == "waive"]
    position |= {f"{name}_minor": 0 for name in ("penalty", "fees") if name not in waived}
    import rfc8785

    made = as_json(document.parse(rfc8785.dumps({"position": position, "terms": said})))
    return [
        Period(date.fromisoformat(row["due_date"]), row["principal_minor"], row["interest_minor"])
        for row in made["rows"]
    ]


def call(function, name, said, rows=None, interest=0, request_id=None, plan_id=None):
    request_id = request_id or uuid.uuid4()
    return function(
        applying.Asked(
            loan_id=name,
            request_id=request_id,
            plan_id=plan_id or request_id,
            terms=Terms.model_validate(said),
            rows=tuple(rows or ours(said, interest)),
            interest_minor=interest,
            reason_id=1,
            on=ON,
        )
    )


LEVEL = {"kind": "level", "count": 6}


class TestADryRun:
    @pytest.mark.parametrize(
        "said",
        [
            terms({"kind": "level", "count": 12}),
            terms({"kind": "level", "count": 24}, rate=40_000),
            terms({"kind": "interest_only", "count": 3}, {"kind": "level", "count": 9}),
        ],
    )
    def test_agrees_with_our_engine_to_the_minor_unit_and_changes_nothing(self, loan, said):
        before = client.loan(loan)
        found = call(applying.dry_run, loan, said)
        assert found.differences == ()
        assert len(found.periods) == len(ours(said))
        assert client.loan(loan) == before

    def test_shows_the_rows_that_differ(self, loan, house):
        ask(house, "habits", off_by=1)
        found = call(applying.dry_run, loan, terms({"kind": "level", "count": 12}))
        first = found.differences[0]
        assert first.number == 1
        assert first.theirs.interest_minor == first.ours.interest_minor + 1

    def test_shows_a_first_period_of_another_length_that_both_count_differently(self, loan):
        monthly = {"every": 1, "unit": "month", "anchor_day": 15}
        said = terms(LEVEL, first_due_date="2024-02-15", frequency=monthly)
        found = call(applying.dry_run, loan, said)
        assert [one.due_date for one in found.periods] == [one.due_date for one in ours(said)]
        assert found.differences


class TestApplying:
    def test_makes_the_loan_follow_the_plan(self, loan):
        said = terms(
            {"kind": "level", "count": 12},
            rate=60_000,
            measures=[
                {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000},
                {"kind": "waive", "component": "fees", "share_ppm": 1_000_000},
            ],
        )
        call(applying.apply, loan, said)
        after = client.loan(loan)
        assert list(after.open_periods) == ours(said)
        assert after.charges == ()
        assert after.annual_rate_ppm == 60_000

    def test_waives_interest_and_pauses_it(self, loan, house):
        said = terms(
            {"kind": "level", "count": 12},
            measures=[
                {"kind": "waive", "component": "interest", "share_ppm": 1_000_000},
                {"kind": "freeze", "from_date": "2025-03-01", "to_date": "2025-04-01"},
            ],
        )
        plain = terms({"kind": "level", "count": 12})
        call(applying.apply, loan, said, rows=ours(plain), interest=4_200)
        shown = httpx.get(f"{house}/loans/{loan}", auth=AUTH).json()
        assert (shown["waived"], shown["pauses"]) == ("42.00", [["2025-03-01", "2025-03-31"]])

    def test_is_refused_when_one_minor_unit_differs_and_nothing_changes(self, loan, house):
        before = client.loan(loan)
        ask(house, "habits", off_by=1)
        with pytest.raises(ConnectorError, match=r"fineract.differs \{"):
            call(applying.apply, loan, terms({"kind": "level", "count": 12}))
        ask(house, "habits", off_by=0)
        assert client.loan(loan) == before

    @pytest.mark.parametrize("path", ["/rescheduleloans", "/loans"])
    def test_after_a_silence_is_done_once(self, loan, house, path):
        said = terms(
            {"kind": "level", "count": 12},
            measures=[{"kind": "waive", "component": "interest", "amount_minor": 1_000}],
        )
        fault = {"kind": "error_500", "count": 1, "method": "POST", "path": path}
        httpx.post(f"{house}/api/faults", json=fault, auth=AUTH).raise_for_status()
        name, rows = uuid.uuid4(), ours(terms({"kind": "level", "count": 12}))
        with pytest.raises(ConnectorError, match=r"connectors.unreachable"):
            call(applying.apply, loan, said, rows=rows, interest=1_000, request_id=name)
        call(applying.apply, loan, said, rows=rows, interest=1_000, request_id=name)
        shown = httpx.get(f"{house}/loans/{loan}", auth=AUTH).json()
        assert Decimal(shown["waived"]) == Decimal("10.00")

    def test_of_what_follows_the_plan_already_changes_nothing(self, loan):
        said, name = terms({"kind": "level", "count": 12}), uuid.uuid4()
        for _ in range(3):
            call(applying.apply, loan, said, request_id=name)
        assert list(client.loan(loan).open_periods) == ours(said)

    def test_that_left_another_schedule_behind_calls_a_person(self, loan, monkeypatch):
        said = terms({"kind": "level", "count": 12})
        read = client.loan
        seen = iter([read(loan), read(loan)])  # before, and after as if nothing had happened
        monkeypatch.setattr(client, "loan", lambda _: next(seen))
        with pytest.raises(ConnectorError, match=r"fineract.differs_after"):
            call(applying.apply, loan, said)

    def test_posts_a_repayment_once_and_takes_it_back(self, loan, house):
        before = client.loan(loan).open_minor
        for _ in range(2):
            number = client.repay(loan, amount_minor=12_345, on=ON, key=f"k-{loan}")
        shown = httpx.get(f"{house}/loans/{loan}", auth=AUTH).json()
        assert shown["paid"] == "123.45"
        assert client.loan(loan).open_minor == before - 12_345
        client.undo(loan, number, on=ON, key=f"u-{loan}")
        assert client.loan(loan).open_minor == before

    def test_asked_for_anew_waives_once(self, loan, house):
        said = terms(
            {"kind": "level", "count": 12},
            measures=[{"kind": "waive", "component": "interest", "amount_minor": 1_000}],
        )
        rows, plan_id = ours(terms({"kind": "level", "count": 12})), uuid.uuid4()
        fault = {"kind": "error_500", "count": 1, "method": "POST", "path": "/rescheduleloans/"}
        httpx.post(f"{house}/api/faults", json=fault, auth=AUTH).raise_for_status()
        with pytest.raises(ConnectorError, match=r"connectors.unreachable"):
            call(applying.apply, loan, said, rows=rows, interest=1_000, plan_id=plan_id)
        call(applying.apply, loan, said, rows=rows, interest=1_000, plan_id=plan_id)
        shown = httpx.get(f"{house}/loans/{loan}", auth=AUTH).json()
        assert Decimal(shown["waived"]) == Decimal("10.00")


class TestALoan:
    def test_is_found_by_the_lenders_own_number(self, house, loan):
        name, ref = uuid.uuid4().int % 10**9, f"L/{uuid.uuid4()} 7"
        body = {"id": name, "principal": "10.00", "rate": "1", "start": "2024-01-01"}
        ask(house, "loans", **body, ref=ref, dates=DATES)
        assert client.named(ref).id == name
        with pytest.raises(ConnectorError, match=r"connectors.refused"):
            client.named("nowhere")

    @pytest.mark.parametrize(("code", "decimals"), [("JPY", 0), ("KWD", 3)])
    def test_in_a_currency_without_cents_is_not_read(self, loan, monkeypatch, code, decimals):
        kept = {"currency": {"code": code, "decimalPlaces": decimals}}
        monkeypatch.setattr(client, "_call", lambda *_: kept)
        with pytest.raises(ConnectorError, match=r"fineract.unreadable"):
            client.loan(loan)


@pytest.mark.parametrize(
    ("said", "part"),
    [
        (terms({"kind": "level", "count": 3}), "fewer_rows"),
        (terms({"kind": "custom", "amounts_minor": [1] * 6}), "shape"),
        (terms({"kind": "holiday", "count": 1, "interest": "freeze"}, LEVEL), "holiday.freeze"),
        (
            terms(
                {"kind": "interest_only", "count": 1},
                {"kind": "fixed", "count": 1, "amount_minor": 1},
                LEVEL,
            ),
            "shape",
        ),
        (terms(LEVEL, measures=[{"kind": "set_aside", "share_ppm": 1}]), "set_aside"),
        (
            terms(
                LEVEL, measures=[{"kind": "waive", "component": "interest", "share_ppm": 500_000}]
            ),
            "waive.share",
        ),
        (
            terms(
                LEVEL,
                measures=[{"kind": "waive", "component": "principal", "share_ppm": 1_000_000}],
            ),
            "waive.principal",
        ),
        (
            terms(
                LEVEL,
                measures=[
                    {
                        "kind": "waive",
                        "component": "interest",
                        "share_ppm": 1_000_000,
                        "vests": "on_completion",
                    }
                ],
            ),
            "waive",
        ),
        (terms(LEVEL, frequency={"every": 14, "unit": "day"}), "frequency"),
    ],
)
def test_what_fineract_has_no_words_for_is_refused(loan, said, part):
    with pytest.raises(ConnectorError, match=r"fineract.cannot_say") as refused:
        translate(
            Terms.model_validate(said), client.loan(loan), interest_minor=1, reason_id=1, on=ON
        )
    assert refused.value.params["part"] == part


def test_half_a_cent_is_never_rounded_off():
    with pytest.raises(ConnectorError, match=r"fineract.unreadable"):
        client.minor("1.005")
