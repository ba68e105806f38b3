"""The kinds of value a policy may hold, each with its unit and limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from pydantic_core import PydanticCustomError

from repact.plans.fields import Strict

CODE_PATTERN = r"^[a-z][a-z0-9_-]{0,63}$"

Code = Annotated[str, Field(pattern=CODE_PATTERN)]
Codes = Annotated[tuple[Code, ...], Field(max_length=200, strict=False)]
Months = Annotated[int, Field(ge=1, le=600)]
Days = Annotated[int, Field(ge=0, le=365)]
SomeDays = Annotated[int, Field(ge=1, le=365)]
Times = Annotated[int, Field(ge=0, le=1000)]
Rows = Annotated[int, Field(ge=1, le=600)]
People = Annotated[int, Field(ge=1, le=30)]
Words = Annotated[str, Field(min_length=1, max_length=200)]

InstrumentName = Literal[
    "balloon",
    "capitalize",
    "carry",
    "catch_up",
    "date_change",
    "extension",
    "freeze",
    "frequency_change",
    "holiday",
    "interest_only",
    "line_conversion",
    "rate_cut",
    "reduced",
    "seasonal",
    "set_aside",
    "settlement",
    "step_up",
    "trial",
    "waive_fees",
    "waive_interest",
    "waive_penalty",
    "waive_principal",
]
InstrumentNames = Annotated[tuple[InstrumentName, ...], Field(strict=False)]
LegalStage = Literal["none", "pre_suit", "filed", "judgment", "enforcement", "insolvency"]
Role = Literal["automatic", "agent", "supervisor", "committee"]
ROLES: tuple[Role, ...] = ("automatic", "agent", "supervisor", "committee")


class Bilingual(Strict):
    """The same words in Chinese and English."""

    zh: Words
    en: Words

    def __getitem__(self, language: Literal["zh", "en"], /) -> str:
        return self.zh if language == "zh" else self.en


class Named(Strict):
    """A code and what people call it."""

    code: Code
    name: Bilingual


def assert_rising(values: Sequence[int], /) -> None:
    """Refuse a list that does not rise from value to value (`must_rise`)."""
    if list(values) != sorted(set(values)):
        raise PydanticCustomError("must_rise", "every value must be larger than the one before")


def assert_once(values: Sequence[str], what: str, /) -> None:
    """Refuse a name that stands twice (`named_twice`)."""
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise PydanticCustomError(
            "named_twice", "named twice: {names}", {"what": what, "names": ", ".join(twice)}
        )


def assert_in_order(start: date, end: date | None, /) -> None:
    """Refuse a period that ends before it begins (`dates_inverted`); both days belong to it."""
    if end is not None and end < start:
        raise PydanticCustomError("dates_inverted", "the end is before the beginning")
