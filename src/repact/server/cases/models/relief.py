"""Help for many at once: a program of the policy, started by two people, stopped by one."""

from __future__ import annotations

from django.db import models

from repact.server.cases.models.case import Case
from repact.server.people.models import Borrower
from repact.server.tenancy.models import LenderRow


class Program(LenderRow):
    """A relief of the policy that is offered. Its scope and dates are the policy's own.

    Whoever proposed it does not start it; the persons behind the accounts are filled in by the
    database.
    """

    code = models.CharField(max_length=64)
    policy_sha256 = models.CharField(max_length=64)
    products = models.JSONField(default=list)
    regions = models.JSONField(default=list)
    employers = models.JSONField(default=list)
    from_date = models.DateField()
    to_date = models.DateField()
    state = models.CharField(max_length=10, default="proposed")
    proposed_at = models.DateTimeField()
    proposed_by = models.UUIDField()
    proposed_person = models.UUIDField(null=True, editable=False)
    started_at = models.DateTimeField(null=True)
    started_by = models.UUIDField(null=True)
    started_person = models.UUIDField(null=True, editable=False)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.UUIDField(null=True)

    class Meta:
        db_table = "cases_relief_program"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "code"],
                condition=models.Q(state__in=["proposed", "started"]),
                name="cases_relief_program_one_live",
            ),
            models.CheckConstraint(
                name="cases_relief_program_two_people",
                condition=models.Q(started_by__isnull=True)
                | models.Q(started_person__isnull=False, proposed_person__isnull=False)
                & ~models.Q(started_person=models.F("proposed_person")),
            ),
            models.CheckConstraint(
                name="cases_relief_program_state",
                condition=models.Q(
                    state="proposed", started_at__isnull=True, stopped_at__isnull=True
                )
                | models.Q(state="started", started_by__isnull=False, stopped_at__isnull=True)
                | models.Q(state="stopped", stopped_by__isnull=False, stopped_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_relief_program_dates",
                condition=models.Q(to_date__gte=models.F("from_date")),
            ),
        ]


class Invitation(LenderRow):
    """One borrower who was told of a program; accepting it opens a case, once."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="invitations")
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "cases_relief_invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "borrower"], name="cases_relief_invitation_once"
            ),
            models.CheckConstraint(
                name="cases_relief_invitation_accepted",
                condition=models.Q(accepted_at__isnull=True, case__isnull=True)
                | models.Q(accepted_at__isnull=False, case__isnull=False),
            ),
        ]
