"""What a proposal is made from: the debts and what is known of the person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Literal

from repact.law.facts import CaseFacts
from repact.plans.position import Position
from repact.policy.fields import LegalStage

Rhythm = Literal["weekly", "fortnightly", "monthly"]
# The most payments of a rhythm that fall in a year; and rows that surely fit into so many months.
MOST_A_YEAR: dict[Rhythm, int] = {"weekly": 53, "fortnightly": 27, "monthly": 12}
LEAST_A_YEAR: dict[Rhythm, int] = {"weekly": 52, "fortnightly": 26, "monthly": 12}
MONTHS_A_YEAR = 12


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
    help for many that the case came from. `months_minor` is what each month of the year, January
    first, can pay, where a business knows it; `low_months` are months (1 to 12) with less money,
    `rhythm` is how often money comes in.
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
    months_minor: tuple[int, ...] = ()
    low_months: tuple[int, ...] = ()
    rhythm: Rhythm = "monthly"

    @property
    def ceiling_minor(self) -> int:
        """The most a first offer may ask in every month: what is affordable, else what was wished;
        of a year of unequal months, what the weakest can pay."""
        if self.months_minor:
            return min(self.months_minor)
        return self.wish_minor if self.affordable_minor is None else self.affordable_minor

    @property
    def best_month_minor(self) -> int:
        """The most that any month can pay."""
        return max(self.months_minor, default=self.ceiling_minor)

    @property
    def slow_months(self) -> tuple[int, ...]:
        """The months with less money: as declared, else those that can pay less than half of the
        best; none where every month is alike."""
        if self.low_months:
            return self.low_months
        months = enumerate(self.months_minor, start=1)
        return tuple(month for month, left in months if 2 * left < self.best_month_minor)

    def at_rhythm(self, rhythm: Rhythm, /) -> Facts:
        """The same person, asked in another rhythm: a twelfth of the payments of the longest year,
        rounded down, so that no month asks for more than it did."""
        times = MOST_A_YEAR[rhythm]

        def each(amount: int) -> int:
            return amount * MONTHS_A_YEAR // times

        known = self.affordable_minor
        return replace(
            self,
            affordable_minor=None if known is None else each(known),
            wish_minor=each(self.wish_minor),
        )

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
            "months_minor": list(self.months_minor),
            "low_months": list(self.low_months),
            "rhythm": self.rhythm,
        }


def _plain(value: Any) -> Any:
    """Dates as text, so that everything has one canonical form."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
