"""Gaps and contradictions in a policy that reads well: coded findings, each with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from importlib import resources
from typing import Any, NamedTuple

from repact.law.catalogue import Catalogue
from repact.policy import consistency, lawfulness, prudence
from repact.policy.loading import LoadedPolicy
from repact.policy.problems import Level, Problem
from repact.policy.reading import Place, dotted


class Found(NamedTuple):
    """A rule that a place of the policy breaks."""

    rule_id: str
    place: Place
    params: dict[str, Any]
    level: Level = "error"


def check(loaded: LoadedPolicy, law: Catalogue, /, *, on: date) -> tuple[Problem, ...]:
    """Everything that does not fit in a policy on a day, errors and warnings, by line.

    The law is that of the day: of the policy's own jurisdiction.
    """
    policy = loaded.policy
    rooms: tuple[Callable[..., Iterator[tuple[Any, ...]]], ...] = (
        consistency.found,
        prudence.found,
    )
    found = [Found(*item) for room in rooms for item in room(policy, on)]
    found += [Found(*item) for item in lawfulness.found(policy, law, on)]
    if policy.survival and not _survival_exists(policy.survival):
        params = {"survival": policy.survival}
        found.append(Found("policy.survival_unknown", ("survival",), params))
    made = [
        Problem(f.rule_id, dotted(f.place), loaded.document.line(f.place), f.params, f.level)
        for f in found
    ]
    return tuple(sorted(made, key=lambda p: (p.line or 0, p.field, p.rule_id)))


def _survival_exists(code: str) -> bool:
    file = resources.files("repact.policy").joinpath("data", f"survival-{code}.yaml")
    return file.is_file()
