"""What a proposal is made from: the debts and what is known of the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from repact.plans.position import Position


@dataclass(frozen=True, slots=True)
class DebtFacts:
    """One loan of a case: what is owed, what its arrears cost a year, and where it stands."""

    loan_id: str
    product_code: str
    position: Position
    default_rate_ppm: int
    days_past_due: int = 0
    legal_stage: str = "none"

    def as_json(self) -> dict[str, Any]:
        """What a fingerprint covers of it."""
        return {
            "loan_id": self.loan_id,
            "product": self.product_code,
            "position": self.position.model_dump(mode="json", exclude_none=True),
            "default_rate_ppm": self.default_rate_ppm,
            "days_past_due": self.days_past_due,
            "legal_stage": self.legal_stage,
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the person, besides the debts.

    `affordable_minor` is None when nobody knows the income; then the borrower's own number counts.
    `evidence` are the kinds of documents shown; `settlement_minor` is a sum that could be paid at
    once, None when nothing was asked; `pays_more` says that the borrower asked to pay more than
    what is affordable; `barred` are instruments ruled out for this case by its handling.
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
        }
