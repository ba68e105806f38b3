"""Taking in the lender's book: CSV or Parquet, every bad row named, the rest imported.

Set-based throughout; the same file again changes nothing, a changed row updates its loan.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet
from django.db.models import Q

from repact.ledger import templates
from repact.policy.loading import PolicyError
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SYSTEM, Actor, system
from repact.server.books import actions as book_actions
from repact.server.clock import ports
from repact.server.lenders.models import Product
from repact.server.loans import actions as loan_actions
from repact.server.loans import rows
from repact.server.loans.errors import LoanError
from repact.server.loans.models import Loan
from repact.server.people import actions as people_actions
from repact.server.people import doors, vault
from repact.server.people.models import Borrower, SubjectKey
from repact.server.policies import queries as policy_queries
from repact.server.tenancy import bulk

# What the rows bring to the receivables: by product, currency, and whether they are of lines.
Owed = dict[tuple[str, str, bool], dict[str, int]]

BATCH = 2_000
ROWS_MAX = 5_000_000
CHANGING = (
    "as_of",
    "principal_minor",
    "overdue_principal_minor",
    "interest_minor",
    "penalty_minor",
    "fees_minor",
    "oldest_unpaid_due_date",
    "remaining",
    "legal_stage",
    "limitation_from_date",
    "region",
    "employer",
    "is_secured",
    "source_sha256",
)


@dataclass(slots=True)
class Report:
    """What became of a file: counts, and every refused row with its reason."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[rows.BadRow] = field(default_factory=list)


@doors.action("loans.import_book", may=(ENGINEER, SYSTEM))
def import_book(*, by: Actor, path: Path, all_or_nothing: bool, now: datetime, on: date) -> Report:
    """Import a book. `on` is the business day its entries are dated.

    Raises LoanError `loans.import_unreadable`, or `loans.import_refused` when `all_or_nothing` and
    a row is bad (its params carry the first bad rows).
    """
    products = {p.code: p for p in Product.objects.all()}
    report = Report()
    seen: set[str] = set()
    owed: Owed = {}
    lines = _lines(by, on)
    for batch in _batches(_records(path), BATCH):
        good = []
        for line, record in batch:
            row = rows.read(record, line=line, products=products.keys(), seen=seen)
            if isinstance(row, rows.BadRow):
                report.refused.append(row)
            else:
                good.append((line, row))
        _store(by, _of_one_person(good, report), products, lines, report, owed, now)
    if report.refused and all_or_nothing:
        raise LoanError("loans.import_refused", rows=[r.as_dict() for r in report.refused[:100]])
    run = ports.new_id()
    for (product, currency, is_line), amounts in sorted(owed.items()):
        if not any(amounts.values()):
            continue  # only what is no money changed, such as the legal stage
        book_actions.post(
            by=system(by.lender_id),
            entry=templates.book_imported(
                on=on, currency=currency, owed_minor=amounts, is_line=is_line
            ),
            source=f"import:{run}:{product}:{currency}{':line' if is_line else ''}",
        )
    if report.imported or report.updated:
        audit_actions.record(
            by=by,
            action="loans.import_book",
            subject_id=run,
            now=now,
            imported=report.imported,
            updated=report.updated,
            refused=len(report.refused),
        )
    else:
        audit_actions.unchanged()
    return report


def _of_one_person(good: Sequence[tuple[int, rows.LoanRow]], report: Report) -> list[rows.LoanRow]:
    """The rows whose borrower and wallet account belong together, as far as we and the file know.

    An account is where a person signs in: it must never come to belong to someone else.
    """
    refs = {row.borrower_ref for _, row in good}
    accounts = {row.wallet_account for _, row in good}
    known = Borrower.objects.filter(Q(ref__in=refs) | Q(wallet_account__in=accounts))
    pairs = list(known.values_list("ref", "wallet_account"))
    account_of, owner_of = dict(pairs), {account: ref for ref, account in pairs}
    kept = []
    for line, row in good:
        account = account_of.get(row.borrower_ref, row.wallet_account)
        owner = owner_of.get(row.wallet_account, row.borrower_ref)
        if (account, owner) == (row.wallet_account, row.borrower_ref):
            account_of[owner], owner_of[account] = account, owner
            kept.append(row)
        else:
            report.refused.append(
                rows.BadRow(line, "wallet_account", "loans.account_of_another", "other_borrower")
            )
    return kept


