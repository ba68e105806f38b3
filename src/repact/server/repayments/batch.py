"""A settlement file: many payments at once, with the same outcome as one by one.

Rows that are plain (a plan in force, paid on the day, nothing else about it in the file) are worked
out by the same replay and written with a few statements; every other row goes the single way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from repact.errors import RepactError
from repact.ledger import plan_life
from repact.plans.servicing import events
from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.people import doors
from repact.server.repayments import accounting, actions, lives, posting, sharing
from repact.server.repayments.lives import Life, News
from repact.server.repayments.models import DueItem, Payment, Suspense

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """One row of a settlement file."""

    agreement_id: UUID | None
    source: str
    amount_minor: int
    currency: str
    value_date: date
    said: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of the rows: `refused` are the sources of those that are no money, with why."""

    posted: int = 0
    repeated: int = 0
    suspended: int = 0
    refused: list[tuple[str, str]] | None = None


def post_file(*, by: Actor, rows: Iterable[Arrival], now: datetime) -> Outcome:
    """Post a whole file, some rows a transaction; a file cut off in the middle is given again."""
    whole, left = Outcome(refused=[]), iter(rows)
    while some := list(islice(left, AT_ONCE)):
        made = post_payments(by=by, rows=some, now=now)
        whole.posted += made.posted
        whole.repeated += made.repeated
        whole.suspended += made.suspended
        whole.refused = [*(whole.refused or []), *(made.refused or [])]
    return whole


@doors.action("repayments.post_payments", may=(SYSTEM,))
def post_payments(*, by: Actor, rows: Sequence[Arrival], now: datetime) -> Outcome:
    """Post rows in one transaction, each as `receive_payment` would."""
    on, made = posting.business_date(by, now), Outcome(refused=[])
    ids = {row.agreement_id for row in rows if row.agreement_id}
    found = Agreement.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id")
    agreements = {agreement.id: agreement for agreement in found}
    known = set(_sources(Payment, rows)) | set(_sources(Suspense, rows))
    times = Counter(row.agreement_id for row in rows)
    alone = {
        row.agreement_id: row
        for row in rows
        if times[row.agreement_id] == 1 and row.source not in known and row.value_date == on
    }
    batch = _Batch(by, now, on)
    alive = lives.many([agreements[i] for i in alone if i in agreements], on=on)
    items = lives.items_of(alive)
    for life in alive:
        row = alone[life.agreement.id]
        if _is_plain(life, row):
            batch.add(life, row, items[life.agreement.id])
    batch.write()
    made.posted = len(batch.payments)
    for row in rows:
        if row.source not in batch.payments:
            _singly(by, row, now, row.source in known, made)
    audit_actions.unchanged()
    return made


def _singly(by: Actor, row: Arrival, now: datetime, known: bool, made: Outcome) -> None:  # noqa: FBT001
    try:
        kept = actions.receive_payment(
            by=by,
            agreement_id=row.agreement_id,
            source=row.source,
            amount_minor=row.amount_minor,
            currency=row.currency,
            value_date=row.value_date,
            now=now,
            said=row.said,
        )
    except RepactError as error:
        made.refused = [*(made.refused or []), (row.source, error.code)]
        return
    if known:
        made.repeated += 1
    elif isinstance(kept, Payment):
        made.posted += 1
    else:
        made.suspended += 1


def _sources(model: type, rows: Sequence[Arrival]) -> list[str]:
    found = model.objects.filter(source__in=[row.source for row in rows])
    return list(found.values_list("source", flat=True))


def _is_plain(life: Life, row: Arrival) -> bool:
    """Whether nothing is special about a row: then it can be written with the others."""
    return (
        life.agreement.state == "in_force"
        and life.standing == "active"
        and not life.plan.stopped
        and row.currency == life.plan.currency
        and life.on == row.value_date
        and 0 < row.amount_minor < life.open_minor
        and row.amount_minor <= life.due_minor
    )


class _Batch:
    """Plain rows worked out and not yet written."""

    def __init__(self, by: Actor, now: datetime, on: date) -> None:
        self.by, self.now, self.on = by, now, on
        self.payments: dict[str, Payment] = {}
        self.lives: list[Life] = []
        self.changes: list[lives.Changed] = []
        self.entries: list[tuple[UUID, str, plan_life.Change]] = []

    def add(self, life: Life, row: Arrival, items: dict[int, dict[int, DueItem]]) -> None:
        """Work out one row, unless its plan is not as it should be."""
        try:
            parts = {number: (plan, life.events[number]) for number, plan in life.signed.items()}
            shares = sharing.share(row.amount_minor, parts, on=row.value_date)
            before = dict(life.states)
            payment = self._payment(life, row)
            news = [
                News(
                    number,
                    events.Payment(
                        id=f"payment:{payment.id}",
                        on=row.value_date,
                        kind="payment",
                        amount_minor=share,
                    ),
                )
                for number, share in shares.items()
            ]
            changed = lives.work_out(life, news, items)
        except RepactError:  # the single way says what is wrong, and stops what must stop
            return
        payment.allocation = actions.allocation(life, payment, shares)
        for number, share in shares.items():
            change = accounting.change(before[number], life.states[number], cash_minor=share)
            name = f"payment:{payment.id}" if number == 1 else f"payment:{payment.id}:{number}"
            self.entries.append((life.agreement.id, name, change))
        self.payments[row.source] = payment
        self.lives.append(life)
        self.changes.append(changed)

    def write(self) -> None:
        """Write everything, table by table."""
        if not self.lives:
            return
        lives.write(self.lives, self.changes)
        Payment.objects.bulk_create(self.payments.values())
        currencies = {life.agreement.id: life.plan.currency for life in self.lives}
        for agreement_id, source, change in self.entries:
            book_actions.post(
                by=self.by,
                entry=plan_life.plan_changed(
                    template="payment_received",
                    on=self.on,
                    currency=currencies[agreement_id],
                    change=change,
                ),
                source=source,
                agreement_id=agreement_id,
            )
        for life, payment in zip(self.lives, self.payments.values(), strict=True):
            audit_actions.record(
                by=self.by,
                action="repayments.post_payment",
                subject_id=payment.id,
                case_id=life.agreement.case_id,
                now=self.now,
                amount_minor=payment.amount_minor,
                **payment.allocation,
            )

    def _payment(self, life: Life, row: Arrival) -> Payment:
        return Payment(
            lender_id=self.by.lender_id,
            agreement=life.agreement,
            source=row.source,
            amount_minor=row.amount_minor,
            currency=row.currency,
            value_date=row.value_date,
            received_at=self.now,
        )
