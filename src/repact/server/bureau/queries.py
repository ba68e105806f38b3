"""What is planned, what was reported, what will show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.models import Agreement
from repact.server.bureau import events
from repact.server.bureau.models import Dispute, Report
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.loans.models import Loan
from repact.server.notices.models import Message

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of what will show of one loan, before anything is signed or reported."""

    loan_ref: str
    kind: str
    code: str


def preview(agreement: Agreement, /, *, now: datetime) -> list[Shown]:
    """What the bureau will be told when this agreement begins, loan by loan."""
    lender = lender_queries.get(agreement.lender_id)
    on = clock_queries.business_date(now=now, zone=lender.zone)
    lines = []
    for debt in agreement_queries.contents(agreement).debts:
        loan = Loan.objects.get(ref=debt.loan_ref)
        lines += [
            Shown(loan.ref, kind, events.code(kind, lender=lender, on=on))
            for kind in events.of_debt(debt, loan)
        ]
    return lines


def of_agreement(agreement_id: UUID, /) -> list[Report]:
    """Everything planned or reported of an agreement's loans, the newest first."""
    found = Report.objects.filter(agreement_id=agreement_id).select_related("loan", "notice")
    return list(found.prefetch_related("disputes").order_by("-planned_at", "kind"))


def to_read(agreement_id: UUID, /) -> list[UUID]:
    """Reports of an agreement that are announced, and of which nothing proves that it was read."""
    waiting = Report.objects.filter(
        agreement_id=agreement_id, state="planned", told_at=None, notice__isnull=False
    )
    return list(waiting.order_by("planned_at", "id").values_list("id", flat=True))


def untold() -> list[tuple[UUID, datetime]]:
    """Reports whose notice a gateway has taken meanwhile, and when."""
    waiting = Report.objects.filter(state="planned", told_at=None, notice__isnull=False)
    sent = Message.objects.filter(state="sent", notice_id__in=waiting.values("notice_id"))
    first: dict[UUID, datetime] = {}
    for notice_id, at in sent.order_by("sent_at").values_list("notice_id", "sent_at"):
        if at is not None:
            first.setdefault(notice_id, at)
    rows = waiting.filter(notice_id__in=first).values_list("id", "notice_id")[:AT_ONCE]
    return [(name, first[notice_id]) for name, notice_id in rows if notice_id]


def silent() -> list[Report]:
    """Reports that were handed over, never answered, and taken back meanwhile."""
    found = Report.objects.filter(state="withdrawn", sent_at__isnull=False)
    return list(found.select_related("loan").order_by("sent_at", "id")[:AT_ONCE])


def due(*, now: datetime) -> list[Report]:
    """Reports whose time has come: told long enough ago, or nothing negative; none disputed."""
    found = Report.objects.filter(state="planned").filter(
        Q(is_negative=False) | Q(not_before__lte=now)
    )
    found = found.exclude(disputes__in=Dispute.objects.filter(answered_on=None))
    return list(found.select_related("loan").order_by("planned_at", "id")[:AT_ONCE])


def open_disputes() -> QuerySet[Dispute]:
    """Disputes without an answer, the most urgent first."""
    found = Dispute.objects.filter(answered_on=None).select_related("report__loan")
    return found.order_by("due_date", "id")
