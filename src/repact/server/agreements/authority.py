"""The signing authority this server is configured with."""

from __future__ import annotations

import functools
import hashlib

from django.conf import settings

from repact.server.agreements.signing.authority import LocalAuthority
from repact.server.clock import ports


@functools.cache
def signer() -> LocalAuthority:
    """The local authority under `var/authority`, its keys encrypted with the master key."""
    passphrase = hashlib.sha256(b"signing authority" + settings.REPACT_KEYS.master).hexdigest()
    return LocalAuthority.load_or_create(
        settings.VAR / "authority",
        passphrase=passphrase.encode(),
        lender="Repact demo lender",
        now=ports.now,
    )
