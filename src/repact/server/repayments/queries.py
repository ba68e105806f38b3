"""Reading what is due and what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, QuerySet, Sum, When

from repact.plans.conduct import Conduct
from repact.plans.servicing import ladder
from repact.plans.servicing.replay import payoff
from repact.plans.servicing.rests import Mode
from repact.plans.servicing.state import RowState
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.lenders import queries as lender_queries
from repact.server.repayments import collecting, costs, lives
from repact.server.repayments.costs import Costs
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import (
    Collection,
    Disposal,
    DueItem,
    OwedBeside,
    Payment,
    Plan,
    Suspense,
)

_BAR_WIDTH = 440


@dataclass(frozen=True, slots=True)
class Tick:
    """One payment in the progress bar."""

    x: int
    width: int
    paid: bool


@dataclass(frozen=True, slots=True)
class Bill:
    """One date of a plan: what its rows ask for over all debts, and what of it is open.

    `number` counts the rows of the schedule, `state` is the gravest of its rows: paid, upcoming,
    due, grace or late. `late_minor` is what being late has cost and is not paid.
    """

    number: int
    due_date: date
    payment_minor: int
    open_minor: int
    late_minor: int
    state: str


@dataclass(frozen=True, slots=True)
class Home:
    """A running plan as its borrower sees it."""

    agreement_id: UUID
    standing: str
    next: Bill | None
    due_minor: int
    late_minor: int
    days_to_next: int
    collecting: bool
    count: int
    paid_count: int
    paid_minor: int
    left_minor: int
    credit_minor: int
    last_due_date: date
    last_good_date: date | None
    waived_minor: int
    pending_minor: int
    account_tail: str
    mandate: bool
    debited: bool
    stopped: bool
    disputed: bool
    resting: bool
    costs: Costs | None
    skips_left: int
    date_moves_left: int
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


@dataclass(frozen=True, slots=True)
class Payoff:
    """What ends a plan on a day, over all its debts, and what that saves."""

    on: date
    total_minor: int
    saved_minor: int
    credit_minor: int


def life(agreement: Agreement, /, *, now: datetime) -> Life:
    """Everything that happened to a plan, and what stands today."""
    return lives.load(agreement, on=lender_queries.today(agreement.lender_id, now=now))


def home(*, borrower_id: UUID, now: datetime) -> Home | None:
    """The borrower's plan in force or finished, or None."""
    agreement = current(borrower_id)
    if agreement is None:
        return None
    return _home(agreement, life(agreement, now=now))


def costs_of(
    agreement_id: UUID, /, *, now: datetime, mode: Mode, annual_rate_ppm: int | None
) -> Costs | None:
    """What a day costs under a plan while another one is asked for; `mode` and `annual_rate_ppm`
    are what a request would bring where it is not sent yet. None where the plan runs no more."""
    alive = life(agreement_queries.get(agreement_id), now=now)
    return costs.costs(alive, mode=mode, annual_rate_ppm=annual_rate_ppm)


def current(borrower_id: UUID, /) -> Agreement | None:
    """The agreement whose plan the borrower lives by, or has finished."""
    shown = [agreement_states.IN_FORCE, agreement_states.BREACHED, agreement_states.COMPLETED]
    found = Agreement.objects.filter(borrower_id=borrower_id, state__in=shown)
    return found.order_by("-sealed_at").first()


def bills(alive: Life, /) -> list[Bill]:
    """A plan's dates in order, over all its debts, as they stand."""
    by_date: dict[date, list[RowState]] = {}
    for state in alive.states.values():
        for row in state.rows:
            if row.due.total_minor:
                by_date.setdefault(row.due_date, []).append(row)
    return [_bill(due_date, rows) for due_date, rows in sorted(by_date.items())]


def payoff_quote(agreement: Agreement, /, *, on: date) -> Payoff:
    """What has to be paid on a day to end the plan; interest to come is not part of it."""
    alive = lives.load(agreement, on=on)
    quotes = [payoff(plan, alive.events[number], on) for number, plan in alive.signed.items()]
    return Payoff(
        on=on,
        total_minor=sum(quote.total_minor for quote in quotes),
        saved_minor=sum(quote.saved_minor for quote in quotes),
        credit_minor=sum(quote.credit_minor for quote in quotes),
    )


def payments(agreement: Agreement, /) -> QuerySet[Payment]:
    """Every payment of a plan, in the order of its value."""
    return Payment.objects.filter(agreement=agreement).order_by("value_date", "received_at")


def schedule(agreement_id: UUID, /) -> QuerySet[DueItem]:
    """An agreement's due items in order."""
    return DueItem.objects.filter(agreement_id=agreement_id).order_by("due_date", "part", "number")


def is_paid_up(agreement_id: UUID, /, *, until: date) -> bool:
    """Whether nothing that was due by a day is open any more."""
    due = DueItem.objects.filter(agreement_id=agreement_id, due_date__lte=until)
    return not due.exclude(state="paid").exists()


def due_by_clock(*, on: date) -> list[UUID]:
    """Plans something happens to by a day; found by index, nothing else is touched."""
    found = Plan.objects.filter(next_action_date__lte=on).order_by("next_action_date", "id")
    return list(found.values_list("id", flat=True))


