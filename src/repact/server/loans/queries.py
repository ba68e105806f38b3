"""What is owed now, by the contract, and whether it is on hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from repact.plans.position import Contract, DueRow, Position
from repact.server.loans import accruing
from repact.server.loans.actions import NAME, PHONE
from repact.server.loans.errors import LoanError
from repact.server.loans.models import LEGAL_STAGES, Hold, Loan, Party, Standstill
from repact.server.people import vault


@dataclass(frozen=True, slots=True)
class DaysPastDue:
    """Two clocks, neither silently reset: by the contract, and by a plan (None without one)."""

    contract: int
    plan: int | None


@dataclass(frozen=True, slots=True)
class HoldState:
    """How far the hold of a case has come."""

    requested: int
    confirmed: int

    @property
    def acknowledged(self) -> bool:
        """Every loan of the case is confirmed as held."""
        return self.requested > 0 and self.confirmed == self.requested


@dataclass(frozen=True, slots=True)
class PartyShown:
    """A guarantor or co-borrower as a page may show them."""

    id: UUID
    loan_id: UUID
    role: str
    name: str
    phone_masked: str


def of_borrower(borrower_id: UUID, /) -> QuerySet[Loan]:
    """A borrower's open loans, the oldest arrears first."""
    return (
        Loan.objects.filter(borrower_id=borrower_id, state="open")
        .select_related("product", "lender")
        .order_by("oldest_unpaid_due_date", "ref")
    )


def in_plan_of_borrower(borrower_id: UUID, /) -> QuerySet[Loan]:
    """A borrower's loans under a running plan."""
    return (
        Loan.objects.filter(borrower_id=borrower_id, state="in_plan")
        .select_related("product", "lender")
        .order_by("ref")
    )


def unpaid_in_plan(borrower_id: UUID, /, *, refs: Collection[str]) -> list[str]:
    """Which of these loans are under a running plan and not paid."""
    found = in_plan_of_borrower(borrower_id).filter(ref__in=refs, principal_minor__gt=0)
    return list(found.values_list("ref", flat=True))


def get(loan_id: UUID, /) -> Loan:
    """One loan. Raises `loans.not_found`."""
    loan = Loan.objects.select_related("product", "lender").filter(id=loan_id).first()
    if loan is None:
        raise LoanError("loans.not_found")
    return loan


def by_ref(ref: str, /) -> Loan:
    """One loan by the lender's own number. Raises `loans.not_found`."""
    loan = Loan.objects.select_related("product", "lender").filter(ref=ref).first()
    if loan is None:
        raise LoanError("loans.not_found")
    return loan


def position(loan: Loan, /, *, on: date) -> Position:
    """What is owed on a day, per component.

    Interest runs on principal not overdue, the penalty rate on what is overdue, by the contract's
    (or the running plan's) day count and rates; in a breathing space by its mode, for good: what is
    not added then is never added later. Only where principal is owed: a paid debt has no position.
    """
    until = max(on, loan.as_of)
    spaces = _spaces(loan)
    rate, penalty_rate = rates(loan)
    interest = _added(
        loan, loan.principal_minor - loan.overdue_principal_minor, rate, until, spaces
    )
    penalty = _added(loan, loan.overdue_principal_minor, penalty_rate, until, spaces)
    return Position(
        as_of=on,
        currency=loan.currency,
        principal_minor=loan.principal_minor,
        interest_minor=loan.interest_minor + interest,
        penalty_minor=loan.penalty_minor + penalty,
        fees_minor=loan.fees_minor,
        contract=Contract(
            annual_rate_ppm=loan.annual_rate_ppm,
            day_count=loan.day_count,
            remaining=tuple(
                DueRow(due_date=date.fromisoformat(day), amount_minor=amount)
                for day, amount in loan.remaining
            ),
        ),
    )


def owed_minor(loan: Loan, /, *, on: date) -> int:
    """What is owed on a day in all; nothing of a debt that is paid."""
    return position(loan, on=on).total_minor if loan.principal_minor else 0


