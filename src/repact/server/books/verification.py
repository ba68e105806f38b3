"""The books, recomputed from raw entries: what does not hold is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Sum

from repact.ledger import catalogue, chart
from repact.server.books import queries
from repact.server.books.actions import digest_of
from repact.server.books.models import Entry, Posting


class Breach(NamedTuple):
    """Something that must hold and does not: which check, about what, and by how much."""

    check: str
    subject: str
    by_minor: int = 0


def breaches() -> Iterator[Breach]:
    """Every breach in the books of the lender at hand, read as a stream.

    Each entry balances, has all its lines, says what was posted (its digest is worked out anew) and
    is of a template that is listed; each account is in the chart; each line has its entry; each
    currency adds up to zero.
    """
    raw = Entry.objects.order_by("id").annotate(
        numbers=_lines("number"), accounts=_lines("account"), amounts=_lines("amount_minor")
    )
    for entry in raw.iterator(chunk_size=queries.CHUNK):
        yield from _of(entry, entry.numbers or [], entry.accounts or [], entry.amounts or [])
    for line in Posting.objects.exclude(Exists(Entry.objects.filter(id=OuterRef("entry_id")))):
        yield Breach("line_has_its_entry", f"{line.entry_id} {line.id}", line.amount_minor)
    sums = Posting.objects.values("entry__currency").annotate(total=Sum("amount_minor"))
    for row in sums:
        if row["total"]:
            yield Breach("trial_balance", row["entry__currency"], row["total"])


def _lines(field: str) -> ArraySubquery:
    lines = Posting.objects.filter(entry_id=OuterRef("id")).order_by("number")
    return ArraySubquery(lines.values(field))


def _of(
    entry: Entry, numbers: list[int], accounts: list[str], amounts: list[int]
) -> Iterator[Breach]:
    subject = f"{entry.id} {entry.source}"
    if total := sum(amounts):
        yield Breach("entry_balances", subject, total)
    if numbers != list(range(1, entry.line_count + 1)):
        yield Breach("entry_is_whole", subject)
    for account in accounts:
        if account not in chart.accounts():
            yield Breach("account_is_known", f"{subject} {account}")
    if not catalogue.is_listed(entry.template):
        yield Breach("template_is_listed", f"{subject} {entry.template}")
    said = digest_of(
        template=entry.template,
        happened_on=entry.happened_on,
        currency=entry.currency,
        agreement_id=entry.agreement_id,
        lines=list(zip(accounts, amounts, strict=True)),
    )
    if said != bytes(entry.digest):
        yield Breach("entry_is_as_posted", subject)
