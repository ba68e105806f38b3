"""What is reported, what the borrower was told before, and what they dispute."""

from __future__ import annotations

from django.db import models

from repact.server.agreements.models import Agreement
from repact.server.loans.models import Loan
from repact.server.notices.models import Notice
from repact.server.tenancy.models import LenderRow

KINDS = (
    "extension",
    "early_settlement",
    "relief",
    "personalized_installments",
    "deferred_by_bank",
    "overdue",
)
STATES = ("planned", "reported", "withdrawn")
PROOFS = ("gateway", "read", "letter")


class Codes(LenderRow):
    """Which code the lender's bureau uses for each kind; the law's where none is set."""

    body = models.JSONField(default=dict)

    class Meta:
        db_table = "bureau_codes"
        constraints = [models.UniqueConstraint(fields=["lender"], name="bureau_codes_one")]


class Report(LenderRow):
    """One thing to report of one loan, once for the event that caused it.

    What is negative is reported only after the borrower was told, provably (`told_at`, `proof`),
    and the days of notice have gone by. `corrects` names the report this one puts right. What was
    handed over (`sent_at`) and not answered may have been taken in silence.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    event_id = models.UUIDField()
    kind = models.CharField(max_length=28)
    code = models.CharField(max_length=8)
    is_negative = models.BooleanField()
    content = models.JSONField()
    state = models.CharField(max_length=10, default="planned")
    planned_at = models.DateTimeField()
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=8, blank=True)
    not_before = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=80, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="correction"
    )

    class Meta:
        db_table = "bureau_report"
        constraints = [
            models.UniqueConstraint(fields=["loan", "event_id", "kind"], name="bureau_report_once"),
            models.CheckConstraint(
                name="bureau_report_states",
                condition=models.Q(state="reported", reported_at__isnull=False, kind__in=KINDS)
                | models.Q(
                    state__in=["planned", "withdrawn"], reported_at__isnull=True, kind__in=KINDS
                ),
            ),
            models.CheckConstraint(
                name="bureau_negative_only_after_notice",
                condition=models.Q(is_negative=False)
                | models.Q(reported_at__isnull=True)
                | models.Q(told_at__isnull=False, reported_at__gte=models.F("not_before")),
            ),
        ]


class Dispute(LenderRow):
    """The borrower says that a report is wrong. Answered by `due_date`, in writing."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="disputes")
    reason = models.CharField(max_length=40)
    received_on = models.DateField()
    due_date = models.DateField()
    outcome = models.CharField(max_length=10, blank=True)
    answered_on = models.DateField(null=True)

    class Meta:
        db_table = "bureau_dispute"
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=models.Q(answered_on=None),
                name="bureau_dispute_one_open",
            ),
            models.CheckConstraint(
                name="bureau_dispute_outcomes",
                condition=models.Q(outcome="", answered_on__isnull=True)
                | models.Q(outcome__in=["corrected", "stands"], answered_on__isnull=False),
            ),
        ]
