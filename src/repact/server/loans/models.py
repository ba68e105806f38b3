"""The lender's book as we know it now."""

from __future__ import annotations

from django.db import models

from repact.server.people.models import Borrower
from repact.server.tenancy.models import LenderRow

AMOUNTS = (
    "disbursed_minor",
    "principal_minor",
    "overdue_principal_minor",
    "interest_minor",
    "penalty_minor",
    "fees_minor",
)


class Loan(LenderRow):
    """One contract and what is owed under it on `as_of`, in minor units.

    `remaining` lists what the contract still asks for, [[ISO date, amount_minor], ...], overdue
    installments included. `legal_creditor` is who the debt is owed to.
    """

    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="loans")
    product = models.ForeignKey("lenders.Product", on_delete=models.PROTECT, related_name="+")
    legal_creditor = models.CharField(max_length=120)
    ref = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    disbursed_date = models.DateField()
    disbursed_minor = models.BigIntegerField()
    annual_rate_ppm = models.IntegerField()
    penalty_rate_ppm = models.IntegerField()
    day_count = models.CharField(max_length=10)
    as_of = models.DateField()
    principal_minor = models.BigIntegerField()
    overdue_principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    penalty_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    oldest_unpaid_due_date = models.DateField(null=True)
    remaining = models.JSONField()
    state = models.CharField(max_length=8, default="open")
    source_sha256 = models.BinaryField(max_length=32)

    class Meta:
        db_table = "loans_loan"
        constraints = [
            models.UniqueConstraint(fields=["lender", "ref"], name="loans_loan_ref"),
            models.CheckConstraint(
                name="loans_loan_amounts",
                condition=models.Q(**{f"{name}__gte": 0 for name in AMOUNTS})
                & models.Q(overdue_principal_minor__lte=models.F("principal_minor")),
            ),
            models.CheckConstraint(
                name="loans_loan_state", condition=models.Q(state__in=["open", "in_plan", "closed"])
            ),
        ]


class Hold(LenderRow):
    """The old contract's debits and reminders are stopped because a case is open."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="holds")
    case_id = models.UUIDField(db_index=True)
    state = models.CharField(max_length=12, default="requested")
    requested_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "loans_hold"
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=models.Q(released_at=None),
                name="loans_hold_one_live",
            ),
            models.CheckConstraint(
                name="loans_hold_states",
                condition=models.Q(
                    state="requested", acknowledged_at__isnull=True, released_at__isnull=True
                )
                | models.Q(
                    state="acknowledged", acknowledged_at__isnull=False, released_at__isnull=True
                )
                | models.Q(state="released", released_at__isnull=False),
            ),
        ]
