"""What a borrower was told: kept as a kind and its figures, worded where it is read."""

from __future__ import annotations

from django.db import models

from repact.server.people.models import Borrower
from repact.server.tenancy.models import LenderRow


class Notice(LenderRow):
    """One message to a borrower. `params` hold figures and references, never personal data."""

    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    params = models.JSONField()
    source = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "notices_notice"
        constraints = [
            models.UniqueConstraint(fields=["lender", "source"], name="notices_notice_once")
        ]
        indexes = [models.Index(fields=["borrower", "-created_at"], name="notices_of_borrower")]
