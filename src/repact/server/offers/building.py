"""Changing a proposed plan by hand: rate, number of payments, waivers; judged like any other.

The same judge that rules on what the policy proposes rules here, so nothing can be built that could
not be proposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from repact.plans import schedule
from repact.plans import terms as t
from repact.plans.document import validate
from repact.plans.errors import PlanError
from repact.plans.fields import WHOLE_PPM
from repact.plans.position import Position
from repact.policy import authority, judging, offers, propose, shapes
from repact.policy.bounds import Waiver
from repact.policy.candidates import Candidate, Collect, Pace, Relief
from repact.policy.choosing import Refusal, above_means
from repact.policy.drafts import Draft
from repact.policy.facts import Rhythm
from repact.policy.ground import Ground
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, SUPERVISOR, Actor
from repact.server.offers import making, sets, shaping
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Offer, OfferSet
from repact.server.offers.shaping import EQUAL, Shape
from repact.server.people import doors

COMPONENTS = ("interest", "penalty", "fees")


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be changed by hand: payments of the level part, yearly rate, shares waived; how the
    payments go, and how often one falls due."""

    count: int
    rate: int
    interest: int
    penalty: int
    fees: int
    shape: Shape = EQUAL
    rhythm: Rhythm = "monthly"


# what ends with one sum is not changed by hand, and is not held against the monthly means
SETTLED = Settings(0, 0, 0, 0, 0, shape=Shape("settlement"))


