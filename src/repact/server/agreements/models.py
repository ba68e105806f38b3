"""One text, two signatures, and the record of how they came about."""

from __future__ import annotations

from django.db import models

from repact.server.agreements import states
from repact.server.cases.models import Case
from repact.server.offers.models import Offer
from repact.server.people.models import Borrower
from repact.server.tenancy.models import LenderRow


class Agreement(LenderRow):
    """What was agreed. `contents` is the one source of page, PDF and ledger."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="+")
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20)
    state = models.CharField(max_length=20, default=states.READY)
    contents = models.JSONField()
    contents_sha256 = models.CharField(max_length=64)
    schedule_sha256 = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "agreements_agreement"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "reference"], name="agreements_agreement_reference"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=states.LIVE),
                name="agreements_agreement_one_live",
            ),
            models.CheckConstraint(
                name="agreements_agreement_states",
                condition=models.Q(state__in=[states.READY, states.VOID], signed_at__isnull=True)
                | models.Q(state=states.SIGNED, signed_at__isnull=False, sealed_at__isnull=True)
                | models.Q(
                    state__in=[states.IN_FORCE, states.COMPLETED],
                    signed_at__isnull=False,
                    sealed_at__isnull=False,
                ),
            ),
        ]


class Document(LenderRow):
    """One revision of the PDF: 1 the text, 2 signed by the borrower, 3 sealed by the lender."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="documents")
    revision = models.PositiveSmallIntegerField()
    file = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "agreements_document"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "revision"], name="agreements_document_revision"
            )
        ]


class Reading(LenderRow):
    """A page that had to be read before signing, in real time."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="readings")
    page = models.CharField(max_length=12, choices=[("costs", "costs"), ("facts", "facts")])
    shown_sha256 = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "agreements_reading"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "page"], name="agreements_reading_once")
        ]


class SigningCode(LenderRow):
    """A one-time code bound to one document; only its keyed hash is kept. Real time."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="codes")
    document_sha256 = models.CharField(max_length=64)
    code_hash = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "agreements_signing_code"


class SigningRecord(LenderRow):
    """How the borrower signed: consent, device, times, what was read. Never changed."""

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="record")
    evidence = models.JSONField()
    sha256 = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "agreements_signing_record"


class Counter(LenderRow):
    """The last number given to an agreement on a day."""

    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "agreements_counter"
        constraints = [
            models.UniqueConstraint(fields=["lender", "day"], name="agreements_counter_day")
        ]
