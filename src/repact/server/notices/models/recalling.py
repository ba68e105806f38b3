"""Who collects for the lender, on which debts, and what each was told."""

from __future__ import annotations

from django.db import models

from repact.server.loans.models import Loan
from repact.server.tenancy.models import LenderRow

RECALL_KINDS = ("hold", "release", "plan")
RECALL_STATES = ("waiting", "told", "confirmed", "superseded")


class Agency(LenderRow):
    """A collector or assignee. Its key is in the settings, by its code."""

    code = models.SlugField()
    name = models.CharField(max_length=120)
    url = models.URLField(max_length=200)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "notices_agency"
        constraints = [
            models.UniqueConstraint(fields=["lender", "code"], name="notices_agency_code")
        ]


class Placement(LenderRow):
    """A debt given to an agency, until it is taken back."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="placements")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="placements")
    placed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_placement"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "loan"],
                condition=models.Q(ended_at=None),
                name="notices_placement_one_live",
            )
        ]


class Recall(LenderRow):
    """One agency told of one debt: stop (`hold`), go on (`release`), a plan is in force (`plan`).

    `told`: the agency answered, but has not confirmed that it has stopped. What was not confirmed
    in time is escalated to a person (`escalated_at`). A later one supersedes an earlier one.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="recalls")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="recalls")
    case_id = models.UUIDField(db_index=True)
    event_id = models.UUIDField()
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=10, default="waiting")
    requested_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_recall"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "loan", "event_id"], name="notices_recall_once"
            ),
            models.UniqueConstraint(
                fields=["agency", "loan"],
                condition=models.Q(state__in=["waiting", "told"]),
                name="notices_recall_one_open",
            ),
            models.CheckConstraint(
                name="notices_recall_states",
                condition=models.Q(kind__in=RECALL_KINDS)
                & (
                    models.Q(state="confirmed", confirmed_at__isnull=False)
                    | models.Q(
                        state__in=["waiting", "told", "superseded"], confirmed_at__isnull=True
                    )
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "next_at"],
                condition=models.Q(state__in=["waiting", "told"]),
                name="notices_recalls_open",
            )
        ]
