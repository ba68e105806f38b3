"""A key we never hold: it signs bytes elsewhere, in a token or at an authority."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from asn1crypto import x509 as asn1_x509
from pyhanko.sign.signers import Signer as PdfKey
from pyhanko_certvalidator.registry import SimpleCertificateStore

SIGNATURE_BYTES_MAX = 72  # ECDSA over P-256, in DER


class OutsideKey(PdfKey):
    """Signs with ECDSA over P-256 and SHA-256; `sign_raw` takes the bytes and returns DER."""

    def __init__(
        self,
        certificate: asn1_x509.Certificate,
        chain: Sequence[asn1_x509.Certificate],
        sign_raw: Callable[[bytes], bytes],
    ) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(chain)
        super().__init__(signing_cert=certificate, cert_registry=store)
        self._sign_raw = sign_raw

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's own
    ) -> bytes:
        """As pyHanko asks; a dry run only wants to know how long a signature may be."""
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        return bytes(SIGNATURE_BYTES_MAX) if dry_run else self._sign_raw(data)
