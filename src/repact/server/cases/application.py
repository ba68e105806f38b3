"""The application's screens as they are stored: strict, small, nothing that need not be known."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from repact.server.cases.errors import CaseError

AMOUNT_MINOR_MAX = 99_999_900
Sum = Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)]
Reason = Literal[
    "job_loss",
    "less_income",
    "illness",
    "family_care",
    "business",
    "disaster",
    "separation",
    "too_many_debts",
    "not_say",
]
Need = Literal["messages_only", "no_family_or_employer", "large_text", "helper", "not_say"]
Item = Literal["rent", "food", "dependants", "utilities", "transport", "medical", "other"]


class _Screen(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Start(_Screen):
    """Consent to work with the bill that is shown."""


class Reasons(_Screen):
    """What happened: one or two."""

    reasons: Annotated[list[Reason], Field(min_length=1, max_length=2)]


class Duration(_Screen):
    """How long it may last."""

    duration: Literal["under_3_months", "3_to_6_months", "over_6_months", "unknown"]


class Income(_Screen):
    """Take-home pay in a month; None: it changes, or is not known."""

    amount_minor: Sum | None


class Household(_Screen):
    """People in the home and what a month costs; None: not said."""

    people: Annotated[int, Field(ge=1, le=20)]
    spending: dict[Item, Sum | None]


class Ability(_Screen):
    """What the borrower wishes to pay, and the day money comes in."""

    monthly_minor: Annotated[int, Field(ge=1, le=AMOUNT_MINOR_MAX)]
    payday: Annotated[int, Field(ge=1, le=31)]


class Evidence(_Screen):
    """Whether something is shown now, later or not at all."""

    choice: Literal["upload", "later", "none"]


class Contact(_Screen):
    """How the borrower wants to be treated."""

    preferences: Annotated[list[Need], Field(max_length=5)]


SCREENS: dict[str, type[_Screen]] = {
    "start": Start,
    "reasons": Reasons,
    "duration": Duration,
    "income": Income,
    "household": Household,
    "ability": Ability,
    "evidence": Evidence,
    "contact": Contact,
}


def check(screen: str, answers: dict[str, Any], /) -> dict[str, Any]:
    """The answers of one screen, checked.

    Raises CaseError `cases.unknown_screen`, or `cases.answer_<screen>` naming the field.
    """
    model = SCREENS.get(screen)
    if model is None:
        raise CaseError("cases.unknown_screen", screen=screen)
    try:
        return model.model_validate(answers).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][-1]) if first["loc"] else screen
        if isinstance(first["loc"][-1] if first["loc"] else None, int):
            field = str(first["loc"][0])
        raise CaseError(f"cases.answer_{screen}", field=field) from error


def missing(answers: dict[str, Any], /) -> list[str]:
    """Screens without an answer, in order."""
    return [name for name in SCREENS if name not in answers]
