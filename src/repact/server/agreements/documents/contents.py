"""What an agreement says, as data: the page, the PDF and its attachment are all made of this."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Language = Literal["zh-hans", "en"]


def _visible(text: str) -> str:
    """Refuse control and direction characters: what is signed is what is seen."""
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} for c in text):
        raise ValueError("control_character")
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_visible)]
OptionalText = Annotated[str, Field(max_length=200), AfterValidator(_visible)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class LenderParty(_Strict):
    """The lender; `demo` makes every page say that nothing here has legal effect."""

    name_zh: Text
    name_en: Text
    address_zh: Text
    address_en: Text
    complaint_phone: Text
    demo: bool


class BorrowerParty(_Strict):
    """The borrower, with the id number masked."""

    name: Text
    id_number_masked: Text
    account_tail: OptionalText


class Debt(_Strict):
    """The contract that the plan replaces, in minor units and annual ppm."""

    loan_ref: Text
    product_zh: Text
    product_en: Text
    legal_creditor: Text
    annual_rate_ppm: int
    penalty_rate_ppm: int
    installment_minor: int
    count: int


class Contents(_Strict):
    """Everything the two sides agree; `result` is the engine's output for the rest."""

    version: Literal[1]
    reference: Text
    agreement_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    language: Language
    lender: LenderParty
    borrower: BorrowerParty
    debt: Debt
    position: dict[str, Any]
    terms: dict[str, Any]
    result: dict[str, Any]
    installment_minor: int
    cooling_off_days: int
    cost_sheet_seconds: int
    policy_sha256: Sha256
    law_sha256: Sha256
    schedule_sha256: Sha256

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The schedule's rows."""
        return list(self.result["rows"])

    @property
    def paying_rows(self) -> list[dict[str, Any]]:
        """Rows that ask for money."""
        return [row for row in self.rows if row["payment_minor"]]

    @property
    def total_minor(self) -> int:
        """Everything the borrower pays."""
        return int(self.result["totals"]["payment_minor"])

    @property
    def waived_minor(self) -> int:
        """Everything the lender gives up."""
        return int(self.result["totals"]["waived_minor"])

    @property
    def owed_minor(self) -> int:
        """Everything owed before measures."""
        names = ("principal_minor", "interest_minor", "penalty_minor", "fees_minor")
        return sum(int(self.position[name]) for name in names)

    @property
    def annual_rate_ppm(self) -> int:
        """The nominal yearly rate: IRR times the payments in a year."""
        return int(self.result["disclosure"]["annual_rate_nominal_ppm"] or 0)
