"""Money that came in and was not taken back yet: what a charge-back may be of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from repact.server.repayments.contracts import REST
from repact.server.repayments.models import ContractPayment, Payment, Suspense

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Came:
    """One sum as it arrived, and which plan, debt or heap it is in; `source` names it."""

    source: str
    value_date: date
    amount_minor: int
    currency: str
    reference: str
    cash_account: str


def named(reference: str, /) -> list[Came]:
    """What came in for an agreement or a loan, by its number, the newest first."""
    return _newest(
        Q(agreement__reference=reference), Q(loan__ref=reference), Q(said__icontains=reference)
    )


def of_sum(amount_minor: int, /, *, currency: str, cash_account: str) -> list[Came]:
    """What came into an account of ours in exactly this sum, the newest first."""
    here = Q(currency=currency, cash_account=cash_account)
    same = here & Q(amount_minor=amount_minor)
    rests = Suspense.objects.filter(here, source__endswith=REST, amount_minor__lt=amount_minor)
    too_much = [source.removesuffix(REST) for source in rests.values_list("source", flat=True)]
    found = _newest(same, same | here & Q(source__in=too_much), same)
    return [one for one in found if one.amount_minor == amount_minor]


def _newest(plan: Q, debt: Q, waiting: Q) -> list[Came]:
    found = [*_of_plans(plan), *_of_debts(debt), *_in_suspense(waiting)]
    return sorted(found, key=lambda one: one.value_date, reverse=True)[:SHOWN]


def _of_plans(which: Q) -> Iterator[Came]:
    rows = Payment.objects.filter(which, reversal=None)
    rows = rows.select_related("agreement", "suspense").order_by("-value_date", "-id")
    for row in rows[:SHOWN]:
        kept = getattr(row, "suspense", None)
        yield Came(
            kept.source if kept else row.source,
            row.value_date,
            row.amount_minor,
            row.currency,
            row.agreement.reference,
            row.cash_account,
        )


def _of_debts(which: Q) -> Iterator[Came]:
    rows = ContractPayment.objects.filter(which, reversal=None)
    rows = rows.select_related("loan", "suspense").order_by("-value_date", "-id")[:SHOWN]
    rests = Suspense.objects.filter(source__in=[row.source + REST for row in rows])
    rest = {one.source.removesuffix(REST): one.amount_minor for one in rests}
    for row in rows:
        kept = getattr(row, "suspense", None)
        yield Came(
            kept.source if kept else row.source,
            row.value_date,
            row.amount_minor + rest.get(row.source, 0),
            row.currency,
            row.loan.ref,
            kept.cash_account if kept else row.cash_account,
        )


def _in_suspense(which: Q) -> Iterator[Came]:
    rows = Suspense.objects.filter(which, state="open").exclude(source__endswith=REST)
    for row in rows.order_by("-value_date", "-id")[:SHOWN]:
        yield Came(
            row.source, row.value_date, row.amount_minor, row.currency, row.said, row.cash_account
        )
