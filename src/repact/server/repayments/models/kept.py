"""What is due, what happened, what was asked of the wallet, what was paid.

`PlanEvent` is what happened, kept for ever; `Plan`, `Part` and `DueItem` are what stands, worked
out from it (`lives`), kept so that a page or a clock need not work it out again.
"""

from __future__ import annotations

from django.db import models

from repact.ledger import chart
from repact.server.agreements.models import Agreement
from repact.server.lenders.models import Lender
from repact.server.loans.models import Loan
from repact.server.tenancy.models import LenderRow

COMPONENTS = ("principal", "interest", "penalty", "fees")
STANDINGS = ("active", "breached", "terminated", "renegotiated", "completed", "withdrawn")
ITEM_STATES = ("due", "grace", "late", "paid")


class Plan(LenderRow):
    """One agreement as it is lived by: where it stands, and the next day anything happens to it.

    `due_date` is the oldest date on which something is open. Every step of the ladder of conduct up
    to `acted_until` has been taken; `next_action_date` is the day of the next, NULL when there is
    none. While `stopped` names a reason,
    nothing is charged and nothing is called late; a disputed or revoked mandate debits nothing.
    `rests` are the days on which its ladder rests because another plan was asked for: pairs of
    dates in ISO 8601, the second not included, or null while it lasts.
    """

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="plan")
    currency = models.CharField(max_length=3)
    standing = models.CharField(max_length=12, default="active")
    due_date = models.DateField(null=True)
    acted_until = models.DateField()
    next_action_date = models.DateField(null=True)
    open_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField(default=0)
    events_count = models.PositiveIntegerField(default=0)
    stopped = models.CharField(max_length=40, blank=True)
    disputed_at = models.DateTimeField(null=True)
    mandate_revoked_at = models.DateTimeField(null=True)
    rests = models.JSONField(default=list)

    class Meta:
        db_table = "repayments_plan"
        constraints = [
            models.CheckConstraint(
                name="repayments_plan_standing", condition=models.Q(standing__in=STANDINGS)
            ),
            models.CheckConstraint(
                name="repayments_plan_amounts",
                condition=models.Q(open_minor__gte=0, credit_minor__gte=0),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "next_action_date"],
                condition=models.Q(next_action_date__isnull=False),
                name="repayments_plan_next",
            )
        ]


class Part(LenderRow):
    """One loan's share of a plan: its own signed schedule, its own standing."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField()
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    schedule_sha256 = models.CharField(max_length=64)
    standing = models.CharField(max_length=12, default="active")
    prepaid_minor = models.BigIntegerField(default=0)
    returned_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)
    vested_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "repayments_part"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="repayments_part_number"),
            models.UniqueConstraint(fields=["agreement", "loan"], name="repayments_part_loan"),
            models.CheckConstraint(
                name="repayments_part_standing", condition=models.Q(standing__in=STANDINGS)
            ),
        ]


class PlanEvent(LenderRow):
    """One thing that happened to one part of a plan, as `plans.servicing.events` reads it.

    `number` is the order in which we learned of it, within the agreement.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="events")
    part = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    on_date = models.DateField()
    body = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "repayments_event"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"], name="repayments_event_in_order"
            ),
        ]


