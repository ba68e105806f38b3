"""Four eyes: what needs a second person, and what that person said.

Who is who is decided by the person behind an account, filled in by the database from the staff
list; a check refuses a decision by the person who prepared or asked.
"""

from __future__ import annotations

from django.db import models

from repact.server.offers.models.sets import OfferSet
from repact.server.tenancy.models import LenderRow

VERDICTS = ["approve", "return", "refuse"]


class Approval(LenderRow):
    """A set above its maker's authority, shown to `needed` others."""

    offer_set = models.OneToOneField(OfferSet, on_delete=models.PROTECT, related_name="approval")
    state = models.CharField(max_length=10, default="asked")
    tier = models.CharField(max_length=12)
    needed = models.PositiveSmallIntegerField(default=1)
    message = models.CharField(max_length=500, blank=True)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    maker_person = models.UUIDField(editable=False, null=True)
    preparer_person = models.UUIDField(editable=False, null=True)

    class Meta:
        db_table = "offers_approval"
        constraints = [
            models.CheckConstraint(
                name="offers_approval_words",
                condition=models.Q(
                    state__in=["asked", "approved", "returned", "refused", "withdrawn"],
                    tier__in=["supervisor", "committee"],
                    needed__gte=1,
                ),
            ),
        ]


class Decision(LenderRow):
    """What one person decided about one approval; written once."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField()
    verdict = models.CharField(max_length=8)
    reason = models.CharField(max_length=500, blank=True)
    person = models.UUIDField(editable=False, null=True)
    maker_person = models.UUIDField(editable=False, null=True)
    preparer_person = models.UUIDField(editable=False, null=True)

    class Meta:
        db_table = "offers_decision"
        constraints = [
            models.UniqueConstraint(fields=["approval", "person"], name="offers_decision_once"),
            models.CheckConstraint(
                name="offers_decision_words", condition=models.Q(verdict__in=VERDICTS)
            ),
            models.CheckConstraint(
                name="offers_decision_reason",
                condition=models.Q(verdict="approve") | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="offers_decision_four_eyes",
                condition=models.Q(person__isnull=False)
                & ~models.Q(person=models.F("maker_person"))
                & (
                    models.Q(preparer_person__isnull=True)
                    | ~models.Q(person=models.F("preparer_person"))
                ),
            ),
        ]
