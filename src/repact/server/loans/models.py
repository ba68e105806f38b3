"""The lender's book as we know it now."""

from __future__ import annotations

from django.db import models

from repact.server.people.models import Borrower
from repact.server.tenancy.models import LenderRow

LEGAL_STAGES = ("none", "pre_suit", "filed", "judgment", "enforcement", "insolvency")
ACCRUAL_MODES = ("frozen", "reduced", "running")
PARTY_ROLES = ("guarantor", "co_borrower")
# Why a hold may end without the borrower having been told first: they ended it, a plan replaced it,
# or the debt is paid.
UNTOLD_ENDS = ("withdrawn", "plan", "paid")
AMOUNTS = (
    "disbursed_minor",
    "principal_minor",
    "overdue_principal_minor",
    "interest_minor",
    "penalty_minor",
    "fees_minor",
)


class Loan(LenderRow):
    """One contract and what is owed under it on `as_of`, in minor units.

    `remaining` lists what the contract still asks for, [[ISO date, amount_minor], ...], overdue
    installments included. `legal_creditor` is who the debt is owed to. `limitation_from_date` is
    the day the limitation period last began; empty when the lender does not say. `plan_rate_ppm`
    and `plan_penalty_rate_ppm` hold while a plan runs; `contract_overdue_minor` is the principal
    that was overdue by contract when the plan began. `is_secured` says that property stands for the
    debt, which decides what of the law concerns it. `line_blocked_at` says that a revolving line
    gives no more credit. `is_line` says that what is owed was drawn on a card or a line and is not
    a loan yet, `written_off_on` since when the lender no longer counts on the debt: it stays owed.
    """

    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="loans")
    product = models.ForeignKey("lenders.Product", on_delete=models.PROTECT, related_name="+")
    legal_creditor = models.CharField(max_length=120)
    ref = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    disbursed_date = models.DateField()
    disbursed_minor = models.BigIntegerField()
    annual_rate_ppm = models.IntegerField()
    penalty_rate_ppm = models.IntegerField()
    day_count = models.CharField(max_length=10)
    as_of = models.DateField()
    principal_minor = models.BigIntegerField()
    overdue_principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    penalty_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    oldest_unpaid_due_date = models.DateField(null=True)
    remaining = models.JSONField()
    state = models.CharField(max_length=8, default="open")
    source_sha256 = models.BinaryField(max_length=32)
    legal_stage = models.CharField(max_length=12, default="none")
    limitation_from_date = models.DateField(null=True)
    region = models.CharField(max_length=32, default="")
    employer = models.CharField(max_length=32, default="")
    is_secured = models.BooleanField(default=False)
    plan_rate_ppm = models.IntegerField(null=True)
    plan_penalty_rate_ppm = models.IntegerField(null=True)
    contract_overdue_minor = models.BigIntegerField(null=True)
    line_blocked_at = models.DateTimeField(null=True)
    line_block_acknowledged_at = models.DateTimeField(null=True)
    is_line = models.BooleanField(default=False, db_default=False)
    written_off_on = models.DateField(null=True)

    class Meta:
        db_table = "loans_loan"
        constraints = [
            models.UniqueConstraint(fields=["lender", "ref"], name="loans_loan_ref"),
            models.CheckConstraint(
                name="loans_loan_amounts",
                condition=models.Q(**{f"{name}__gte": 0 for name in AMOUNTS})
                & models.Q(overdue_principal_minor__lte=models.F("principal_minor")),
            ),
            models.CheckConstraint(
                name="loans_loan_state", condition=models.Q(state__in=["open", "in_plan", "closed"])
            ),
            models.CheckConstraint(
                name="loans_loan_legal_stage",
                condition=models.Q(legal_stage__in=list(LEGAL_STAGES)),
            ),
            models.CheckConstraint(
                name="loans_loan_line_block",
                condition=models.Q(line_block_acknowledged_at__isnull=True)
                | models.Q(line_blocked_at__isnull=False),
            ),
        ]


class Hold(LenderRow):
    """The old contract's debits and reminders are stopped because a case is open.

    `until_date` is the last day promised (empty: for as long as the case is open); it may end only
    after the borrower was told (`end_told_at`), unless the borrower ended it or a plan did.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="holds")
    case_id = models.UUIDField(db_index=True)
    state = models.CharField(max_length=12, default="requested")
    requested_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    until_date = models.DateField(null=True)
    end_told_at = models.DateTimeField(null=True)
    released_because = models.CharField(max_length=12, default="")
    release_acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "loans_hold"
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=models.Q(released_at=None),
                name="loans_hold_one_live",
            ),
            models.CheckConstraint(
                name="loans_hold_states",
                condition=models.Q(
                    state="requested", acknowledged_at__isnull=True, released_at__isnull=True
                )
                | models.Q(
                    state="acknowledged", acknowledged_at__isnull=False, released_at__isnull=True
                )
                | models.Q(state="released", released_at__isnull=False),
            ),
            models.CheckConstraint(
                name="loans_hold_never_ends_silently",
                condition=models.Q(released_at__isnull=True)
                | models.Q(released_because__in=list(UNTOLD_ENDS))
                | models.Q(end_told_at__isnull=False, end_told_at__lt=models.F("released_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "until_date"],
                condition=models.Q(released_at=None),
                name="loans_hold_ending",
            )
        ]


class Standstill(LenderRow):
    """Breathing space: what the contract adds from `start_date` up to, not including, `end_date`.

    `frozen` adds nothing, `reduced` at most `annual_rate_ppm`, `running` what the contract says. It
    is never added afterwards: this is not deferral.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="standstills")
    case_id = models.UUIDField(db_index=True)
    mode = models.CharField(max_length=8)
    annual_rate_ppm = models.IntegerField(null=True)
    start_date = models.DateField()
    end_date = models.DateField(null=True)

    class Meta:
        db_table = "loans_standstill"
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=models.Q(end_date=None),
                name="loans_standstill_one_live",
            ),
            models.CheckConstraint(
                name="loans_standstill_mode",
                condition=models.Q(mode="reduced", annual_rate_ppm__gte=0)
                | models.Q(mode__in=["frozen", "running"], annual_rate_ppm__isnull=True),
            ),
            models.CheckConstraint(
                name="loans_standstill_dates",
                condition=models.Q(end_date__isnull=True)
                | models.Q(end_date__gte=models.F("start_date")),
            ),
        ]


class Party(LenderRow):
    """A guarantor or co-borrower of a loan. Name and phone are sealed with the borrower's key."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=12)
    name_sealed = models.BinaryField(max_length=400)
    phone_sealed = models.BinaryField(max_length=200)
    added_at = models.DateTimeField()
    added_by = models.UUIDField(null=True)

    class Meta:
        db_table = "loans_party"
        constraints = [
            models.CheckConstraint(
                name="loans_party_role", condition=models.Q(role__in=list(PARTY_ROLES))
            )
        ]