def rates(loan: Loan, /) -> tuple[int, int]:
    """The yearly rate and the rate on what is late, in ppm; those of a running plan go first."""
    if loan.plan_rate_ppm is None:
        return loan.annual_rate_ppm, loan.penalty_rate_ppm
    return loan.plan_rate_ppm, loan.plan_penalty_rate_ppm or 0


def furthest_stage(loans: Iterable[Loan], /) -> str:
    """How far in law the furthest of these debts has gone; `none` where nobody went that way."""
    return max((loan.legal_stage for loan in loans), key=LEGAL_STAGES.index, default="none")


def stage_of_borrower(borrower_id: UUID, /) -> str:
    """How far in law the furthest of a borrower's debts has gone."""
    owed = Loan.objects.filter(borrower_id=borrower_id, state__in=["open", "in_plan"])
    return furthest_stage(owed.exclude(legal_stage="none").only("legal_stage"))


def days_past_due(loan: Loan, /, *, on: date) -> DaysPastDue:
    """Days since the oldest installment the contract is missing."""
    oldest = loan.oldest_unpaid_due_date
    return DaysPastDue(contract=max((on - oldest).days, 0) if oldest else 0, plan=None)


def hold_state(case_id: UUID, /) -> HoldState:
    """The hold over a case's loans."""
    holds = Hold.objects.filter(case_id=case_id)
    return HoldState(requested=holds.count(), confirmed=holds.exclude(acknowledged_at=None).count())


def holds_to_send(case_id: UUID, /) -> Sequence[Hold]:
    """Holds the core has not acknowledged."""
    return list(Hold.objects.filter(case_id=case_id, state="requested").select_related("loan"))


def releases_to_send(case_id: UUID, /) -> Sequence[Hold]:
    """Ended holds the core has not acknowledged; under a plan the old debits stay stopped."""
    ended = Hold.objects.filter(case_id=case_id, state="released", release_acknowledged_at=None)
    return list(
        ended.exclude(released_because="plan").filter(loan__state="open").select_related("loan")
    )


def live_hold_of_borrower(borrower_id: UUID, /) -> bool:
    """Whether collection is stopped for any of a borrower's loans, a running plan's included.

    The hold of the case a plan came from stays until the plan ends, but its breathing space ended
    when the plan began: a plan is paid and reminded of, until a new case asks for another one.
    """
    return _asked_for(Hold.objects.filter(loan__borrower_id=borrower_id)).exists()


def is_on_hold(loan_ids: Sequence[UUID], /) -> bool:
    """Whether a case is open that stops collection for one of these loans."""
    return bool(on_hold(loan_ids))


def on_hold(loan_ids: Collection[UUID], /) -> set[UUID]:
    """Of these loans, those for which a case is open that stops collection."""
    held = _asked_for(Hold.objects.filter(loan_id__in=loan_ids))
    return set(held.values_list("loan_id", flat=True))


def asked_for_days(
    loan_ids: Sequence[UUID], /, *, since: date, but: UUID
) -> list[tuple[date, date | None]]:
    """The days, case by case, on which plans for these loans were asked for since a day, the last
    one not included; None while it lasts. The case `but` does not count."""
    found: dict[UUID, tuple[date, date | None]] = {}
    spaces = Standstill.objects.filter(loan_id__in=loan_ids, start_date__gte=since)
    for space in spaces.exclude(case_id=but).order_by("start_date", "id"):
        start, end = found.get(space.case_id, (space.start_date, space.end_date))
        both = max(end, space.end_date) if end and space.end_date else None
        found[space.case_id] = (start, both)
    return sorted(found.values(), key=lambda days: days[0])


def spaces_of(loan_id: UUID, /, *, since: date, but: UUID) -> list[Standstill]:
    """A loan's breathing spaces since a day, in order; those of the case `but` do not count."""
    found = Standstill.objects.filter(loan_id=loan_id, start_date__gte=since)
    return list(found.exclude(case_id=but).order_by("start_date", "end_date", "id"))


