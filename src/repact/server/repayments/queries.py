"""Reading what is due and what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from repact.plans.conduct import Conduct
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.repayments import lives
from repact.server.repayments.models import Collection, DueItem

_BAR_WIDTH = 440


@dataclass(frozen=True, slots=True)
class Tick:
    """One payment in the progress bar."""

    x: int
    width: int
    paid: bool


@dataclass(frozen=True, slots=True)
class Home:
    """A running plan as its borrower sees it."""

    agreement_id: UUID
    next: DueItem | None
    late_minor: int
    days_to_next: int
    collecting: bool
    count: int
    paid_count: int
    paid_minor: int
    left_minor: int
    last_due_date: date
    waived_minor: int
    account_tail: str
    ticks: list[Tick]
    conduct: Conduct

    @property
    def left_count(self) -> int:
        """Payments still to make."""
        return self.count - self.paid_count

    @property
    def days_late(self) -> int:
        """Days since the next payment was due."""
        return max(-self.days_to_next, 0)


def home(*, borrower_id: UUID, now: datetime) -> Home | None:
    """The borrower's plan in force or finished, or None."""
    agreement = (
        Agreement.objects.filter(
            borrower_id=borrower_id,
            state__in=[agreement_states.IN_FORCE, agreement_states.COMPLETED],
        )
        .order_by("-sealed_at")
        .first()
    )
    if agreement is None:
        return None
    items = [item for item in schedule(agreement.id) if item.payment_minor]
    upcoming = next((item for item in items if item.state != "paid"), None)
    said = agreement_queries.contents(agreement)
    zone = lender_queries.get(agreement.lender_id).zone
    today = clock_queries.business_date(now=now, zone=zone)
    conduct = said.debts[0].conduct
    left = sum(item.open_minor for item in items)
    return Home(
        agreement_id=agreement.id,
        next=upcoming,
        late_minor=allocation.late_open(upcoming, conduct, on=today) if upcoming else 0,
        days_to_next=(upcoming.due_date - today).days if upcoming else 0,
        collecting=_is_collecting(upcoming),
        count=len(items),
        paid_count=sum(1 for item in items if item.state == "paid"),
        paid_minor=sum(item.payment_minor for item in items) - left,
        left_minor=left,
        last_due_date=items[-1].due_date,
        waived_minor=said.waived_minor,
        account_tail=said.borrower.account_tail,
        ticks=_ticks(items),
        conduct=conduct,
    )


def schedule(agreement_id: UUID, /) -> QuerySet[DueItem]:
    """An agreement's due items in order."""
    return DueItem.objects.filter(agreement_id=agreement_id).order_by("number")


def due_by_clock(*, on: date) -> list[UUID]:
    """Items something happens to by a day; found by index, nothing else is touched."""
    found = DueItem.objects.filter(next_action_date__lte=on).order_by("next_action_date", "id")
    return list(found.values_list("id", flat=True))


def next_due_date(*, after: date) -> date | None:
    """The next day on which anyone's installment falls due."""
    found = DueItem.objects.filter(due_date__gt=after).exclude(state="paid").order_by("due_date")
    return found.values_list("due_date", flat=True).first()


def collection(collection_id: UUID, /) -> Collection:
    """One request to the wallet, with its agreement and borrower."""
    return Collection.objects.select_related("due_item__agreement__borrower").get(id=collection_id)


def open_collections() -> list[UUID]:
    """Requests without a final answer."""
    return list(Collection.objects.filter(state="requested").values_list("id", flat=True))


def _is_collecting(item: DueItem | None) -> bool:
    return item is not None and item.collections.filter(state="requested").exists()


def _ticks(items: list[DueItem]) -> list[Tick]:
    step = _BAR_WIDTH // max(len(items), 1)
    width = max(step - 3, 1)
    return [
        Tick(x=i * step, width=width, paid=item.state == "paid") for i, item in enumerate(items)
    ]
