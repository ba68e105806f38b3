"""Bank statements: three formats, broken lines, overlaps, and where each movement goes."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from repact.server.people import actions as people_actions
from repact.server.people import queries as people_queries
from repact.server.people.models import Borrower
from repact.server.repayments.models import DueItem, Payment, Suspense
from repact.server.statements import actions, matching, queries, reading
from repact.server.statements.errors import StatementError
from repact.server.statements.models import Line, Statement
from repact.server.statements.reading.columns import Columns
from tests.integration.test_pages import client_of  # noqa: F401 - a fixture
from tests.integration.world import at_once

ACCOUNT = "6222000011112222"
DAY = "2026-11-24"


def entry(amount, reference="", *, name="", account="", ref="", direction="CRDT", status="BOOK"):
    return f"""<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>
<Sts><Cd>{status}</Cd></Sts><BookgDt><Dt>{DAY}</Dt></BookgDt><ValDt><Dt>{DAY}</Dt></ValDt>
<AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>{name}</Nm></Dbtr>
<DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>{reference}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def camt(*entries):
    space = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
    body = "".join(entries)
    made = (
        f'<Document xmlns="{space}"><BkToCstmrStmt><Stmt>{body}</Stmt></BkToCstmrStmt></Document>'
    )
    return made.encode()


def mt(*entries):
    head = ":20:S\n:25:1234/5678\n:28C:1/1\n:60F:C261123CNY0,00\n"
    return (head + "".join(entries) + ":62F:C261124CNY1,00\n-\n").encode()


def mt_entry(amount, reference, mark="C"):
    return f":61:2611241124{mark}{amount}NTRFNONREF//B1\n:86:166?20{reference}?32LIN\n"


COLUMNS = {
    "booked_on": "日期",
    "came": "收入",
    "went": "支出",
    "reference": "附言",
    "payer_name": "对方户名",
    "currency": "CNY",
}


def sheet(*rows):
    lines = ["某银行对账单,,,,", "日期,收入,支出,附言,对方户名", *rows, ",,,,"]
    return "\n".join(lines).encode("utf-8-sig")


def take(world, raw, kind="camt053"):
    return actions.take_in(by=world.system, account=ACCOUNT, kind=kind, raw=raw, now=world.now)


@pytest.fixture
def plan(world):
    return world.in_force(world.borrower())


class TestReading:
    def test_camt_says_what_came_and_what_went(self):
        found = reading.read(
            camt(entry("12.30", "A-1", name="林"), entry("5", direction="DBIT")), kind="camt053"
        )
        assert [one.amount_minor for one in found.movements] == [1_230, -500]
        assert (found.movements[0].reference, found.movements[0].payer_name) == ("A-1", "林")

    def test_mt940_says_the_same(self):
        raw = mt(mt_entry("12,30", "A-1"), mt_entry("5,", "x", "D"), mt_entry("7,00", "y", "RD"))
        found = reading.read(raw, kind="mt940")
        assert [one.amount_minor for one in found.movements] == [1_230, -500, 700]
        assert "A-1" in found.movements[0].reference
        assert [one.taken_back for one in found.movements] == [False, False, True]

    def test_csv_finds_its_header_by_names(self):
        raw = sheet(f'{DAY},"1,234.50",,A-1,林', f"{DAY},,8.00,x,")
        found = reading.read(raw, kind="csv", mapping=Columns.model_validate(COLUMNS))
        assert [one.amount_minor for one in found.movements] == [123_450, -800]

    @pytest.mark.parametrize(
        ("raw", "kind", "codes"),
        [
            (camt(entry("1.00"), entry("1.005"), entry("3.00")), "camt053", [(2, "amount")]),
            (camt(entry("1.00", direction="UP"), entry("2")), "camt053", [(1, "direction")]),
            (
                mt(mt_entry("1,00", "a"), ":61:nonsense\n", mt_entry("2,", "b")),
                "mt940",
                [(7, "unreadable")],
            ),
            (sheet(f"{DAY},1,,a,b", "24.11.2026,1,,a,b", f"{DAY},9,,a,b"), "csv", [(4, "date")]),
            (
                sheet(f"{DAY},1,2,a,b", f"{DAY},1", f"{DAY},1,,,"),
                "csv",
                [(3, "amount"), (4, "columns")],
            ),
        ],
    )
    def test_reads_the_rest_and_reports_a_broken_line(self, raw, kind, codes):
        found = reading.read(raw, kind=kind, mapping=Columns.model_validate(COLUMNS))
        assert [(bad.number, bad.code) for bad in found.bad] == codes
        assert len(found.movements) in {1, 2}

    @pytest.mark.parametrize(
        ("raw", "kind"),
        [
            (b"<x/>", "camt053"),
            (b"not xml", "camt053"),
            (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "camt053"),
            (b"hello", "mt940"),
            (b"\xff\xff\xff\xff", "mt940"),
            (b"a,b\n1,2", "csv"),
            (b"", "pdf"),
        ],
    )
    def test_refuses_what_is_no_statement(self, raw, kind):
        with pytest.raises(StatementError):
            reading.read(raw, kind=kind, mapping=Columns.model_validate(COLUMNS))

    def test_leaves_out_what_is_not_booked(self):
        assert reading.read(camt(entry("1", status="PDNG")), kind="camt053").movements == ()


