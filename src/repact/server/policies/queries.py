"""The policy in force, the policy an offer was made under, and whether offers may go out."""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet

from repact.law import catalogue
from repact.policy import checking, loading
from repact.policy.loading import LoadedPolicy, PolicyError
from repact.policy.model import Policy
from repact.server.policies.errors import PublishingError
from repact.server.policies.models import PolicyVersion, Proposal, Stop

Mode = Literal["shadow", "suggest", "automatic"]


@dataclass(frozen=True, slots=True)
class Rollout:
    """How far a product has gone live: computed only, suggested to an agent, or sent by itself up
    to a number of offers and an amount given away in a day."""

    mode: Mode = "suggest"
    daily_count_max: int = 0
    daily_minor_max: int = 0


def in_force(*, lender_id: UUID, on: date) -> LoadedPolicy:
    """The policy that took effect last, on or before a day. Raises `policy.none_in_force`."""
    version = (
        PolicyVersion.objects.filter(lender_id=lender_id, effective_from__lte=on)
        .order_by("-effective_from", "-published_at")
        .first()
    )
    if version is None:
        raise PolicyError("policy.none_in_force", on=on.isoformat())
    return _parsed(version.text)


def by_hash(sha256: str, /) -> LoadedPolicy:
    """The policy an offer was made under. Raises `policies.not_found`."""
    version = PolicyVersion.objects.filter(sha256=sha256).first()
    if version is None:
        raise PublishingError("policies.not_found")
    return _parsed(version.text)


def version(version_id: UUID, /) -> PolicyVersion:
    """One published version. Raises `policies.not_found`."""
    found = PolicyVersion.objects.filter(id=version_id).first()
    if found is None:
        raise PublishingError("policies.not_found")
    return found


def versions() -> QuerySet[PolicyVersion]:
    """Every published version, the one that takes effect last first."""
    return PolicyVersion.objects.order_by("-effective_from", "-published_at")


def proposals() -> QuerySet[Proposal]:
    """What waits for a second person."""
    return Proposal.objects.filter(state="proposed").order_by("proposed_at")


def stopped() -> Stop | None:
    """The stop of new offers, while there is one."""
    return Stop.objects.filter(resumed_at=None).first()


def assert_offering() -> None:
    """Raise `policies.stopped` while new offers are stopped."""
    if stopped():
        raise PublishingError("policies.stopped")


def rollout(policy: Policy, codes: set[str], /) -> Rollout:
    """The most careful rollout of several products; a product without one is only suggested."""
    order: list[Mode] = ["shadow", "suggest", "automatic"]
    stated = {entry.product: entry for entry in policy.rollout}
    found = [
        Rollout(stated[code].mode, stated[code].daily_count_max, stated[code].daily_minor_max)
        if code in stated
        else Rollout()
        for code in sorted(codes)
    ]
    return Rollout(
        min((entry.mode for entry in found), key=order.index),
        min(entry.daily_count_max for entry in found),
        min(entry.daily_minor_max for entry in found),
    )


def findings(loaded: LoadedPolicy, /, *, on: date) -> list[dict[str, Any]]:
    """The errors the policy check finds on the day the policy takes effect, or today."""
    law = catalogue.load(loaded.policy.jurisdiction)
    day = max(on, loaded.policy.effective_from)
    return [
        problem.as_dict()
        for problem in checking.check(loaded, law, on=day)
        if problem.level == "error"
    ]


def changes(proposal: Proposal, /) -> list[str]:
    """The lines that differ from the version that would be replaced, as `+` and `-` lines."""
    before = (
        PolicyVersion.objects.filter(code=proposal.code)
        .order_by("-effective_from", "-published_at")
        .first()
    )
    old = before.text.splitlines() if before else []
    lines = difflib.unified_diff(old, proposal.text.splitlines(), n=1, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++"))]


@functools.lru_cache(maxsize=32)
def _parsed(text: str) -> LoadedPolicy:
    return loading.parse(text)
