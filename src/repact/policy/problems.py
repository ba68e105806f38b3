"""What is wrong with a policy, and where: one shape for what is refused and what is advised."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule, the field and line at fault, the figures a sentence needs, and how bad it is.

    Lines begin at 1. An `error` must be mended before the policy is used, a `warning` looked at.
    """

    rule_id: str
    field: str
    line: int | None
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    level: Level = "error"

    def as_dict(self) -> dict[str, Any]:
        """The problem in plain JSON."""
        return {
            "rule_id": self.rule_id,
            "level": self.level,
            "field": self.field,
            "line": self.line,
            "params": self.params,
        }
