"""Reading the books. Balances are sums of postings, never stored."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Prefetch, QuerySet, Sum

from repact.server.books.models import AccountCode, Entry, Posting

CHUNK = 2_000
_COLUMNS = (
    "entry_id",
    "entry__source",
    "entry__template",
    "entry__happened_on",
    "entry__recorded_at",
    "entry__currency",
    "entry__agreement_id",
    "number",
    "account",
    "amount_minor",
)


class JournalLine(NamedTuple):
    """One line of the journal as it leaves the house; `lender_code` is empty where none is set."""

    entry_id: UUID
    source: str
    template: str
    happened_on: date
    recorded_at: datetime
    currency: str
    agreement_id: UUID | None
    number: int
    account: str
    lender_code: str
    amount_minor: int


def of_agreement(agreement_id: UUID, /) -> QuerySet[Entry]:
    """An agreement's entries with their lines, oldest first."""
    return (
        Entry.objects.filter(agreement_id=agreement_id)
        .prefetch_related(Prefetch("postings", Posting.objects.order_by("number")))
        .order_by("recorded_at", "id")
    )


def balance_minor(*, agreement_id: UUID, accounts: Sequence[str]) -> int:
    """What an agreement's entries leave on some accounts."""
    found = Posting.objects.filter(entry__agreement_id=agreement_id, account__in=accounts)
    return found.aggregate(total=Sum("amount_minor"))["total"] or 0


def balances(*, agreement_id: UUID, accounts: Sequence[str]) -> dict[str, int]:
    """The same account by account; those without a balance are left out."""
    found = Posting.objects.filter(entry__agreement_id=agreement_id, account__in=accounts)
    sums = found.values_list("account").annotate(total=Sum("amount_minor"))
    return {account: total for account, total in sums if total}


def trial_balance(*, on: date, known_at: datetime | None = None) -> dict[str, dict[str, int]]:
    """Balances from what had happened up to a day: currency -> account -> minor units.

    As it was known at a moment, real time, or as it is known now: an entry dated back into a month
    that was closed changes the month's balance, but not what was known when it was closed. The
    accounts of a currency add up to 0.
    """
    found = Posting.objects.filter(entry__happened_on__lte=on)
    if known_at is not None:
        found = found.filter(entry__recorded_at__lte=known_at)
    sums = (
        found.values("entry__currency", "account")
        .annotate(total=Sum("amount_minor"))
        .order_by("entry__currency", "account")
    )
    made: dict[str, dict[str, int]] = {}
    for row in sums:
        made.setdefault(row["entry__currency"], {})[row["account"]] = row["total"]
    return made


def journal(
    *, start: date, end: date, known_at: datetime | None = None
) -> Iterator[list[JournalLine]]:
    """Entries that happened from `start` to before `end`, in order, each with its lines.

    Read through a cursor of the database: memory stays as it is, however many there are.
    """
    found = Posting.objects.filter(entry__happened_on__gte=start, entry__happened_on__lt=end)
    if known_at is not None:
        found = found.filter(entry__recorded_at__lte=known_at)
    ordered = found.order_by("entry__happened_on", "entry__recorded_at", "entry_id", "number")
    codes = _codes()
    lines = (
        JournalLine(*row[:9], _code_on(codes.get(row[8], ()), row[3]), row[9])
        for row in ordered.values_list(*_COLUMNS).iterator(chunk_size=CHUNK)
    )
    for _, entry in itertools.groupby(lines, key=lambda line: line.entry_id):
        yield list(entry)


def lender_code(account: str, /, *, on: date) -> str:
    """What the lender calls an account on a day; empty when nothing was set."""
    return _code_on(_codes().get(account, ()), on)


def _codes() -> dict[str, list[tuple[date, str]]]:
    made: dict[str, list[tuple[date, str]]] = {}
    for row in AccountCode.objects.order_by("from_date"):
        made.setdefault(row.account, []).append((row.from_date, row.code))
    return made


def _code_on(known: Sequence[tuple[date, str]], on: date) -> str:
    return next((code for since, code in reversed(known) if since <= on), "")
