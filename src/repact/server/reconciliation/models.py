"""Days on which everything was laid beside each other, and what was found to differ."""

from __future__ import annotations

from django.db import models

from repact.server.agreements.models import Agreement
from repact.server.loans.models import Loan
from repact.server.tenancy.models import LenderRow

CAUSES = (
    "not_posted_yet",
    "outside_only",
    "not_outside",
    "amount_differs",
    "not_in_books",
    "books_differ",
    "reversal_missing",
    "core_has_no_plan",
    "core_differs",
)


class Run(LenderRow):
    """One day's comparison: how much was compared, how much differs."""

    on_date = models.DateField()
    ran_at = models.DateTimeField()
    compared = models.PositiveIntegerField()
    differing = models.PositiveIntegerField()

    class Meta:
        db_table = "reconciliation_run"
        indexes = [models.Index(fields=["lender", "-on_date"], name="reconciliation_runs")]


class Difference(LenderRow):
    """One thing that does not agree, from the day it was first seen until it does.

    `subject` names it (`wallet:<id>`, `bank:<id>`, `payment:<id>`, `core:<loan>`). Amounts are as
    each side says; empty: that side says nothing.
    """

    subject = models.CharField(max_length=120)
    cause = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    outside_minor = models.BigIntegerField(null=True)
    repayments_minor = models.BigIntegerField(null=True)
    books_minor = models.BigIntegerField(null=True)
    first_seen_on = models.DateField()
    last_seen_on = models.DateField()
    resolved_on = models.DateField(null=True)

    class Meta:
        db_table = "reconciliation_difference"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "subject"],
                condition=models.Q(resolved_on=None),
                name="reconciliation_one_open",
            ),
            models.CheckConstraint(
                name="reconciliation_cause", condition=models.Q(cause__in=CAUSES)
            ),
        ]


class Keeping(LenderRow):
    """How far a signed plan has come at a keeper of record that works schedules out by itself.

    `agreed`: its preview is ours to the minor unit; `kept`: it follows the plan. `refused`: the
    plan did not begin, since it said no or meant something else; `differs`: it was changed, and is
    not as agreed, or not any more. Both wait for a person, with the code and its figures; `kept`
    after `fineract.taken_back` says that a person has looked.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8)
    code = models.CharField(max_length=60, blank=True)
    params = models.JSONField(default=dict)
    noted_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_keeping"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "loan"], name="reconciliation_keeping_one"
            ),
            models.CheckConstraint(
                name="reconciliation_keeping_states",
                condition=models.Q(state__in=["agreed", "kept"], code="")
                | models.Q(state__in=["refused", "differs"]) & ~models.Q(code=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "noted_at"],
                condition=models.Q(state__in=["refused", "differs"]),
                name="reconciliation_keeping_open",
            )
        ]
