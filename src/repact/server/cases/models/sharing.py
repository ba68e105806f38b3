"""One plan over debts at several lenders: each lender's own row of a shared request."""

from __future__ import annotations

from django.db import models

from repact.server.cases.models.case import Case
from repact.server.people.models import Borrower
from repact.server.tenancy.models import LenderRow


class SharedRequest(LenderRow):
    """What one lender sees of a request to several: its own share, and what the borrower shared.

    `request_id` is the same at each lender and means nothing else. `totals` holds what the borrower
    consented to share and no more: how many lenders, the sum owed, the sum of what goes to priority
    debts first, and what is to be shared out each month. No other lender's name or amount is here.
    """

    request_id = models.UUIDField()
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    origin = models.BooleanField()
    consent_sha256 = models.CharField(max_length=64)
    consented_at = models.DateTimeField()
    monthly_minor = models.BigIntegerField()
    totals = models.JSONField(default=dict)
    owed_minor = models.BigIntegerField(default=0)
    share_minor = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, default="asked")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        db_table = "cases_shared_request"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "request_id"], name="cases_shared_request_once"
            ),
            models.CheckConstraint(
                name="cases_shared_request_amounts",
                condition=models.Q(owed_minor__gte=0, monthly_minor__gt=0)
                & (
                    models.Q(share_minor__isnull=True)
                    | models.Q(share_minor__gte=0, share_minor__lte=models.F("owed_minor"))
                ),
            ),
            models.CheckConstraint(
                name="cases_shared_request_state",
                condition=models.Q(state="asked", decided_at__isnull=True, decided_by__isnull=True)
                | models.Q(state="shared", decided_at__isnull=True, share_minor__isnull=False)
                | models.Q(
                    state__in=["agreed", "declined"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | models.Q(state="withdrawn"),
            ),
        ]