class TestAMovement:
    def test_pays_the_plan_its_reference_names(self, world, plan):
        report = take(world, camt(entry("10.00", f"还款 {plan.reference}")))
        paid = Payment.objects.get(source__startswith="bank:")
        assert (report.posted, paid.amount_minor, paid.agreement_id) == (1, 1_000, plan.id)

    def test_pays_the_plan_of_an_account_that_paid_before(self, world, plan):
        take(world, camt(entry("10.00", plan.reference, account="AUNT-1", ref="1")))
        take(world, camt(entry("11.00", "", account="AUNT-1", ref="2")))
        assert Payment.objects.filter(source__startswith="bank:").count() == 2
        assert {line.rule for line in Line.objects.all()} == {"reference", "account"}

    def test_pays_the_plan_that_asks_for_it_from_somebody_of_that_name(self, world, plan):
        first = DueItem.objects.filter(agreement=plan).order_by("due_date").first()
        asked = sum(
            item.open_minor
            for item in DueItem.objects.filter(agreement=plan, due_date=first.due_date)
        )
        borrower = Borrower.objects.get(id=plan.borrower_id)
        name = people_queries.borrower_identity(borrower).name
        amount = f"{asked // 100}.{asked % 100:02d}"
        take(world, camt(entry(amount, "", name="别人", ref="1")))
        take(world, camt(entry(amount, "", name=name, ref="2")))
        assert [line.rule for line in Line.objects.order_by("state")] == ["name", ""]
        assert Suspense.objects.count() == 1
        assert matching.suggestions({(asked, "CNY")}) in ({}, {(asked, "CNY"): [plan]})

    def test_nobody_knows_waits_in_suspense(self, world, plan):
        report = take(world, camt(entry("10.00", "HELLO-WORLD")))
        assert (report.suspense, Suspense.objects.get().said) == (1, "HELLO-WORLD")

    def test_that_went_out_or_was_taken_back_posts_nothing(self, world):
        back = entry("3.00", ref="9").replace("<BookgDt>", "<RvslInd>true</RvslInd><BookgDt>")
        report = take(world, camt(entry("10.00", direction="DBIT"), back))
        assert (report.outgoing, report.look, Payment.objects.count()) == (1, 1, 0)
        assert queries.to_look_at().count() == 1


class TestAStatement:
    def test_twice_changes_nothing(self, world, plan):
        raw = camt(entry("10.00", plan.reference))
        first, second = take(world, raw), take(world, raw)
        assert (first.posted, second.posted, second.known) == (1, 0, 1)
        assert Payment.objects.filter(source__startswith="bank:").count() == 1

    def test_that_overlaps_posts_only_what_is_new(self, world, plan):
        same = entry("10.00", plan.reference)
        take(world, camt(same, same))
        report = take(world, camt(same, same, entry("11.00", plan.reference)))
        assert (report.known, report.posted) == (2, 1)
        assert Payment.objects.filter(source__startswith="bank:").count() == 3

    def test_with_a_broken_line_is_listed_for_a_person(self, world):
        report = take(world, camt(entry("1.00", "A"), entry("x"), entry("2.00", "B")))
        assert (report.suspense, [bad.number for bad in report.bad]) == (2, [2])
        assert [one.bad for one in queries.with_bad_lines()] == [[{"number": 2, "code": "amount"}]]

    def test_with_an_amount_beyond_all_measure_posts_the_rest(self, world):
        report = take(world, camt(entry("99999999999.00", "A"), entry("2.00", "B")))
        assert report.suspense == 1
        assert [bad.code for bad in report.bad] == ["repayments.too_large"]

    def test_as_csv_needs_its_mapping(self, world):
        with pytest.raises(StatementError, match=r"statements.no_mapping"):
            take(world, sheet(f"{DAY},1,,a,b"), "csv")
        actions.set_mapping(
            by=world.system, account=ACCOUNT, body=json.loads(json.dumps(COLUMNS)), now=world.now
        )
        assert take(world, sheet(f"{DAY},1,,a,b"), "csv").suspense == 1

    @pytest.mark.parametrize("wrong", [{"amount": "a"}, {"came": None}, {"currency": "yuan"}])
    def test_refuses_a_mapping_that_is_none(self, world, wrong):
        with pytest.raises(StatementError, match=r"statements.bad_mapping"):
            actions.set_mapping(
                by=world.system, account=ACCOUNT, body={**COLUMNS, **wrong}, now=world.now
            )


@pytest.mark.django_db(transaction=True)
def test_one_statement_at_once_from_eight_desks_posts_once(world):
    raw = camt(entry("10.00", "NOBODY"))
    made = at_once(8, world.lender.id, lambda: take(world, raw))
    assert Suspense.objects.count() == 1, made


