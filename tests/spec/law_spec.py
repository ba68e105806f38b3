"""What each rule of law finds, one sentence each; the sentences print the manual.

`breaks` makes the case the rule speaks of, `keeps` the nearest case that it lets pass. `action` is
what the rule does to the first: it blocks, it warns (also where we have it from memory), it
discloses, or it is set aside on record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.spec import law_builders as b
from tests.spec.law_builders import Found


class LawSpec(NamedTuple):
    """One rule, one case it touches, one it lets pass, and the sentence in two languages."""

    rule: str
    action: str
    breaks: Callable[[], Found]
    keeps: Callable[[], Found]
    en: str
    zh: str


def waiving(component: str = "penalty") -> dict[str, object]:
    return {"measures": [{"kind": "waive", "component": component, "share_ppm": 1_000_000}]}


def capitalizing(component: str = "interest") -> dict[str, object]:
    return {"measures": [{"kind": "capitalize", "component": component}]}


def frozen(until: str) -> dict[str, object]:
    freeze = {"kind": "freeze", "from_date": b.ON.isoformat(), "to_date": until}
    return {"measures": [freeze], "first_due_date": until}


def bullet(months: int) -> dict[str, object]:
    return {"shape": [{"kind": "interest_only", "count": months - 1}, *b.level(1)["shape"]]}
