"""Debts the lender gives up counting on, or sells."""

from __future__ import annotations

from django.db import models

from repact.server.agreements.models import Agreement
from repact.server.loans.models import Loan
from repact.server.tenancy.models import LenderRow


class Disposal(LenderRow):
    """A debt the lender wants to write off or to sell: asked by one person, decided by another.

    A write-off is of an agreement's whole plan or of a loan without one, a sale of a loan without
    one; `reference` is what the buyer's payment of `price_minor` names. `done` is a write-off once
    it is approved, a sale once its price is there.
    """

    kind = models.CharField(max_length=10)
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, null=True, related_name="disposals"
    )
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, null=True, related_name="+")
    reference = models.CharField(max_length=24)
    buyer = models.CharField(max_length=120, blank=True)
    price_minor = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, default="asked")
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    done_date = models.DateField(null=True)

    class Meta:
        db_table = "repayments_disposal"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "reference"], name="repayments_disposal_reference"
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(state__in=["asked", "approved"]),
                name="repayments_disposal_one_of_plan",
            ),
            models.UniqueConstraint(
                fields=["loan"],
                condition=models.Q(state__in=["asked", "approved"]),
                name="repayments_disposal_one_of_loan",
            ),
            models.CheckConstraint(
                name="repayments_disposal_of_one_thing",
                condition=models.Q(kind="write_off", price_minor__isnull=True, buyer="")
                & (
                    models.Q(agreement__isnull=False, loan__isnull=True)
                    | models.Q(agreement__isnull=True, loan__isnull=False)
                )
                | models.Q(
                    kind="sale", price_minor__gt=0, agreement__isnull=True, loan__isnull=False
                )
                & ~models.Q(buyer=""),
            ),
            models.CheckConstraint(
                name="repayments_disposal_four_eyes",
                condition=models.Q(
                    state="asked",
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    done_date__isnull=True,
                )
                | models.Q(
                    state__in=["refused", "approved"],
                    decided_at__isnull=False,
                    done_date__isnull=True,
                )
                & ~models.Q(decided_by=models.F("asked_by"))
                & models.Q(decided_by__isnull=False)
                | models.Q(state="done", decided_at__isnull=False, done_date__isnull=False)
                & ~models.Q(decided_by=models.F("asked_by"))
                & models.Q(decided_by__isnull=False),
            ),
        ]
