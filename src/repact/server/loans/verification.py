"""The lender's book against the books: what contracts ask for, and what stands for it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Sum

from repact.ledger import chart
from repact.server.books.models import Posting
from repact.server.books.verification import Breach
from repact.server.loans.models import Loan

ACCOUNTS = (*chart.RECEIVABLE.values(), chart.LINE)


def breaches() -> Iterator[Breach]:
    """Every receivable of contracts that is not what the loans say, for the lender at hand.

    Loans without a plan that the lender counts on are in the contract's accounts as of the day of
    their last position, to the minor unit; loans in a plan, closed or written off are not.
    """
    differs = _posted()
    for key, amount in _asked().items():
        differs[key] = differs.get(key, 0) - amount
    for (currency, account), amount in sorted(differs.items()):
        if amount:
            yield Breach("contract_receivables", f"{currency} {account}", amount)


def _posted() -> dict[tuple[str, str], int]:
    sums = (
        Posting.objects.filter(account__in=ACCOUNTS)
        .values("entry__currency", "account")
        .annotate(total=Sum("amount_minor"))
    )
    return {(row["entry__currency"], row["account"]): row["total"] for row in sums}


def _asked() -> dict[tuple[str, str], int]:
    sums = (
        Loan.objects.filter(state="open", written_off_on=None)
        .values("currency", "is_line")
        .annotate(**{name: Sum(f"{name}_minor") for name in chart.RECEIVABLE})
    )
    made: dict[tuple[str, str], int] = {}
    for row in sums:
        for name in chart.RECEIVABLE:
            key = row["currency"], chart.receivable(name, is_line=row["is_line"])
            made[key] = made.get(key, 0) + row[name]
    return made
