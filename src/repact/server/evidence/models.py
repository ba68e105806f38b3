"""Files a borrower sent, encrypted with the borrower's own key; consents, promises, look-alikes."""

from __future__ import annotations

from django.db import models

from repact.server.cases.models import Case
from repact.server.tenancy.models import LenderRow


class EvidenceFile(LenderRow):
    """One file as we wrote it anew; `sha256` names its ciphertext in the store.

    `fingerprint` is a keyed hash of the content and `perceptual` a picture's difference hash: they
    find the same paper in two cases and reveal nothing.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    media_type = models.CharField(max_length=40)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="received")
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    fingerprint = models.BinaryField(max_length=32, null=True)
    perceptual = models.BigIntegerField(null=True)

    class Meta:
        db_table = "evidence_file"
        constraints = [
            models.CheckConstraint(
                name="evidence_file_decided",
                condition=models.Q(
                    state="received", decided_at__isnull=True, decided_by__isnull=True
                )
                | models.Q(
                    state__in=["accepted", "rejected"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | models.Q(state="withdrawn"),
            )
        ]
        indexes = [models.Index(fields=["lender", "fingerprint"], name="evidence_same")]

    @property
    def is_picture(self) -> bool:
        """Whether a page can show it as an image."""
        return self.media_type.startswith("image/")


class Consent(LenderRow):
    """Consent of its own to one sensitive kind of paper (CN-PIPL-29): which text, in which words.

    Withdrawing is as easy as consenting (CN-PIPL-15); the papers of that kind are then closed.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=64)
    text_version = models.CharField(max_length=12)
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "evidence_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=models.Q(withdrawn_at=None),
                name="evidence_consent_one_live",
            )
        ]


class Promise(LenderRow):
    """Papers that may follow: which kinds count, how many, by when, and what came of it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kinds = models.JSONField()
    at_least = models.PositiveSmallIntegerField()
    due_date = models.DateField()
    trial_rows = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default="open")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "evidence_promise"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="open"), name="evidence_promise_one_open"
            ),
            models.CheckConstraint(
                name="evidence_promise_state",
                condition=models.Q(state="open", settled_at__isnull=True)
                | models.Q(state__in=["kept", "missed"], settled_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "due_date"],
                condition=models.Q(state="open"),
                name="evidence_promise_open",
            )
        ]


class Reuse(LenderRow):
    """Two files of different cases that are the same, or look alike; for a person to judge."""

    file = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    same_borrower = models.BooleanField()
    noted_at = models.DateTimeField()

    class Meta:
        db_table = "evidence_reuse"
        constraints = [
            models.UniqueConstraint(fields=["file", "other"], name="evidence_reuse_once"),
            models.CheckConstraint(
                name="evidence_reuse_kind", condition=models.Q(kind__in=["same", "alike"])
            ),
        ]
