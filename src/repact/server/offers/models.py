"""Plans offered to a borrower, with every figure as it was offered."""

from __future__ import annotations

from typing import Any

from django.db import models

from repact.server.cases.models import Case
from repact.server.loans.models import Loan
from repact.server.tenancy.models import LenderRow


class OfferSet(LenderRow):
    """Plans worked out together, under one policy and the law of one day."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default="draft")
    position = models.JSONField()
    not_offered = models.JSONField()
    policy_sha256 = models.CharField(max_length=64)
    law_sha256 = models.CharField(max_length=64)
    prepared_at = models.DateTimeField()
    prepared_by = models.UUIDField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "offers_set"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="offers_set_number"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="sent"), name="offers_set_one_sent"
            ),
            models.CheckConstraint(
                name="offers_set_sent",
                condition=models.Q(state__in=["draft", "superseded"])
                | models.Q(sent_at__isnull=False, sent_by__isnull=False, expires_at__isnull=False),
            ),
        ]

    @property
    def offers_in_order(self) -> list[Offer]:
        """The set's offers as they are shown."""
        return list(self.offers.order_by("number"))


class Offer(LenderRow):
    """One plan: terms, and the engine's whole result for them."""

    offer_set = models.ForeignKey(OfferSet, on_delete=models.PROTECT, related_name="offers")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=12)
    state = models.CharField(max_length=8, default="open")
    terms = models.JSONField()
    result = models.JSONField()
    schedule_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    installment_minor = models.BigIntegerField()
    over_by_minor = models.BigIntegerField()
    tier = models.CharField(max_length=12)

    class Meta:
        db_table = "offers_offer"
        constraints = [
            models.UniqueConstraint(fields=["offer_set", "number"], name="offers_offer_number"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="chosen"), name="offers_offer_one_chosen"
            ),
        ]

    @property
    def fits(self) -> bool:
        """Within the borrower's means."""
        return self.over_by_minor == 0

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The schedule's rows."""
        return list(self.result["rows"])

    @property
    def count(self) -> int:
        """Payments that are not zero."""
        return sum(1 for row in self.rows if row["payment_minor"])

    @property
    def rest_rows(self) -> int:
        """Rows at the start that ask for nothing."""
        return len(self.rows) - self.count

    @property
    def total_minor(self) -> int:
        """Everything that will be paid."""
        return int(self.result["totals"]["payment_minor"])

    @property
    def waived_minor(self) -> int:
        """Everything that is waived."""
        return int(self.result["totals"]["waived_minor"])

    @property
    def annual_rate_ppm(self) -> int | None:
        """The nominal yearly rate, IRR x periods a year."""
        rate: int | None = self.result["disclosure"]["annual_rate_nominal_ppm"]
        return rate
