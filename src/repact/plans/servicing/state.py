"""What stands on a day: the result of a replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from repact.plans.servicing.live import Part
from repact.plans.servicing.rests import Rest

Standing = Literal["active", "breached", "terminated", "renegotiated", "completed"]
RowStanding = Literal["paid", "upcoming", "due", "grace", "late"]


class Amounts(NamedTuple):
    """Minor units by component; `late` is what being late has cost."""

    late: int = 0
    fees: int = 0
    penalty: int = 0
    interest: int = 0
    principal: int = 0

    @property
    def total_minor(self) -> int:
        """All of them together."""
        return sum(self)


class RowState(NamedTuple):
    """One row: `signed_due_date` as signed, `due_date` after moves and skips.

    `charge_minor` is the interest its period earns, paid with this row or a later one.
    """

    number: int
    signed_due_date: date
    due_date: date
    due: Amounts
    paid: Amounts
    open_minor: int
    standing: RowStanding
    settled_on: date | None
    charge_minor: int


class Posting(NamedTuple):
    """What one event did with money: the parts of a payment, what it vested, what became credit.

    `freed_minor` is interest that no longer falls due because principal was paid early.
    """

    event: str
    on: date
    parts: tuple[Part, ...]
    credit_minor: int
    vested_minor: int
    freed_minor: int


class Happening(NamedTuple):
    """Something a person would want to hear, with its figures; texts are written elsewhere."""

    on: date
    kind: str
    params: dict[str, int | str]


@dataclass(frozen=True, slots=True)
class PlanState:
    """A plan on `as_of`.

    `days_past_due` counts from the oldest unpaid row of the plan, `contract_days_past_due` from the
    oldest installment of the original contract that payments have not covered (None when no
    contract is named): neither is ever silently reset. `paid` is what the rows received,
    `prepaid_minor` principal paid ahead of all rows, `credit_minor` the borrower's money that
    nothing claims. Waivers are vested (earned), pending, or returned by a breach.
    `late_rate_ppm` is the yearly rate in force on what is late, `rests` the days on which another
    plan was or is asked for, `spared_minor` the interest they took off so far.
    `written_off_on` is the day from which the lender no longer counts on the debt.
    """

    as_of: date
    standing: Standing
    rows: tuple[RowState, ...]
    returned: Amounts
    paid: Amounts
    prepaid_minor: int
    open_minor: int
    overdue_minor: int
    credit_minor: int
    vested_minor: int
    pending_minor: int
    days_past_due: int
    contract_days_past_due: int | None
    breach_possible_from: date | None
    annual_rate_ppm: int
    late_rate_ppm: int
    spared_minor: int
    rests: tuple[Rest, ...]
    skips_left: int
    date_moves_left: int
    postings: tuple[Posting, ...]
    happenings: tuple[Happening, ...]
    written_off_on: date | None
