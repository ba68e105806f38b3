"""What must be cleared before anyone signs: a lapsed time limit, and who else is bound."""

from __future__ import annotations

from django.db import models

from repact.server.cases.models.case import Case
from repact.server.loans.models import Loan, Party
from repact.server.tenancy.models import LenderRow


class LimitationNote(LenderRow):
    """A debt whose time limit has run out (CN-CC-192/195): a new promise would revive it.

    Nobody signs before the borrower has read the warning and a supervisor has approved who does not
    work on the case. The persons behind the accounts are filled in by the database.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="limitation_notes")
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    barred_date = models.DateField()
    noted_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.UUIDField(null=True)
    approved_person = models.UUIDField(null=True, editable=False)
    case_person = models.UUIDField(null=True, editable=False)

    class Meta:
        db_table = "cases_limitation_note"
        constraints = [
            models.UniqueConstraint(fields=["case", "loan"], name="cases_limitation_note_once"),
            models.CheckConstraint(
                name="cases_limitation_note_approved",
                condition=models.Q(approved_at__isnull=True, approved_by__isnull=True)
                | models.Q(
                    approved_at__isnull=False,
                    approved_by__isnull=False,
                    approved_person__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="cases_limitation_note_four_eyes",
                condition=models.Q(approved_person__isnull=True)
                | models.Q(case_person__isnull=True)
                | ~models.Q(approved_person=models.F("case_person")),
            ),
        ]


class ConsentRequest(LenderRow):
    """A guarantor or co-borrower asked to consent to changed terms (CN-CC-695).

    Both schedules are kept as they were shown. Only hashes of the link's token and of the code are
    stored. `heavier` says that the change adds to the debt: without written consent that part does
    not bind them.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consent_requests")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    terms_sha256 = models.CharField(max_length=64)
    before = models.JSONField()
    after = models.JSONField()
    heavier = models.BooleanField()
    token_sha256 = models.CharField(max_length=64)
    code_sha256 = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField()
    requested_by = models.UUIDField()
    expires_at = models.DateTimeField()
    answer = models.CharField(max_length=10, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_consent_request"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "party", "terms_sha256"], name="cases_consent_request_once"
            ),
            models.UniqueConstraint(fields=["token_sha256"], name="cases_consent_request_token"),
            models.CheckConstraint(
                name="cases_consent_request_answer",
                condition=models.Q(answer="", answered_at__isnull=True)
                | models.Q(answer__in=["consented", "refused"], answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_consent_request_tries", condition=models.Q(tries__lte=5)
            ),
        ]
