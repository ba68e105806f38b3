"""Three sides of every movement of money: the wallet or the bank, repayments, the books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from repact.ledger import chart
from repact.server.books.models import Posting
from repact.server.connectors import keepers
from repact.server.connectors.wallet import Movement
from repact.server.repayments import contracts
from repact.server.repayments.models import (
    Collection,
    ContractPayment,
    ContractReversal,
    Disposal,
    DueItem,
    OwedBeside,
    Part,
    Payment,
    Refund,
    Reversal,
    Suspense,
)
from repact.server.statements import queries as statement_queries
from repact.server.statements.models import UNPOSTED
from repact.server.statements.taking import source_of


@dataclass(frozen=True, slots=True)
class Found:
    """One difference, as it stands now."""

    subject: str
    cause: str
    currency: str
    outside_minor: int | None = None
    repayments_minor: int | None = None
    books_minor: int | None = None


@dataclass(slots=True)
class Compared:
    """How much was compared, and what differs."""

    count: int = 0


def outside(movements: Iterable[Movement], *, on: date, compared: Compared) -> Iterator[Found]:
    """The wallet's movements and the bank's lines against what repayments took in."""
    kept = _taken_in()
    reversed_sources = _taken_back()
    refunds = {str(row.id): row for row in Refund.objects.all()}
    waiting = {
        str(name)
        for name in Collection.objects.filter(state="requested").values_list("id", flat=True)
    }
    seen: set[str] = set()
    for movement in movements:
        compared.count += 1
        yield from _movement(movement, kept, reversed_sources, refunds, waiting, seen)
    for line in statement_queries.incoming(until=on):
        compared.count += 1
        source = source_of(line.account, line.key)
        seen.add(source)
        if line.state == UNPOSTED and source not in kept:
            yield Found(source, "not_posted_yet", line.currency, line.amount_minor)
        else:
            yield from _one(source, line.amount_minor, line.currency, kept)
    for source, (amount, currency) in kept.items():
        if source not in seen and source.startswith(("wallet:", "wallet-event:", "bank:")):
            yield Found(source, "not_outside", currency, repayments_minor=amount)


def _movement(
    movement: Movement,
    kept: dict[str, tuple[int, str]],
    reversed_sources: set[str],
    refunds: dict[str, Refund],
    waiting: set[str],
    seen: set[str],
) -> Iterator[Found]:
    if movement.kind == "refund":
        refund = refunds.get(movement.id)
        ours = -refund.amount_minor if refund else None
        if ours != movement.amount_minor:
            cause = "outside_only" if ours is None else "amount_differs"
            yield Found(
                f"refund:{movement.id}", cause, movement.currency, movement.amount_minor, ours
            )
        return
    source = f"{'wallet-event' if movement.kind == 'payment' else 'wallet'}:{movement.id}"
    if movement.kind == "reversal":  # of a debit of ours, or of what a holder had pushed
        names = {source, f"wallet-event:{movement.id}"} & kept.keys()
        if names and not names & reversed_sources:
            yield Found(
                f"reversal:{movement.id}",
                "reversal_missing",
                movement.currency,
                movement.amount_minor,
            )
        return
    seen.add(source)
    if movement.id in waiting:
        yield Found(source, "not_posted_yet", movement.currency, movement.amount_minor)
        return
    yield from _one(source, movement.amount_minor, movement.currency, kept)


def _one(
    source: str, amount: int, currency: str, kept: dict[str, tuple[int, str]]
) -> Iterator[Found]:
    ours = kept.get(source)
    if ours is None:
        yield Found(source, "outside_only", currency, amount)
    elif ours != (amount, currency):
        yield Found(source, "amount_differs", currency, amount, ours[0])


def books(*, compared: Compared) -> Iterator[Found]:
    """What repayments took in, gave back and undid against the books' cash account."""
    posted: dict[str, int] = {}
    rows = (
        Posting.objects.filter(account__in=(chart.WALLET_CLEARING, chart.BANK_CLEARING))
        .values("entry__source")
        .annotate(total=Sum("amount_minor"))
    )
    for row in rows:
        name = ":".join(row["entry__source"].split(":")[:2])
        posted[name] = posted.get(name, 0) + row["total"]
    for subject, amount, currency in _with_cash():
        compared.count += 1
        booked = posted.get(subject)
        if booked != amount:
            cause = "not_in_books" if booked is None else "books_differ"
            yield Found(subject, cause, currency, None, amount, booked)


