"""Ending a debt for less: one sum by a day, or the sum in a few payments within the means."""

from __future__ import annotations

from datetime import date, timedelta

from repact.money.split import largest_remainder
from repact.plans import terms as t
from repact.plans.errors import PlanError
from repact.plans.fields import WHOLE_PPM
from repact.plans.instruments.change import Basis, terms_of
from repact.plans.instruments.settlement import settlement, settlement_in_installments
from repact.policy import judging
from repact.policy.candidates import Candidate, Pace, Relief
from repact.policy.choosing import Refusal
from repact.policy.drafts import Draft
from repact.policy.ground import Ground


def settle(ground: Ground, amount_minor: int, /) -> Draft | Refusal:
    """One sum by a day that settles everything, shared over the debts by what is owed; or why not.

    It is paid from savings or family, so it is not held against the monthly means.
    """
    bounds = ground.policy.instruments.settlement
    if bounds is None or not all("settlement" in limits.may for limits in ground.limits):
        return Refusal("policy.settlement_not_allowed", {}, {})
    least = -(-ground.owed_minor * bounds.share_ppm_min // WHOLE_PPM)
    if amount_minor < least:
        return Refusal(
            "policy.settlement_share_min",
            {"least_minor": least, "share_ppm": bounds.share_ppm_min},
            {"amount_minor": least},
        )
    by = ground.calendar.on + timedelta(days=bounds.days)
    amounts = _shared(ground, amount_minor)
    if not all(amounts):
        return Refusal("policy.settlement_part_too_small", {}, {"person": True})
    terms = [
        _at_once(ground, by, limits.rate_ppm_max, part)
        for limits, part in zip(ground.limits, amounts, strict=True)
    ]
    draft = ground.exact(Candidate(Relief(), Pace(None, 1), -1), terms)
    return judging.judge(ground, draft) or draft


def _at_once(ground: Ground, by: date, rate_ppm: int, amount_minor: int) -> t.Terms:
    basis = Basis(
        effective_date=ground.calendar.on,
        annual_rate_ppm=rate_ppm,
        frequency=t.Frequency(every=1, unit="month", anchor_day=by.day),
        first_due_date=by,
    )
    change = settlement(amount_minor=amount_minor)
    return terms_of(basis, change).model_copy(update={"conduct": ground.conduct})


def in_parts(ground: Ground, amount_minor: int, /) -> Draft | None:
    """The same sum in the fewest monthly payments that the means allow, from two on; None where
    the policy has none, the sum is too small, or no such payment is within means."""
    bounds = ground.policy.instruments.settlement
    if bounds is None or isinstance(settle(ground, amount_minor), Refusal):
        return None
    for count in range(2, bounds.installments_max + 1):
        draft = _parts(ground, amount_minor, count)
        if draft and not ground.asks_too_much(draft, ground.facts.ceiling_minor):
            return None if judging.judge(ground, draft) else draft
    return None


def parts(ground: Ground, amount_minor: int, count: int, /) -> Draft:
    """A sum in so many monthly payments, each debt its share; the rest is waived with the last of
    them. Raises what the engine refuses."""
    terms = [
        terms_of(
            Basis(
                effective_date=ground.calendar.on,
                annual_rate_ppm=0,
                frequency=ground.calendar.frequency(),
                first_due_date=ground.calendar.first_due_date,
            ),
            settlement_in_installments(position=debt.position, amount_minor=amount, count=count),
        ).model_copy(update={"conduct": ground.conduct})
        for debt, amount in zip(ground.debts, _shared(ground, amount_minor), strict=True)
    ]
    return ground.exact(Candidate(Relief(), Pace(None, count), -1), terms)


def _parts(ground: Ground, amount_minor: int, count: int) -> Draft | None:
    try:
        return parts(ground, amount_minor, count)
    except PlanError:
        return None


def _shared(ground: Ground, amount_minor: int) -> list[int]:
    owed = [debt.position.total_minor for debt in ground.debts]
    return largest_remainder(min(amount_minor, ground.owed_minor), owed)
