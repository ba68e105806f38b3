"""An authority and a timestamp service over HTTP: the document never leaves, only its hash does.

    POST /api/credentials {"request_id", "name"}      -> {"credential", "certificate", "chain"}
    GET  /api/credentials/seal                        -> the lender's, likewise
    POST /api/signatures {"request_id", "credential", "hash"} -> {"signature"}
    GET  /api/roots                                   -> {"roots", "revocations"}

All values are base64 of DER; a one-time credential signs once and is gone. Timestamps are RFC 3161
over HTTP (§3.4). Calls are bounded in time and size and follow no redirect.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from datetime import datetime
from typing import Any

import httpx
from asn1crypto import crl as asn1_crl
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.signers import Signer as PdfKey
from pyhanko.sign.timestamps import TimeStamper

from repact.server.agreements.errors import AgreementError
from repact.server.agreements.signing.outside import OutsideKey
from repact.server.agreements.signing.port import AwayError, Level, Signer

ANSWER_BYTES_MAX = 64 * 1024
_TIMEOUT = httpx.Timeout(5.0, connect=2.0)


class RemoteAuthority:
    """A licensed authority's hash-and-sign service."""

    def __init__(self, url: str, *, key: str, level: Level) -> None:
        self._url, self._key, self.level = url.rstrip("/"), key, level

    def one_time(self, *, name: str, at: datetime) -> OutsideKey:
        """A credential for one person and one signature."""
        request_id = hashlib.sha256(f"{name}|{at.isoformat()}".encode()).hexdigest()
        return self._credential(
            self._call("POST", "/api/credentials", {"request_id": request_id, "name": name})
        )

    def lender_seal(self) -> OutsideKey:
        """The lender's own credential there."""
        return self._credential(self._call("GET", "/api/credentials/seal"))

    def timestamper(self, *, at: datetime) -> TimeStamper:  # noqa: ARG002 - it has its own clock
        """The authority's own timestamps."""
        return _stamper(f"{self._url}/api/timestamps", self._key)

    def roots(self) -> list[asn1_x509.Certificate]:
        """What the authority says its roots are, over the configured connection."""
        said = self._call("GET", "/api/roots")
        return [asn1_x509.Certificate.load(_bytes(each)) for each in said["roots"]]

    def revocations(self, *, at: datetime) -> list[asn1_crl.CertificateList]:  # noqa: ARG002 - as the port
        """The authority's lists of revoked certificates."""
        said = self._call("GET", "/api/roots")
        return [asn1_crl.CertificateList.load(_bytes(each)) for each in said["revocations"]]

    def _credential(self, said: dict[str, Any]) -> OutsideKey:
        credential = str(said["credential"])

        def sign_raw(data: bytes) -> bytes:
            digest = hashlib.sha256(data).digest()
            body = {
                "request_id": hashlib.sha256(credential.encode() + digest).hexdigest(),
                "credential": credential,
                "hash": base64.b64encode(digest).decode(),
            }
            return _bytes(self._call("POST", "/api/signatures", body)["signature"])

        chain = [asn1_x509.Certificate.load(_bytes(each)) for each in said["chain"]]
        return OutsideKey(asn1_x509.Certificate.load(_bytes(said["certificate"])), chain, sign_raw)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = _ask(method, f"{self._url}{path}", self._key, json=body)
        return dict(answer.json())


class HttpTimeStamper(TimeStamper):
    """RFC 3161 over HTTP, with a key where the service wants one."""

    def __init__(self, url: str, *, key: str = "") -> None:
        super().__init__()
        self._url, self._key = url, key

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """As pyHanko asks. Raises AwayError."""
        answer = _ask(
            "POST",
            self._url,
            self._key,
            content=req.dump(),
            headers={"Content-Type": "application/timestamp-query"},
        )
        if answer.headers.get("Content-Type") != "application/timestamp-reply":
            raise AwayError("timestamp")
        return tsp.TimeStampResp.load(answer.content)


class WithStamps:
    """An authority whose timestamps come from somebody else."""

    def __init__(self, signer: Signer, stamps: TimeStamper) -> None:
        self._signer, self._stamps, self.level = signer, stamps, signer.level

    def one_time(self, *, name: str, at: datetime) -> PdfKey:
        """As the authority does."""
        return self._signer.one_time(name=name, at=at)

    def lender_seal(self) -> PdfKey:
        """As the authority does."""
        return self._signer.lender_seal()

    def timestamper(self, *, at: datetime) -> TimeStamper:  # noqa: ARG002 - it has its own clock
        """The other's stamps."""
        return self._stamps

    def roots(self) -> list[asn1_x509.Certificate]:
        """The authority's; a timestamp authority's root is configured beside them."""
        return self._signer.roots()

    def revocations(self, *, at: datetime) -> list[asn1_crl.CertificateList]:
        """As the authority says."""
        return self._signer.revocations(at=at)


@functools.cache
def _stamper(url: str, key: str) -> HttpTimeStamper:
    """One for each service: pyHanko asks each once how long its stamps are."""
    return HttpTimeStamper(url, key=key)


def _ask(method: str, url: str, key: str, **content: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    headers |= content.pop("headers", {})
    try:
        answer = httpx.request(
            method, url, headers=headers, timeout=_TIMEOUT, follow_redirects=False, **content
        )
    except httpx.HTTPError as error:
        raise AwayError("authority") from error
    if answer.status_code >= 500:
        raise AwayError("authority")
    if answer.status_code >= 300 or len(answer.content) > ANSWER_BYTES_MAX:
        raise AgreementError("agreements.authority_refused", status=answer.status_code)
    return answer


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
