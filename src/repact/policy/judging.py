"""Judging one exact plan: law, authority, evidence. The same judge for what is proposed and for
what answers a counter-offer, so neither can give what the other would refuse."""

from __future__ import annotations

from repact.policy import authority, evidence
from repact.policy.choosing import Refusal, of_law
from repact.policy.drafts import Draft
from repact.policy.ground import Ground
from repact.policy.offers import Evidence


def judge(ground: Ground, draft: Draft, /) -> Refusal | None:
    """What stands in the way of offering a plan, affordability aside; None when nothing does."""
    if draft.tier == authority.NOBODY:
        reasons = authority.tier_needed(ground.policy.authority, draft.concession)[1]
        last = reasons[-1]
        params = {"limit": last.rule_id, "value": last.params["value"]}
        return Refusal("policy.nobody_may_give_it", params, {})
    shown = evidence_for(ground, draft)
    if shown is None or not (shown.shown or shown.later_days):
        return evidence_missing(ground, concession_minor=draft.concession.economic_minor)
    blocking = next((finding for finding in ground.findings(draft) if finding.blocks), None)
    if blocking:
        return of_law(blocking)
    return None


def most_evidenced(ground: Ground, /) -> int | None:
    """The largest concession that what was shown, or may follow, is enough for; None for none."""
    facts, owed = ground.facts, ground.owed_minor
    good = {"enough", "later"} if facts.may_follow else {"enough"}
    enough = [
        tier.concession_minor_max
        for tier in ground.policy.evidence
        if evidence.needed(
            ground.policy,
            concession_minor=tier.concession_minor_max,
            owed_minor=owed,
            reasons=facts.reasons,
        ).standing(facts.evidence)
        in good
    ]
    return max(enough, default=None)


def evidence_missing(ground: Ground, /, *, concession_minor: int) -> Refusal:
    """The refusal of every plan that concedes at least so much, for want of documents."""
    needed = evidence.needed(
        ground.policy,
        concession_minor=concession_minor,
        owed_minor=ground.owed_minor,
        reasons=ground.facts.reasons,
    )
    if needed.tier is None:
        over = {"concession_minor": concession_minor, "owed_minor": ground.owed_minor}
        return Refusal("policy.evidence_above_every_tier", over, {"person": True})
    kinds = list(needed.accepted)
    wanted = {"tier": needed.tier.tier, "kinds": kinds, "at_least": needed.at_least}
    return Refusal("policy.evidence_needed", wanted, {"evidence": kinds})


def evidence_for(ground: Ground, draft: Draft, /) -> Evidence | None:
    """What must be shown for a plan's concession and all that is owed; None above every tier."""
    facts = ground.facts
    needed = evidence.needed(
        ground.policy,
        concession_minor=draft.concession.economic_minor,
        owed_minor=ground.owed_minor,
        reasons=facts.reasons,
    )
    if needed.tier is None:
        return None
    return Evidence(
        tier=needed.tier.tier,
        kinds=needed.accepted,
        shown=needed.standing(facts.evidence) == "enough",
        later_days=needed.tier.later_days if facts.may_follow else 0,
        trial_rows=needed.tier.trial_rows if facts.may_follow else 0,
    )
