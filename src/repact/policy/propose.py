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
from repact.law import checks
from repact.law.catalogue import Catalogue
from repact.money.split import largest_remainder
from repact.plans import accrual
from repact.plans.position import Position
from repact.policy import (
    authority,
    dominance,
    eligibility,
    explain,
    judging,
    lawful,
    presets,
    settling,
    space,
)
from repact.policy.candidates import Calendar
from repact.policy.choosing import PURPOSES, Choosing, Label, Purpose, Refusal, of_law
from repact.policy.drafts import Draft
from repact.policy.facts import DebtFacts, Facts, Rhythm
from repact.policy.fields import LegalStage
from repact.policy.ground import Ground
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

ENGINE_VERSION = "3"
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
_ORDERS = {purpose.label: purpose.order for purpose in PURPOSES}
_FASTER = Purpose("faster", _ORDERS["sooner"])
_RHYTHM = Purpose("rhythm", _ORDERS["lighter"])


class Chosen(NamedTuple):
    """A draft, what it was chosen for, and the search that found it."""

    label: Label
    draft: Draft
    choosing: Choosing


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
    chosen = _for_many(choosing, chosen)
    chosen = dominance.undominated([(item.draft.merit, item) for item in chosen])
    if not facts.relief:
        chosen = _in_rhythm(choosing, chosen, debts=debts, loaded=loaded)
    chosen = chosen[:OFFERS_MAX]
    found = _of_all(ground, chosen)
    if any(finding.blocks for finding in found):
        chosen, law_first = [], of_law(found[0])
        refused_asks = dict.fromkeys(ground.policy.instruments.names(), law_first)
    offers = [
        offered(item.choosing, item.draft, label=item.label, rank=rank)
        for rank, item in enumerate(chosen, start=1)
    ]
    if facts.pays_more and offers:
        offers = _with_faster(choosing, offers)
    return Proposal(
        offers=tuple(offers),
        not_offered=explain.missing(ground, choosing, offers, refused=refused_asks),
        considered=choosing.considered,
        built=choosing.built,
        fingerprint=fingerprint,
        findings=found,
    )


def _of_all(ground: Ground, chosen: Sequence[Chosen]) -> tuple[checks.Finding, ...]:
    """What the law finds in the plans together. Relief in interest was considered where the policy
    has any: the proposal says of each instrument that no plan uses why it does not."""
    may = frozenset().union(*(limits.may for limits in ground.limits))
    plans = [plan for item in chosen for plan in item.choosing.ground.plan_facts(item.draft)]
    return checks.check_offers(
        plans, ground.law, on=ground.calendar.on, relief_considered=bool(may & lawful.RELIEFS)
    )


def _in_rhythm(
    choosing: Choosing,
    chosen: list[Chosen],
    *,
    debts: Sequence[DebtFacts],
    loaded: LoadedPolicy,
) -> list[Chosen]:
    """The lightest plan in the rhythm in which money comes in, before the monthly ones.

    It begins as soon as the notice allows: a first period of several rhythms would bear more
    interest than one small payment covers. Its payments are not comparable with theirs, so neither
    dominates the other.
    """
    ground = choosing.ground
    facts, bounds = ground.facts, ground.policy.instruments.frequency_change
    on = ground.calendar.on
    usable = all("frequency_change" in limits.may for limits in ground.limits)
    if facts.rhythm == "monthly" or not usable or not bounds:
        return chosen
    if facts.rhythm not in bounds.frequencies:
        return chosen
    own = choosing_for(
        ground_of(
            debts=debts,
            facts=facts.at_rhythm(facts.rhythm),
            loaded=loaded,
            law=ground.law,
            on=on,
            first_due=on + timedelta(days=ground.policy.service.notice_days),
            rhythm=facts.rhythm,
        )
    )
    draft = own.best(_RHYTHM)
    choosing.considered += own.considered
    choosing.built += own.built
    return [Chosen("rhythm", draft, own), *chosen] if draft else chosen


def ground_of(
    *,
    debts: Sequence[DebtFacts],
    facts: Facts,
    loaded: LoadedPolicy,
    law: Catalogue,
    on: date,
    first_due: date | None = None,
    lump_minor: int = 0,
    rhythm: Rhythm = "monthly",
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
    calendar = Calendar(on, facts.payday, first, rhythm)
    owed = [debt.position.total_minor for debt in debts]
    lumps = largest_remainder(lump_minor, owed)
    limits = tuple(
        space.limits_of(debt, policy, facts, calendar, lump_minor=lump)
        for debt, lump in zip(debts, lumps, strict=True)
    )
    return Ground(
        policy=policy,
        law=law,
        debts=tuple(debts),
        facts=facts,
        limits=limits,
        calendar=calendar,
        space=space.space_of(policy, facts, limits, calendar),
    )


def choosing_for(ground: Ground, /, *, ceiling_minor: int | None = None) -> Choosing:
    """A search on a ground, up to the person's means or another amount."""
    ceiling = ground.facts.ceiling_minor if ceiling_minor is None else ceiling_minor
    evidenced = judging.most_evidenced(ground) or 0
    by_month = ceiling_minor is None
    return Choosing(ground, partial(judging.judge, ground), ceiling, evidenced, by_month=by_month)


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
    """One plan for each purpose, each only once; settlements first where they were asked for."""
    ground = choosing.ground
    chosen: list[Chosen] = []
    refused: dict[str, Refusal] = {}
    if ground.facts.settlement_minor is not None:
        settled = settling.settle(ground, ground.facts.settlement_minor)
        if isinstance(settled, Draft):
            chosen.append(Chosen("settlement", settled, choosing))
        else:
            refused["settlement"] = settled
        parts = settling.in_parts(ground, ground.facts.settlement_minor)
        if parts:
            chosen.append(Chosen("in_parts", parts, choosing))
    seen: set[tuple[int, ...]] = set()
    for purpose in PURPOSES:
        draft = choosing.best(purpose)
        if draft and draft.payments not in seen:
            seen.add(draft.payments)
            chosen.append(Chosen(purpose.label, draft, choosing))
    return chosen, refused


def _for_many(choosing: Choosing, chosen: list[Chosen]) -> list[Chosen]:
    """The preset plan of the help for many a case came from, alone; else what was chosen."""
    ground = choosing.ground
    found = next((item for item in ground.policy.relief if item.code == ground.facts.relief), None)
    if found is None:
        return chosen
    draft = presets.preset(ground, found)
    return [Chosen("relief", draft, choosing)] if isinstance(draft, Draft) else chosen


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
    over = 0
    if label not in {"settlement", "relief"}:
        asked = ground.asks_too_much(draft, choosing.ceiling_minor, by_month=choosing.by_month)
        over = max(asked - choosing.ceiling_minor, 0)
    evidence: Any = judging.evidence_for(ground, draft)
    offer = offer_of(
        ground,
        draft,
        label=label,
        rank=rank,
        over_by_minor=over,
        evidence=evidence,
        reasons=authority.tier_needed(ground.policy.authority, draft.concession)[1],
    )
    choosing.steps_of[offer.schedule_sha256] = draft.candidate.step
    return offer
