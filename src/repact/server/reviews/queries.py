"""Reading refusals and appeals."""

from __future__ import annotations

from uuid import UUID

from repact.server.reviews.models import Refusal, Review


def of_case(case_id: UUID, /) -> Review | None:
    """Who looks at a case."""
    return Review.objects.filter(case_id=case_id).first()


def latest_refusal(case_id: UUID, /) -> Refusal | None:
    """The last no of a case, with its appeal."""
    return Refusal.objects.filter(case_id=case_id).order_by("-number").first()
