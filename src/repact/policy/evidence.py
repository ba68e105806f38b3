"""What must be shown for a concession and a debt, and what may follow later."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from repact.policy.limits import EvidenceTier
from repact.policy.model import Policy

Standing = Literal["enough", "later", "missing"]


@dataclass(frozen=True, slots=True)
class Needed:
    """The evidence a plan needs. `tier` None: no tier is large enough, a person decides.

    `accepted` are the kinds that count: those of the tier that can show one of the reasons told, or
    all of the tier's when none of them can. `at_least` says how many different kinds are wanted.
    """

    tier: EvidenceTier | None
    accepted: tuple[str, ...]
    at_least: int

    def standing(self, shown: Collection[str], /) -> Standing:
        """Whether what is shown is enough, may follow with a conditional plan, or is missing."""
        if self.tier is None:
            return "missing"
        if len(set(shown) & set(self.accepted)) >= self.at_least:
            return "enough"
        return "later" if self.tier.later_days else "missing"


def needed(
    policy: Policy, /, *, concession_minor: int, owed_minor: int, reasons: Collection[str] = ()
) -> Needed:
    """The smallest evidence tier that covers a concession and a debt (limits included).

    `none` asks for nothing, `one` for one accepted document, `full` for two different kinds.
    """
    tier = next(
        (
            tier
            for tier in policy.evidence
            if concession_minor <= tier.concession_minor_max and owed_minor <= tier.owed_minor_max
        ),
        None,
    )
    if tier is None:
        return Needed(None, (), 0)
    wanted = {
        kind for reason in policy.reasons if reason.code in reasons for kind in reason.evidence
    }
    accepted = tuple(kind for kind in tier.kinds if kind in wanted) or tier.kinds
    count = {"none": 0, "one": 1, "full": 2}[tier.tier]
    return Needed(tier, accepted, min(count, len(accepted)))
