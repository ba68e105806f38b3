"""Judging one exact plan: law, authority, evidence. The same judge for what is proposed and for
what answers a counter-offer, so neither can give what the other would refuse."""

from __future__ import annotations

from repact.policy import authority
from repact.policy.choosing import Refusal
from repact.policy.ground import Draft, Ground
from repact.policy.limits import EvidenceTier
from repact.policy.offers import Evidence


def judge(ground: Ground, draft: Draft, /) -> Refusal | None:
    """What stands in the way of offering a plan, affordability aside; None when nothing does."""
    if draft.tier == authority.NOBODY:
        reasons = authority.tier_needed(ground.policy.authority, draft.concession)[1]
        last = reasons[-1]
        return Refusal(last.rule_id, dict(last.params), {})
    evidence = evidence_for(ground, draft)
    if evidence is None:
        return Refusal(
            "policy.evidence_above_every_tier",
            {"concession_minor": draft.concession.economic_minor, "owed_minor": ground.owed_minor},
            {},
        )
    if not evidence.shown and not evidence.later_days:
        return Refusal(
            "policy.evidence_needed",
            {"tier": evidence.tier, "kinds": list(evidence.kinds)},
            {"evidence": list(evidence.kinds)},
        )
    blocking = next((finding for finding in ground.findings(draft) if finding.blocks), None)
    if blocking:
        term = {"term": "shorter"} if "months" in blocking.params else {}
        return Refusal(blocking.rule_id, dict(blocking.params), term)
    return None


def evidence_for(ground: Ground, draft: Draft, /) -> Evidence | None:
    """The smallest evidence tier that covers a plan's concession and all that is owed."""
    rules = ground.policy.evidence
    given, owed = draft.concession.economic_minor, ground.owed_minor
    tier = next(
        (t for t in rules if given <= t.concession_minor_max and owed <= t.owed_minor_max), None
    )
    if tier is None:
        return None
    return Evidence(
        tier=tier.tier,
        kinds=tier.kinds,
        shown=_shown(tier, ground.facts.evidence),
        later_days=tier.later_days,
        trial_rows=tier.trial_rows,
    )


def _shown(tier: EvidenceTier, evidence: tuple[str, ...]) -> bool:
    """Whether one accepted document was shown, or two different ones where the tier is full."""
    needed = {"none": 0, "one": 1, "full": min(2, len(tier.kinds))}[tier.tier]
    return len(set(evidence) & set(tier.kinds)) >= needed
