"""Plans offered to a borrower, with every figure as it was offered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models

from repact.server.cases.models import Case
from repact.server.loans.models import Loan
from repact.server.tenancy.models import LenderRow

NEVER_SENT = ["draft", "shadow", "superseded"]
ORIGINS = ["agent", "automatic", "counter", "reissue"]
TIERS = ("automatic", "agent", "supervisor", "committee", "nobody")


class OfferSet(LenderRow):
    """Plans worked out together, under one policy and the law of one day.

    `loan` and `position` are those of the first part; `facts` is everything the plans were made
    from, so that they can be made again. `prepared_by` and `sent_by` are None for the system.
    `tier` is the highest any of its offers needs, `concession_minor` the largest of theirs.
    `builder` is what a person changed by hand before sending, or None: as the policy proposed.
    `replaces` is the set this one was issued anew for; `difference` says why, in one coded
    sentence, and `worse_in` what got worse, so that consent has to be asked again.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default="draft")
    origin = models.CharField(max_length=10, default="agent")
    position = models.JSONField()
    facts = models.JSONField(default=dict)
    not_offered = models.JSONField()
    policy_sha256 = models.CharField(max_length=64)
    law_sha256 = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, blank=True)
    on_date = models.DateField(null=True)
    tier = models.CharField(max_length=12, default="agent")
    concession_minor = models.BigIntegerField(default=0)
    prepared_at = models.DateTimeField()
    prepared_by = models.UUIDField(null=True)
    request_key = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=500, blank=True)
    builder = models.JSONField(null=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    difference = models.JSONField(null=True)
    worse_in = models.JSONField(default=list)

    class Meta:
        db_table = "offers_set"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="offers_set_number"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="sent"), name="offers_set_one_sent"
            ),
            models.UniqueConstraint(
                fields=["case", "request_key"],
                condition=~models.Q(request_key=""),
                name="offers_set_request",
            ),
            models.CheckConstraint(
                name="offers_set_sent",
                condition=models.Q(state__in=NEVER_SENT)
                | models.Q(sent_at__isnull=False, expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="offers_set_sender",
                condition=models.Q(state__in=NEVER_SENT)
                | models.Q(sent_by__isnull=False)
                | ~models.Q(origin="agent"),
            ),
            models.CheckConstraint(
                name="offers_set_words",
                condition=models.Q(origin__in=ORIGINS, tier__in=TIERS, concession_minor__gte=0),
            ),
        ]

    @property
    def offers_in_order(self) -> list[Offer]:
        """The set's offers as they are shown."""
        return list(self.offers.order_by("number"))

    @property
    def needs_approval(self) -> bool:
        """Whether another person has to agree before the set goes out."""
        return self.tier in {"supervisor", "committee"}

    @property
    def loans(self) -> list[Loan]:
        """Every loan the set's plans are about, in the order of their parts."""
        first = self.offers.order_by("number").first()
        ids = [UUID(part["loan_id"]) for part in first.parts] if first else [self.loan_id]
        found = Loan.objects.select_related("product", "lender").in_bulk(ids)
        return [found[loan_id] for loan_id in ids]


class Offer(LenderRow):
    """One plan: a part for each loan, on one calendar, and one bill over them.

    `result` is the engine's whole result with one part; with several it holds the rows, totals and
    disclosure of the bill. `terms` are the first part's. `condition` says which papers may still
    follow, within how many days, and how many payments are a trial until then.
    """

    offer_set = models.ForeignKey(OfferSet, on_delete=models.PROTECT, related_name="offers")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=12)
    state = models.CharField(max_length=8, default="open")
    terms = models.JSONField()
    result = models.JSONField()
    stored_parts = models.JSONField(default=list, db_column="parts")
    schedule_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    installment_minor = models.BigIntegerField()
    over_by_minor = models.BigIntegerField()
    tier = models.CharField(max_length=12)
    concession_minor = models.BigIntegerField(default=0)
    findings = models.JSONField(default=list)
    keep_up = models.JSONField(null=True)
    condition = models.JSONField(null=True)

    class Meta:
        db_table = "offers_offer"
        constraints = [
            models.UniqueConstraint(fields=["offer_set", "number"], name="offers_offer_number"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="chosen"), name="offers_offer_one_chosen"
            ),
            models.CheckConstraint(
                name="offers_offer_words",
                condition=models.Q(tier__in=TIERS, concession_minor__gte=0),
            ),
        ]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """One part for each loan: loan_id, position, terms, result, schedule_sha256."""
        if self.stored_parts:
            return list(self.stored_parts)
        return [
            {
                "loan_id": str(self.offer_set.loan_id),
                "position": self.offer_set.position,
                "terms": self.terms,
                "result": self.result,
                "schedule_sha256": self.schedule_sha256,
            }
        ]

    @property
    def fits(self) -> bool:
        """Within the borrower's means."""
        return self.over_by_minor == 0

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The bill's rows: with one part, its schedule."""
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
