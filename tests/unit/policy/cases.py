"""Cases to propose plans for: debts, facts, and the sample policy with a few values changed."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from repact.law import catalogue
from repact.plans.document import validate
from repact.plans.position import Position
from repact.policy import loading, propose
from repact.policy.facts import DebtFacts, Facts

ROOT = Path(__file__).resolve().parents[3]
SAMPLE: dict[str, Any] = yaml.safe_load(
    (ROOT / "policies" / "demo-consumer-finance.yaml").read_text(encoding="utf-8")
)
CN = catalogue.load("cn")
ON = date(2026, 11, 24)


class _Plain(yaml.SafeDumper):
    """YAML without aliases, which a policy may not have."""

    def ignore_aliases(self, _: Any) -> bool:
        """Write everything out."""
        return True


def loaded(**changes: Any) -> loading.LoadedPolicy:
    """The sample policy; `instruments__freeze=None` and the like change one value (None: drop)."""
    made = copy.deepcopy(SAMPLE)
    for name, value in changes.items():
        *path, last = name.split("__")
        inside = made
        for key in path:
            inside = inside[key]
        if value is None:
            inside.pop(last)
        else:
            inside[last] = value
    return loading.parse(yaml.dump(made, Dumper=_Plain, allow_unicode=True))


def position(**changes: Any) -> Position:
    """26,000 owed and a month of interest; nine payments of the contract are left."""
    made = {
        "currency": "CNY",
        "as_of": ON.isoformat(),
        "principal_minor": 2_600_000,
        "interest_minor": 94_000,
        "penalty_minor": 20_000,
        "fees_minor": 0,
        "contract": {
            "annual_rate_ppm": 156_000,
            "day_count": "ACT/365F",
            "remaining": [{"due_date": "2026-12-08", "amount_minor": 311_000}] * 9,
        },
    }
    return validate(Position, {**made, **changes})


def debt(**changes: Any) -> DebtFacts:
    """A wallet credit that is 100 days late; amounts go to its position."""
    names = {"loan_id", "product_code", "default_rate_ppm", "days_past_due", "legal_stage"}
    own = {name: changes.pop(name) for name in names & changes.keys()}
    known = {
        "loan_id": "a",
        "product_code": "wallet_credit",
        "default_rate_ppm": 234_000,
        "days_past_due": 100,
    }
    return DebtFacts(position=changes.pop("at", None) or position(**changes), **(known | own))


def loan(**changes: Any) -> DebtFacts:
    """An installment loan that is forty days late: nearly everything may be used on it."""
    return debt(**({"product_code": "installment_loan", "days_past_due": 40} | changes))


def with_balloon(**bounds: Any) -> loading.LoadedPolicy:
    """The sample policy with other bounds on a larger last payment, in every bucket."""
    buckets = [
        bucket | {"instruments": list(dict.fromkeys([*bucket["instruments"], "balloon"]))}
        for bucket in SAMPLE["buckets"]
    ]
    balloon = {"share_ppm_max": 200_000, "above_means": True} | bounds
    return loaded(buckets=buckets, instruments__balloon=balloon)


def three_debts() -> list[DebtFacts]:
    """A wallet credit and two loans."""
    return [
        debt(),
        debt(
            loan_id="b", product_code="installment_loan", principal_minor=1_300_000,
            interest_minor=44_000, penalty_minor=9_000,
        ),
        debt(
            loan_id="c", product_code="installment_loan", principal_minor=500_000,
            interest_minor=14_000, penalty_minor=3_000, fees_minor=500,
        ),
    ]  # fmt: skip


def facts(**changes: Any) -> Facts:
    """900 a month, paid on the fifteenth, shown by two documents."""
    known: dict[str, Any] = {
        "affordable_minor": 90_000,
        "wish_minor": 90_000,
        "payday": 15,
        "evidence": ("pay_slip", "bank_statement"),
    }
    return Facts(**(known | changes))


def proposed(
    policy: loading.LoadedPolicy | None = None,
    debts: list[DebtFacts] | None = None,
    on: date = ON,
    **changes: Any,
) -> propose.Proposal:
    """What is proposed for one debt, unless others are given."""
    return propose.propose(
        debts=[debt()] if debts is None else debts,
        facts=facts(**changes),
        loaded=policy or loaded(),
        law=CN,
        on=on,
    )