def _store(
    by: Actor,
    good: Sequence[rows.LoanRow],
    products: dict[str, Product],
    lines: frozenset[str],
    report: Report,
    owed: Owed,
    now: datetime,
) -> None:
    known = {
        loan.ref: loan
        for loan in Loan.objects.filter(ref__in=[row.loan_ref for row in good]).select_for_update()
    }
    borrowers = _borrowers(by, good, now)
    fresh, changed = [], []
    for row in good:
        loan = known.get(row.loan_ref)
        if loan is None:
            loan = _loan(by, row, products[row.product_code], borrowers[row.borrower_ref])
            loan.is_line = row.product_code in lines
            fresh.append(loan)
            _count(owed, row, is_line=loan.is_line, before=None)
        elif bytes(loan.source_sha256) == row.sha256() or loan.state != "open":
            report.unchanged += 1
        else:
            if loan.written_off_on is None:
                _count(owed, row, is_line=loan.is_line, before=loan)
            for name in CHANGING:
                if name not in rows.OPTIONAL or name in row.model_fields_set:
                    setattr(loan, name, row.stored(name))
            changed.append(loan)
    bulk.insert(fresh)
    Loan.objects.bulk_update(changed, CHANGING)
    loan_actions.tell_moved(by=by, loan_ids=[loan.id for loan in changed], now=now)
    report.imported += len(fresh)
    report.updated += len(changed)


def _borrowers(by: Actor, good: Sequence[rows.LoanRow], now: datetime) -> dict[str, Borrower]:
    found = {b.ref: b for b in Borrower.objects.filter(ref__in={row.borrower_ref for row in good})}
    keys: list[SubjectKey] = []
    fresh: list[Borrower] = []
    for row in good:
        if row.borrower_ref in found:
            continue
        key = vault.unsaved_subject(lender_id=by.lender_id, now=now)
        borrower = people_actions.sealed_borrower(
            by=by,
            key=key,
            ref=row.borrower_ref,
            wallet_account=row.wallet_account,
            name=row.borrower_name,
            id_number=row.borrower_id_number,
            phone=row.borrower_phone,
            language=row.language,
            contact_preference=row.contact_preference,
        )
        keys.append(key)
        fresh.append(borrower)
        found[borrower.ref] = borrower
    bulk.insert(keys)
    bulk.insert(fresh)
    return found


def _loan(by: Actor, row: rows.LoanRow, product: Product, borrower: Borrower) -> Loan:
    return Loan(
        lender_id=by.lender_id,
        borrower=borrower,
        product=product,
        legal_creditor=row.legal_creditor,
        ref=row.loan_ref,
        currency=row.currency,
        disbursed_date=row.disbursed_date,
        disbursed_minor=row.disbursed_minor,
        annual_rate_ppm=row.annual_rate_ppm,
        penalty_rate_ppm=row.penalty_rate_ppm,
        day_count=row.day_count,
        **{name: row.stored(name) for name in CHANGING},
    )


def _lines(by: Actor, on: date) -> frozenset[str]:
    """The products that are cards or lines by the lender's policy; none without a policy."""
    try:
        policy = policy_queries.in_force(lender_id=by.lender_id, on=on).policy
    except PolicyError:
        return frozenset()
    return frozenset(product.code for product in policy.products if product.revolving)


def _count(owed: Owed, row: rows.LoanRow, *, is_line: bool, before: Loan | None) -> None:
    """Add what a row brings to the receivables of its product."""
    key = row.product_code, row.currency, is_line
    sums = owed.setdefault(key, dict.fromkeys(rows.COMPONENTS, 0))
    for name in rows.COMPONENTS:
        old = getattr(before, f"{name}_minor") if before else 0
        sums[name] += getattr(row, f"{name}_minor") - old


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows as text with their line number, the first data row being line 2."""
    try:
        reader = _parquet(path) if path.suffix == ".parquet" else _csv(path)
        yield from enumerate(itertools.islice(reader, ROWS_MAX), start=2)
    except (OSError, UnicodeDecodeError, csv.Error, pyarrow.ArrowException) as error:
        raise LoanError("loans.import_unreadable", field="file") from error


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        _assert_columns(reader.fieldnames or [])
        for record in reader:
            extra = record.pop(None, None)  # type: ignore[call-overload]  # surplus cells
            yield {**{k: v or "" for k, v in record.items()}, **({"": "extra"} if extra else {})}


def _parquet(path: Path) -> Iterator[dict[str, str]]:
    file = pyarrow.parquet.ParquetFile(path)
    _assert_columns(file.schema_arrow.names)
    for batch in file.iter_batches(batch_size=BATCH):
        for record in batch.to_pylist():
            yield {key: "" if value is None else str(value) for key, value in record.items()}


def _assert_columns(names: Sequence[str]) -> None:
    missing = [name for name in rows.COLUMNS if name not in {*names, *rows.OPTIONAL}]
    unknown = [name for name in names if name not in rows.COLUMNS]
    if missing or unknown:
        raise LoanError("loans.import_columns", missing=missing, unknown=unknown)


def _batches(records: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(records)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
