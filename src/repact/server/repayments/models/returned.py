"""Money that was taken back from debts without a plan, and what is owed beside any plan."""

from __future__ import annotations

from django.db import models

from repact.server.agreements.models import Agreement
from repact.server.loans.models import Loan
from repact.server.people.models import Borrower
from repact.server.tenancy.models import LenderRow


class ContractReversal(LenderRow):
    """A payment of a debt without a plan that was taken back.

    `amount_minor` is the cash that left. `before` and `after` are the debt's standing around it,
    where it is owed under its contract again; null where it is owed beside any plan.
    """

    payment = models.OneToOneField(
        "repayments.ContractPayment", on_delete=models.PROTECT, related_name="reversal"
    )
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    on_date = models.DateField()
    recorded_at = models.DateTimeField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "repayments_contract_reversal"
        constraints = [
            models.CheckConstraint(
                name="repayments_contract_reversal_amount", condition=models.Q(amount_minor__gt=0)
            )
        ]


class OwedBeside(LenderRow):
    """Money that was taken back where no plan and no contract can ask for it again.

    It is owed without interest, nobody debits it, and a person works it: it ends `paid` from
    suspense, or `given_up`, asked by one person and decided by another. `source` is what took it
    back, once.
    """

    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, null=True, related_name="+")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, null=True, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    noted_on = models.DateField()
    noted_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="open")
    reason = models.CharField(max_length=500, blank=True)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "repayments_owed_beside"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "source"], name="repayments_owed_beside_source"
            ),
            models.CheckConstraint(
                name="repayments_owed_beside_amounts",
                condition=models.Q(
                    amount_minor__gt=0, paid_minor__gte=0, paid_minor__lte=models.F("amount_minor")
                ),
            ),
            models.CheckConstraint(
                name="repayments_owed_beside_states",
                condition=models.Q(
                    state="open",
                    asked_by__isnull=True,
                    decided_by__isnull=True,
                    paid_minor__lt=models.F("amount_minor"),
                )
                | models.Q(state="paid", paid_minor=models.F("amount_minor"))
                | models.Q(
                    state="asked",
                    asked_by__isnull=False,
                    asked_at__isnull=False,
                    decided_by__isnull=True,
                )
                | models.Q(
                    state="given_up",
                    asked_by__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~models.Q(decided_by=models.F("asked_by")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "noted_on"],
                condition=models.Q(state__in=["open", "asked"]),
                name="repayments_owed_beside_open",
            )
        ]

    @property
    def left_minor(self) -> int:
        """What of it is neither paid nor given up."""
        return 0 if self.state == "given_up" else self.amount_minor - self.paid_minor
