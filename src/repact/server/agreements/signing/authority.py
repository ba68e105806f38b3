"""The certificate authority of one machine, for the demo and small lenders' trials.

Private keys rest encrypted (PKCS#8, passphrase from the caller) or only in memory: a person's key
is made for one signature and dropped with it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper, TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from repact.server.agreements.signing import certificates
from repact.server.agreements.signing.certificates import KeyIssuer, PrivateKey
from repact.server.agreements.signing.port import Level

_REVOKED = "revoked.json"
_LIST_LIFE = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Credential:
    """A private key and its certificate, in memory."""

    key: PrivateKey
    certificate: x509.Certificate


class LocalAuthority:
    """Root, lender's seal, evidence key and timestamps of one directory."""

    level: Level = "agreed"

    def __init__(self, directory: Path, kept: dict[str, Credential]) -> None:
        self._directory, self._kept = directory, kept
        self._lengths: dict[str, Any] = {}
        self._root = kept["root"]
        self._issuer = KeyIssuer(self._root.key, self._root.certificate)

    @classmethod
    def load_or_create(
        cls, directory: Path, *, passphrase: bytes, lender: str, now: Callable[[], datetime]
    ) -> LocalAuthority:
        """The authority kept in `directory`, made at the first start."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

        def kept(name: str, make: Callable[[], Credential]) -> Credential:
            return _kept(directory / name, passphrase, make)

        def leaf(root: Credential, name: str) -> Credential:
            return _make_leaf(root, name, now(), certificates.YEARS)

        with _alone(directory / "lock"):
            root = kept("root", lambda: _make_root(now()))
            credentials = {
                "root": root,
                "seal": kept("seal", lambda: leaf(root, lender)),
                "stamp": kept("stamp", lambda: _make_stamp(root, now())),
                "evidence": kept("evidence", lambda: leaf(root, f"{lender} evidence")),
            }
        return cls(directory, credentials)

    def one_time(self, *, name: str, at: datetime) -> SimpleSigner:
        """A signer with a fresh key for one person and one signature."""
        return self._signer(_make_leaf(self._root, name, at, certificates.ONE_TIME))

    def lender_seal(self) -> SimpleSigner:
        """The lender's signer."""
        return self._signer(self._kept["seal"])

    def evidence(self) -> SimpleSigner:
        """The lender's key for records of what people did."""
        return self._signer(self._kept["evidence"])

    def timestamper(self, *, at: datetime) -> TimeStamper:
        """An RFC 3161 timestamp of this machine: it proves the format, not trusted time."""
        stamp = self._kept["stamp"]
        made = DummyTimeStamper(
            tsa_cert=certificates.asn1(stamp.certificate),
            tsa_key=certificates.asn1_key(stamp.key),
            certs_to_embed=self._store(),
            fixed_dt=at,
        )
        made._dummy_response_cache = self._lengths  # noqa: SLF001 - how long a stamp is, asked once
        return made

    def roots(self) -> list[asn1_x509.Certificate]:
        """The certificates a verifier must trust."""
        return [certificates.asn1(self._root.certificate)]

    def revoke(self, certificate: asn1_x509.Certificate, /, *, at: datetime) -> None:
        """From `at` on, nothing this certificate signs is valid; what it signed before stays."""
        revoked = self._revoked()
        revoked.setdefault(str(certificate.serial_number), at.isoformat())
        path = self._directory / _REVOKED
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(revoked))
        temporary.replace(path)

    def revocations(self, *, at: datetime) -> list[asn1_crl.CertificateList]:
        """The list of revoked certificates (RFC 5280 §5), as of a moment."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._root.certificate.subject)
            .last_update(at)
            .next_update(at + _LIST_LIFE)
        )
        for serial, since in self._revoked().items():
            entry = x509.RevokedCertificateBuilder().serial_number(int(serial))
            entry = entry.revocation_date(datetime.fromisoformat(since))
            builder = builder.add_revoked_certificate(entry.build())
        made = builder.sign(self._root.key, hashes.SHA256())
        return [asn1_crl.CertificateList.load(made.public_bytes(serialization.Encoding.DER))]

    def _revoked(self) -> dict[str, str]:
        path = self._directory / _REVOKED
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def _signer(self, credential: Credential) -> SimpleSigner:
        return SimpleSigner(
            signing_cert=certificates.asn1(credential.certificate),
            signing_key=certificates.asn1_key(credential.key),
            cert_registry=self._store(),
        )

    def _store(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()
        store.register(certificates.asn1(self._root.certificate))
        return store


def _make_root(at: datetime) -> Credential:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = certificates.root(key.public_key(), "Repact demo certificate authority", at)
    return Credential(key, builder.sign(key, hashes.SHA256()))


def _make_leaf(root: Credential, name: str, at: datetime, life: timedelta) -> Credential:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = KeyIssuer(root.key, root.certificate)
    return Credential(key, certificates.leaf(key.public_key(), name, at, life, issuer=issuer))


def _make_stamp(root: Credential, at: datetime) -> Credential:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    issuer = KeyIssuer(root.key, root.certificate)
    made = certificates.stamp(key.public_key(), "Repact demo timestamps", at, issuer=issuer)
    return Credential(key, made)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process and one thread at a time: two first starts must not make two authorities."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _kept(path: Path, passphrase: bytes, make: Callable[[], Credential]) -> Credential:
    """A credential from disk, made and written (key encrypted) when it is not there."""
    key_path, certificate_path = path.with_suffix(".key"), path.with_suffix(".crt")
    if not certificate_path.exists():
        made = make()
        pem = made.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase),
        )
        with os.fdopen(os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as f:
            f.write(pem)
        certificate_path.write_bytes(made.certificate.public_bytes(serialization.Encoding.PEM))
        return made
    key = serialization.load_pem_private_key(key_path.read_bytes(), passphrase)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError(f"{key_path.name} holds a key of another kind")
    return Credential(key, x509.load_pem_x509_certificate(certificate_path.read_bytes()))
