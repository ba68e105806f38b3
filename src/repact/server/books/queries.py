"""Reading the books. Balances are sums of postings, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import QuerySet, Sum

from repact.server.books.models import Entry, Posting


def of_agreement(agreement_id: UUID, /) -> QuerySet[Entry]:
    """An agreement's entries with their lines, oldest first."""
    return (
        Entry.objects.filter(agreement_id=agreement_id)
        .prefetch_related("postings")
        .order_by("recorded_at", "id")
    )


def balance_minor(*, agreement_id: UUID, accounts: Sequence[str]) -> int:
    """What an agreement's entries leave on some accounts."""
    found = Posting.objects.filter(entry__agreement_id=agreement_id, account__in=accounts)
    return found.aggregate(total=Sum("amount_minor"))["total"] or 0


def trial_balance(*, on: date) -> dict[str, dict[str, int]]:
    """Balances from what had happened up to a day: currency -> account -> minor units.

    The accounts of a currency add up to 0.
    """
    sums = (
        Posting.objects.filter(entry__happened_on__lte=on)
        .values("entry__currency", "account")
        .annotate(total=Sum("amount_minor"))
        .order_by("entry__currency", "account")
    )
    made: dict[str, dict[str, int]] = {}
    for row in sums:
        made.setdefault(row["entry__currency"], {})[row["account"]] = row["total"]
    return made
