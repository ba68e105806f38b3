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
    """One line: debit positive, credit negative, in minor units of the entry's currency.

    The lines of an entry are numbered from 1 and come all at once, or the database refuses them:
    one trigger a statement sees to that, to the entry's being there and to its lender's being the
    line's, for which keys would be looked up line by line.
    """

    lender = models.ForeignKey(
        "lenders.Lender", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    entry = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        related_name="postings",
        db_index=False,
        db_constraint=False,
    )
    number = models.PositiveSmallIntegerField()
    account = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "books_posting"
        constraints = [
            models.CheckConstraint(
                name="books_posting_not_zero", condition=~models.Q(amount_minor=0)
            ),
            models.UniqueConstraint(fields=["entry", "number"], name="books_posting_number"),
        ]
        indexes = [models.Index(fields=["lender", "account"], name="books_posting_by_account")]


class AccountCode(LenderRow):
    """What a lender calls one of our accounts in its own books, from a day on."""

    account = models.CharField(max_length=8)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    from_date = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "books_account_code"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "account", "from_date"], name="books_account_code_once"
            )
        ]
