"""Publishing a policy."""

from __future__ import annotations

from datetime import datetime

from repact.policy import loading
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.people import doors
from repact.server.policies.models import PolicyVersion


@doors.action("policies.publish", may=(SYSTEM,))
def publish(*, by: Actor, text: str, now: datetime) -> PolicyVersion:
    """Publish a policy; the same content is published once. Raises PolicyError when invalid."""
    loaded = loading.parse(text)
    existing = PolicyVersion.objects.filter(sha256=loaded.sha256).first()
    if existing:
        audit_actions.unchanged()
        return existing
    version = PolicyVersion.objects.create(
        lender_id=by.lender_id,
        code=loaded.policy.code,
        text=text,
        sha256=loaded.sha256,
        effective_from=loaded.policy.effective_from,
        published_at=now,
        published_by=by.id,
    )
    audit_actions.record(
        by=by, action="policies.publish", subject_id=version.id, now=now, sha256=loaded.sha256
    )
    return version
