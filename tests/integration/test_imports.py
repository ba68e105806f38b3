"""The lender's book comes in: every bad row named, the rest imported, twice the same as once."""

from __future__ import annotations

import csv
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
from django.db.models import Sum

from repact.sandbox import book
from repact.server.books.models import Entry, Posting
from repact.server.loans import imports, verification
from repact.server.loans.errors import LoanError
from repact.server.loans.models import Loan
from repact.server.people.models import Borrower

ON = date(2026, 11, 24)


def rows(count: int) -> list[book.LoanRow]:
    return list(book.generate(seed=7, count=count, on=ON))


@pytest.fixture
def take_in(world, tmp_path):
    """Import rows (changed in some columns), as CSV."""

    def run(made, *, changes=None, all_or_nothing=False, header=None):
        path = tmp_path / "book.csv"
        book.write_csv(path, made)
        if changes:
            _change(path, changes)
        if header:
            path.write_text(path.read_text().replace(*header, 1))
        return imports.import_book(
            by=world.system, path=path, all_or_nothing=all_or_nothing, now=world.now, on=ON
        )

    return run


def _change(path: Path, changes: dict[int, dict[str, str]]) -> None:
    with path.open(newline="") as file:
        records = list(csv.DictReader(file))
    for number, values in changes.items():
        records[number].update(values)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, sorted({name for record in records for name in record}))
        writer.writeheader()
        writer.writerows(records)


class TestAGoodBook:
    def test_comes_in_whole(self, take_in):
        before = Loan.objects.count()
        report = take_in(rows(60))
        assert (report.imported, report.refused) == (60, [])
        assert Loan.objects.count() == before + 60

    def test_twice_changes_nothing(self, take_in):
        take_in(rows(60))
        entries = Entry.objects.count()
        report = take_in(rows(60))
        assert (report.imported, report.updated, report.unchanged) == (0, 0, 60)
        assert Entry.objects.count() == entries

    def test_as_parquet_is_the_same_book(self, world, take_in, tmp_path):
        take_in(rows(60))
        path = tmp_path / "book.parquet"
        book.write_parquet(path, rows(60))
        report = imports.import_book(
            by=world.system, path=path, all_or_nothing=False, now=world.now, on=ON
        )
        assert (report.unchanged, report.refused) == (60, [])

    def test_changes_what_changed_and_books_the_difference(self, take_in):
        made = rows(20)
        take_in(made)
        more = str(made[3].interest_minor + 500)
        report = take_in(made, changes={3: {"interest_minor": more}})
        assert (report.updated, report.unchanged) == (1, 19)
        assert Loan.objects.get(ref=made[3].loan_ref).interest_minor == int(more)

    def test_leaves_the_books_equal_to_the_loans(self, take_in):
        take_in(rows(60))
        owed = Loan.objects.aggregate(total=Sum("principal_minor"))["total"]
        drawn = Loan.objects.filter(is_line=True).aggregate(total=Sum("principal_minor"))["total"]
        booked = dict(Posting.objects.values_list("account").annotate(total=Sum("amount_minor")))
        assert 0 < drawn < owed
        assert (booked["1101"], booked["1106"]) == (owed - drawn, drawn)
        assert list(verification.breaches()) == []

    def test_says_which_debts_property_stands_for(self, take_in):
        made = rows(4)
        said = dict(enumerate({"is_secured": s} for s in ("true", "True", "false", "")))
        take_in(made, changes=said)
        stored = {loan.ref: loan.is_secured for loan in Loan.objects.all()}
        assert [stored[row.loan_ref] for row in made] == [True, True, False, False]
        assert take_in(made).updated == 2  # what a later file does not say differs from what it was
        assert Loan.objects.get(ref=made[0].loan_ref).is_secured

    def test_keeps_names_sealed(self, take_in):
        take_in(rows(20))
        for borrower in Borrower.objects.all():
            assert "王".encode() not in bytes(borrower.name_sealed)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("principal_minor", "-5", "loans.bad_value"),
        ("principal_minor", "0", "loans.bad_value"),
        ("principal_minor", "12.50", "loans.bad_value"),
        ("principal_minor", "1e6", "loans.bad_value"),
        ("principal_minor", "100000000001", "loans.bad_value"),
        ("principal_minor", "１２３", "loans.bad_value"),
        ("currency", "cny", "loans.bad_value"),
        ("currency", "CNYX", "loans.bad_value"),
        ("as_of", "2026-13-01", "loans.bad_value"),
        ("as_of", "24/11/2026", "loans.bad_value"),
        ("disbursed_date", "2027-01-01", "loans.bad_value"),
        ("annual_rate_ppm", "15.6%", "loans.bad_value"),
        ("day_count", "ACT", "loans.bad_value"),
        ("product_code", "car_loan", "loans.unknown_product"),
        ("borrower_name", "", "loans.bad_value"),
        ("borrower_name", "a\u202eb", "loans.bad_value"),
        ("loan_ref", "../x", "loans.bad_value"),
        ("remaining", "2026-12-01:abc", "loans.bad_value"),
        ("remaining", "2026-12-01:5;2026-11-01:5", "loans.bad_value"),
        ("overdue_principal_minor", "99999999999", "loans.bad_value"),
        ("is_secured", "perhaps", "loans.bad_value"),
        ("wallet_account", "demo-linxiaoyu", "loans.account_of_another"),
        ("borrower_ref", "B-900001", "loans.account_of_another"),
    ],
)
class TestABadRow:
    def test_is_named_and_the_rest_comes_in(self, take_in, column, value, code):
        report = take_in(rows(10), changes={4: {column: value}})
        (bad,) = report.refused
        if code != "loans.account_of_another":
            assert bad.column == column
        assert (bad.line, bad.code) == (6, code)
        assert report.imported == 9

    def test_stops_everything_when_asked(self, take_in, column, value, code):
        before = Loan.objects.count()
        with pytest.raises(LoanError, match=r"loans\.import_refused"):
            take_in(rows(10), changes={4: {column: value}}, all_or_nothing=True)
        assert Loan.objects.count() == before


class TestAFile:
    def test_with_a_missing_column_is_refused(self, take_in):
        with pytest.raises(LoanError) as refusal:
            take_in(rows(3), header=("currency", "curency"))
        assert refusal.value.params == {"missing": ["currency"], "unknown": ["curency"]}

    def test_with_a_loan_twice_takes_the_first(self, take_in):
        made = rows(4)
        report = take_in([*made, made[0]])
        assert (report.imported, report.refused[0].code) == (4, "loans.twice_in_file")

    def test_that_is_no_text_is_refused(self, world, tmp_path):
        path = tmp_path / "book.csv"
        path.write_bytes(b"\x00\xff\xfe")
        with pytest.raises(LoanError, match=r"loans\.import_"):
            imports.import_book(
                by=world.system, path=path, all_or_nothing=False, now=world.now, on=ON
            )

    def test_with_one_cell_too_many_is_a_bad_row(self, world, tmp_path):
        path = tmp_path / "book.csv"
        book.write_csv(path, rows(3))
        lines = path.read_text().splitlines()
        path.write_text("\n".join([*lines[:2], lines[2] + ",more", lines[3]]))
        report = imports.import_book(
            by=world.system, path=path, all_or_nothing=False, now=world.now, on=ON
        )
        assert (report.imported, report.refused[0].line) == (2, 3)


def test_the_generator_gives_the_same_book_for_the_same_seed():
    assert list(islice(book.generate(seed=1, count=50, on=ON), 50)) == list(
        book.generate(seed=1, count=50, on=ON)
    )
    assert rows(5) != list(book.generate(seed=8, count=5, on=ON))
