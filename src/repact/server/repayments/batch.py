"""A settlement file: many payments at once, with the same outcome as one by one.

Rows that are plain (a plan in force, paid on the day, nothing else about it in the file) are worked
out by the same replay and written with a few statements; every other row goes the single way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import islice
from uuid import UUID

from repact.errors import RepactError
from repact.ledger import chart
from repact.plans.servicing import events
from repact.server.audit import actions as audit_actions
from repact.server.audit.actions import Subject
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.books.actions import ToPost
from repact.server.people import doors
from repact.server.repayments import actions, lives, posting, sharing, stored
from repact.server.repayments.lives import Life
from repact.server.repayments.models import Payment, Suspense
from repact.server.repayments.stored import Kept, Writing
from repact.server.repayments.uncollected import uncollected
from repact.server.tenancy import lanes

AT_ONCE = 500
_STRETCH = 20 * AT_ONCE
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One row of a settlement file; `cash_account` is the account of ours it came into."""

    agreement_id: UUID | None
    source: str
    amount_minor: int
    currency: str
    value_date: date
    said: str = ""
    payer: str = "borrower"
    payer_account: str = ""
    cash_account: str = chart.WALLET_CLEARING


@dataclass(slots=True)
class Outcome:
    """What became of the rows: `refused` are the sources of those that are no money, with why;
    `waiting` those of money in suspense, now or since it came before."""

    posted: int = 0
    repeated: int = 0
    suspended: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def add(self, other: Outcome, /) -> None:
        """Count the other's rows with these."""
        self.posted += other.posted
        self.repeated += other.repeated
        self.suspended += other.suspended
        self.refused += other.refused
        self.waiting += other.waiting


def post_file(*, by: Actor, rows: Iterable[Arrival], now: datetime) -> Outcome:
    """Post a whole file, some rows a transaction; a file cut off in the middle is given again.

    Outside a transaction it is posted over two connections, each plan's rows in their order.
    """
    whole, left = Outcome(), iter(rows)
    while stretch := list(islice(left, _STRETCH)):
        steps = [
            [
                partial(post_payments, by=by, rows=lane[first : first + AT_ONCE], now=now)
                for first in range(0, len(lane), AT_ONCE)
            ]
            for lane in _lanes(stretch)
        ]
        for made in lanes.run(steps):
            whole.add(made)
    return whole


def _lanes(rows: Sequence[Arrival]) -> list[list[Arrival]]:
    """Share rows over the lanes, plan by plan. Plans of one source are no two lanes' either: the
    second such row is refused."""
    times = Counter(row.source for row in rows)
    together = {row.agreement_id for row in rows if times[row.source] > 1}
    return lanes.share(
        rows,
        key=lambda row: (
            _FIRST if row.agreement_id is None or row.agreement_id in together else row.agreement_id
        ),
        few=AT_ONCE,
    )


@doors.action("repayments.post_payments", may=(SYSTEM,))
def post_payments(*, by: Actor, rows: Sequence[Arrival], now: datetime) -> Outcome:
    """Post rows in one transaction, each as `receive_payment` would."""
    on, made = posting.business_date(by, now), Outcome()
    batch = _Batch(by, now, on)
    with uncollected():
        plans = stored.many({row.agreement_id for row in rows if row.agreement_id}, locked=True)
        known = {*_sources(Payment, rows), *_sources(Suspense, rows)}  # once the plans are held
        alone = _alone(rows, known, on)
        for kept in plans:
            row = alone.get(kept.agreement.id)
            if row is not None:
                batch.add(kept, row)
        batch.write()
    made.posted = len(batch.payments)
    for row in rows:
        if row.source not in batch.payments:
            _singly(by, row, now, row.source in known, made)
    audit_actions.unchanged()
    return made


def _alone(rows: Sequence[Arrival], known: set[str], on: date) -> dict[UUID, Arrival]:
    """The new rows of a day that alone among these have their plan and their source, by plan."""
    times, told = Counter(row.agreement_id for row in rows), Counter(row.source for row in rows)
    return {
        row.agreement_id: row
        for row in rows
        if row.agreement_id
        and times[row.agreement_id] == told[row.source] == 1
        and row.source not in known
        and row.value_date == on
    }


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
            payer=row.payer,
            payer_account=row.payer_account,
            cash_account=row.cash_account,
        )
    except RepactError as error:
        made.refused.append((row.source, error.code))
        return
    if isinstance(kept, Suspense):
        made.waiting.append(row.source)
    if known:
        made.repeated += 1
    elif isinstance(kept, Payment):
        made.posted += 1
    else:
        made.suspended += 1


def _sources(model: type, rows: Sequence[Arrival]) -> list[str]:
    found = model.objects.filter(source__among=[row.source for row in rows])
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
        self.rows = Writing()
        self.entries: list[ToPost] = []
        self.subjects: list[Subject] = []

    def add(self, kept: Kept, row: Arrival) -> None:
        """Work out one row, unless something is special about it or its plan is not right."""
        try:
            life = lives.alive(kept, on=self.on)
            if not _is_plain(life, row):
                return
            parts = {number: (plan, life.events[number]) for number, plan in life.signed.items()}
            shares = sharing.share(row.amount_minor, parts, on=row.value_date)
            payment = self._payment(kept, row)
            name = f"payment:{payment.id}"
            arrived = {
                number: events.Payment(
                    id=name, on=row.value_date, kind="payment", amount_minor=share
                )
                for number, share in shares.items()
            }
            happened = posting.work_out(life, events=arrived, cash_minor=shares, payment=payment)
            if happened.recharged:  # income of a period that is over changes: in a rest
                return
        except RepactError:  # the single way says what is wrong, and stops what must stop
            return
        self.rows.add(happened.rows)
        self.entries += posting.entries(
            life,
            happened,
            template="payment_received",
            source=name,
            cash_account=row.cash_account,
        )
        self.subjects.append(
            Subject(
                payment.id,
                kept.agreement.case_id,
                {"amount_minor": payment.amount_minor, **payment.allocation},
            )
        )
        self.payments[row.source] = payment

    def write(self) -> None:
        """Write everything, table by table."""
        if not self.payments:
            return
        stored.write(self.rows, lender_id=self.by.lender_id)
        book_actions.post_many(by=self.by, postings=self.entries)
        audit_actions.record_many(
            by=self.by, action="repayments.post_payment", now=self.now, subjects=self.subjects
        )

    def _payment(self, kept: Kept, row: Arrival) -> Payment:
        return Payment(
            lender_id=self.by.lender_id,
            agreement_id=kept.agreement.id,
            source=row.source,
            amount_minor=row.amount_minor,
            currency=row.currency,
            value_date=row.value_date,
            received_at=self.now,
            payer=row.payer,
            payer_account=row.payer_account,
            cash_account=row.cash_account,
        )
