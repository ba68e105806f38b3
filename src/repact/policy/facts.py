"""What a proposal is made from: the debts and what is known of the person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from repact.law.facts import CaseFacts
from repact.plans.position import Position
from repact.policy.fields import LegalStage


@dataclass(frozen=True, slots=True)
class DebtFacts:
    """One loan of a case: what is owed, what its arrears cost a year, and where it stands.

    `law` is what else the law asks about the case around it; its days past due are this debt's.
    """

    loan_id: str
    product_code: str
    position: Position
    default_rate_ppm: int
    days_past_due: int = 0
    legal_stage: LegalStage = "none"
    contract_on: date | None = None
    is_secured: bool = False
    is_guaranteed: bool = False
    law: CaseFacts = field(default_factory=CaseFacts)

    def as_json(self) -> dict[str, Any]:
        """What a fingerprint covers of it."""
        return {
            "loan_id": self.loan_id,
            "product": self.product_code,
            "position": self.position.model_dump(mode="json", exclude_none=True),
            "default_rate_ppm": self.default_rate_ppm,
            "days_past_due": self.days_past_due,
            "legal_stage": self.legal_stage,
            "contract_on": self.contract_on.isoformat() if self.contract_on else None,
            "is_secured": self.is_secured,
            "is_guaranteed": self.is_guaranteed,
            "law": _plain(asdict(self.law)),
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the person, besides the debts.

    `affordable_minor` is None when nobody knows the income; then the borrower's own number counts.
    `evidence` are the kinds of documents shown; `settlement_minor` is a sum that could be paid at
    once, None when nothing was asked; `pays_more` says that the borrower asked to pay more than
    what is affordable; `barred` are instruments ruled out for this case by its handling;
    `may_follow` is False once papers that were to follow never came; `relief` is the code of the
    help for many that the case came from.
    """

    affordable_minor: int | None
    wish_minor: int
    payday: int
    reasons: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    plans_in_year: int = 0
    plans_running: int = 0
    forbearance_number: int = 1
    settlement_minor: int | None = None
    pays_more: bool = False
    barred: frozenset[str] = frozenset()
    is_minor: bool | None = None
    may_follow: bool = True
    relief: str = ""

    @property
    def ceiling_minor(self) -> int:
        """The most a first offer may ask: what is affordable, else what was wished."""
        return self.wish_minor if self.affordable_minor is None else self.affordable_minor

    def as_json(self) -> dict[str, Any]:
        """What a fingerprint covers of it."""
        return {
            "affordable_minor": self.affordable_minor,
            "wish_minor": self.wish_minor,
            "payday": self.payday,
            "reasons": sorted(self.reasons),
            "evidence": sorted(self.evidence),
            "plans_in_year": self.plans_in_year,
            "plans_running": self.plans_running,
            "forbearance_number": self.forbearance_number,
            "settlement_minor": self.settlement_minor,
            "pays_more": self.pays_more,
            "barred": sorted(self.barred),
            "is_minor": self.is_minor,
            "may_follow": self.may_follow,
            "relief": self.relief,
        }


def _plain(value: Any) -> Any:
    """Dates as text, so that everything has one canonical form."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
