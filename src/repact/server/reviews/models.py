"""A person's look at a case, a refusal that says why, and the appeal another person decides."""

from __future__ import annotations

from django.db import models

from repact.server.cases.models import Case
from repact.server.people.models import Staff
from repact.server.tenancy.models import LenderRow

# The rules a refusal may name, a person's own and the policy's, by their ids; and what would
# change it: only what a person may honestly alter.
RULES = (
    "debt_in_dispute",
    "evidence_missing",
    "identity_unclear",
    "plan_just_broken",
    "can_pay_as_agreed",
    "policy.product_not_covered",
    "policy.nothing_in_bucket",
    "policy.reason_not_covered",
    "policy.owed_too_small",
    "policy.owed_too_large",
    "policy.not_in_arrears",
    "policy.legal_stage",
    "policy.plans_per_year",
    "policy.plans_running",
    "policy.minor",
    "policy.no_plan_fits",
)
OF_OLD = ("outside_policy",)  # said which policy, but not which rule of it
CHANGES = ("evidence", "amount", "date", "person", "none")


class Review(LenderRow):
    """Who looked, from when to when."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reviews_review"


class Refusal(LenderRow):
    """A no: by whom, by which rule, what would change it; and what became of the appeal.

    Another person decides the appeal: the persons behind the accounts are filled in by the
    database, and a check compares them. The hold is kept until it is over.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="refusals")
    number = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=40)
    change = models.CharField(max_length=12)
    words = models.CharField(max_length=500, default="")
    refused_at = models.DateTimeField()
    refused_by = models.UUIDField()
    refused_person = models.UUIDField(null=True, editable=False)
    appeal_until_date = models.DateField()
    appealed_at = models.DateTimeField(null=True)
    appeal_words = models.CharField(max_length=1000, default="")
    appeal_due_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, default="")
    outcome_words = models.CharField(max_length=500, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_person = models.UUIDField(null=True, editable=False)

    class Meta:
        db_table = "reviews_refusal"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="reviews_refusal_once"),
            models.CheckConstraint(
                name="reviews_refusal_says_why",
                condition=models.Q(rule__in=[*RULES, *OF_OLD], change__in=list(CHANGES)),
            ),
            models.CheckConstraint(
                name="reviews_refusal_appeal",
                condition=models.Q(appealed_at__isnull=True, appeal_due_at__isnull=True, outcome="")
                | models.Q(appealed_at__isnull=False, appeal_due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="reviews_refusal_another_person",
                condition=models.Q(outcome="", decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(
                    outcome__in=["upheld", "overturned"],
                    decided_at__isnull=False,
                    decided_person__isnull=False,
                    refused_person__isnull=False,
                )
                & ~models.Q(decided_person=models.F("refused_person")),
            ),
        ]
