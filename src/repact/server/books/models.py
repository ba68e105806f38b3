"""Entries and postings. The database balances them and never lets one change."""

from __future__ import annotations

from django.db import models

from repact.server.tenancy.models import LenderRow


class Entry(LenderRow):
    """One business event in the books, dated when it happened and when it was recorded.

    `line_count` closes the entry: the database refuses a line that comes later.
    """

    source = models.CharField(max_length=120)
    template = models.CharField(max_length=60)
    happened_on = models.DateField()
    recorded_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    agreement_id = models.UUIDField(null=True)
    line_count = models.PositiveSmallIntegerField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "books_entry"
        constraints = [
            models.UniqueConstraint(fields=["lender", "source"], name="books_entry_source")
        ]
        indexes = [models.Index(fields=["agreement_id"], name="books_entry_by_agreement")]


class Posting(LenderRow):
    """One line: debit positive, credit negative, in minor units of the entry's currency."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "books_posting"
        constraints = [
            models.CheckConstraint(
                name="books_posting_not_zero", condition=~models.Q(amount_minor=0)
            )
        ]
        indexes = [models.Index(fields=["lender", "account"], name="books_posting_by_account")]
