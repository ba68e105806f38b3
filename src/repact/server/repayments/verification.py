"""Plans against the books: signed schedules and payments, worked out anew, beside the journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet, Sum

from repact.ledger import chart, living
from repact.server.agreements.models import Agreement
from repact.server.books.models import Posting
from repact.server.books.verification import Breach
from repact.server.repayments import lives
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import COMPONENTS, DueItem, Payment, Suspense

CHUNK = 500
CASH = (chart.WALLET_CLEARING, chart.BANK_CLEARING, chart.SUSPENSE)
WITH_CASH = ("payment_received", "payment_reversed", "plan_compensated", "recovered")
GIVEN_UP = ("renegotiated", "withdrawn")


def breaches(*, on: date) -> Iterator[Breach]:
    """Every way in which plans and books differ, for the lender at hand, read as a stream.

    A plan's receivables are its signed schedule less what happened to it, replayed; its due items
    say the same; the cash in its entries is its payments less those taken back; what is in suspense
    is what the suspense account holds. A plan that gave way asks for nothing.
    """
    found = Agreement.objects.filter(plan__isnull=False).order_by("id")
    for agreement in found.iterator(chunk_size=CHUNK):
        yield from _of(agreement, on)
    held = _by_currency(Posting.objects.filter(account=chart.SUSPENSE))
    for row in (
        Suspense.objects.filter(state="open").values("currency").annotate(total=Sum("amount_minor"))
    ):
        held[row["currency"]] = held.get(row["currency"], 0) + row["total"]
    for currency, differs in held.items():
        if differs:
            yield Breach("suspense", currency, differs)


def _of(agreement: Agreement, on: date) -> Iterator[Breach]:
    subject = f"{agreement.id} {agreement.reference}"
    try:
        life = lives.load(agreement, on=on)
    except RepaymentError as error:
        yield Breach(error.code, subject)
        return
    yield from _receivables(life, subject)
    yield from _due_items(life, subject)
    lines = Posting.objects.filter(entry__agreement_id=agreement.id)
    cash = _total(
        lines.filter(
            entry__template__in=WITH_CASH,
            account__in=CASH,
        )
    )
    paid = _total(Payment.objects.filter(agreement=agreement, reversal=None))
    if cash != paid:
        yield Breach("payments", subject, cash - paid)


def _receivables(life: Life, subject: str) -> Iterator[Breach]:
    lines = Posting.objects.filter(entry__agreement_id=life.agreement.id)
    posted = dict(
        lines.filter(account__in=chart.PLAN_RECEIVABLE.values())
        .values_list("account")
        .annotate(total=Sum("amount_minor"))
    )
    asked = dict.fromkeys(COMPONENTS, 0)
    if life.plan.standing not in GIVEN_UP:
        for state in life.states.values():
            if state.written_off_on:
                continue  # its claim lives on, and the books do not count on it
            for name, amount in living.open_minor(state).items():
                asked[name] += amount
    for name, amount in asked.items():
        if differs := posted.get(chart.PLAN_RECEIVABLE[name], 0) - amount:
            yield Breach("plan_receivables", f"{subject} {name}", differs)


def _due_items(life: Life, subject: str) -> Iterator[Breach]:
    if life.plan.standing in GIVEN_UP:
        return
    kept: dict[int, list[DueItem]] = {number: [] for number in life.parts}
    for item in DueItem.objects.filter(agreement=life.agreement).order_by("number"):
        kept[item.part].append(item)
    for number, items in kept.items():
        rows = life.states[number].rows
        if [item.number for item in items] != [row.number for row in rows]:
            yield Breach("due_items", f"{subject} part {number}")
            continue
        for item, row in zip(items, rows, strict=True):
            for name in COMPONENTS:
                said = getattr(row.due, name) - getattr(row.paid, name)
                if differs := item.open_of(name) - said:
                    where = f"{subject} part {number} row {item.number} {name}"
                    yield Breach("due_items", where, differs)


def _total(rows: QuerySet[Posting] | QuerySet[Payment]) -> int:
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0


def _by_currency(rows: QuerySet[Posting]) -> dict[str, int]:
    sums = rows.values("entry__currency").annotate(total=Sum("amount_minor"))
    return {row["entry__currency"]: row["total"] for row in sums}
