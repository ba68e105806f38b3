"""The policy in force."""

from __future__ import annotations

import functools
from datetime import date
from uuid import UUID

from repact.policy import loading
from repact.policy.loading import LoadedPolicy, PolicyError
from repact.server.policies.models import PolicyVersion


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


@functools.lru_cache(maxsize=32)
def _parsed(text: str) -> LoadedPolicy:
    return loading.parse(text)
