"""A borrower's request for a new plan."""

from __future__ import annotations

from django.db import models

from repact.server.cases import states
from repact.server.loans.models import Loan
from repact.server.people.models import Borrower, Staff
from repact.server.tenancy.models import LenderRow

KINDS = ("new", "renegotiation", "relief")


class Case(LenderRow):
    """One request and its answers, {screen: {field: value}}.

    A renegotiation names the running agreement it is about. `needs_person` is a code: why no
    machine may answer this case (`negative_budget`: breathing space and a person, never a plan).
    """

    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20)
    state = models.CharField(max_length=12, default=states.DRAFT)
    answers = models.JSONField(default=dict)
    language = models.CharField(max_length=8)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    reply_due_at = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=14, default="new")
    running_agreement_id = models.UUIDField(null=True)
    before_arrears = models.BooleanField(default=False)
    needs_person = models.CharField(max_length=24, default="")
    closed_because = models.CharField(max_length=24, default="")
    loans = models.ManyToManyField(Loan, through="CaseLoan", related_name="+")

    class Meta:
        db_table = "cases_case"
        constraints = [
            models.UniqueConstraint(fields=["lender", "reference"], name="cases_case_reference"),
            models.UniqueConstraint(
                fields=["borrower"],
                condition=models.Q(state__in=states.OPEN),
                name="cases_case_one_open",
            ),
            models.CheckConstraint(
                name="cases_case_submitted",
                condition=models.Q(
                    state__in=[states.DRAFT, states.WITHDRAWN], submitted_at__isnull=True
                )
                | models.Q(submitted_at__isnull=False, reply_due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_case_state", condition=models.Q(state__in=list(states.STATES))
            ),
            models.CheckConstraint(
                name="cases_case_kind",
                condition=models.Q(kind="renegotiation", running_agreement_id__isnull=False)
                | models.Q(kind__in=["new", "relief"], running_agreement_id__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["lender", "state", "reply_due_at"], name="cases_queue")]


class CaseLoan(LenderRow):
    """A loan the case is about."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "cases_case_loan"
        constraints = [
            models.UniqueConstraint(fields=["case", "loan"], name="cases_case_loan_once")
        ]


class DroppedLoan(LenderRow):
    """A loan that left an open case because it was paid; it comes back if that is taken back."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_dropped_loan"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "loan"],
                condition=models.Q(returned_at=None),
                name="cases_dropped_loan_once",
            )
        ]


class CaseCounter(LenderRow):
    """The last number given to a case on a day."""

    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "cases_counter"
        constraints = [models.UniqueConstraint(fields=["lender", "day"], name="cases_counter_day")]
