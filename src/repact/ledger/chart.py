"""The chart of accounts, as data."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

Kind = Literal["asset", "liability", "equity", "income", "expense"]


class Account(BaseModel):
    """One account: its code, kind and name in both languages."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    code: str
    kind: Kind
    zh: str
    en: str


WALLET_CLEARING = "1001"
BANK_CLEARING = "1002"
PRINCIPAL = "1101"
INTEREST = "1102"
PENALTY = "1103"
FEES = "1104"
LINE = "1106"
PLAN_PRINCIPAL = "1201"
PLAN_INTEREST = "1202"
PLAN_PENALTY = "1203"
PLAN_FEES = "1204"
WAIVERS_TO_EARN = "1208"
MODIFICATION = "1209"
BORROWER_CREDIT = "2101"
SUSPENSE = "2102"
UNEARNED_INTEREST = "2201"
OPENING = "3001"
INTEREST_INCOME = "4001"
LATE_INCOME = "4002"
MODIFICATION_GAINS = "4003"
RECOVERIES = "4004"
WAIVERS = "5001"
MODIFICATION_LOSSES = "5002"
BANK_CHARGES = "5003"
WRITTEN_OFF = "5004"
DEBT_SALES = "5005"

RECEIVABLE = {"principal": PRINCIPAL, "interest": INTEREST, "penalty": PENALTY, "fees": FEES}
PLAN_RECEIVABLE = {
    "principal": PLAN_PRINCIPAL,
    "interest": PLAN_INTEREST,
    "penalty": PLAN_PENALTY,
    "fees": PLAN_FEES,
}


def receivable(component: str, /, *, is_line: bool = False) -> str:
    """Where a part of a debt without a plan stands; what was drawn on a line has its own place."""
    return LINE if is_line and component == "principal" else RECEIVABLE[component]


@functools.cache
def accounts() -> dict[str, Account]:
    """Every account by its code."""
    text = (
        resources.files("repact.ledger").joinpath("data", "chart.yaml").read_text(encoding="utf-8")
    )
    return {item["code"]: Account.model_validate(item) for item in yaml.safe_load(text)["accounts"]}
