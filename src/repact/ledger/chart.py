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
PRINCIPAL = "1101"
INTEREST = "1102"
PENALTY = "1103"
FEES = "1104"
PLAN_PRINCIPAL = "1201"
PLAN_INTEREST = "1202"
PLAN_PENALTY = "1203"
PLAN_FEES = "1204"
BORROWER_CREDIT = "2101"
SUSPENSE = "2102"
UNEARNED_INTEREST = "2201"
OPENING = "3001"
INTEREST_INCOME = "4001"
LATE_INCOME = "4002"
WAIVERS = "5001"

RECEIVABLE = {"principal": PRINCIPAL, "interest": INTEREST, "penalty": PENALTY, "fees": FEES}
PLAN_RECEIVABLE = {
    "principal": PLAN_PRINCIPAL,
    "interest": PLAN_INTEREST,
    "penalty": PLAN_PENALTY,
    "fees": PLAN_FEES,
}


@functools.cache
def accounts() -> dict[str, Account]:
    """Every account by its code."""
    text = (
        resources.files("repact.ledger").joinpath("data", "chart.yaml").read_text(encoding="utf-8")
    )
    return {item["code"]: Account.model_validate(item) for item in yaml.safe_load(text)["accounts"]}