def hold_until(case_id: UUID, /) -> date | None:
    """The last day promised for a case's live holds; None when it is as long as the case is."""
    live = Hold.objects.filter(case_id=case_id, released_at=None)
    return min((d for d in live.values_list("until_date", flat=True) if d), default=None)


def cases_with_hold_ending(*, on: date) -> list[UUID]:
    """Cases one of whose live holds was promised only up to `on` or earlier."""
    live = Hold.objects.filter(released_at=None, until_date__lte=on)
    return sorted(set(live.values_list("case_id", flat=True)))


def end_told_at(case_id: UUID, /) -> datetime | None:
    """When the borrower was told that the hold ends; None while a live hold was not told."""
    told = list(
        Hold.objects.filter(case_id=case_id, released_at=None).values_list("end_told_at", flat=True)
    )
    return max(told) if told and all(told) else None


def breathing_space(case_id: UUID, /) -> Standstill | None:
    """The breathing space of a case that runs now."""
    return Standstill.objects.filter(case_id=case_id, end_date=None).order_by("id").first()


def parties(loan_ids: Sequence[UUID], /) -> list[PartyShown]:
    """Guarantors and co-borrowers, decrypted; phones masked."""
    found = Party.objects.filter(loan_id__in=loan_ids).select_related("loan__borrower__key")
    return [_shown(party) for party in found.order_by("added_at", "id")]


def party_phone(party_id: UUID, /) -> tuple[Party, str]:
    """A guarantor or co-borrower, and the phone the contract names, decrypted."""
    party = Party.objects.select_related("loan__borrower__key").get(id=party_id)
    phone = vault.unseal(party.loan.borrower.key, bytes(party.phone_sealed), context=PHONE)
    return party, phone.decode()


def would_add(
    loan: Loan, /, *, on: date, days: int, mode: accruing.Mode, annual_rate_ppm: int | None
) -> int:
    """What so many days from `on` would add in a breathing space of that mode, in minor units."""
    space = accruing.Space(mode, annual_rate_ppm, on, None)
    rate, penalty_rate = rates(loan)
    parts = (
        (loan.principal_minor - loan.overdue_principal_minor, rate),
        (loan.overdue_principal_minor, penalty_rate),
    )
    return sum(
        accruing.added(
            amount_minor=amount,
            annual_rate_ppm=ppm,
            start=on,
            end=on + timedelta(days=days),
            day_count=loan.day_count,  # type: ignore[arg-type]  # checked at the door
            spaces=[space],
        )
        for amount, ppm in parts
    )


def _asked_for(holds: QuerySet[Hold]) -> QuerySet[Hold]:
    """Live holds of cases that are open, not of those that have gone over into a plan."""
    space = Standstill.objects.filter(
        loan=OuterRef("loan"), case_id=OuterRef("case_id"), end_date=None
    )
    live = holds.filter(released_at=None)
    return live.filter(Q(loan__state="open") | Exists(space))


def _shown(party: Party) -> PartyShown:
    key = party.loan.borrower.key
    phone = vault.unseal(key, bytes(party.phone_sealed), context=PHONE).decode()
    return PartyShown(
        id=party.id,
        loan_id=party.loan_id,
        role=party.role,
        name=vault.unseal(key, bytes(party.name_sealed), context=NAME).decode(),
        phone_masked=f"{phone[:3]}****{phone[-4:]}",
    )


def _spaces(loan: Loan) -> list[accruing.Space]:
    found = Standstill.objects.filter(loan=loan).order_by("start_date")
    return [
        accruing.Space(s.mode, s.annual_rate_ppm, s.start_date, s.end_date)  # type: ignore[arg-type]  # constraint
        for s in found
    ]


def _added(
    loan: Loan, amount_minor: int, rate_ppm: int, until: date, spaces: Sequence[accruing.Space]
) -> int:
    return accruing.added(
        amount_minor=amount_minor,
        annual_rate_ppm=rate_ppm,
        start=loan.as_of,
        end=until,
        day_count=loan.day_count,  # type: ignore[arg-type]  # checked at the door
        spaces=spaces,
    )
