"""Keys of choices: a repeat is known, and the same key never stands for two different things."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, Actor
from repact.server.offers.errors import OfferError
from repact.server.offers.models import AcceptKey
from repact.server.people import doors


@doors.action("offers.keep_key", may=(BORROWER,))
def keep(*, by: Actor, key: str, said: dict[str, Any]) -> None:
    """Keep a key with what was said under it. Raises `offers.key_reused` for something else."""
    digest = hashlib.sha256(rfc8785.dumps(said)).hexdigest()
    kept, _ = AcceptKey.objects.get_or_create(
        lender_id=by.lender_id, borrower_id=by.id, key=key, defaults={"body_sha256": digest}
    )
    if kept.body_sha256 != digest:
        raise OfferError("offers.key_reused", field="Idempotency-Key")
    audit_actions.unchanged()  # the choice itself is what goes on record
