"""What is due, what was asked of the wallet, what was paid."""

from __future__ import annotations

from django.db import models

from repact.server.agreements.models import Agreement
from repact.server.tenancy.models import LenderRow

COMPONENTS = ("principal", "interest", "penalty", "fees")


class DueItem(LenderRow):
    """One row of the signed schedule, and what has been paid of it, in minor units.

    `next_action_date` is the next day anything happens to it by the clock; NULL when nothing does.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="due_items")
    number = models.PositiveSmallIntegerField()
    due_date = models.DateField()
    principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    penalty_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    paid_principal_minor = models.BigIntegerField(default=0)
    paid_interest_minor = models.BigIntegerField(default=0)
    paid_penalty_minor = models.BigIntegerField(default=0)
    paid_fees_minor = models.BigIntegerField(default=0)
    paid_late_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, default="due")
    next_action_date = models.DateField(null=True)

    class Meta:
        db_table = "repayments_due_item"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="repayments_due_number"),
            models.CheckConstraint(
                name="repayments_due_never_overpaid",
                condition=models.Q(
                    **{f"paid_{c}_minor__lte": models.F(f"{c}_minor") for c in COMPONENTS},
                    **{f"paid_{c}_minor__gte": 0 for c in COMPONENTS},
                ),
            ),
            models.CheckConstraint(
                name="repayments_due_state",
                condition=models.Q(state__in=["due", "late", "paid"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "next_action_date"],
                condition=models.Q(next_action_date__isnull=False),
                name="repayments_due_next",
            )
        ]

    @property
    def payment_minor(self) -> int:
        """What the row asks for."""
        return sum(getattr(self, f"{name}_minor") for name in COMPONENTS)

    @property
    def open_minor(self) -> int:
        """What of it is not paid yet, late interest aside."""
        return sum(self.open_of(name) for name in COMPONENTS)

    def open_of(self, component: str, /) -> int:
        """What of one component is not paid yet."""
        paid: int = getattr(self, f"paid_{component}_minor")
        owed: int = getattr(self, f"{component}_minor")
        return owed - paid


class Collection(LenderRow):
    """One debit asked of the wallet; its id is the request's id, so it can never happen twice."""

    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="collections")
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, default="requested")
    reason = models.CharField(max_length=40, blank=True)
    requested_on = models.DateField()
    requested_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "repayments_collection"
        constraints = [
            models.UniqueConstraint(
                fields=["due_item"],
                condition=models.Q(state="requested"),
                name="repayments_collection_one_open",
            ),
            models.CheckConstraint(
                name="repayments_collection_amount", condition=models.Q(amount_minor__gt=0)
            ),
        ]


class Payment(LenderRow):
    """Money that arrived, and where it went. `source` is the event that brought it, once."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="payments")
    source = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    value_date = models.DateField()
    received_at = models.DateTimeField()
    allocation = models.JSONField()

    class Meta:
        db_table = "repayments_payment"
        constraints = [
            models.UniqueConstraint(fields=["lender", "source"], name="repayments_payment_source"),
            models.CheckConstraint(
                name="repayments_payment_amount", condition=models.Q(amount_minor__gt=0)
            ),
        ]
