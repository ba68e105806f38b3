"""What both sides proposed, in one chain, and what watches over it."""

from __future__ import annotations

from django.db import models

from repact.server.cases.models import Case
from repact.server.tenancy.models import LenderRow

KINDS = ["offers", "proposal", "answer", "withdrawal", "refusal", "choice", "reissue"]


class Entry(LenderRow):
    """One act in a negotiation. `sha256` covers the content and the entry before it.

    The database refuses a change, a gap in the numbers and a link that does not fit.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=8)
    kind = models.CharField(max_length=10)
    by_id = models.UUIDField(null=True)
    content = models.JSONField()
    about = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    happened_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    previous_sha256 = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "offers_entry"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="offers_entry_number"),
            models.CheckConstraint(
                name="offers_entry_words",
                condition=models.Q(side__in=["borrower", "lender"], kind__in=KINDS),
            ),
        ]


class Question(LenderRow):
    """A number somebody tried out; counted in real time, so that probing shows."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    wish_sha256 = models.CharField(max_length=64)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "offers_question"
        indexes = [models.Index(fields=["case", "asked_at"], name="offers_question_by_case")]


class AcceptKey(LenderRow):
    """The key a choice came under and the hash of what it said: the same key says the same."""

    borrower_id = models.UUIDField()
    key = models.CharField(max_length=80)
    body_sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "offers_accept_key"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "borrower_id", "key"], name="offers_accept_key_once"
            )
        ]


class Alarm(LenderRow):
    """Something that must never be and was seen: a person has to look, and says so once."""

    kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    facts = models.JSONField()
    raised_at = models.DateTimeField()
    seen_by = models.UUIDField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "offers_alarm"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=models.Q(seen_by=None),
                name="offers_alarm_once",
            ),
            models.CheckConstraint(
                name="offers_alarm_seen",
                condition=models.Q(seen_by__isnull=True, seen_at__isnull=True)
                | models.Q(seen_by__isnull=False, seen_at__isnull=False),
            ),
        ]
