"""Reading what differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from repact.server.reconciliation.models import Difference, Keeping, Run


@dataclass(frozen=True, slots=True)
class Aged:
    """A difference and for how many days it has been one."""

    difference: Difference
    days: int


def open_differences(*, on: date) -> list[Aged]:
    """What differs still, the oldest first."""
    found = Difference.objects.filter(resolved_on=None).order_by("first_seen_on", "subject")
    return [Aged(row, (on - row.first_seen_on).days) for row in found]


def last_run() -> Run | None:
    """The newest comparison."""
    return Run.objects.order_by("-on_date", "-ran_at").first()


def keeping(*, agreement_id: UUID, loan_id: UUID) -> Keeping | None:
    """What the keeper of record answered to a plan for a loan, if it was asked."""
    return Keeping.objects.filter(agreement_id=agreement_id, loan_id=loan_id).first()


def is_refused(agreement_id: UUID, /) -> bool:
    """Whether a signed plan does not begin because the keeper of record means something else."""
    return Keeping.objects.filter(agreement_id=agreement_id, state="refused").exists()


def not_kept() -> QuerySet[Keeping]:
    """Plans the keeper of record did not take, the oldest first."""
    found = Keeping.objects.filter(state__in=["refused", "differs"])
    return found.select_related("agreement", "loan").order_by("noted_at", "id")
