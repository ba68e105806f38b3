"""Authority: what a plan gives away, and who may give it.

What is measured is economic: what is owed today minus what the plan is worth today at the original
rate. Of that, what is waived is named beside it, and so is the how-manieth forbearance this is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from repact.money.rounding import DIVIDE
from repact.plans import annuity
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.figures import Schedule
from repact.plans.periods import constant_rates
from repact.plans.position import Position
from repact.policy.candidates import Limits
from repact.policy.limits import Authority, Tier

NOBODY = "nobody"
AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Concession:
    """What a plan gives away, in minor units.

    `waived_minor` is given up outright (now or when it vests), `present_value_loss_minor` by time
    and rate; `economic_minor` is both. `share_ppm` is that of all that is owed, rounded up.
    `forbearance_number` counts the plans on these debts, this one included.
    """

    present_value_loss_minor: int
    waived_minor: int
    economic_minor: int
    share_ppm: int
    forbearance_number: int


class Reason(NamedTuple):
    """A limit of a tier that a concession exceeds, with both figures."""

    role: str
    rule_id: str
    params: dict[str, Any]


def concession(
    *, owed_minor: int, worth_minor: int, waived_minor: int, forbearance_number: int
) -> Concession:
    """What is given away by a plan worth so much today, where so much is owed.

    A plan worth more than what it leaves owed gives nothing away by time and rate.
    """
    loss = max(owed_minor - waived_minor - worth_minor, 0)
    economic = loss + waived_minor
    return Concession(
        present_value_loss_minor=loss,
        waived_minor=waived_minor,
        economic_minor=economic,
        share_ppm=-(-economic * WHOLE_PPM // owed_minor),
        forbearance_number=forbearance_number,
    )


def concession_of(
    parts: Sequence[tuple[Position, t.Terms, Schedule, Limits]], /, *, forbearance_number: int
) -> Concession:
    """The concession of a plan over all its parts, each at its own original rate."""
    return concession(
        owed_minor=sum(position.total_minor for position, *_ in parts),
        worth_minor=sum(worth(terms, made, limits=limits) for _, terms, made, limits in parts),
        waived_minor=sum(made.totals.waived_minor for _, _, made, _ in parts),
        forbearance_number=forbearance_number,
    )


def worth(terms: t.Terms, made: Schedule, *, limits: Limits) -> int:
    """The present value of a schedule's payments at the original rate, rounded once."""
    recurrence = terms.frequency.recurrence()
    rates = constant_rates(
        annual_rate_ppm=limits.original_rate_ppm,
        day_count=limits.original_day_count,
        effective=terms.effective_date,
        due_dates=recurrence.dates(terms.first_due_date, len(made.rows)),
        recurrence=recurrence,
    )
    payments = [row.payment_minor for row in made.rows]
    return DIVIDE[terms.rounding](*annuity.present_value(payments, rates))


def exceeded(tier: Tier, given: Concession, /) -> list[Reason]:
    """The limits of a tier that a concession exceeds; none when the tier may give it."""
    checks = (
        ("concession_minor_max", given.economic_minor, tier.concession_minor_max),
        ("waived_minor_max", given.waived_minor, tier.waived_minor_max),
        ("share_ppm_max", given.share_ppm, tier.share_ppm_max),
        ("forbearance_number_max", given.forbearance_number, tier.forbearance_number_max),
    )
    return [
        Reason(tier.role, f"policy.authority.{name}", {"value": value, "limit": limit})
        for name, value, limit in checks
        if value > limit
    ]


def tier_needed(rules: Authority, given: Concession, /) -> tuple[str, tuple[Reason, ...]]:
    """The smallest tier that may give a concession, else `nobody`; and what stops those below."""
    reasons: list[Reason] = []
    for tier in rules.tiers:
        over = exceeded(tier, given)
        if not over:
            return tier.role, tuple(reasons)
        reasons += over
    return NOBODY, tuple(reasons)


def at_least(rules: Authority, role: str, least: str, /) -> str:
    """A role, or another that the case itself asks for where that is higher.

    Where the policy has no such tier, its highest one decides.
    """
    wanted = least if rules.tier(least) else rules.tiers[-1].role
    return max(role, wanted, key=lambda name: rank(rules, name))


def rank(rules: Authority, role: str, /) -> int:
    """The place of a role among the tiers; `nobody` comes after all."""
    roles = [tier.role for tier in rules.tiers]
    return roles.index(role) if role in roles else len(roles)


def above_caps(
    rules: Authority,
    given: Concession,
    *,
    by_role: str,
    agent_today_minor: int = 0,
    borrower_year_minor: int = 0,
    automatic_today_minor: int = 0,
) -> tuple[Reason, ...]:
    """The sums over time that a concession would exceed, added to what was given before.

    An agent's day, a borrower's 365 days, the day of what goes out by itself.
    """
    caps, amount = rules.caps, given.economic_minor
    sums = [("borrower_year_minor", borrower_year_minor, caps.borrower_year_minor)]
    if by_role == "agent":
        sums.append(("agent_day_minor", agent_today_minor, caps.agent_day_minor))
    if by_role == AUTOMATIC:
        sums.append(("automatic_day_minor", automatic_today_minor, caps.automatic_day_minor))
    return tuple(
        Reason(by_role, f"policy.caps.{name}", {"value": before + amount, "limit": limit})
        for name, before, limit in sums
        if before + amount > limit
    )
