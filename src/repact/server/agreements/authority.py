"""The signing authority this server is configured with, and the lender's own evidence key.

`REPACT_SIGNER` is `local` (the default), `token` (PKCS#11) or `remote`; `REPACT_TSA_URL` names a
timestamp authority over HTTP, without which the local one's stamps prove the format only.
"""

from __future__ import annotations

import functools
import hashlib

from django.conf import settings
from pyhanko.sign.signers import SimpleSigner

from repact.server.agreements.signing.authority import LocalAuthority
from repact.server.agreements.signing.port import Level, Signer
from repact.server.clock import ports

LENDER = "Repact demo lender"


def signer() -> Signer:
    """Who issues people's one-time certificates and holds the lender's seal."""
    return _configured(settings.REPACT_SIGNER, settings.REPACT_SIGNER_URL, settings.REPACT_TSA_URL)


def level() -> Level:
    """What a signature of this server is, in law; said on the page, in the text, in the record."""
    configured: Level = settings.REPACT_SIGNER_LEVEL
    return configured


def evidence_signer() -> SimpleSigner:
    """The lender's key for records of acts: its own, whoever issues certificates, so that what a
    person did is sealed even while an authority is away."""
    return local().evidence()


@functools.cache
def local() -> LocalAuthority:
    """The local authority under `var/authority`, its keys encrypted with the master key."""
    passphrase = hashlib.sha256(b"signing authority" + settings.REPACT_KEYS.master).hexdigest()
    return LocalAuthority.load_or_create(
        settings.VAR / "authority",
        passphrase=passphrase.encode(),
        lender=LENDER,
        now=ports.now,
    )


@functools.cache
def _configured(kind: str, url: str, tsa_url: str) -> Signer:
    from repact.server.agreements.signing import remote, token  # noqa: PLC0415 - only where chosen

    stamps = remote.HttpTimeStamper(tsa_url, key=settings.REPACT_TSA_KEY) if tsa_url else None
    made: Signer
    if kind == "remote":
        made = remote.RemoteAuthority(url, key=settings.REPACT_SIGNER_KEY, level=level())
    elif kind == "token":
        made = token.TokenAuthority.load_or_create(
            settings.REPACT_TOKEN_MODULE,
            label=settings.REPACT_TOKEN_LABEL,
            pin=settings.REPACT_TOKEN_PIN,
            lender=LENDER,
            level=level(),
            now=ports.now,
            stamps=local().timestamper,
        )
    else:
        made = local()
    return remote.WithStamps(made, stamps) if stamps else made
