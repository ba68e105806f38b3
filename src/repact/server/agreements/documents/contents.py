"""What an agreement says, as data: the page, the PDF and its attachment are all made of this.

Version 2 covers several debts and several signers. A stored version 1 is read by `read`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from repact.plans.conduct import Conduct
from repact.plans.consolidation import bill_hash
from repact.plans.document import Document, validate
from repact.server.agreements.documents.parties import (
    BorrowerParty,
    Day,
    LenderParty,
    Level,
    OptionalText,
    Sha256,
    Signer,
    Strict,
    Text,
)

Language = Literal["zh-hans", "en"]
DocumentLanguage = Literal["zh-hans", "en", "bilingual"]
ProductKind = Literal["loan", "card", "wallet_credit", "business"]
COMPONENTS = ("principal", "interest", "penalty", "fees")
ADDED_UP = ("payment", *COMPONENTS, "carried", "vesting", "balance")


class Debt(Strict):
    """One contract the plan replaces, and its own exact schedule: legally it stays by itself.

    Rates are annual ppm, amounts minor units; `installment_minor`, `count` and `last_due_date` are
    what the contract asked for before. `result` is the engine's output, certificate included.
    """

    loan_id: OptionalText
    loan_ref: Text
    product_zh: Text
    product_en: Text
    product_kind: ProductKind
    legal_creditor: Text
    annual_rate_ppm: int
    penalty_rate_ppm: int
    installment_minor: int
    count: int
    last_due_date: Day | None
    position: dict[str, Any]
    terms: dict[str, Any]
    result: dict[str, Any]
    schedule_sha256: Sha256

    @property
    def owed_minor(self) -> int:
        """Everything owed before measures."""
        return sum(int(self.position[f"{name}_minor"]) for name in COMPONENTS)

    @cached_property
    def agreed(self) -> Document:
        """What was owed and what was agreed, as the engine reads it."""
        return validate(Document, {"position": self.position, "terms": self.terms})

    @cached_property
    def conduct(self) -> Conduct:
        """What happens later, in numbers."""
        return Conduct.of(self.agreed.terms)


class Bill(Strict):
    """What the borrower sees: every date's sum over the debts. Rows have the schedule's keys."""

    rows: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=600, strict=False)]
    totals: dict[str, int]
    disclosure: dict[str, Any]


class Service(Strict):
    """What the lender promises about time: hours to a reply, days of notice before a change."""

    reply_hours: Annotated[int, Field(ge=1, le=720)] | None = None
    notice_days: Annotated[int, Field(ge=0, le=365)] | None = None


class Replaced(Strict):
    """The agreement this one takes the place of, by its reference, day and contents."""

    reference: Text
    agreement_date: Day
    contents_sha256: Sha256


class Contents(Strict):
    """Everything the two sides agree."""

    version: Literal[2]
    reference: Text
    agreement_date: Day
    language: DocumentLanguage
    jurisdiction: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)?$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    lender: LenderParty
    borrower: BorrowerParty
    signers: Annotated[tuple[Signer, ...], Field(max_length=4, strict=False)] = ()
    debts: Annotated[tuple[Debt, ...], Field(min_length=1, max_length=20, strict=False)]
    bill: Bill
    installment_minor: int
    service: Service
    cooling_off_days: int
    cost_sheet_seconds: int
    signature_level: Level
    channel: Literal["online", "oral"] = "online"
    replaces: Replaced | None = None
    policy_sha256: Sha256
    law_sha256: Sha256
    schedule_sha256: Sha256

    @model_validator(mode="after")
    def _bill_is_the_sum_of_its_debts(self) -> Self:
        """The amounts people read are those of the certified schedules, to the cent."""
        if self.schedule_sha256 != bill_hash([debt.schedule_sha256 for debt in self.debts]):
            raise ValueError("bill_hash_differs")
        parts = [debt.result["rows"] for debt in self.debts]
        if len(self.bill.rows) != max(map(len, parts)):
            raise ValueError("bill_differs")
        for index, row in enumerate(self.bill.rows):
            present = [rows[index] for rows in parts if index < len(rows)]
            if any(part["due_date"] != row["due_date"] for part in present) or any(
                row[f"{name}_minor"] != sum(part[f"{name}_minor"] for part in present)
                for name in ADDED_UP
            ):
                raise ValueError("bill_differs")
        if any(
            total != sum(debt.result["totals"][name] for debt in self.debts)
            for name, total in self.bill.totals.items()
        ):
            raise ValueError("bill_differs")
        if {debt.position["currency"] for debt in self.debts} != {self.currency}:
            raise ValueError("currencies_differ")
        return self

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages of the text, the first one first."""
        return ("zh-hans", "en") if self.language == "bilingual" else (self.language,)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The bill's rows: with one debt, its schedule."""
        return list(self.bill.rows)

    @property
    def paying_rows(self) -> list[dict[str, Any]]:
        """Rows that ask for money."""
        return [row for row in self.bill.rows if row["payment_minor"]]

    @property
    def total_minor(self) -> int:
        """Everything the borrower pays."""
        return int(self.bill.totals["payment_minor"])

    @property
    def waived_minor(self) -> int:
        """Everything the lender gives up, now or as payments arrive."""
        return int(self.bill.totals["waived_minor"])

    @property
    def owed_minor(self) -> int:
        """Everything owed before measures."""
        return sum(debt.owed_minor for debt in self.debts)

    @property
    def annual_rate_ppm(self) -> int:
        """The nominal yearly rate of the bill: IRR times the payments in a year."""
        return int(self.bill.disclosure["annual_rate_nominal_ppm"] or 0)


def read(stored: dict[str, Any], /) -> Contents:
    """Contents as they were kept, of any version. Raises ValueError."""
    return Contents.model_validate(_upgraded(stored) if stored.get("version") == 1 else stored)


def _upgraded(stored: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew one debt, one signer and Chinese law."""
    same = (
        *("reference", "agreement_date", "language", "lender", "borrower", "installment_minor"),
        *("cooling_off_days", "cost_sheet_seconds", "policy_sha256", "law_sha256"),
        "schedule_sha256",
    )
    parts = ("position", "terms", "result", "schedule_sha256")
    if stored.keys() != {"version", "debt", *same, *parts}:
        raise ValueError("unknown_key")
    part = {name: stored[name] for name in parts}
    new = {"loan_id": "", "product_kind": "loan", "last_due_date": None}
    return {
        "version": 2,
        "jurisdiction": "cn",
        "currency": stored["position"]["currency"],
        "debts": [{**stored["debt"], **new, **part}],
        "bill": {name: stored["result"][name] for name in ("rows", "totals", "disclosure")},
        "service": {},
        "signature_level": "agreed",
        **{name: stored[name] for name in same},
    }
