"""A lender's policy: a dated YAML document, strict, versioned by the hash of its content."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from repact.plans.conduct import Conduct
from repact.plans.fields import Currency, Strict
from repact.policy.accounting import Accounting
from repact.policy.bounds import Instruments
from repact.policy.fields import (
    Bilingual,
    Code,
    InstrumentNames,
    assert_once,
)
from repact.policy.guidelines import Affordability
from repact.policy.limits import Authority, EvidenceTier, Pool
from repact.policy.products import Bucket, Eligibility, Product, Reason
from repact.policy.promises import AccrualWhileOpen, Agreement, Offers, Relief, Rollout, Service

LenderType = Literal["bank", "consumer_finance", "micro_loan", "facilitation", "private"]


class Policy(Strict):
    """Everything a lender has decided about negotiated repayment, from a date on."""

    version: Literal[2]
    code: Code
    name: Bilingual
    lender_type: LenderType
    jurisdiction: Literal["cn", "uk"]
    effective_from: date
    currency: Currency
    products: Annotated[tuple[Product, ...], Field(min_length=1, max_length=100, strict=False)]
    reasons: Annotated[tuple[Reason, ...], Field(max_length=60, strict=False)]
    buckets: Annotated[tuple[Bucket, ...], Field(min_length=1, max_length=30, strict=False)]
    eligibility: Eligibility
    accrual_while_open: AccrualWhileOpen
    accrual_of_offer: Literal["lender", "borrower"]
    accounting: Accounting = Accounting()
    affordability: Affordability
    instruments: Instruments
    cascade: InstrumentNames
    authority: Authority
    pools: Annotated[tuple[Pool, ...], Field(max_length=100, strict=False)] = ()
    evidence: Annotated[tuple[EvidenceTier, ...], Field(min_length=1, strict=False)]
    offers: Offers
    agreement: Agreement | None = None
    conduct: Conduct
    service: Service
    rollout: Annotated[tuple[Rollout, ...], Field(max_length=100, strict=False)] = ()
    survival: Code | None = None
    relief: Annotated[tuple[Relief, ...], Field(max_length=100, strict=False)] = ()

    @model_validator(mode="after")
    def _no_name_twice(self) -> Self:
        assert_once([product.code for product in self.products], "product")
        assert_once([reason.code for reason in self.reasons], "reason")
        assert_once([bucket.code for bucket in self.buckets], "bucket")
        assert_once([pool.code for pool in self.pools], "pool")
        assert_once([tier.tier for tier in self.evidence], "evidence")
        assert_once([step.product for step in self.rollout], "rollout")
        assert_once([relief.code for relief in self.relief], "relief")
        assert_once(self.cascade, "instrument")
        return self

    def product(self, code: str, /) -> Product | None:
        """The product of that code, or None when the policy does not cover it."""
        return next((product for product in self.products if product.code == code), None)

    def bucket(self, days_past_due: int, /) -> Bucket | None:
        """The bucket a debt that many days past due belongs to, or None when there is none."""
        return next((bucket for bucket in self.buckets if bucket.holds(days_past_due)), None)

    def may_use(self, *, product: Product, days_past_due: int) -> frozenset[str]:
        """The instruments for a product in its bucket: with bounds, allowed, and serviceable."""
        bucket = self.bucket(days_past_due)
        allowed = frozenset(bucket.instruments) if bucket else frozenset()
        return product.serviceable & allowed & frozenset(self.instruments.names())
