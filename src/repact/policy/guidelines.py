"""How a policy measures means: spending categories, guideline bands, floors, buffer, business."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from repact.plans.fields import Amount, SharePpm, Strict
from repact.policy.fields import Bilingual, Code, Months, Named, People, assert_once

PriorityKind = Literal["rent", "utilities", "support", "tax"]


class Category(Strict):
    """A kind of household spending. Essential spending counts before anything is affordable."""

    code: Code
    name: Bilingual
    essential: bool


class Band(Strict):
    """Monthly spending of a household of so many people: low, typical and high."""

    people: People
    low_minor: Amount
    typical_minor: Amount
    high_minor: Amount

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not self.low_minor <= self.typical_minor <= self.high_minor:
            raise PydanticCustomError("band_inverted", "low, typical and high must not fall")
        return self


class Guideline(Strict):
    """What a category usually costs in a region, by the number of people in the home.

    Told spending outside the band needs a reason; it is never cut. A household larger than the
    largest band is held against that band.
    """

    region: Code
    category: Code
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=30, strict=False)]

    @model_validator(mode="after")
    def _people_rise(self) -> Self:
        people = [band.people for band in self.bands]
        if people != sorted(set(people)):
            raise PydanticCustomError("must_rise", "people must rise from band to band")
        return self

    def band(self, people: int, /) -> Band:
        """The band for a household: the smallest that holds it, else the largest there is."""
        return next((band for band in self.bands if band.people >= people), self.bands[-1])


class Business(Strict):
    """How a sole trader's or small company's means are measured.

    The buffer keeps `buffer_weeks` of running costs, built up over `buffer_months`; of what is left
    in a month at most `share_ppm_max` may go to a plan.
    """

    buffer_weeks: Annotated[int, Field(ge=0, le=52)]
    buffer_months: Months
    share_ppm_max: SharePpm


class Affordability(Strict):
    """How much a person can pay: income minus spending, priority debts and a buffer.

    The buffer is the larger of a share of what is left and a floor; spending is never taken to be
    less than the living floor for the people in the home. Arrears on priority debts are paid off
    within `priority_months` before anything is called affordable. `default_region` is the guideline
    for a region without its own.
    """

    living_floor_first_minor: Amount
    living_floor_each_minor: Amount
    buffer_share_ppm: SharePpm
    buffer_floor_minor: Amount
    categories: Annotated[tuple[Category, ...], Field(max_length=60, strict=False)] = ()
    default_region: Code | None = None
    guidelines: Annotated[tuple[Guideline, ...], Field(max_length=2000, strict=False)] = ()
    outlier_reasons: Annotated[tuple[Named, ...], Field(max_length=60, strict=False)] = ()
    priority_kinds: Annotated[tuple[PriorityKind, ...], Field(strict=False)] = ()
    priority_months: Months = 12
    business: Business | None = None

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        assert_once([category.code for category in self.categories], "category")
        assert_once([reason.code for reason in self.outlier_reasons], "reason")
        assert_once([f"{g.region}/{g.category}" for g in self.guidelines], "guideline")
        return self

    def guideline(self, *, region: str | None, category: str) -> Guideline | None:
        """What a category usually costs in a region, else in the default region, else unknown."""
        found = {item.region: item for item in self.guidelines if item.category == category}
        return found.get(region or "") or found.get(self.default_region or "")
