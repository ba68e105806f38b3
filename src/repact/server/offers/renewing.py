"""The plans of a set once more, on the debt as it is now.

A payment between offer and signature must not make a plan worse. Worked out afresh, less debt may
well come to fewer and larger payments; so every plan keeps its terms, and only its figures follow
the debt. The same judge rules on it as on any other; where a plan is not possible any more, the
policy's own of that kind stands in.
"""

from __future__ import annotations

from repact.plans import schedule
from repact.plans import terms as t
from repact.plans.document import validate
from repact.plans.errors import PlanError
from repact.plans.position import Position
from repact.policy import propose
from repact.policy.candidates import Candidate, Pace, Relief
from repact.policy.ground import Ground
from repact.server.offers import building, making
from repact.server.offers.models import Offer, OfferSet


def proposal(old: OfferSet, basis: making.Basis, /) -> making.Proposal:
    """The set's plans on a new basis, in their order; none where the policy now offers none."""
    fresh = making.propose_from(basis)
    if not fresh.offers:
        return fresh
    ground = propose.ground_of(
        debts=making.debts_of(basis),
        facts=making.facts_of(basis),
        loaded=basis.loaded,
        law=basis.law,
        on=basis.on,
    )
    by_label = {made.label: made for made in fresh.offers}
    renewed = [_again(ground, offer) or by_label.get(offer.label) for offer in old.offers_in_order]
    return making.Proposal([made for made in renewed if made] or fresh.offers, fresh.not_offered)


def _again(ground: Ground, offer: Offer) -> making.Made | None:
    """One plan under its own terms; None where the engine or the judge says no."""
    given = [validate(t.Terms, part["terms"]) for part in offer.parts]
    if len(given) != len(ground.debts):
        return None
    if any(terms.first_due_date <= ground.calendar.on for terms in given):
        return None
    debts = zip(given, ground.debts, strict=True)
    terms = [_moved(one, debt.position) for one, debt in debts]
    rows = max(schedule.rows_of(one.shape[-1]) for one in terms)
    try:
        draft = ground.exact(Candidate(Relief(), Pace(None, rows), -1), terms)
    except PlanError:
        return None
    made = building.judged(ground, draft, offer)
    return made if isinstance(made, making.Made) else None


def _moved(terms: t.Terms, position: Position) -> t.Terms:
    """The same terms from the new position's day, without measures for what is owed no more."""
    measures = tuple(
        measure
        for measure in terms.measures
        if getattr(position, f"{getattr(measure, 'component', 'principal')}_minor")
    )
    return terms.model_copy(update={"effective_date": position.as_of, "measures": measures})
