"""Survival: how likely a plan is still being paid after so many months, by a model with sources.

It ranks plans by what they are worth to the lender. It is never shown as a forecast: until a
lender has enough cases of its own there is no keep-up range, only "not enough cases yet".
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Annotated, Any, Literal, NamedTuple, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from repact.errors import RepactError
from repact.plans.fields import WHOLE_PPM, SharePpm

YEAR_MONTHS = 12
CASES_MIN = 200
DEFAULT = "occ-2009"


class SurvivalError(RepactError):
    """There is no such survival model, or it is not one."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Band(_Strict):
    """Plans whose payment fell by at least a share of the old one (ppm; negative: it rose), and
    the share of them that is still paid after twelve months."""

    decrease_from_ppm: int
    kept_ppm: Annotated[SharePpm, Field(ge=1)]


class Model(_Strict):
    """Bands from the largest decrease down, with where the figures come from.

    `local_cases` counts the lender's own finished plans behind the figures.
    """

    version: Literal[1]
    code: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    meaning: dict[Literal["zh", "en"], str]
    reference: Annotated[str, Field(min_length=1)]
    limits: Annotated[str, Field(min_length=1)]
    confidence: Literal["S", "S2", "M-h", "M-m", "M-l"]
    local_cases: Annotated[int, Field(ge=0)]
    kept_after_12_months: Annotated[tuple[Band, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _bands_fall(self) -> Self:
        starts = [band.decrease_from_ppm for band in self.kept_after_12_months]
        if starts != sorted(set(starts), reverse=True):
            raise ValueError("bands_out_of_order")
        return self

    def kept_ppm(self, *, old_minor: int, new_minor: int) -> int:
        """The share still paid after twelve months, for a payment that went from old to new.

        A payment below every band counts as in the last; with no old payment it is unchanged.
        """
        decrease = (old_minor - new_minor) * WHOLE_PPM // old_minor if old_minor else 0
        bands = self.kept_after_12_months
        found = (band for band in bands if decrease >= band.decrease_from_ppm)
        return next(found, bands[-1]).kept_ppm


class KeepUp(NamedTuple):
    """Of the lender's own plans like this one, how many were kept: a range, and of how many."""

    low_ppm: int
    high_ppm: int
    cases: int


def keep_up(model: Model, *, old_minor: int, new_minor: int) -> KeepUp | None:
    """What may be shown as expected; None while there are not enough cases yet.

    The range is the share plus or minus 1/√n of it , n the cases: right in at
    least 73 of 100 such ranges (Hoeffding's inequality).
    """
    if model.local_cases < CASES_MIN:
        return None
    kept = model.kept_ppm(old_minor=old_minor, new_minor=new_minor)
    margin = WHOLE_PPM // _root(model.local_cases, 2)
    return KeepUp(max(kept - margin, 0), min(kept + margin, WHOLE_PPM), model.local_cases)


def monthly_ppm(kept_after_a_year_ppm: int, /) -> int:
    """The largest monthly share whose twelfth power does not exceed a yearly one."""
    return _root(kept_after_a_year_ppm * WHOLE_PPM ** (YEAR_MONTHS - 1), YEAR_MONTHS)


def curve(monthly_share_ppm: int, months: int, /) -> list[int]:
    """The share still paid in each month 1, 2, … (ppm, rounded down)."""
    made, alive = [], WHOLE_PPM
    for _ in range(months):
        alive = alive * monthly_share_ppm // WHOLE_PPM
        made.append(alive)
    return made


@functools.cache
def load(code: str, /) -> Model:
    """A survival model that comes with the program. Raises SurvivalError `policy.no_survival`."""
    file = resources.files("repact.policy").joinpath("data", f"survival-{code}.yaml")
    if not code.replace("-", "").isalnum() or not file.is_file():
        raise SurvivalError("policy.no_survival", field="survival", survival=code)
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str, /) -> Model:
    """A survival model in a YAML text. Raises SurvivalError `policy.survival_invalid`."""
    try:
        data: Any = yaml.safe_load(text)
        return Model.model_validate(data)
    except (yaml.YAMLError, ValidationError) as error:
        raise SurvivalError("policy.survival_invalid", field="survival") from error


def _root(value: int, degree: int) -> int:
    """The largest integer whose power of a degree does not exceed a value (by bisection)."""
    low, high = 0, 1
    while high**degree <= value:
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if middle**degree <= value:
            low = middle
        else:
            high = middle
    return low