class TestTheDeskPage:
    """A file in, its result out, what nobody could match placed by hand."""

    def send(self, client, raw, kind="camt053", **changed):
        file = SimpleUploadedFile("bank", raw)
        form = {"account": ACCOUNT, "format": kind, "file": file, **changed}
        return client.post("/desk/statements/take-in/", form)

    def test_shows_what_became_of_every_line(self, world, plan, client_of):  # noqa: F811
        desk = client_of("supervisor")
        raw = camt(
            entry("10.00", plan.reference), entry("20.00", "who?"), entry("x"), entry("-", ref="y")
        )
        answer = self.send(desk, raw)
        assert answer.status_code == 302
        page = desk.get(answer.url, headers={"accept-language": "en"}).content.decode()
        found = queries.outcome(Statement.objects.get().id)
        assert (found.posted, found.suspense, len(found.statement.bad)) == (1, 1, 2)
        assert "no amount that can be read" in page
        assert "by its reference" in page
        again = self.send(desk, raw)
        assert again.url == answer.url
        assert Payment.objects.filter(source__startswith="bank:").count() == 1
        more = self.send(desk, camt(entry("10.00", plan.reference), entry("30.00", "new")))
        assert queries.outcome(more.url.rstrip("/").rpartition("/")[2]).known == 1

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", ["Not posted yet", "still being posted"]), ("zh-hans", ["尚未入账", "自动继续"])],
    )
    def test_says_what_is_still_being_posted(self, world, client_of, language, words):  # noqa: F811
        desk = client_of("supervisor")
        address = self.send(desk, camt(entry("10.00", "who?"))).url

        def page():
            return desk.get(address, headers={"accept-language": language}).content.decode()

        assert words[0] not in page()
        Line.objects.update(state="unposted")
        shown = page()
        assert all(word in shown for word in words)

    @pytest.mark.parametrize("kind", ["camt053", "mt940", "csv"])
    def test_takes_each_format(self, world, client_of, kind):  # noqa: F811
        actions.set_mapping(by=world.system, account=ACCOUNT, body=COLUMNS, now=world.now)
        raw = {
            "camt053": camt(entry("5.00", "X")),
            "mt940": mt(mt_entry("5,00", "X")),
            "csv": sheet("2026-11-24,5.00,,X,Y"),
        }
        assert self.send(client_of("supervisor"), raw[kind], kind).status_code == 302
        assert Suspense.objects.get().amount_minor == 500

    def test_lists_what_nobody_could_match_and_places_it(self, world, plan, client_of):  # noqa: F811
        due = sum(row.open_minor for row in DueItem.objects.filter(due_date=plan.plan.due_date))
        take(world, camt(entry(f"{due // 100}.{due % 100:02d}", "for uncle")))
        desk = client_of("supervisor")
        page = desk.get("/desk/statements/").content.decode()
        assert "for uncle" in page
        assert plan.reference in page  # a suggestion: it asks for exactly this
        kept = Suspense.objects.get()
        desk.post(f"/desk/money/{kept.id}/assign/", {"reference": plan.reference})
        kept.refresh_from_db()
        assert kept.state == "assigned"
        assert "for uncle" not in desk.get("/desk/statements/").content.decode()

    @pytest.mark.parametrize(
        "changed",
        [{"file": ""}, {"account": " "}, {"account": "x" * 65}, {"format": "pdf"}, {"format": ""}],
    )
    def test_refuses_and_keeps_what_was_typed(self, world, client_of, changed):  # noqa: F811
        answer = self.send(client_of("supervisor"), camt(entry("5.00")), **changed)
        assert answer.status_code == 409
        assert not Statement.objects.exists()

    def test_says_when_it_is_no_statement(self, world, client_of):  # noqa: F811
        assert self.send(client_of("supervisor"), b"hello").status_code == 409

    def test_is_read_by_an_agent_and_taken_in_by_others(self, world, client_of):  # noqa: F811
        agent = client_of("agent")
        assert agent.get("/desk/statements/").status_code == 200
        assert self.send(agent, camt(entry("5.00"))).status_code == 403
        assert agent.get(f"/desk/statements/{world.lender.id}/").status_code == 404


class TestTheApi:
    def test_takes_a_statement_in_once(self, world, client):
        key = people_actions.issue_api_key(by=world.system, label="bank", now=world.now)
        raw = camt(entry("5.00", "X"), entry("x"))

        def post(**headers):
            return client.post(
                f"/api/v1/statements?account={ACCOUNT}&format=camt053",
                raw,
                content_type="application/xml",
                headers=headers,
            )

        assert post().status_code == 401
        first = post(authorization=f"Bearer {key}").json()
        assert (first["suspense"], first["bad_lines"]) == (1, [{"line": 2, "code": "amount"}])
        again = post(authorization=f"Bearer {key}").json()
        assert (again["statement_id"], again["known"]) == (first["statement_id"], 1)
        assert Line.objects.count() == 1
