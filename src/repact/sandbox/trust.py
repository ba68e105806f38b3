"""The demo's licensed authority and timestamp service: hashes come in, signatures go out.

    python -m repact.sandbox.trust --port 8030 --data var/trust

API (`Authorization: Bearer $REPACT_TRUST_KEY`): POST /api/credentials, GET /api/credentials/seal,
POST /api/signatures, GET /api/roots (all JSON, see `agreements.signing.remote`), POST
/api/timestamps (RFC 3161 §3.4), POST|DELETE /api/faults; GET /root.pem and /healthz for anyone.
It proves the formats, not identities and not trusted time.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_private_key

from repact.sandbox import peer
from repact.sandbox.peer import Answer, RefusedError, Request
from repact.server.agreements.signing.authority import LocalAuthority

HASH_BYTES = 32
_SEAL = "seal"


class Trust:
    """One authority; people's keys live in memory until their one signature."""

    def __init__(self, authority: LocalAuthority) -> None:
        self._authority = authority
        self._keys: dict[str, Any] = {_SEAL: authority.lender_seal()}
        self._answers: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def register(self, made: peer.Peer) -> peer.Peer:
        """Add every route."""
        made.route("POST", "/api/credentials", self.credential)
        made.route("GET", "/api/credentials/seal", self.seal)
        made.route("POST", "/api/signatures", self.signature)
        made.route("GET", "/api/roots", self.roots)
        made.route("POST", "/api/timestamps", self.timestamp)
        made.route("GET", "/root.pem", self.root_pem, guarded=False)
        return made

    def credential(self, request: Request) -> Answer:
        """A fresh key and certificate for one person and one signature."""
        name = request.body.get("name")
        if not isinstance(name, str) or not 0 < len(name) <= 200:
            raise RefusedError(422, "trust.bad_name")
        key = self._authority.one_time(name=name, at=_now())
        credential = key.signing_cert.sha256.hex()
        with self._lock:
            self._keys[credential] = key
        return Answer(200, _described(credential, key))

    def seal(self, _request: Request) -> Answer:
        """The lender's credential."""
        return Answer(200, _described(_SEAL, self._keys[_SEAL]))

    def signature(self, request: Request) -> Answer:
        """Sign a hash. A person's key signs once; the same request again gets the same answer."""
        request_id, credential = request.body.get("request_id"), request.body.get("credential")
        try:
            digest = base64.b64decode(request.body.get("hash", ""), validate=True)
        except ValueError as error:
            raise RefusedError(422, "trust.bad_hash") from error
        if len(digest) != HASH_BYTES or not isinstance(request_id, str):
            raise RefusedError(422, "trust.bad_hash")
        with self._lock:
            if request_id in self._answers:
                return Answer(200, self._answers[request_id])
            key = self._keys.get(str(credential))
            if key is None:
                raise RefusedError(409, "trust.credential_used")
            private = load_der_private_key(key.signing_key.dump(), None)
            if not isinstance(private, ec.EllipticCurvePrivateKey):
                raise RefusedError(409, "trust.credential_used")
            made = private.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
            if credential != _SEAL:
                del self._keys[str(credential)]
            self._answers[request_id] = {"signature": _text(made)}
            return Answer(200, self._answers[request_id])

    def roots(self, _request: Request) -> Answer:
        """What to trust, and what no longer."""
        return Answer(
            200,
            {
                "roots": [_text(root.dump()) for root in self._authority.roots()],
                "revocations": [
                    _text(each.dump()) for each in self._authority.revocations(at=_now())
                ],
            },
        )

    def timestamp(self, request: Request) -> Answer:
        """RFC 3161: a query in, a reply out."""
        try:
            query = tsp.TimeStampReq.load(request.raw, strict=True)
            asked = query["message_imprint"].native["hash_algorithm"]["algorithm"]
        except ValueError as error:
            raise RefusedError(422, "trust.bad_query") from error
        if asked != "sha256":
            raise RefusedError(422, "trust.bad_query")
        stamper = self._authority.timestamper(at=_now())
        reply = asyncio.run(stamper.async_request_tsa_response(query))
        return Answer(200, reply.dump(), "application/timestamp-reply")

    def root_pem(self, _request: Request) -> Answer:
        """The root, for whoever wants to trust it."""
        (root,) = self._authority.roots()
        return Answer(200, pem.armor("CERTIFICATE", root.dump()), "application/x-pem-file")


def _described(credential: str, key: Any) -> dict[str, Any]:
    return {
        "credential": credential,
        "certificate": _text(key.signing_cert.dump()),
        "chain": [_text(certificate.dump()) for certificate in key.cert_registry],
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - another program, with its own clock


def main() -> int:
    """Start the authority."""
    parser = argparse.ArgumentParser(description="The demo's authority and timestamp service.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8030)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    key = os.environ["REPACT_TRUST_KEY"]
    authority = LocalAuthority.load_or_create(
        options.data,
        passphrase=hashlib.sha256(key.encode()).hexdigest().encode(),
        lender="Repact demo lender (licensed)",
        now=_now,
    )
    made = Trust(authority).register(peer.Peer("trust", key))
    return peer.serve(made, host=options.host, port=options.port)


if __name__ == "__main__":
    sys.exit(main())
