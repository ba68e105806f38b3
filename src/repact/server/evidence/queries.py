"""Reading which files there are; their contents are read through `actions.view`."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from repact.server.evidence.models import Consent, EvidenceFile, Reuse


def of_case(case_id: UUID, /) -> QuerySet[EvidenceFile]:
    """A case's files, oldest first."""
    return EvidenceFile.objects.filter(case_id=case_id).order_by("received_at")


def reuses(case_id: UUID, /) -> QuerySet[Reuse]:
    """Files of a case that were seen in another, in either direction."""
    found = Reuse.objects.filter(Q(file__case_id=case_id) | Q(other__case_id=case_id))
    return found.select_related("file__case", "other__case").order_by("noted_at")


def consents_of(case_id: UUID, /) -> QuerySet[Consent]:
    """The consents that stand."""
    return Consent.objects.filter(case_id=case_id, withdrawn_at=None).order_by("given_at")