@dataclass(frozen=True, slots=True)
class Built:
    """One row of the builder: what stood, what is set now, and the plan or the rule in its way."""

    offer: Offer
    before: Settings
    settings: Settings
    plan: making.Made | None
    refusal: dict[str, Any] | None

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The settings that differ from what was proposed."""
        now = _flat(self.settings)
        return [
            {"label": self.offer.label, "field": field, "before": was, "after": now[field]}
            for field, was in _flat(self.before).items()
            if was != now[field]
        ]


def rows(offer_set: OfferSet, changed: Mapping[int, Settings], /, *, now: datetime) -> list[Built]:
    """Every plan of a draft with its settings, changed where `changed` (by number) says so.

    Raises `offers.prepare_again` where the draft is not of today: its dates would be stale.
    """
    basis = making.basis(offer_set.case, now=now)
    if offer_set.on_date != basis.on:
        raise OfferError("offers.prepare_again")
    return [_row(basis, offer, changed) for offer in offer_set.offers_in_order]


def _ground(basis: making.Basis, rhythm: Rhythm) -> Ground:
    """What a plan in a rhythm stands on; one not monthly begins as soon as the notice allows."""
    facts, on = making.facts_of(basis), basis.on
    monthly = rhythm == "monthly"
    first = None if monthly else on + timedelta(days=basis.loaded.policy.service.notice_days)
    return propose.ground_of(
        debts=making.debts_of(basis),
        facts=facts if monthly else facts.at_rhythm(rhythm),
        loaded=basis.loaded,
        law=basis.law,
        on=on,
        first_due=first,
        rhythm=rhythm,
    )


@doors.action("offers.build", may=(AGENT, SUPERVISOR))
def build(*, by: Actor, set_id: UUID, changed: Mapping[int, Settings], now: datetime) -> OfferSet:
    """Store a draft with plans changed by hand; what differs from the proposal stays readable.

    Raises `offers.wrong_state`, `offers.prepare_again`, or `offers.not_buildable` with the rule in
    the way of a row.
    """
    old = sets.lock(set_id)
    if old.state != "draft":
        raise OfferError("offers.wrong_state", state=old.state)
    built = rows(old, changed, now=now)
    refused = next((row.refusal for row in built if row.refusal), None)
    if refused:
        raise OfferError("offers.not_buildable", rule_id=refused["rule_id"])
    earlier = (old.builder or {}).get("changes", [])
    basis = making.basis(old.case, now=now)
    offer_set = sets.store(
        by=by,
        basis=basis,
        proposal=making.Proposal([row.plan for row in built if row.plan], old.not_offered),
        now=now,
        builder={"changes": [*earlier, *(change for row in built for change in row.changes)]},
    )
    audit_actions.record(
        by=by,
        action="offers.build",
        subject_id=offer_set.id,
        case_id=old.case_id,
        now=now,
        changes=offer_set.builder["changes"],
    )
    return offer_set


def settings_of(offer: Offer, /) -> Settings | None:
    """What a plan is set to; None where it ends with one sum, or was made in parts of one."""
    first = offer.parts[0]
    terms, position = validate(t.Terms, first["terms"]), validate(Position, first["position"])
    shape, count = shaping.of_terms(terms, position)
    if shape.kind == "settlement":
        return None
    waived = {
        measure.component: measure.share_ppm or 0
        for measure in terms.measures
        if isinstance(measure, t.Waive)
    }
    shares = {name: waived.get(name, 0) for name in COMPONENTS}
    return Settings(
        count, terms.annual_rate_ppm, **shares, shape=shape, rhythm=shapes.rhythm_of(terms)
    )


def judged(ground: Ground, draft: Draft, offer: Offer, /) -> making.Made | Refusal:
    """A plan in place of an offer, judged like any other: itself, or the rule in its way."""
    settings = settings_of(offer) or SETTLED
    return _judged(ground, draft, settings) or _offer(ground, draft, offer, settings, settings)


def _flat(settings: Settings) -> dict[str, Any]:
    """Settings as a record of what was changed keeps them: one value for each name."""
    flat = asdict(settings)
    shape = flat.pop("shape")
    months = ", ".join(map(str, shape.pop("months")))
    kind = shape.pop("kind")
    return {**flat, "shape": kind, "months": months, **shape}


def _row(basis: making.Basis, offer: Offer, changed: Mapping[int, Settings]) -> Built:
    before = settings_of(offer) or SETTLED
    wanted = changed.get(offer.number, before)
    if wanted == before:
        return Built(offer, before, before, making.of_offer(offer), None)
    made = _made(_ground(basis, wanted.rhythm), offer, before, wanted)
    if isinstance(made, Refusal):
        refusal = {"rule_id": made.rule_id, "params": made.params, "change": made.change}
        return Built(offer, before, wanted, None, refusal)
    return Built(offer, before, wanted, made, None)


def _made(
    ground: Ground, offer: Offer, before: Settings, wanted: Settings
) -> making.Made | Refusal:
    outside = _bounds(ground, wanted)
    if outside:
        return outside
    kept = wanted.shape == before.shape and wanted.rhythm == before.rhythm
    draft = (
        _as_it_began(ground, offer, wanted)
        if kept and wanted.shape.kind not in shaping.OWN[1:]
        else _anew(ground, offer, wanted)
    )
    if isinstance(draft, Refusal):
        return draft
    return _judged(ground, draft, wanted) or _offer(ground, draft, offer, before, wanted)


def _as_it_began(ground: Ground, offer: Offer, wanted: Settings) -> Draft | Refusal:
    """The same plan with another level part, rate or waiver."""
    try:
        terms = [
            _changed(validate(t.Terms, part["terms"]), debt.position, wanted, limits.rate_ppm_max)
            for part, debt, limits in zip(offer.parts, ground.debts, ground.limits, strict=True)
        ]
        return ground.exact(Candidate(Relief(), Pace(None, wanted.count), -1), terms)
    except PlanError as error:
        return Refusal(error.code, error.params, {})


def _anew(ground: Ground, offer: Offer, wanted: Settings) -> Draft | Refusal:
    """A plan of another shape or rhythm; what was given up or set aside of the principal stays."""
    terms = validate(t.Terms, offer.parts[0]["terms"])
    aside = [m.share_ppm or 0 for m in terms.measures if isinstance(m, t.SetAside)]
    given = [
        m.share_ppm or 0
        for m in terms.measures
        if isinstance(m, t.Waive) and m.component == "principal"
    ]
    carries = any("carry" in limits.may for limits in ground.limits)
    collect: Collect = "spread" if carries else "due"
    relief = Relief(
        waive_penalty=wanted.penalty,
        waive_fees=wanted.fees,
        waive_interest=wanted.interest,
        waive_principal=sum(given),
        set_aside=sum(aside),
        collect="catch_up" if wanted.shape.kind == "catch_up" else collect,
    )
    return shaping.draft_of(ground, wanted.shape, relief, Pace(wanted.rate, wanted.count))


def _judged(ground: Ground, draft: Draft, wanted: Settings) -> Refusal | None:
    for part in draft.parts:
        if sum(schedule.rows_of(segment) for segment in part.terms.shape) > part.limits.rows_max:
            return Refusal("policy.months_max", {"months_max": part.limits.rows_max}, {})
    may = frozenset().union(*(limits.may for limits in ground.limits))
    if strange := sorted(set(ground.used(draft)) - may):
        return Refusal("policy.not_for_product", {"instruments": strange}, {})
    over = shaping.asks_too_much(ground, wanted.shape, draft)
    if over and not ground.facts.pays_more:
        return above_means(over)
    return judging.judge(ground, draft)


def _offer(
    ground: Ground, draft: Draft, offer: Offer, before: Settings, wanted: Settings
) -> making.Made:
    label = offer.label
    if wanted.shape.kind != before.shape.kind or wanted.rhythm != before.rhythm:
        label = shaping.label_of(wanted.shape, wanted.rhythm) or label
    asked = shaping.asks_too_much(ground, wanted.shape, draft)
    evidence: Any = judging.evidence_for(ground, draft)
    made = offers.offer_of(
        ground,
        draft,
        label=label,  # type: ignore[arg-type]  # a label that was stored
        rank=offer.number,
        over_by_minor=max(asked - ground.facts.ceiling_minor, 0),
        evidence=evidence,
        reasons=authority.tier_needed(ground.policy.authority, draft.concession)[1],
    )
    return making.made_of(made)


def _bounds(ground: Ground, wanted: Settings) -> Refusal | None:
    """The policy's own bounds of what is set by hand; whole lists of steps bind only at the end."""
    bounds = ground.policy.instruments
    highest = max(limits.rate_ppm_max for limits in ground.limits)
    lowest = bounds.rate_cut.rates_ppm[0] if bounds.rate_cut else highest
    if not lowest <= wanted.rate <= highest:
        params = {"least_ppm": lowest, "most_ppm": highest}
        return Refusal("policy.rate_out_of_bounds", params, {})
    counts = bounds.extension.counts if bounds.extension else ()
    most = ground.calendar.rows_in(max((*counts, 1)))
    if not 1 <= wanted.count <= most:
        return Refusal("policy.months_max", {"months_max": max((*counts, 1))}, {})
    rhythms = bounds.frequency_change.frequencies if bounds.frequency_change else ()
    if wanted.rhythm != "monthly" and (
        wanted.rhythm not in rhythms or wanted.shape.kind not in {"none", "trial"}
    ):
        return Refusal("policy.rhythm_not_offered", {"rhythm": wanted.rhythm}, {})
    for component in COMPONENTS:
        waiver = bounds.bounds(f"waive_{component}")
        most = waiver.shares_ppm[-1] if isinstance(waiver, Waiver) else 0
        if not 0 <= getattr(wanted, component) <= most:
            return Refusal("policy.waiver_out_of_bounds", {"most_ppm": most}, {})
    return None


def _changed(terms: t.Terms, position: Any, wanted: Settings, rate_max: int) -> t.Terms:
    """The same terms with the level part, the rate and the waivers as they are wanted."""
    measures: list[t.Measure] = [
        measure
        for measure in terms.measures
        if getattr(measure, "component", None) not in COMPONENTS
    ]
    rest = {
        measure.component: measure
        for measure in terms.measures
        if isinstance(measure, t.Carry | t.Capitalize)
    }
    for component in COMPONENTS:
        share = getattr(wanted, component)
        if not getattr(position, f"{component}_minor"):
            continue
        if share:
            measures.append(
                t.Waive(kind="waive", component=component, share_ppm=share)  # type: ignore[arg-type]
            )
        if share < WHOLE_PPM:
            spread = t.Carry(kind="carry", component=component, to="spread")  # type: ignore[arg-type]
            measures.append(rest.get(component, spread))  # type: ignore[arg-type]
    last = terms.shape[-1].model_copy(update={"count": wanted.count})
    return terms.model_copy(
        update={
            "annual_rate_ppm": min(wanted.rate, rate_max),
            "measures": tuple(measures),
            "shape": (*terms.shape[:-1], last),
        }
    )
