"""The lender's policy versions, as published: never changed, only followed by another."""

from __future__ import annotations

from django.db import models

from repact.server.tenancy.models import LenderRow

_TWO_PEOPLE = models.Q(proposer_person__isnull=False, approver_person__isnull=False) & ~models.Q(
    proposer_person=models.F("approver_person")
)


class PolicyVersion(LenderRow):
    """One published policy; `text` is the YAML it was published as.

    `proposed_by` and `published_by` are two people, or both None where the installation did it.
    The persons behind the two accounts are filled in by the database.
    """

    code = models.SlugField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.UUIDField(null=True)
    proposed_by = models.UUIDField(null=True)
    proposer_person = models.UUIDField(editable=False, null=True)
    approver_person = models.UUIDField(editable=False, null=True)

    class Meta:
        db_table = "policies_version"
        constraints = [
            models.UniqueConstraint(fields=["lender", "sha256"], name="policies_version_once"),
            models.CheckConstraint(
                name="policies_version_two_people",
                condition=models.Q(proposed_by__isnull=True, published_by__isnull=True)
                | _TWO_PEOPLE,
            ),
        ]


class Proposal(LenderRow):
    """A policy somebody wants to publish; another person publishes it or gives it back."""

    code = models.SlugField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField()
    state = models.CharField(max_length=10, default="proposed")
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "policies_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "sha256"],
                condition=models.Q(state="proposed"),
                name="policies_proposal_once",
            ),
            models.CheckConstraint(
                name="policies_proposal_states",
                condition=models.Q(state="proposed", decided_by__isnull=True)
                | models.Q(
                    state__in=["published", "returned"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
        ]


class Stop(LenderRow):
    """New offers are stopped: one person's act. Two people resume; signed plans go on meanwhile."""

    reason = models.CharField(max_length=500)
    stopped_by = models.UUIDField()
    stopped_at = models.DateTimeField()
    resume_asked_by = models.UUIDField(null=True)
    resume_asked_at = models.DateTimeField(null=True)
    resumed_by = models.UUIDField(null=True)
    resumed_at = models.DateTimeField(null=True)
    proposer_person = models.UUIDField(editable=False, null=True)
    approver_person = models.UUIDField(editable=False, null=True)

    class Meta:
        db_table = "policies_stop"
        constraints = [
            models.UniqueConstraint(
                fields=["lender"], condition=models.Q(resumed_at=None), name="policies_stop_one"
            ),
            models.CheckConstraint(
                name="policies_stop_two_people",
                condition=models.Q(resumed_at__isnull=True, resumed_by__isnull=True)
                | (models.Q(resumed_at__isnull=False, resumed_by__isnull=False) & _TWO_PEOPLE),
            ),
        ]
