"""What the law asks about: a product, a case, a plan, a signing, an answer."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from repact.law.entries import Action, Binding, Check, Entry, Subject
from repact.plans.conduct import Conduct
from repact.plans.disclosure import Disclosure
from repact.plans.figures import Schedule
from repact.plans.position import Position
from repact.plans.terms import RateChange, Terms


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a product or plan touches; `params` are the figures a sentence needs.

    `check` says which question found it: `contract_above_cap` is the original contract's own
    finding. An `overridable` rule is no law: it may be set aside by agreement, on record.
    """

    rule_id: str
    action: Action
    params: dict[str, Any]
    unconfirmed: bool
    binding: Binding = "law"
    overridable: bool = False
    needs_supervisor: bool = False
    check: Check | str = ""

    @property
    def blocks(self) -> bool:
        """Whether the plan may not be offered."""
        return self.action == "block"


def finding(entry: Entry, /, **params: Any) -> Finding:
    """The finding of an entry, with the figures of the case."""
    return Finding(
        rule_id=entry.id,
        action=entry.finds,
        params=params,
        unconfirmed=entry.is_unconfirmed,
        binding=entry.binding,
        overridable=entry.is_overridable,
        needs_supervisor=entry.needs_supervisor,
        check=entry.check or "",
    )


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product as the law sees it. Rates are annual ppm; the default rate is what arrears cost.

    `kind` is loan, card, wallet_credit or business; `fees_rate_ppm` what else the borrower pays a
    year (guarantee and service fees count in every cap); `contract_on` the day of the contract.
    """

    lender_type: str
    product: str
    contract_rate_ppm: int
    default_rate_ppm: int
    kind: str = ""
    fees_rate_ppm: int = 0
    contract_on: date | None = None
    channel: str = ""
    is_secured: bool = False
    is_guaranteed: bool = False

    @property
    def worst_rate_ppm(self) -> int:
        """The most a year of this contract costs: default costs and fees count."""
        return max(self.contract_rate_ppm, self.default_rate_ppm) + self.fees_rate_ppm

    def subject(self, *, days_past_due: int = 0) -> Subject:
        """Whom the law asks about."""
        return Subject(
            lender_type=self.lender_type,
            products=(self.product, self.kind) if self.kind else (self.product,),
            channel=self.channel,
            days_past_due=days_past_due,
            is_secured=self.is_secured,
            is_guaranteed=self.is_guaranteed,
        )


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known of the case around a plan; None is not known, and then nothing is found.

    Amounts are minor units. `first_principal_minor` was lent at first and `paid_minor` paid since;
    `deducted_minor` was kept back from what was lent; `new_fees_minor` the plan charges as fees;
    `new_money_minor` is lent with the plan beyond what is owed.
    `moratorium` runs from its first day to the day after its last.
    """

    days_past_due: int = 0
    original_months: int | None = None
    original_end_date: date | None = None
    first_principal_minor: int | None = None
    paid_minor: int = 0
    deducted_minor: int = 0
    new_fees_minor: int = 0
    new_money_minor: int = 0
    affordable_minor: int | None = None
    is_reinstallment: bool = False
    is_beyond_means: bool | None = None
    is_willing: bool | None = None
    order_is_agreed: bool = True
    guarantor_consented: bool = False
    time_barred_on: date | None = None
    moratorium: tuple[date, date] | None = None
    lump_sum_asked: bool = False


class Around(Protocol):
    """What is known of a plan apart from its schedule: made, or only outlined."""

    @property
    def product(self) -> ProductFacts:
        """Under what it is made."""

    @property
    def case(self) -> CaseFacts:
        """The case around it."""

    @property
    def conduct(self) -> Conduct:
        """What it says of late payments and of their order."""

    @property
    def contract_rate_ppm(self) -> int:
        """The contract's yearly rate."""

    @property
    def worst_rate_ppm(self) -> int:
        """The most a year of it costs."""


@dataclass(frozen=True)
class PlanFacts:
    """A plan made under a product, as the law sees it. What is read often is worked out once."""

    product: ProductFacts
    terms: Terms
    schedule: Schedule
    disclosure: Disclosure
    position: Position | None = None
    case: CaseFacts = field(default_factory=CaseFacts)

    @property
    def contract_rate_ppm(self) -> int:
        """The contract's yearly rate, the plan's where the contract's is not known."""
        return self.product.contract_rate_ppm or self.terms.annual_rate_ppm

    @functools.cached_property
    def conduct(self) -> Conduct:
        """What the terms say of late payments and of their order."""
        return Conduct.of(self.terms)

    @functools.cached_property
    def worst_rate_ppm(self) -> int:
        """The most a year of this plan costs, ppm: its rates, its late rate and its fees.

        Late interest is charged on a late payment's principal instead of the plan's interest, so
        the larger of the two counts, not their sum.
        """
        changes = [m.annual_rate_ppm for m in self.terms.measures if isinstance(m, RateChange)]
        return self.product.fees_rate_ppm + max(
            self.disclosure.annual_rate_nominal_ppm or 0,
            self.terms.annual_rate_ppm,
            self.conduct.late_rate_ppm,
            *changes,
        )


@dataclass(frozen=True, slots=True)
class SigningFacts:
    """What happened before a signature. `stated` are the contents of the documents by name,
    `highlighted` whether clauses of weight were marked and acknowledged one by one."""

    product: ProductFacts
    sheet_confirmed: bool
    sheet_open_seconds: int
    stated: frozenset[str]
    highlighted: bool


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """An answer to an application, and how it came about."""

    lender_type: str
    is_automatic: bool
    is_refusal: bool
    is_explained: bool
    person_offered: bool
