"""Proposing plans: thousands of combinations, the few that are best, and why the others are not.

Candidates are ruled out by bounds in closed form (`screening`), never accepted by them: every plan
that is offered and every figure of a refusal comes from the exact engine. The same facts give the
same offers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple, get_args

import rfc8785

from repact.dates.frequency import Recurrence
from repact.law.catalogue import Catalogue
from repact.money.split import largest_remainder
from repact.plans import accrual
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.instruments.change import Basis, terms_of
from repact.plans.instruments.settlement import settlement
from repact.plans.position import Position
from repact.policy import authority, dominance, eligibility, explain, judging, presets, space
from repact.policy.candidates import Calendar, Candidate, Pace, Relief
from repact.policy.choosing import PURPOSES, Choosing, Label, Purpose, Refusal
from repact.policy.facts import DebtFacts, Facts
from repact.policy.fields import LegalStage
from repact.policy.ground import Draft, Ground
from repact.policy.loading import LoadedPolicy, PolicyError
from repact.policy.offers import NotOffered, Offer, Proposal, offer_of

__all__ = [
    "DebtFacts",
    "Facts",
    "NotOffered",
    "Offer",
    "Proposal",
    "do_nothing_minor",
    "first_due_date",
    "propose",
]

ENGINE_VERSION = "2"
OFFERS_MAX = 5
SHOWN_MAX = 3
STAGES: tuple[LegalStage, ...] = get_args(LegalStage)
CHANGES: dict[str, dict[str, Any]] = {
    "amount": {"amount_minor": None},
    "date": {"date": None},
    "evidence": {"evidence": []},
    "person": {"person": True},
    "none": {},
}
_FASTER = Purpose("faster", PURPOSES[1].order)


class Chosen(NamedTuple):
    """A draft and what it was chosen for."""

    label: Label
    draft: Draft


def propose(
    *,
    debts: Sequence[DebtFacts],
    facts: Facts,
    loaded: LoadedPolicy,
    law: Catalogue,
    on: date,
) -> Proposal:
    """The plans this policy offers for these debts and facts on a day.

    Raises PolicyError `policy.product_not_covered`, `policy.currencies_differ` or
    `policy.position_of_another_day`.
    """
    fingerprint = fingerprint_of(debts=debts, facts=facts, loaded=loaded, law=law, on=on)
    ground = ground_of(debts=debts, facts=facts, loaded=loaded, law=law, on=on)
    closed = closed_door(ground)
    if closed:
        names = ground.policy.instruments.names()
        refused = tuple(NotOffered(name, *closed) for name in sorted(names))
        return Proposal((), refused, 0, 0, fingerprint)
    choosing = choosing_for(ground)
    chosen, refused_asks = _choose(choosing)
    chosen = _for_many(ground, chosen)
    kept = dominance.undominated([(item.draft.merit, item) for item in chosen])[:OFFERS_MAX]
    offers = [
        offered(choosing, item.draft, label=item.label, rank=rank)
        for rank, item in enumerate(kept, start=1)
    ]
    if facts.pays_more:
        offers = _with_faster(choosing, offers)
    return Proposal(
        offers=tuple(offers),
        not_offered=explain.missing(ground, choosing, offers, refused=refused_asks),
        considered=choosing.considered,
        built=choosing.built,
        fingerprint=fingerprint,
    )


def ground_of(
    *,
    debts: Sequence[DebtFacts],
    facts: Facts,
    loaded: LoadedPolicy,
    law: Catalogue,
    on: date,
    first_due: date | None = None,
    lump_minor: int = 0,
) -> Ground:
    """What all candidates of a case stand on. Raises what `propose` does."""
    policy = loaded.policy
    if len({debt.position.currency for debt in debts} | {policy.currency}) > 1:
        raise PolicyError("policy.currencies_differ", field="currency")
    for debt in debts:
        if debt.position.as_of != on:
            raise PolicyError("policy.position_of_another_day", field=debt.loan_id)
    first = first_due or first_due_date(
        on=on, payday=facts.payday, notice_days=policy.service.notice_days
    )
    calendar = Calendar(on, facts.payday, first)
    owed = [debt.position.total_minor for debt in debts]
    lumps = largest_remainder(lump_minor, owed)
    limits = tuple(
        space.limits_of(debt, policy, facts, lump_minor=lump)
        for debt, lump in zip(debts, lumps, strict=True)
    )
    return Ground(
        policy=policy,
        law=law,
        debts=tuple(debts),
        facts=facts,
        limits=limits,
        calendar=calendar,
        space=space.space_of(policy, debts, limits, calendar),
    )


def choosing_for(ground: Ground, /, *, ceiling_minor: int | None = None) -> Choosing:
    """A search on a ground, up to the person's means or another amount."""
    ceiling = ground.facts.ceiling_minor if ceiling_minor is None else ceiling_minor
    evidenced = judging.most_evidenced(ground) or 0
    return Choosing(ground, partial(judging.judge, ground), ceiling, evidenced)


def closed_door(ground: Ground, /) -> Refusal | None:
    """What stands in the way of any plan at all: no means, or not eligible."""
    if ground.facts.affordable_minor == 0:
        return Refusal("policy.negative_budget", {}, {})
    facts = ground.facts
    stages = {debt.legal_stage for debt in ground.debts} - {"none"}
    applicant = eligibility.Applicant(
        product_codes=tuple(sorted({debt.product_code for debt in ground.debts})),
        days_past_due=max(debt.days_past_due for debt in ground.debts),
        owed_minor=ground.owed_minor,
        plans_last_year=facts.plans_in_year,
        plans_running=facts.plans_running,
        legal_stage=max(stages, key=STAGES.index, default="none"),
        reasons=facts.reasons,
        is_minor=facts.is_minor,
    )
    for found in eligibility.refusals(applicant, ground.policy):
        return Refusal(found.rule_id, found.params, dict(CHANGES[found.remedy]))
    if judging.most_evidenced(ground) is None:
        return judging.evidence_missing(ground, concession_minor=0)
    return None