class DueItem(LenderRow):
    """One row of a signed schedule, and what has been paid of it, in minor units.

    `charge_minor` is the interest its period earns; `is_earned` says that it has become income.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="due_items")
    part = models.PositiveSmallIntegerField(default=1)
    number = models.PositiveSmallIntegerField()
    due_date = models.DateField()
    principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    penalty_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    paid_principal_minor = models.BigIntegerField(default=0)
    paid_interest_minor = models.BigIntegerField(default=0)
    paid_penalty_minor = models.BigIntegerField(default=0)
    paid_fees_minor = models.BigIntegerField(default=0)
    paid_late_minor = models.BigIntegerField(default=0)
    charge_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, default="due")
    is_earned = models.BooleanField(default=False)

    class Meta:
        db_table = "repayments_due_item"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "part", "number"], name="repayments_due_part_number"
            ),
            models.CheckConstraint(
                name="repayments_due_never_overpaid",
                condition=models.Q(
                    **{f"paid_{c}_minor__lte": models.F(f"{c}_minor") for c in COMPONENTS},
                    **{f"paid_{c}_minor__gte": 0 for c in COMPONENTS},
                ),
            ),
            models.CheckConstraint(
                name="repayments_due_item_state", condition=models.Q(state__in=ITEM_STATES)
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "due_date"],
                condition=models.Q(is_earned=False),
                name="repayments_due_to_earn",
            )
        ]

    @property
    def payment_minor(self) -> int:
        """What the row asks for."""
        return sum(getattr(self, f"{name}_minor") for name in COMPONENTS)

    @property
    def open_minor(self) -> int:
        """What of it is not paid yet, late interest aside."""
        return sum(self.open_of(name) for name in COMPONENTS)

    def open_of(self, component: str, /) -> int:
        """What of one component is not paid yet."""
        paid: int = getattr(self, f"paid_{component}_minor")
        owed: int = getattr(self, f"{component}_minor")
        return owed - paid


class Collection(LenderRow):
    """One debit asked of the wallet; its id is the request's id, so it can never happen twice.

    `by_mandate` says whether the clock asked for it or the borrower.
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, null=True, related_name="collections"
    )
    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="collections")
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, default="requested")
    reason = models.CharField(max_length=40, blank=True)
    by_mandate = models.BooleanField(default=True)
    requested_on = models.DateField()
    requested_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "repayments_collection"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(state="requested"),
                name="repayments_collection_one_at_once",
            ),
            models.UniqueConstraint(
                fields=["agreement", "requested_on"],
                condition=models.Q(by_mandate=True),
                name="repayments_collection_once_a_day",
            ),
            models.CheckConstraint(
                name="repayments_collection_amount", condition=models.Q(amount_minor__gt=0)
            ),
        ]


class Payment(LenderRow):
    """Money that arrived, and where it went. `source` is the event that brought it, once.

    `payer` says who paid (`borrower` or `third_party`), `payer_account` where a refund of it goes
    back to; empty: the borrower's wallet. `cash_account` is the account of ours that it came into.
    """

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+", db_index=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="payments")
    source = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    value_date = models.DateField()
    received_at = models.DateTimeField()
    allocation = models.JSONField()
    payer = models.CharField(max_length=12, default="borrower")
    payer_account = models.CharField(max_length=64, blank=True)
    cash_account = models.CharField(
        max_length=8, default=chart.WALLET_CLEARING, db_default=chart.WALLET_CLEARING
    )

    class Meta:
        db_table = "repayments_payment"
        constraints = [
            models.UniqueConstraint(fields=["lender", "source"], name="repayments_payment_source"),
            models.CheckConstraint(
                name="repayments_payment_amount", condition=models.Q(amount_minor__gt=0)
            ),
        ]


