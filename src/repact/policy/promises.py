"""What the lender promises about time, and how a policy goes live."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from repact.plans.fields import Amount, RatePpm, Strict
from repact.policy.fields import (
    Bilingual,
    Code,
    Codes,
    Days,
    InstrumentNames,
    SomeDays,
    Times,
    assert_in_order,
)


class AccrualWhileOpen(Strict):
    """What the debt does while a case is open: nothing, a reduced rate, or the contract's rate."""

    mode: Literal["frozen", "reduced", "running"]
    annual_rate_ppm: RatePpm | None = None


class Offers(Strict):
    """How long an offer stands and how many are shown to whom."""

    days: Annotated[int, Field(ge=1, le=90)]
    borrower_max: Annotated[int, Field(ge=1, le=3)]
    agent_max: Annotated[int, Field(ge=1, le=5)]


Content = Literal[
    "balance_and_currency",
    "periods_and_amounts",
    "what_accrues",
    "no_new_cards",
    "rights_and_default",
    "other_matters",
]


class Agreement(Strict):
    """What the lender's agreements must say, and when collection stops at the latest.

    The contents are those of a personalized installment agreement (CN-CARD-70B): balance, structure
    and currency; periods, dates and amounts; whether fees and interest accrue; no application for
    any card until settled; rights, duties and default; other matters.
    """

    contents: Annotated[tuple[Content, ...], Field(strict=False)]
    collection_stops: Literal["on_submission", "on_signing"]


class Service(Strict):
    """What the lender promises about time.

    `hold_days` is how long a case stops collection, renewable `hold_renewals_max` times;
    `breathing_days` is the pause of a person whose budget is negative. `ladder_rests`: while a
    borrower whose plan runs asks for another one, nobody is warned and no breach is declared, and
    the days do not count.
    """

    reply_hours: Annotated[int, Field(ge=1, le=720)]
    notice_days: Days
    cooling_off_days: Days
    appeal_days: SomeDays
    adviser_hold_days: SomeDays
    hold_days: SomeDays
    hold_renewals_max: Times
    breathing_days: SomeDays
    evidence_reminder_days: Days
    ladder_rests: bool = True


class Rollout(Strict):
    """How a product goes live: computed for staff, suggested to agents, or out by itself."""

    product: Code
    mode: Literal["shadow", "suggest", "automatic"]
    daily_count_max: Annotated[int, Field(ge=0, le=1_000_000)]
    daily_minor_max: Amount


class Relief(Strict):
    """Help for many at once: whom it reaches, from a day to a day (both included), and with what.

    Empty `regions` or `employers` mean all of them. `holiday_rows` and `annual_rate_ppm` preset the
    plan that is accepted by a tap.
    """

    code: Code
    name: Bilingual
    reasons: Codes = ()
    regions: Codes = ()
    employers: Codes = ()
    from_date: date
    to_date: date
    instruments: InstrumentNames
    holiday_rows: Annotated[int, Field(ge=0, le=24)] = 0
    annual_rate_ppm: RatePpm | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        assert_in_order(self.from_date, self.to_date)
        return self
