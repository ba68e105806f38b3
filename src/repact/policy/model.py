"""A lender's policy: a dated YAML document, strict, versioned by the hash of its content."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from repact.plans.conduct import Conduct
from repact.plans.fields import Amount, RatePpm, SharePpm

Label = Literal["lighter", "sooner", "breather"]
Months = Annotated[int, Field(ge=1, le=600)]
Days = Annotated[int, Field(ge=0, le=365)]
Bilingual = dict[Literal["zh", "en"], Annotated[str, Field(min_length=1, max_length=200)]]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Product(_Strict):
    """A product the policy covers. `keeper` names whose books are the record."""

    code: str
    name: Bilingual
    keeper: Literal["repact", "core"]
    contract_rate_ppm_max: RatePpm
    default_rate_ppm_max: RatePpm
    months_max: Months


class Affordability(_Strict):
    """How much a person can pay: income minus spending minus a buffer for emergencies.

    The buffer is the larger of a share of what is left and a floor; spending is never taken to be
    less than the living floor for the people in the home.
    """

    living_floor_first_minor: Amount
    living_floor_each_minor: Amount
    buffer_share_ppm: SharePpm
    buffer_floor_minor: Amount


class Recipe(_Strict):
    """One kind of plan. The shortest count whose payment fits the target share is chosen."""

    label: Label
    annual_rate_ppm: RatePpm
    waive_interest_ppm: SharePpm
    waive_penalty_ppm: SharePpm
    waive_fees_ppm: SharePpm
    holiday_rows: Annotated[int, Field(ge=0, le=12)] = 0
    counts: Annotated[tuple[Months, ...], Field(min_length=1, strict=False)]
    target_share_ppm: SharePpm

    @model_validator(mode="after")
    def _counts_rise(self) -> Self:
        if list(self.counts) != sorted(set(self.counts)):
            raise ValueError("counts_must_rise")
        return self


class Tier(_Strict):
    """Who may give away how much in one offer, in minor units waived."""

    role: Literal["agent", "supervisor"]
    waived_minor_max: Amount


class Service(_Strict):
    """What the lender promises about time."""

    reply_hours: Annotated[int, Field(ge=1, le=720)]
    offer_days: Annotated[int, Field(ge=1, le=90)]
    notice_days: Days
    cooling_off_days: Days


class Policy(_Strict):
    """Everything a lender has decided about negotiated repayment, from a date on."""

    version: Literal[1]
    code: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    name: Bilingual
    lender_type: Literal["bank", "consumer_finance", "micro_loan", "facilitation", "private"]
    jurisdiction: Literal["cn"]
    effective_from: date
    products: Annotated[tuple[Product, ...], Field(min_length=1, strict=False)]
    accrual_while_open: Literal["frozen"]
    affordability: Affordability
    recipes: Annotated[tuple[Recipe, ...], Field(min_length=1, max_length=3, strict=False)]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, strict=False)]
    conduct: Conduct
    service: Service

    @model_validator(mode="after")
    def _no_name_twice(self) -> Self:
        for names in ([p.code for p in self.products], [r.label for r in self.recipes]):
            if len(names) != len(set(names)):
                raise ValueError("named_twice")
        return self

    def product(self, code: str, /) -> Product | None:
        """The product of that code, or None when the policy does not cover it."""
        return next((product for product in self.products if product.code == code), None)
