"""Reading which files there are; their contents are read through `actions.view`."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from repact.server.evidence.models import EvidenceFile


def of_case(case_id: UUID, /) -> QuerySet[EvidenceFile]:
    """A case's files, oldest first."""
    return EvidenceFile.objects.filter(case_id=case_id).order_by("received_at")