def _with_cash() -> Iterator[tuple[str, int, str]]:
    """Every change of cash repayments know of, by the name the books have for it."""
    for payment in Payment.objects.exclude(source__startswith="suspense:").iterator():
        yield f"payment:{payment.id}", payment.amount_minor, payment.currency
    for kept in Suspense.objects.all().iterator():
        yield f"suspense:{kept.id}", kept.amount_minor, kept.currency
        if kept.state == "returned":
            yield f"returned:{kept.id}", -kept.amount_minor, kept.currency
    for paid in ContractPayment.objects.exclude(source__startswith="suspense:").iterator():
        yield f"contract:{paid.id}", paid.amount_minor, paid.currency
    for line in statement_queries.explained().iterator():
        if line.state == "charge":
            yield f"line:{line.id}", line.amount_minor, line.currency
    for sale in Disposal.objects.filter(kind="sale", state="done").select_related("loan"):
        yield f"sale:{sale.id}", sale.price_minor or 0, sale.loan.currency if sale.loan else ""
    yield from _cash_gone()


def _cash_gone() -> Iterator[tuple[str, int, str]]:
    """What was sent back, and what was taken back."""
    for refund in Refund.objects.filter(suspense=None).exclude(answer__status="refused").iterator():
        yield f"refund:{refund.id}", -refund.amount_minor, refund.currency
    for reversal in Reversal.objects.select_related("payment").iterator():
        payment = reversal.payment
        yield f"reversal:{reversal.id}", -payment.amount_minor, payment.currency
    for undone in ContractReversal.objects.select_related("payment").iterator():
        yield f"contract-reversal:{undone.id}", -undone.amount_minor, undone.payment.currency
    for gone in OwedBeside.objects.filter(source__startswith="gone:").iterator():
        yield gone.source, -gone.amount_minor, gone.currency


def keeper(*, compared: Compared) -> Iterator[Found]:
    """Where the lender's core is the keeper of record: our books are a shadow, compared with it."""
    parts = Part.objects.filter(loan__product__keeper="core", standing__in=("active", "breached"))
    for part in parts.select_related("loan__product", "agreement"):
        compared.count += 1
        loan = part.loan
        kept = keepers.kept(
            product_code=loan.product.code, loan_ref=loan.ref, agreement=str(part.agreement_id)
        )
        rows = DueItem.objects.filter(agreement=part.agreement, part=part.number)
        ours = sum(row.open_minor for row in rows) - part.prepaid_minor
        if kept is None:
            yield Found(f"core:{loan.ref}", "core_has_no_plan", loan.currency, None, ours)
        elif (kept.open_minor, kept.currency) != (ours, loan.currency):
            yield Found(f"core:{loan.ref}", "core_differs", loan.currency, kept.open_minor, ours)


def _taken_back() -> set[str]:
    """The sources whose money was taken back again."""
    return {
        *Reversal.objects.values_list("payment__source", flat=True),
        *ContractReversal.objects.values_list("payment__source", flat=True),
        *Suspense.objects.filter(state="returned", refund=None).values_list("source", flat=True),
        *Suspense.objects.filter(payment__reversal__isnull=False).values_list("source", flat=True),
        *Suspense.objects.filter(contract_payment__reversal__isnull=False).values_list(
            "source", flat=True
        ),
        *_gone_twice(),
    }


def _gone_twice() -> list[str]:
    """Sources of what had been sent back before it was taken back."""
    gone = OwedBeside.objects.filter(source__startswith="gone:").values_list("source", flat=True)
    ids = [source.removeprefix("gone:") for source in gone]
    return list(Suspense.objects.filter(id__in=ids).values_list("source", flat=True))


def _taken_in() -> dict[str, tuple[int, str]]:
    """Source -> what repayments took in by it, as a payment or in suspense."""
    kept = {
        row.source: (row.amount_minor, row.currency)
        for row in Payment.objects.exclude(source__startswith="suspense:").iterator()
    }
    for paid in ContractPayment.objects.exclude(source__startswith="suspense:").iterator():
        kept[paid.source] = (paid.amount_minor, paid.currency)
    for row in Suspense.objects.exclude(state="settled").iterator():
        source = row.source.removesuffix(contracts.REST)
        already = kept.get(source, (0, row.currency))[0] if source != row.source else 0
        kept[source] = (already + row.amount_minor, row.currency)
    return kept
