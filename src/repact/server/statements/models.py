"""Statements, their lines and what became of each; how a bank's CSV is read."""

from __future__ import annotations

from django.db import models

from repact.server.tenancy.models import LenderRow

FORMATS = ("camt053", "mt940", "csv")
UNPOSTED = "unposted"
LINE_STATES = (UNPOSTED, "posted", "suspense", "outgoing", "look", "charge", "settled", "sold")


class Mapping(LenderRow):
    """Which columns of a bank's CSV say what, for one account of ours."""

    account = models.CharField(max_length=64)
    body = models.JSONField()

    class Meta:
        db_table = "statements_mapping"
        constraints = [
            models.UniqueConstraint(fields=["lender", "account"], name="statements_mapping_one")
        ]


class Statement(LenderRow):
    """One file, once: `sha256` is that of its bytes."""

    account = models.CharField(max_length=64)
    format = models.CharField(max_length=8)
    sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField()
    line_count = models.PositiveIntegerField()
    bad = models.JSONField(default=list)

    class Meta:
        db_table = "statements_statement"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "account", "sha256"], name="statements_statement_once"
            ),
            models.CheckConstraint(
                name="statements_statement_format", condition=models.Q(format__in=FORMATS)
            ),
        ]


class Line(LenderRow):
    """One movement, once for an account, in however many statements it stands.

    `number` is that of the line in the file. `amount_minor` is signed: what came is positive.
    `unposted`: it came, and is posted next; until then `payer_index` is a keyed hash of the payer's
    name. Names are read to match, and not kept. `rule` says what it was matched by; `look`: a
    person must look (an entry the bank took back). `charge` is what the bank keeps for itself,
    `settled` money between the wallet's program and us, `sold` the price of a debt.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=64)
    key = models.CharField(max_length=80)
    number = models.PositiveIntegerField(default=0, db_default=0)
    booked_on = models.DateField()
    value_date = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=64, blank=True)
    payer_index = models.CharField(max_length=64, blank=True, default="", db_default="")
    state = models.CharField(max_length=8)
    rule = models.CharField(max_length=12, blank=True)

    class Meta:
        db_table = "statements_line"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "account", "key"], name="statements_line_once"
            ),
            models.CheckConstraint(
                name="statements_line_state",
                condition=models.Q(state__in=LINE_STATES) & ~models.Q(amount_minor=0),
            ),
            models.CheckConstraint(
                name="statements_line_unposted",
                condition=models.Q(state=UNPOSTED, amount_minor__gt=0)
                | (~models.Q(state=UNPOSTED) & models.Q(payer_index="")),
            ),
        ]
        indexes = [models.Index(fields=["lender", "booked_on"], name="statements_line_by_day")]
