"""Sealing the record of an act: a detached CMS signature (RFC 5652) that any tool can check.

`openssl cms -verify -binary -inform DER -in seal -content evidence.json -CAfile root.pem`
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import rfc8785
from asn1crypto import cms, x509
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from repact.server.agreements.errors import AgreementError


def seal(canonical: bytes, signer: SimpleSigner, /) -> bytes:
    """A seal over exactly these bytes."""
    made = asyncio.run(signer.async_sign_general_data(canonical, "sha256", detached=True))
    return bytes(made.dump())


def assert_sealed(
    evidence: dict[str, Any],
    sealed: bytes,
    /,
    *,
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> str:
    """Check a seal over a record; returns the record's SHA-256.

    Raises AgreementError `agreements.evidence_differs` when record and seal are not of each other.
    """
    canonical = rfc8785.dumps(evidence)
    context = ValidationContext(
        trust_roots=list(roots), moment=at, allow_fetching=False, revocation_mode="soft-fail"
    )
    try:
        signed = cms.ContentInfo.load(sealed)["content"]
        status = asyncio.run(
            async_validate_detached_cms(canonical, signed, signer_validation_context=context)
        )
        good = status.bottom_line
    except Exception as error:  # whatever a damaged seal provokes in a parser is one answer
        raise AgreementError("agreements.evidence_differs") from error
    if not good:
        raise AgreementError("agreements.evidence_differs")
    return hashlib.sha256(canonical).hexdigest()
