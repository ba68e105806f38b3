"""Why and until when a case's hold was made longer."""

from __future__ import annotations

from django.db import models

from repact.server.cases.models.case import Case
from repact.server.tenancy.models import LenderRow

EXTENSION_KINDS = ("renewal", "adviser", "exception", "waiting")
ADVISER_MAX = 2  # 30 days and once more: CONC 7.3.11 and 7.3.12 (UK-CONC-7.3.11/12)


class HoldExtension(LenderRow):
    """One promise of a later last day; never changed afterwards.

    `renewal`: asked for, counted by the policy. `adviser`: a debt adviser works on it, at most
    twice. `exception`: a supervisor's, with a reason. `waiting`: it is our turn, so it costs the
    borrower nothing.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions")
    kind = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    until_date = models.DateField()
    reason = models.CharField(max_length=200, default="")
    by_role = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "cases_hold_extension"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "number"], name="cases_hold_extension_once"
            ),
            models.CheckConstraint(
                name="cases_hold_extension_kind",
                condition=models.Q(kind__in=["renewal", "waiting"])
                | models.Q(kind="adviser", number__lte=ADVISER_MAX)
                | models.Q(kind="exception", by_role="supervisor") & ~models.Q(reason=""),
            ),
        ]