def fingerprint_of(
    *,
    debts: Sequence[DebtFacts],
    facts: Facts,
    loaded: LoadedPolicy,
    law: Catalogue,
    on: date,
) -> str:
    """The SHA-256 of all a proposal follows from: facts, policy, law, engine, day."""
    whole: dict[str, Any] = {
        "debts": [debt.as_json() for debt in debts],
        "facts": facts.as_json(),
        "policy_sha256": loaded.sha256,
        "law_sha256": law.sha256,
        "engine": ENGINE_VERSION,
        "on": on.isoformat(),
    }
    return hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


def first_due_date(*, on: date, payday: int, notice_days: int) -> date:
    """The first payday at least `notice_days` after a day; short months pay on their last day."""
    earliest = on + timedelta(days=notice_days)
    monthly = Recurrence(every=1, unit="month", anchor_day=payday)
    start = earliest.replace(day=1)
    candidates = monthly.dates(start, 2)
    return next(day for day in candidates if day >= earliest)


def do_nothing_minor(*, position: Position, default_rate_ppm: int, on: date, months: int) -> int:
    """What would be owed at least after paying nothing for `months`: simple interest, no more.

    The contract's rate runs on the principal; the default rate only where it is not below it.
    """
    contract = position.contract
    if contract is None:
        return position.total_minor
    end = Recurrence(every=months, unit="month", anchor_day=on.day).next_after(on)
    interest = accrual.interest(
        amount_minor=position.principal_minor,
        annual_rate_ppm=min(contract.annual_rate_ppm, default_rate_ppm),
        start=on,
        end=end,
        day_count=contract.day_count,
    )
    return position.total_minor + interest


def _choose(choosing: Choosing) -> tuple[list[Chosen], dict[str, Refusal]]:
    """One plan for each purpose, each only once; a settlement first where it was asked for."""
    ground = choosing.ground
    chosen: list[Chosen] = []
    refused: dict[str, Refusal] = {}
    if ground.facts.settlement_minor is not None:
        settled = settle(ground, ground.facts.settlement_minor)
        if isinstance(settled, Draft):
            chosen.append(Chosen("settlement", settled))
        else:
            refused["settlement"] = settled
    seen: set[tuple[int, ...]] = set()
    for purpose in PURPOSES:
        draft = choosing.best(purpose)
        if draft and draft.payments not in seen:
            seen.add(draft.payments)
            chosen.append(Chosen(purpose.label, draft))
    return chosen, refused


def _for_many(ground: Ground, chosen: list[Chosen]) -> list[Chosen]:
    """The preset plan of the help for many a case came from, alone; else what was chosen."""
    found = next((item for item in ground.policy.relief if item.code == ground.facts.relief), None)
    if found is None:
        return chosen
    draft = presets.preset(ground, found)
    return [Chosen("relief", draft)] if isinstance(draft, Draft) else chosen


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
    owed = [debt.position.total_minor for debt in ground.debts]
    amounts = largest_remainder(min(amount_minor, ground.owed_minor), owed)
    if not all(amounts):
        return Refusal("policy.settlement_part_too_small", {}, {"person": True})
    terms = [
        _settling(ground, by, limits.rate_ppm_max, part)
        for limits, part in zip(ground.limits, amounts, strict=True)
    ]
    draft = ground.exact(Candidate(Relief(), Pace(None, 1), -1), terms)
    return judging.judge(ground, draft) or draft


def _settling(ground: Ground, by: date, rate_ppm: int, amount_minor: int) -> t.Terms:
    basis = Basis(
        effective_date=ground.calendar.on,
        annual_rate_ppm=rate_ppm,
        frequency=t.Frequency(every=1, unit="month", anchor_day=by.day),
        first_due_date=by,
    )
    change = settlement(amount_minor=amount_minor)
    return terms_of(basis, change).model_copy(update={"conduct": ground.conduct})


def _with_faster(choosing: Choosing, offers: list[Offer]) -> list[Offer]:
    """The plan that is done soonest for the larger sum the borrower asked to pay: after the rest,
    never among the first three."""
    ground = choosing.ground
    wish = ground.facts.wish_minor
    if wish <= choosing.ceiling_minor:
        return offers
    more = choosing_for(ground, ceiling_minor=wish)
    draft = more.best(_FASTER)
    choosing.considered += more.considered
    choosing.built += more.built
    if draft is None or draft.peak_minor <= choosing.ceiling_minor:
        return offers
    rank = max(len(offers[: OFFERS_MAX - 1]), SHOWN_MAX) + 1
    return [
        *offers[: OFFERS_MAX - 1],
        offered(choosing, draft, label="faster", rank=rank),
    ]


def offered(choosing: Choosing, draft: Draft, *, label: Label, rank: int = 1) -> Offer:
    """An admitted draft as an offer, with its certificates and everything it was checked by."""
    ground = choosing.ground
    unasked = label in {"settlement", "relief"}
    ceiling = draft.peak_minor if unasked else choosing.ceiling_minor
    evidence: Any = judging.evidence_for(ground, draft)
    offer = offer_of(
        ground,
        draft,
        label=label,
        rank=rank,
        ceiling_minor=ceiling,
        evidence=evidence,
        reasons=authority.tier_needed(ground.policy.authority, draft.concession)[1],
    )
    choosing.steps_of[offer.schedule_sha256] = draft.candidate.step
    return offer
