"""The application's screens as they are stored: strict, small, nothing that need not be known."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from repact.policy.fields import CODE_PATTERN
from repact.policy.flows import Period
from repact.policy.guidelines import PriorityKind
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
Source = Literal["second_job", "partner", "pension", "benefits", "rent_received", "other_income"]
Months = Annotated[
    tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(max_length=12, strict=False)
]


class _Screen(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Flowing(_Screen):
    """An income besides the first; `months` are those in which it comes, all of them when empty."""

    source: Source
    amount_minor: Sum | None
    period: Period = "monthly"
    months: Months = ()


class Arrears(_Screen):
    """What is owed on the things that come first; None: the person does not know how much."""

    kind: PriorityKind
    amount_minor: Sum | None


class Start(_Screen):
    """Consent to work with the bill that is shown."""


class Reasons(_Screen):
    """What happened: one or two."""

    reasons: Annotated[list[Reason], Field(min_length=1, max_length=2)]


class Duration(_Screen):
    """How long it may last."""

    duration: Literal["under_3_months", "3_to_6_months", "over_6_months", "unknown"]


class Income(_Screen):
    """Take-home pay by its period; None: it changes, or is not known. Further incomes beside it."""

    amount_minor: Sum | None
    period: Period = "monthly"
    months: Months = ()
    more: Annotated[tuple[Flowing, ...], Field(max_length=4, strict=False)] = ()


class Business(_Screen):
    """A sole trader's or small company's money, each week or month; None: not known.

    In `low_months` the takings are `low_takings_minor` instead.
    """

    kind: Literal["sole_trader", "small_company"]
    period: Literal["weekly", "monthly"]
    takings_minor: Sum | None
    low_months: Months = ()
    low_takings_minor: Sum | None = None
    wages_minor: Sum | None
    taxes_minor: Sum | None
    rent_minor: Sum | None
    costs_minor: Sum | None


class Household(_Screen):
    """People in the home and what it costs, by the month unless `periods` says otherwise.

    None: not said. `arrears` are on what comes first; `debts_minor` is what other lenders are paid
    in a month.
    """

    people: Annotated[int, Field(ge=1, le=20)]
    spending: dict[Item, Sum | None]
    periods: dict[Item, Period] = Field(default={})
    arrears: Annotated[tuple[Arrears, ...], Field(max_length=4, strict=False)] = ()
    debts_minor: Sum | None = None


class Unusual(_Screen):
    """By kind of spending, the policy's code for why it is more or less than is usual."""

    reasons: dict[Item, Annotated[str, Field(pattern=CODE_PATTERN)]]


class Ability(_Screen):
    """What the borrower wishes to pay, and the day money comes in.

    None only where nothing is left to pay with: then no number is asked.
    """

    monthly_minor: Annotated[int, Field(ge=1, le=AMOUNT_MINOR_MAX)] | None
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
    "business": Business,
    "household": Household,
    "unusual": Unusual,
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
        return model.model_validate(answers).model_dump(mode="json", exclude_defaults=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][-1]) if first["loc"] else screen
        if isinstance(first["loc"][-1] if first["loc"] else None, int):
            field = str(first["loc"][0])
        raise CaseError(f"cases.answer_{screen}", field=field) from error


def screens(answers: dict[str, Any], /, *, unusual: bool) -> tuple[str, ...]:
    """The screens this person needs: the short form, and what their own answers call for."""
    business = "business" in answers.get("reasons", {}).get("reasons", ())
    left_out = {name for name, asked in (("business", business), ("unusual", unusual)) if not asked}
    return tuple(name for name in SCREENS if name not in left_out)