def to_earn(*, on: date) -> list[UUID]:
    """Rows whose periods are over and whose interest is not income yet, found by index."""
    found = DueItem.objects.filter(is_earned=False, due_date__lte=on).order_by("due_date", "id")
    return list(found.values_list("id", flat=True))


def next_due_date(*, after: date) -> date | None:
    """The next day on which anyone's installment falls due."""
    found = DueItem.objects.filter(due_date__gt=after).exclude(state="paid").order_by("due_date")
    return found.values_list("due_date", flat=True).first()


def collection(collection_id: UUID, /) -> Collection:
    """One request to the wallet, with its agreement and borrower."""
    found = Collection.objects.select_related("agreement__plan", "agreement__borrower")
    return found.get(id=collection_id)


def open_collections() -> list[UUID]:
    """Requests without a final answer."""
    return list(Collection.objects.filter(state="requested").values_list("id", flat=True))


def open_suspense() -> QuerySet[Suspense]:
    """Money nobody has placed yet, the oldest first."""
    found = Suspense.objects.filter(state="open").select_related("agreement")
    return found.order_by("received_on", "id")


def owed_beside() -> QuerySet[OwedBeside]:
    """What is owed beside any plan, the oldest first."""
    found = OwedBeside.objects.filter(state__in=["open", "asked"])
    return found.select_related("agreement", "loan").order_by("noted_on", "id")


def one_suspense(suspense_id: UUID, /) -> Suspense:
    """One sum in suspense. Raises `repayments.unknown_suspense`."""
    found = Suspense.objects.filter(id=suspense_id).first()
    if found is None:
        raise RepaymentError("repayments.unknown_suspense")
    return found


def suspense_minor(currency: str, /) -> int:
    """How much of a currency is in suspense now."""
    found = Suspense.objects.filter(state="open", currency=currency)
    return found.aggregate(total=Sum("amount_minor"))["total"] or 0


def disposals() -> QuerySet[Disposal]:
    """Write-offs and sales: those that wait for somebody first, then the newest."""
    waits = Case(When(state="asked", then=0), When(state="approved", then=1), default=2)
    found = Disposal.objects.select_related("agreement", "loan").annotate(waits=waits)
    return found.order_by("waits", "-asked_at")


def stopped_plans() -> QuerySet[Plan]:
    """Plans whose charging was stopped because something differs; a person must look."""
    return Plan.objects.exclude(stopped="").select_related("agreement").order_by("id")


def _home(agreement: Agreement, alive: Life) -> Home:
    said = agreement_queries.contents(agreement)
    dates = bills(alive)
    upcoming = next((bill for bill in dates if bill.open_minor), None)
    plan, states = alive.plan, list(alive.states.values())
    paid = sum(sum(state.paid) + state.prepaid_minor for state in states)
    return Home(
        agreement_id=agreement.id,
        standing=alive.standing,
        next=upcoming,
        due_minor=alive.due_minor,
        late_minor=sum(bill.late_minor for bill in dates),
        days_to_next=(upcoming.due_date - alive.on).days if upcoming else 0,
        collecting=Collection.objects.filter(agreement=agreement, state="requested").exists(),
        count=len(dates),
        paid_count=sum(1 for bill in dates if not bill.open_minor),
        paid_minor=paid,
        left_minor=alive.open_minor,
        credit_minor=plan.credit_minor,
        last_due_date=dates[-1].due_date,
        last_good_date=_last_good_date(alive, upcoming),
        waived_minor=said.waived_minor,
        pending_minor=sum(state.pending_minor for state in states),
        account_tail=said.borrower.account_tail,
        mandate=plan.mandate_revoked_at is None,
        debited=collecting.may_debit(alive),
        stopped=bool(plan.stopped),
        disputed=plan.disputed_at is not None,
        resting=any(rest.to_date is None for rest in alive.rests),
        costs=costs.costs(alive),
        skips_left=min(state.skips_left for state in states),
        date_moves_left=min(state.date_moves_left for state in states),
        ticks=_ticks(dates),
        conduct=alive.conduct,
    )


def _bill(due_date: date, rows: list[RowState]) -> Bill:
    order = ("late", "grace", "due", "upcoming", "paid")
    return Bill(
        number=min(row.number for row in rows),
        due_date=due_date,
        payment_minor=sum(row.due.total_minor - row.due.late for row in rows),
        open_minor=sum(row.open_minor for row in rows),
        late_minor=sum(row.due.late - row.paid.late for row in rows),
        state=min((row.standing for row in rows), key=order.index),
    )


def _last_good_date(alive: Life, upcoming: Bill | None) -> date | None:
    """The last day on which the oldest open payment keeps the plan whole; None if none is due, that
    day is over, or another plan is asked for."""
    if upcoming is None or upcoming.due_date > alive.on:
        return None
    last = ladder.last_good_date(alive.conduct, upcoming.due_date, rests=alive.rests)
    return last if last and last >= alive.on else None


def _ticks(dates: list[Bill]) -> list[Tick]:
    step = _BAR_WIDTH // max(len(dates), 1)
    width = max(step - 3, 1)
    return [Tick(x=i * step, width=width, paid=not bill.open_minor) for i, bill in enumerate(dates)]
