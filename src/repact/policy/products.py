"""What a policy covers: products, reasons, buckets of arrears, who is eligible."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from repact.plans.fields import Amount, RatePpm, Strict
from repact.policy.fields import (
    Bilingual,
    Code,
    Codes,
    InstrumentNames,
    LegalStage,
    Months,
    Times,
    assert_once,
)

Kind = Literal["loan", "card", "wallet_credit", "business"]
LAW_PRODUCTS: dict[Kind, str] = {
    "loan": "installment_loan",
    "card": "card_installment",
    "wallet_credit": "wallet_credit",
    "business": "business_loan",
}
PastDueDays = Annotated[int, Field(ge=0, le=10_000)]


class Product(Strict):
    """A product the policy covers. `keeper` names whose books are the record.

    `core_instruments` are those the lender's core can service; they matter only where the core
    keeps the record. Rates are yearly; the default rate is what arrears cost in all.
    """

    code: Code
    name: Bilingual
    kind: Kind
    keeper: Literal["repact", "core"]
    core_instruments: InstrumentNames = ()
    instruments: InstrumentNames
    revolving: bool
    contract_rate_ppm_max: RatePpm
    default_rate_ppm_max: RatePpm
    months_max: Months

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        assert_once(self.instruments, "instrument")
        assert_once(self.core_instruments, "instrument")
        return self

    @property
    def law_product(self) -> str:
        """The product as the law's entries name it."""
        return LAW_PRODUCTS[self.kind]

    @property
    def serviceable(self) -> frozenset[str]:
        """The instruments that are allowed and that the keeper of the record can service."""
        allowed = frozenset(self.instruments)
        return allowed if self.keeper == "repact" else allowed & frozenset(self.core_instruments)


class Reason(Strict):
    """A hardship reason and the kinds of evidence that can show it."""

    code: Code
    name: Bilingual
    evidence: Codes


class Bucket(Strict):
    """Days past due from and to, both included, and what may be offered there; 0 is before arrears.

    `to_days` is null in the last bucket, which has no end.
    """

    code: Code
    from_days: PastDueDays
    to_days: PastDueDays | None
    instruments: InstrumentNames

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        assert_once(self.instruments, "instrument")
        if self.to_days is not None and self.to_days < self.from_days:
            raise PydanticCustomError("days_inverted", "to_days is before from_days")
        return self

    def holds(self, days_past_due: int, /) -> bool:
        """Whether a debt that many days past due belongs here."""
        return self.from_days <= days_past_due and (
            self.to_days is None or days_past_due <= self.to_days
        )


class Eligibility(Strict):
    """Who may have a plan at all, in figures.

    `owed` is everything owed on the case's debts; plans are counted over 365 days and, running,
    at the moment of asking. `minors` is always false: a person under 18 needs a guardian and a
    person of the lender.
    """

    owed_minor_min: Amount
    owed_minor_max: Amount
    plans_per_year_max: Times
    plans_running_max: Times
    pre_arrears: bool
    legal_stages: Annotated[tuple[LegalStage, ...], Field(min_length=1, strict=False)]
    minors: Literal[False] = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        assert_once(self.legal_stages, "legal_stage")
        if self.owed_minor_max < self.owed_minor_min:
            raise PydanticCustomError("amounts_inverted", "the largest is below the smallest")
        return self
