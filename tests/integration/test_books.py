"""The books: closed entries, two times, codes of the lender's own, and journals that leave."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import subprocess
import sys
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pyarrow.parquet
import pytest
import rfc8785
from django.db import IntegrityError, connection, transaction

from repact.ledger import chart, outcomes, plan_life, templates
from repact.server.books import actions as book_actions
from repact.server.books import codes, exports, queries, verification
from repact.server.books.actions import ToPost
from repact.server.books.errors import BooksError
from repact.server.books.models import AccountCode, Entry, Posting
from repact.server.clock import ports
from repact.server.lenders.models import Lender
from tests.integration.world import At, at_once

ON = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
AGREEMENT = UUID(int=7)
OWED = {"principal": 100_000, "interest": 5_000, "penalty": 700}


def imported(on=ON, currency="CNY"):
    return templates.book_imported(on=on, currency=currency, owed_minor=OWED)


@pytest.fixture
def post(system):
    def run(entry, source="a", agreement_id=None):
        book_actions.post(by=system, entry=entry, source=source, agreement_id=agreement_id)

    return run


class TestAnEntry:
    def test_is_dated_twice(self, post):
        with ports.using(At(NOW + timedelta(days=40))):
            post(imported())
        entry = Entry.objects.get()
        assert (entry.happened_on, entry.recorded_at) == (ON, NOW + timedelta(days=40))

    def test_is_posted_once(self, post):
        post(imported())
        post(imported())
        assert Posting.objects.count() == 4

    def test_of_a_used_source_with_other_content_is_refused(self, post):
        post(imported())
        with pytest.raises(BooksError, match=r"books\.source_reused"):
            post(imported(on=date(2026, 11, 25)))
        assert Entry.objects.count() == 1

    def test_is_hashed_as_rfc_8785_says(self, post):
        post(imported(), agreement_id=AGREEMENT)
        said = {
            "template": "book_imported",
            "happened_on": "2026-11-24",
            "currency": "CNY",
            "agreement_id": str(AGREEMENT),
            "lines": [["1101", 100_000], ["1102", 5_000], ["1103", 700], ["3001", -105_700]],
        }
        wanted = hashlib.sha256(rfc8785.dumps(said)).digest()
        assert bytes(Entry.objects.get().digest) == wanted

    @pytest.mark.parametrize(
        "lines",
        [
            [],
            [(1, 5)],
            [(1, 5), (2, -4)],
            [(1, 5), (3, -5)],
            [(1, 5), (2, -3), (3, -2)],
        ],
    )
    def test_that_is_not_whole_is_refused(self, lender, lines):
        entry = Entry(
            lender=lender, source="x", template="y", happened_on=ON, recorded_at=NOW, currency="CNY"
        )
        entry.line_count, entry.digest = 2, b""
        with pytest.raises(IntegrityError, match="not balanced"), transaction.atomic():
            entry.save(force_insert=True)
            Posting.objects.bulk_create(
                Posting(lender=lender, entry=entry, number=n, account="1101", amount_minor=m)
                for n, m in lines
            )
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_takes_no_second_set_of_lines(self, lender, post):
        post(imported())
        entry = Entry.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Posting.objects.bulk_create(
                Posting(lender=lender, entry=entry, number=n, account="1101", amount_minor=m)
                for n, m in enumerate([5, -5, 5, -5], 1)
            )

    @pytest.mark.parametrize("whose", ["nobody", "another lender"])
    def test_takes_no_line_of_another_lender_and_none_without_it(self, lender, post, whose):
        entry_id = UUID(int=1)
        if whose == "another lender":
            post(imported())
            entry_id = Entry.objects.get().id
            lender = Lender.objects.create(slug="x", host="x", name_zh="乙", name_en="B")
        with (
            pytest.raises(IntegrityError, match="not balanced"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("RESET ROLE")  # past the walls: the trigger alone refuses
            cursor.execute("ALTER TABLE books_posting DROP CONSTRAINT books_posting_number")
            cursor.execute(
                "INSERT INTO books_posting (id, lender_id, entry_id, number, account,"
                " amount_minor) SELECT gen_random_uuid(), %s, %s, n, '1101', 5 - 10 * (n %% 2)"
                " FROM generate_series(1, 4) n",
                [lender.id, entry_id],
            )

    def test_does_not_go_away_under_its_lines(self, post):
        post(imported())
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("RESET ROLE; DELETE FROM books_entry")

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(3))
    def test_at_once_from_sixteen_is_posted_once(self, system, lender, post, round_):
        at_once(16, lender.id, lambda: post(imported()))
        assert (Entry.objects.count(), Posting.objects.count()) == (1, 4)


class TestABatch:
    def run(self, system, *sources, on=ON):
        return book_actions.post_many(
            by=system,
            postings=[
                ToPost(plan_life.interest_earned(on=on, currency="CNY", amount_minor=n), source)
                for n, source in enumerate(sources, 1)
            ],
        )

    def test_posts_what_is_new(self, system):
        assert self.run(system, "a", "b") == 2
        assert self.run(system, "a", "b", "c") == 1
        assert Posting.objects.count() == 6
        assert queries.trial_balance(on=ON) == {"CNY": {"2201": 6, "4001": -6}}

    @pytest.mark.django_db(transaction=True)
    def test_reads_no_more_entries_than_it_posts(self, system, lender):
        """However many there are, on a connection that first met an empty table."""

        def work():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("RESET ROLE; ANALYZE books_entry; SET ROLE repact_app")
                self.run(system, *(f"before-{number}" for number in range(1_000)))
                before = self.entries_read(cursor)
                self.run(system, *(f"now-{number}" for number in range(100)))
                return self.entries_read(cursor) - before

        (read,) = at_once(1, lender.id, work)
        assert read <= 3 * 100

    def entries_read(self, cursor):
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables"
            " WHERE relname = 'books_entry'"
        )
        return cursor.fetchone()[0]

    def test_of_nothing_is_nothing(self, system):
        assert self.run(system) == 0

    def test_of_many_is_cut_into_calls(self, system, monkeypatch):
        monkeypatch.setattr(book_actions, "BATCH", 3)
        assert self.run(system, *"abcdefgh") == 8
        assert list(verification.breaches()) == []

    def test_with_a_used_source_posts_nothing(self, system):
        self.run(system, "a")
        with pytest.raises(BooksError, match=r"books\.source_reused"), transaction.atomic():
            self.run(system, "z", "a")
        assert Entry.objects.count() == 1

    def test_naming_one_source_twice_with_other_content_is_refused(self, system):
        with pytest.raises(BooksError, match=r"books\.source_reused"), transaction.atomic():
            self.run(system, "a", "a")

    def test_says_the_same_as_one_by_one(self, system, post):
        post(plan_life.interest_earned(on=ON, currency="CNY", amount_minor=1))
        assert self.run(system, "a") == 0


class TestTheTrialBalance:
    def test_is_of_a_day_as_it_was_known(self, post):
        with ports.using(At(NOW)):
            post(imported(), "a")
        with ports.using(At(NOW + timedelta(days=9))):
            post(plan_life.interest_earned(on=ON, currency="CNY", amount_minor=50), "b")
            post(imported(on=date(2026, 12, 1), currency="USD"), "c")
        known = queries.trial_balance(on=ON, known_at=NOW)["CNY"]
        assert known == {"1101": 100_000, "1102": 5_000, "1103": 700, "3001": -105_700}
        assert queries.trial_balance(on=ON)["CNY"] == known | {"2201": 50, "4001": -50}
        assert "USD" not in queries.trial_balance(on=ON)
        whole = queries.trial_balance(on=date(2026, 12, 1))
        assert all(sum(accounts.values()) == 0 for accounts in whole.values())


FILE = """account,code,name,from_date
1101,1303.01,贷款本金,2026-01-01
1101,1303.02,Loans,2026-12-01
4001,6011,,2026-01-01
"""


class TestTheLendersCodes:
    def test_hold_from_their_day_on(self, system, post):
        read = codes.read(io.StringIO(FILE))
        assert codes.map_accounts(by=system, codes=read, now=NOW) == 3
        assert codes.map_accounts(by=system, codes=read, now=NOW) == 0
        assert queries.lender_code("1101", on=ON) == "1303.01"
        assert queries.lender_code("1101", on=date(2026, 12, 1)) == "1303.02"
        assert queries.lender_code("1101", on=date(2025, 12, 1)) == ""
        assert queries.lender_code("1102", on=ON) == ""

    def test_are_not_rewritten(self, system):
        codes.map_accounts(by=system, codes=codes.read(io.StringIO(FILE)), now=NOW)
        changed = codes.read(io.StringIO(FILE.replace("6011", "6012")))
        with pytest.raises(BooksError, match=r"books\.code_differs"):
            codes.map_accounts(by=system, codes=changed, now=NOW)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            AccountCode.objects.update(code="x")

    @pytest.mark.parametrize(
        ("text", "line", "field"),
        [
            ("account,code\n1101,1\n", 1, "columns"),
            (FILE + "9999,1,,2026-01-01\n", 5, "account"),
            (FILE + "1101,7,,2026-01-01\n", 5, "account"),
            (FILE + "1102,,,2026-01-01\n", 5, "code"),
            (FILE + "1102,=1+1,,2026-01-01\n", 5, "code"),
            (FILE + "1102,1,=1+1,2026-01-01\n", 5, "name"),
            (FILE + "1102,1,,yesterday\n", 5, "from_date"),
            (FILE + "1102,1,,2026-01-01,more\n", 5, "columns"),
            (FILE + "1102,1\n", 5, "columns"),
        ],
    )
    def test_with_a_bad_line_are_refused_whole(self, text, line, field):
        with pytest.raises(BooksError) as refusal:
            codes.read(io.StringIO(text))
        assert refusal.value.params["lines"] == [{"line": line, "field": field}]

    def test_of_a_file_without_end_are_refused(self, monkeypatch):
        monkeypatch.setattr(codes, "LINES_MAX", 3)
        with pytest.raises(BooksError, match=r"books\.codes_refused"):
            codes.read(io.StringIO(FILE))


class TestAJournal:
    @pytest.fixture
    def entries(self, post, system):
        codes.map_accounts(by=system, codes=codes.read(io.StringIO(FILE)), now=NOW)
        with ports.using(At(NOW - timedelta(hours=1))):
            post(imported(), '=HYPERLINK("x")', AGREEMENT)
        with ports.using(At(NOW)):
            post(outcomes.recovered(on=ON, currency="JPY", amount_minor=-5), "b\\ \n c")
            post(plan_life.interest_earned(on=ON, currency="KWD", amount_minor=-1_001), "d")
            post(imported(on=date(2026, 12, 2)), "e")
        return lambda **when: queries.journal(**{"start": ON, "end": date(2027, 1, 1)} | when)

    def test_leaves_as_csv_that_no_spreadsheet_runs(self, entries):
        file = io.StringIO()
        assert exports.write_csv(entries(), file) == 12
        rows = list(csv.DictReader(io.StringIO(file.getvalue())))
        assert rows[0]["source"] == '\'=HYPERLINK("x")'
        assert (rows[0]["account"], rows[0]["lender_code"]) == ("1101", "1303.01")
        assert rows[-4]["lender_code"] == "1303.02"
        assert sum(int(row["amount_minor"]) for row in rows) == 0

    def test_leaves_as_parquet(self, entries, tmp_path, monkeypatch):
        monkeypatch.setattr(exports, "BATCH", 2)
        assert exports.write(entries(), tmp_path / "j.parquet", kind="parquet") == 12
        table = pyarrow.parquet.read_table(tmp_path / "j.parquet").to_pylist()
        assert table[0]["happened_on"] == ON
        assert table[0]["recorded_at"] == NOW - timedelta(hours=1)
        assert table[0]["agreement_id"] == str(AGREEMENT)
        assert sum(row["amount_minor"] for row in table) == 0

    def test_is_accepted_by_beancount(self, entries, tmp_path):
        path = tmp_path / "j.beancount"
        assert exports.write(entries(), path, kind="beancount") == 12
        bean_check = [sys.executable, "-m", "beancount.scripts.check", str(path)]
        checked = subprocess.run(bean_check, capture_output=True, text=True, timeout=60)
        assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
        assert "  Assets:1101-Principal-receivable  1000.00 CNY\n" in path.read_text("utf-8")
        assert "  Assets:1001-Wallet-clearing  -5 JPY\n" in path.read_text("utf-8")
        assert "  Liabilities:2201-Unearned-plan-interest  -1.001 KWD\n" in path.read_text("utf-8")

    def test_that_lies_is_refused_by_beancount(self, entries, tmp_path):
        path = tmp_path / "j.beancount"
        exports.write(entries(), path, kind="beancount")
        path.write_text(path.read_text("utf-8").replace("1000.00 CNY", "1000.01 CNY", 1), "utf-8")
        bean_check = [sys.executable, "-m", "beancount.scripts.check", str(path)]
        checked = subprocess.run(bean_check, capture_output=True, text=True, timeout=60)
        assert checked.returncode
        assert "does not balance" in checked.stderr

    def test_is_of_some_days_as_they_were_known(self, entries):
        assert len(list(entries(end=date(2026, 12, 1)))) == 3
        assert len(list(entries(known_at=NOW - timedelta(seconds=1)))) == 1

    def test_overwrites_nothing(self, entries, tmp_path):
        (tmp_path / "j.csv").write_text("kept", "utf-8")
        with pytest.raises(BooksError, match=r"books\.file_exists"):
            exports.write(entries(), tmp_path / "j.csv", kind="csv")
        assert (tmp_path / "j.csv").read_text("utf-8") == "kept"

    def test_of_many_entries_takes_no_more_memory(self, system, monkeypatch):
        monkeypatch.setattr(queries, "CHUNK", 100)

        class Void(io.StringIO):
            def write(self, text):
                return len(text)

        def fill(start, stop):
            earned = plan_life.interest_earned(on=ON, currency="CNY", amount_minor=1)
            many = (ToPost(earned, f"n{n}") for n in range(start, stop))
            book_actions.post_many(by=system, postings=many)

        def peak():
            tracemalloc.start()
            exports.write_csv(queries.journal(start=ON, end=date(2027, 1, 1)), Void())
            top = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return top

        fill(0, 500)
        peak()
        small = peak()
        fill(500, 4_000)
        assert peak() < small * 2


class TestVerifyingTheBooks:
    """A breach can only come from outside: the tests open the tables as their owner."""

    @pytest.fixture
    def tamper(self, post):
        post(imported(), "a")
        post(plan_life.interest_earned(on=ON, currency="CNY", amount_minor=50), "b")

        def run(sql):
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("RESET ROLE; SET session_replication_role = replica")
                cursor.execute(sql)
                cursor.execute("SET session_replication_role = origin; SET ROLE repact_app")
            return {(one.check, one.subject.split()[-1], one.by_minor) for one in found()}

        def found():
            return verification.breaches()

        yield run
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE; SET session_replication_role = replica")
            cursor.execute("DELETE FROM books_posting; DELETE FROM books_entry")
            cursor.execute("SET session_replication_role = origin; SET ROLE repact_app")

    def test_finds_nothing_where_nothing_was_touched(self, tamper):
        assert tamper("SELECT 1") == set()

    def test_finds_an_amount_that_was_changed(self, tamper):
        assert tamper("UPDATE books_posting SET amount_minor = 51 WHERE amount_minor = 50") == {
            ("entry_balances", "b", 1),
            ("entry_is_as_posted", "b", 0),
            ("trial_balance", "CNY", 1),
        }

    def test_finds_a_line_that_is_gone(self, tamper):
        found = tamper("DELETE FROM books_posting WHERE amount_minor = 50")
        assert ("entry_is_whole", "b", 0) in found

    def test_finds_lines_whose_entry_is_gone(self, tamper):
        found = tamper("DELETE FROM books_entry WHERE source = 'b'")
        assert {check for check, _, _ in found} == {"line_has_its_entry"}
        assert sorted(by for _, _, by in found) == [-50, 50]

    def test_finds_amounts_that_were_changed_in_balance(self, tamper):
        assert tamper("UPDATE books_posting SET amount_minor = amount_minor * 2") == {
            ("entry_is_as_posted", "a", 0),
            ("entry_is_as_posted", "b", 0),
        }

    def test_finds_accounts_and_templates_nobody_knows(self, tamper):
        found = tamper("UPDATE books_posting SET account = '9999' WHERE account = '4001'")
        assert ("account_is_known", "9999", 0) in found
        found = tamper("UPDATE books_entry SET template = 'gift' WHERE source = 'a'")
        assert ("template_is_listed", "gift", 0) in found


def test_every_account_of_the_chart_is_in_beancounts_grammar():
    for account in chart.accounts():
        assert re.fullmatch(r"[A-Z][a-z]+:\d{4}-[A-Za-z-]+", exports._name(account))
