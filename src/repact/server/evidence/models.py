"""Files a borrower sent, encrypted with the borrower's own key."""

from __future__ import annotations

from django.db import models

from repact.server.cases.models import Case
from repact.server.tenancy.models import LenderRow


class EvidenceFile(LenderRow):
    """One file as we wrote it anew; `sha256` names its ciphertext in the store."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    media_type = models.CharField(max_length=40)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="received")
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        db_table = "evidence_file"
        constraints = [
            models.CheckConstraint(
                name="evidence_file_decided",
                condition=models.Q(
                    state="received", decided_at__isnull=True, decided_by__isnull=True
                )
                | models.Q(
                    state__in=["accepted", "rejected"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            )
        ]

    @property
    def is_picture(self) -> bool:
        """Whether a page can show it as an image."""
        return self.media_type.startswith("image/")
