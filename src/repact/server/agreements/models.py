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
    state = models.CharField(max_length=20, default=states.DRAFT)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    contents = models.JSONField()
    contents_sha256 = models.CharField(max_length=64)
    schedule_sha256 = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "agreements_agreement"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "reference"], name="agreements_agreement_reference"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=states.BEFORE_SEALING),
                name="agreements_agreement_one_unsealed",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=states.RUNNING),
                name="agreements_agreement_one_running",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=~models.Q(state__in=[states.VOID, states.WITHDRAWN]),
                name="agreements_agreement_replaced_once",
            ),
            models.CheckConstraint(
                name="agreements_agreement_states",
                condition=models.Q(state__in=[states.DRAFT, states.READY], signed_at__isnull=True)
                | models.Q(state=states.VOID, sealed_at__isnull=True)
                | models.Q(state=states.SIGNED, signed_at__isnull=False, sealed_at__isnull=True)
                | models.Q(
                    state__in=[
                        *states.RUNNING,
                        states.WITHDRAWN,
                        states.COMPLETED,
                        states.SUPERSEDED,
                    ],
                    signed_at__isnull=False,
                    sealed_at__isnull=False,
                ),
            ),
        ]


class Document(LenderRow):
    """One revision of the PDF: 1 the text, 2 the borrower's signature, then whoever signs beside
    the borrower, at last the lender's seal."""

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
    """A page that had to be read before signing, in real time.

    `seen` are the flagged clauses that were ticked one by one, each with the hash of its words.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="readings")
    page = models.CharField(max_length=12, choices=[("costs", "costs"), ("facts", "facts")])
    shown_sha256 = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    seen = models.JSONField(default=list)

    class Meta:
        db_table = "agreements_reading"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "page"], name="agreements_reading_once")
        ]


ROLES = ("borrower", "co_borrower", "guarantor", "company_representative")
METHODS = ("code", "oral")


class Signature(LenderRow):
    """Someone who must sign, in this order, and how far that is.

    `waiting` until the person has agreed; `agreed` from then until the signature is in the
    document, which takes an authority and a timestamp that may be away; `signed` at the end.
    `liability` is what this person, and nobody else, answers for.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    number = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=24)
    name = models.CharField(max_length=200)
    account = models.CharField(max_length=64)
    liability = models.JSONField(default=dict)
    method = models.CharField(max_length=8, default="code")
    state = models.CharField(max_length=8, default="waiting")
    token_sha256 = models.CharField(max_length=64, blank=True)
    token_expires_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "agreements_signature"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"], name="agreements_signature_number"
            ),
            models.UniqueConstraint(
                fields=["token_sha256"],
                condition=~models.Q(token_sha256=""),
                name="agreements_signature_token",
            ),
            models.CheckConstraint(
                name="agreements_signature_states",
                condition=models.Q(state="waiting", agreed_at__isnull=True, signed_at__isnull=True)
                | models.Q(state="agreed", agreed_at__isnull=False, signed_at__isnull=True)
                | models.Q(state="signed", agreed_at__isnull=False, signed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="agreements_signature_words",
                condition=models.Q(role__in=ROLES, method__in=METHODS),
            ),
        ]


class SigningCode(LenderRow):
    """A one-time code bound to one document and one signer; only its keyed hash is kept.
    Real time."""

    signature = models.ForeignKey(
        Signature, on_delete=models.PROTECT, null=True, related_name="codes"
    )
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="codes")
    document_sha256 = models.CharField(max_length=64)
    code_hash = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "agreements_signing_code"


class SigningRecord(LenderRow):
    """How a person signed: consent, device, times, what was read. Never changed.

    `seal` is a detached CMS signature over the canonical JSON of `evidence`, by the lender's
    evidence key.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="records")
    signature = models.OneToOneField(
        Signature, on_delete=models.PROTECT, null=True, related_name="record"
    )
    evidence = models.JSONField()
    sha256 = models.CharField(max_length=64)
    seal = models.BinaryField(default=b"")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "agreements_signing_record"


PAPERS = ("settlement", "oral_confirmation", "withdrawal")


class Paper(LenderRow):
    """A sealed document about an agreement that is not its text: issued once, never changed.

    A second of a kind (`number`) is issued only after the first was revoked.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField(default=1, db_default=1)
    file = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "agreements_paper"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind", "number"], name="agreements_paper_once"
            ),
            models.CheckConstraint(
                name="agreements_paper_kinds", condition=models.Q(kind__in=PAPERS)
            ),
        ]


class Revocation(LenderRow):
    """A paper that no longer holds, and why (a code); whoever checks it is told."""

    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="revocation")
    reason = models.CharField(max_length=40)
    revoked_at = models.DateTimeField()

    class Meta:
        db_table = "agreements_revocation"


class Share(LenderRow):
    """A link by which a helper or a court may read one agreement, for a while and a few times."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="shares")
    token_sha256 = models.CharField(max_length=64, unique=True)
    reader = models.CharField(max_length=10)
    expires_at = models.DateTimeField()
    uses_left = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "agreements_share"
        constraints = [
            models.CheckConstraint(
                name="agreements_share_readers",
                condition=models.Q(reader__in=["helper", "court", "other"]),
            )
        ]


class Visit(LenderRow):
    """How often one address (as a keyed hash) asked the public pages in one hour. Real time."""

    address_hash = models.BinaryField(max_length=32)
    hour_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "agreements_visit"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "address_hash", "hour_at"], name="agreements_visit_hour"
            )
        ]


class Counter(LenderRow):
    """The last number given to an agreement on a day."""

    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "agreements_counter"
        constraints = [
            models.UniqueConstraint(fields=["lender", "day"], name="agreements_counter_day")
        ]
