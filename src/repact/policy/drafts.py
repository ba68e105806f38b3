"""A candidate made exact over all debts, in figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from repact.money.rounding import DIVIDE
from repact.plans import measures
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.figures import Schedule
from repact.policy import authority
from repact.policy.candidates import Candidate, Limits
from repact.policy.dominance import Merit
from repact.policy.facts import DebtFacts


class DraftPart(NamedTuple):
    """One debt's terms and exact schedule."""

    debt: DebtFacts
    limits: Limits
    terms: t.Terms
    schedule: Schedule


class Draft(NamedTuple):
    """A candidate made exact over all debts.

    `regular` are the payments of the bill, the last less the `end_sum_minor` that was left to it,
    without a sum paid first; `peak_minor` is the largest of them, `installment_minor` the largest
    before the last.
    """

    candidate: Candidate
    parts: tuple[DraftPart, ...]
    payments: tuple[int, ...]
    regular: tuple[int, ...]
    end_sum_minor: int
    concession: authority.Concession
    tier: str
    merit: Merit

    @property
    def peak_minor(self) -> int:
        """The largest regular payment, the last included."""
        return max(self.regular)

    @property
    def installment_minor(self) -> int:
        """The largest regular payment: of all but the last and a sum paid first, where there are
        others."""
        once = self.candidate.pace.head.rows if self.candidate.pace.head.kind == "lump" else 0
        return max(self.payments[once:-1] or self.payments[once:])

    @property
    def total_minor(self) -> int:
        """All payments together."""
        return sum(self.payments)


def bill_payments(schedules: Sequence[Schedule], /) -> tuple[int, ...]:
    """What all parts ask for together, row by row."""
    longest = max(len(made.rows) for made in schedules)
    payments = [0] * longest
    for made in schedules:
        for index, row in enumerate(made.rows):
            payments[index] += row.payment_minor
    return tuple(payments)


def end_sum(part: DraftPart, /) -> int:
    """What was left to the last payment of a part: set aside, carried to the end, a balloon."""
    standing = measures.apply(part.debt.position, part.terms)
    carried = sum(amount for carry, amount in standing.carried if carry.to == "last")
    balloon, base = part.terms.shape[-1], standing.owed["principal"]
    if isinstance(balloon, t.Balloon):
        carried += balloon.amount_minor or DIVIDE[part.terms.rounding](
            base * (balloon.share_ppm or 0), WHOLE_PPM
        )
    return standing.set_aside + carried
