"""Who agrees: the lender, the borrower, and those who sign with the borrower."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def is_seen(text: str, /) -> bool:
    """Whether every character can be seen: no control or direction character, none unassigned."""
    if text.isprintable():  # the same, but for spaces other than the plain one, at once
        return True
    return not any(unicodedata.category(character) in _UNSEEN for character in text)


def _visible(text: str) -> str:
    """Refuse what cannot be seen: what is signed is what is seen."""
    if not is_seen(text):
        raise ValueError("control_character")
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_visible)]
OptionalText = Annotated[str, Field(max_length=200), AfterValidator(_visible)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Role = Literal["guarantor", "co_borrower", "company_representative"]
Level = Literal["agreed", "licensed"]


class Strict(BaseModel):
    """Nothing unknown, nothing converted, nothing changed afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class LenderParty(Strict):
    """The lender; `demo` makes every page say that nothing here has legal effect."""

    name_zh: Text
    name_en: Text
    address_zh: Text
    address_en: Text
    complaint_phone: OptionalText
    help_phone: OptionalText = ""
    demo: bool


class BorrowerParty(Strict):
    """The borrower, with the id number masked."""

    name: Text
    id_number_masked: Text
    account_tail: OptionalText


class Liability(Strict):
    """What one further signer answers for, and nothing else.

    `joint`: for the listed debts together with the borrower. `up_to`: for the listed debts, never
    for more than `amount_minor`. `represented`: signs for a company and owes nothing in person.
    `until_date` is the last day of a guarantee (Civil Code of China art. 692: six months from
    maturity unless agreed otherwise).
    """

    kind: Literal["joint", "up_to", "represented"]
    loan_refs: Annotated[tuple[Text, ...], Field(max_length=20, strict=False)] = ()
    amount_minor: Annotated[int, Field(ge=0)] | None = None
    until_date: Day | None = None


class Signer(Strict):
    """Somebody who signs besides the borrower and the lender, in the order of the list."""

    role: Role
    name: Text
    id_number_masked: Text
    company: OptionalText = ""
    liability: Liability
