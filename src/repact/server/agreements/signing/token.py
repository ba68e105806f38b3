"""Keys in hardware, over PKCS#11: root and seal are made in the token and never leave it.

A person's one-time key stays in memory for its one signature; the token signs its certificate.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

import pkcs11
from asn1crypto import core as asn1_core
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pkcs11.util import ec as pkcs11_ec
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from repact.server.agreements.signing import certificates
from repact.server.agreements.signing.certificates import RawIssuer
from repact.server.agreements.signing.outside import OutsideKey
from repact.server.agreements.signing.port import Level

ROOT, SEAL = "repact-root", "repact-seal"
_LIST_LIFE = timedelta(days=3650)


class _Stamps(Protocol):
    def __call__(self, *, at: datetime) -> TimeStamper: ...


class TokenAuthority:
    """A certificate authority whose keys are in a PKCS#11 token."""

    def __init__(
        self, session: Any, *, level: Level, stamps: _Stamps, lock: threading.Lock
    ) -> None:
        self._session, self.level, self._stamps, self._lock = session, level, stamps, lock
        self._root = _certificate(session, ROOT)
        self._seal = _certificate(session, SEAL)
        self._issuer = RawIssuer(self._root, lambda data: self._sign_raw(ROOT, data))

    @classmethod
    def load_or_create(
        cls,
        module: str,
        *,
        label: str,
        pin: str,
        lender: str,
        level: Level,
        now: Callable[[], datetime],
        stamps: _Stamps,
    ) -> TokenAuthority:
        """The authority in the token `label`; its keys are made there at the first start."""
        session = pkcs11.lib(module).get_token(token_label=label).open(rw=True, user_pin=pin)
        lock = threading.Lock()
        if _find(session, pkcs11.ObjectClass.CERTIFICATE, SEAL) is None:
            _make(session, lender, now(), lock)
        return cls(session, level=level, stamps=stamps, lock=lock)

    def one_time(self, *, name: str, at: datetime) -> SimpleSigner:
        """A signer with a fresh key in memory for one person and one signature."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = certificates.leaf(
            key.public_key(), name, at, certificates.ONE_TIME, issuer=self._issuer
        )
        store = SimpleCertificateStore()
        store.register(certificates.asn1(self._root))
        return SimpleSigner(
            signing_cert=certificates.asn1(made),
            signing_key=certificates.asn1_key(key),
            cert_registry=store,
        )

    def lender_seal(self) -> OutsideKey:
        """The lender's signer: the token's key."""
        return OutsideKey(
            certificates.asn1(self._seal), self.roots(), lambda data: self._sign_raw(SEAL, data)
        )

    def timestamper(self, *, at: datetime) -> TimeStamper:
        """Timestamps come from elsewhere."""
        return self._stamps(at=at)

    def roots(self) -> list[asn1_x509.Certificate]:
        """The certificates a verifier must trust."""
        return [certificates.asn1(self._root)]

    def revocations(self, *, at: datetime) -> list[asn1_crl.CertificateList]:
        """An empty list: a token's certificates are revoked by whoever replaces the token."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._root.subject)
        builder = builder.last_update(at).next_update(at + _LIST_LIFE)
        draft = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
        made = asn1_crl.CertificateList.load(draft.public_bytes(serialization.Encoding.DER))
        made["signature"] = asn1_core.OctetBitString(self._sign_raw(ROOT, draft.tbs_certlist_bytes))
        return [asn1_crl.CertificateList.load(made.dump(force=True))]

    def _sign_raw(self, label: str, data: bytes) -> bytes:
        return _sign(self._session, label, data, self._lock)


def _make(session: Any, lender: str, at: datetime, lock: threading.Lock) -> None:
    root_public = _new_key(session, ROOT)
    root = certificates.sign_outside(
        certificates.root(root_public, "Repact token authority", at),
        lambda data: _sign(session, ROOT, data, lock),
    )
    issuer = RawIssuer(root, lambda data: _sign(session, ROOT, data, lock))
    seal = certificates.leaf(_new_key(session, SEAL), lender, at, certificates.YEARS, issuer=issuer)
    for label, certificate in ((ROOT, root), (SEAL, seal)):
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: label,
                pkcs11.Attribute.ID: label.encode(),
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                pkcs11.Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
            }
        )


def _new_key(session: Any, label: str) -> ec.EllipticCurvePublicKey:
    curve = pkcs11_ec.encode_named_curve_parameters("secp256r1")
    parameters = session.create_domain_parameters(
        pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
    )
    public, _ = parameters.generate_keypair(store=True, label=label, id=label.encode())
    made = serialization.load_der_public_key(pkcs11_ec.encode_ec_public_key(public))
    return cast("ec.EllipticCurvePublicKey", made)


def _sign(session: Any, label: str, data: bytes, lock: threading.Lock) -> bytes:
    """ECDSA in the token over our SHA-256: not every token hashes. One at a time: one session."""
    with lock:
        key = session.get_key(
            object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label, id=label.encode()
        )
        raw = key.sign(hashlib.sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA)
    return bytes(pkcs11_ec.encode_ecdsa_signature(raw))


def _find(session: Any, kind: Any, label: str) -> Any:
    found = session.get_objects({pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.LABEL: label})
    return next(iter(found), None)


def _certificate(session: Any, label: str) -> x509.Certificate:
    found = _find(session, pkcs11.ObjectClass.CERTIFICATE, label)
    return x509.load_der_x509_certificate(bytes(found[pkcs11.Attribute.VALUE]))
