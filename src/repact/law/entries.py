"""What one rule of law is, as data: its value, its dates, whom it binds, how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from repact.errors import RepactError

Action = Literal["block", "warn", "disclose"]
Duty = Literal["block", "warn", "disclose", "deadline", "record", "compute"]
Confidence = Literal["S", "S2", "M-h", "M-m", "M-l"]
Binding = Literal["law", "department_rule", "recommended_standard", "self_discipline", "guidance"]
Topic = Literal[
    "plans",
    "rates",
    "disclosure",
    "contact",
    "classification",
    "credit_record",
    "data",
    "signature",
    "complaints",
]
Unit = Literal[
    "annual_ppm",
    "share_ppm",
    "times_lpr",
    "months",
    "minor_units",
    "seconds",
    "hours",
    "days",
    "working_days",
    "years",
    "times",
    "persons",
    "duty",
]
Attachment = Literal[
    "contract_formation",
    "signing",
    "offer",
    "payment",
    "first_payment_after_change",
    "measure_granted",
    "moratorium_start",
    "missed_payment",
    "request",
    "refusal",
    "notice",
    "complaint",
    "dispute",
    "contact",
    "end_of_bad_act",
    "end_of_purpose",
    "last_activity",
    "maturity",
    "due_date",
    "processing",
    "report",
]
Check = Literal[
    "rate_cap",
    "term_cap",
    "penalty_share",
    "damages_share",
    "rollover_ceiling",
    "no_interest_on_penalty",
    "fee_as_interest",
    "bullet_term",
    "extension_cap",
    "balance_cap",
    "reinstallment",
    "preconditions",
    "card_order",
    "default_order",
    "upfront_deduction",
    "guarantor_consent",
    "limitation",
    "lump_sum_pressure",
    "moratorium",
    "interest_relief",
    "diminished_obligation",
    "new_disclosures",
    "cost_sheet",
    "contents",
    "highlights",
    "automated_decision",
    "contact_window",
    "effective_calls",
    "attempts",
    "visits",
    "third_person",
    "calls_per_debt",
    "moratorium_contact",
]
WEAKER: frozenset[Binding] = frozenset({"recommended_standard", "self_discipline", "guidance"})
FINDS: frozenset[Duty] = frozenset({"block", "warn", "disclose"})


class LawError(RepactError):
    """The law's data cannot answer."""


class Strict(BaseModel):
    """Nothing is guessed: no coercion, no unknown keys, no change once made."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Meaning(Strict):
    """One line in each language."""

    zh: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=240)]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a question of law is about; empty text is not known."""

    lender_type: str = ""
    products: tuple[str, ...] = ()
    collector: str = ""
    channel: str = ""
    days_past_due: int = 0
    is_secured: bool = False
    is_guaranteed: bool = False


class Scope(Strict):
    """Whom an entry concerns; an empty list means everyone, null means either.

    `products` are kinds (loan, card, wallet_credit, business) or a lender's own product codes;
    days past due run from `dpd_from` to `dpd_to`, both included.
    """

    lender_types: Annotated[tuple[str, ...], Field(strict=False)] = ()
    products: Annotated[tuple[str, ...], Field(strict=False)] = ()
    collectors: Annotated[tuple[str, ...], Field(strict=False)] = ()
    channels: Annotated[tuple[str, ...], Field(strict=False)] = ()
    dpd_from: int = 0
    dpd_to: int | None = None
    secured: bool | None = None
    guaranteed: bool | None = None

    def concerns(self, subject: Subject, /) -> bool:
        """Whether the subject is one of those an entry is about."""
        return (
            (not self.lender_types or subject.lender_type in self.lender_types)
            and (not self.products or not set(self.products).isdisjoint(subject.products))
            and (not self.collectors or subject.collector in self.collectors)
            and (not self.channels or subject.channel in self.channels)
            and self.dpd_from <= subject.days_past_due
            and (self.dpd_to is None or subject.days_past_due <= self.dpd_to)
            and self.secured in {None, subject.is_secured}
            and self.guaranteed in {None, subject.is_guaranteed}
        )


class Entry(Strict):
    """One parameter or duty, from a date (included) to another (excluded), or for now.

    Without `effective_from` it is long-standing, and its first day is not confirmed. The date that
    decides which law holds is that of what the entry `attaches_to`. `figures` are further numbers
    of the rule, `requires` what a document must state. `check` names what a plan, a signature or a
    contact is held against by it; the other entries are data for deadlines and duties.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9/-]+$")]
    topic: Topic
    meaning: Meaning
    value: int = 1
    unit: Unit = "duty"
    figures: dict[str, int] = Field(default_factory=dict)
    requires: Annotated[tuple[str, ...], Field(strict=False)] = ()
    effective_from: date | None = None
    effective_to: date | None = None
    attaches_to: Attachment
    binding: Binding
    scope: Scope = Scope()
    check: Check | None = None
    action: Duty
    needs_supervisor: bool = False
    rounding: Literal["minor_unit", "two_decimals", "one_decimal_half_up"] | None = None
    reference: Annotated[str, Field(min_length=1)]
    confidence: Confidence

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.check and self.action not in FINDS:
            raise ValueError("check_without_finding")
        if self.effective_from and self.effective_to and self.effective_to <= self.effective_from:
            raise ValueError("dates_out_of_order")
        return self

    @property
    def is_unconfirmed(self) -> bool:
        """From memory: it may warn, never block."""
        return self.confidence.startswith("M")

    @property
    def effective_action(self) -> Duty:
        """What the entry does; one from memory never blocks."""
        return "warn" if self.is_unconfirmed and self.action == "block" else self.action

    @property
    def finds(self) -> Action:
        """What a finding of this entry does. Only entries with a check are asked."""
        action = self.effective_action
        return action if action in {"block", "warn"} else "disclose"

    @property
    def is_overridable(self) -> bool:
        """Not law: the parties may agree otherwise, on record."""
        return self.binding in WEAKER

    def in_force(self, on: date, /) -> bool:
        """Whether the entry is law on a day, for whomever it concerns."""
        begun = self.effective_from is None or self.effective_from <= on
        return begun and (self.effective_to is None or on < self.effective_to)


class Series(Strict):
    """A value that changes from date to date."""

    id: str
    meaning: Meaning
    unit: Literal["annual_ppm"]
    reference: str
    confidence: Confidence
    values: dict[date, int]

    @property
    def is_unconfirmed(self) -> bool:
        """From memory: what is computed from it may warn, never block."""
        return self.confidence.startswith("M")

    def at(self, on: date, /) -> int:
        """The value in force on a day. Raises `law.series_has_no_value`."""
        known = [day for day in self.values if day <= on]
        if not known:
            raise LawError("law.series_has_no_value", series=self.id, on=on.isoformat())
        return self.values[max(known)]