class Reversal(LenderRow):
    """A payment that was taken back: a charge-back, a bounced transfer, a mistake of ours."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="reversal")
    reason = models.CharField(max_length=40)
    on_date = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "repayments_reversal"


class ContractPayment(LenderRow):
    """Money for a debt that has no plan, and where it went. `source` is what brought it, once.

    `is_recovery`: the debt had been written off. `before` and `after` are the debt's standing
    around it, from which a payment taken back is worked out; null for payments older than they are.
    """

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    value_date = models.DateField()
    received_at = models.DateTimeField()
    allocation = models.JSONField()
    is_recovery = models.BooleanField()
    payer_account = models.CharField(max_length=64, blank=True)
    cash_account = models.CharField(max_length=8)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "repayments_contract_payment"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "source"], name="repayments_contract_payment_source"
            ),
            models.CheckConstraint(
                name="repayments_contract_payment_amount", condition=models.Q(amount_minor__gt=0)
            ),
        ]


class Suspense(LenderRow):
    """Money that arrived and cannot be placed: kept, aged, and worked by a person.

    `said` is the reference that came with it, `reason` the code why it is here. It ends assigned to
    a plan (`payment`), to a debt without one (`contract_payment`) or to what is owed beside any
    plan (`beside`); returned to where it came from; or settled: it was no payment at all, but money
    of ours that came by another way.
    """

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    value_date = models.DateField()
    received_at = models.DateTimeField()
    received_on = models.DateField()
    reason = models.CharField(max_length=60)
    said = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=64, blank=True)
    cash_account = models.CharField(
        max_length=8, default=chart.WALLET_CLEARING, db_default=chart.WALLET_CLEARING
    )
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, null=True, related_name="suspense"
    )
    state = models.CharField(max_length=8, default="open")
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, related_name="suspense"
    )
    contract_payment = models.OneToOneField(
        ContractPayment, on_delete=models.PROTECT, null=True, related_name="suspense"
    )
    beside = models.ForeignKey(
        "repayments.OwedBeside", on_delete=models.PROTECT, null=True, related_name="suspense"
    )
    worked_by_id = models.UUIDField(null=True)
    worked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "repayments_suspense"
        constraints = [
            models.UniqueConstraint(fields=["lender", "source"], name="repayments_suspense_source"),
            models.CheckConstraint(
                name="repayments_suspense_states",
                condition=models.Q(
                    state="open",
                    payment__isnull=True,
                    contract_payment__isnull=True,
                    beside__isnull=True,
                    worked_at__isnull=True,
                )
                | models.Q(
                    state="assigned",
                    payment__isnull=False,
                    contract_payment__isnull=True,
                    beside__isnull=True,
                    worked_at__isnull=False,
                )
                | models.Q(
                    state="assigned",
                    payment__isnull=True,
                    contract_payment__isnull=False,
                    beside__isnull=True,
                    worked_at__isnull=False,
                )
                | models.Q(
                    state="assigned",
                    payment__isnull=True,
                    contract_payment__isnull=True,
                    beside__isnull=False,
                    worked_at__isnull=False,
                )
                | models.Q(
                    state__in=["returned", "settled"],
                    payment__isnull=True,
                    contract_payment__isnull=True,
                    beside__isnull=True,
                    worked_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="repayments_suspense_amount", condition=models.Q(amount_minor__gt=0)
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "received_on"],
                condition=models.Q(state="open"),
                name="repayments_suspense_open",
            )
        ]


class Refund(LenderRow):
    """Money on its way back to where it came from; its id is the request's id at the wallet.

    It is the credit of an agreement, of one of its payments where that is known, or a sum from
    suspense. From `cash_account` it goes: by the wallet, or by a person at the bank.
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, null=True, related_name="refunds"
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="refunds"
    )
    suspense = models.OneToOneField(
        Suspense, on_delete=models.PROTECT, null=True, related_name="refund"
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY", db_default="CNY")
    to_account = models.CharField(max_length=64)
    cash_account = models.CharField(
        max_length=8, default=chart.WALLET_CLEARING, db_default=chart.WALLET_CLEARING
    )
    requested_at = models.DateTimeField()

    class Meta:
        db_table = "repayments_refund"
        constraints = [
            models.CheckConstraint(
                name="repayments_refund_amount", condition=models.Q(amount_minor__gt=0)
            ),
            models.CheckConstraint(
                name="repayments_refund_of_one_thing",
                condition=models.Q(agreement__isnull=False, suspense__isnull=True)
                | models.Q(agreement__isnull=True, suspense__isnull=False, payment__isnull=True),
            ),
        ]


class RefundAnswer(LenderRow):
    """What became of a refund, once: `paid` (it is there) or `refused` with the reason (a code)."""

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="answer")
    status = models.CharField(max_length=8)
    reason = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "repayments_refund_answer"
        constraints = [
            models.CheckConstraint(
                name="repayments_refund_answers",
                condition=models.Q(status="paid", reason="")
                | (models.Q(status="refused") & ~models.Q(reason="")),
            ),
        ]
