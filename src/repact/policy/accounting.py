"""How the lender's accountants judge a changed debt: strategies named in the policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from repact.plans.fields import Strict

Strategy = Literal["ten_percent", "ten_percent_or_kind", "never"]
Share = Annotated[int, Field(ge=0, le=1_000_000)]


class Accounting(Strict):
    """When a change is a new debt, when it is a default, and what looks like evergreening."""

    substantial: Strategy = "ten_percent"
    substantial_share_ppm: Share = 100_000
    diminished_share_ppm_max: Share = 10_000
    stage_three_days: Annotated[int, Field(ge=1, le=360)] = 90
    replaced_max: Annotated[int, Field(ge=0, le=20)] = 1
    replaced_months: Annotated[int, Field(ge=1, le=120)] = 24


# strategy -> (share in ppm, signed; does the kind of the debt change; the policy's share) -> yes
STRATEGIES: dict[Strategy, Callable[[int, bool, int], bool]] = {
    "ten_percent": lambda share, _, limit: abs(share) >= limit,
    "ten_percent_or_kind": lambda share, kind, limit: kind or abs(share) >= limit,
    "never": lambda *_: False,
}


def is_substantial(accounting: Accounting, /, *, share_ppm: int, kind_changes: bool) -> bool:
    """Whether a change ends the old debt and begins a new one (IFRS 9 3.3.2, B3.3.6).

    The standard leaves the test for assets to the lender, and the board is defining it anew: the
    policy names the strategy.
    """
    decide = STRATEGIES[accounting.substantial]
    return decide(share_ppm, kind_changes, accounting.substantial_share_ppm)
