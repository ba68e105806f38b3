"""Who signs: a port, and the demo's own certificate authority behind it.

Private keys rest encrypted (PKCS#8, passphrase from the caller) or only in memory: a borrower's key
is made for one signature and dropped with it.
"""

from __future__ import annotations

import os
import stringprep
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper, TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

LEVEL_DEMO = "demo"
COMMON_NAME_BYTES_MAX = 64
_YEARS = timedelta(days=3650)
_SKEW = timedelta(minutes=5)
_ONE_TIME = timedelta(hours=1)
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Credential:
    """A private key and its certificate, in memory."""

    key: PrivateKey
    certificate: x509.Certificate


class Signer(Protocol):
    """What signing needs from an authority. `level` is said on the page and in the record."""

    level: str

    def one_time(self, *, name: str, at: datetime) -> SimpleSigner: ...
    def lender_seal(self) -> SimpleSigner: ...
    def timestamper(self, *, at: datetime) -> TimeStamper: ...
    def roots(self) -> list[asn1_x509.Certificate]: ...


class LocalAuthority:
    """A certificate authority of one machine, for the demo and small lenders' trials."""

    level = LEVEL_DEMO

    def __init__(self, root: Credential, seal: Credential, stamp: Credential) -> None:
        self._root, self._seal, self._stamp = root, seal, stamp

    @classmethod
    def load_or_create(
        cls, directory: Path, *, passphrase: bytes, lender: str, now: Callable[[], datetime]
    ) -> LocalAuthority:
        """The authority kept in `directory`, made at the first start."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        root = _kept(directory / "root", passphrase, lambda: _make_root(now()))
        seal = _kept(
            directory / "seal", passphrase, lambda: _make_leaf(root, lender, now(), _YEARS)
        )
        stamp = _kept(directory / "stamp", passphrase, lambda: _make_stamp(root, now()))
        return cls(root, seal, stamp)

    def one_time(self, *, name: str, at: datetime) -> SimpleSigner:
        """A signer with a fresh key for one person and one signature."""
        return self._signer(_make_leaf(self._root, name, at, _ONE_TIME))

    def lender_seal(self) -> SimpleSigner:
        """The lender's signer."""
        return self._signer(self._seal)

    def timestamper(self, *, at: datetime) -> TimeStamper:
        """An RFC 3161 timestamp of this machine: it proves the format, not trusted time."""
        return DummyTimeStamper(
            tsa_cert=_asn1(self._stamp.certificate),
            tsa_key=_asn1_key(self._stamp.key),
            certs_to_embed=self._store(),
            fixed_dt=at,
        )

    def roots(self) -> list[asn1_x509.Certificate]:
        """The certificates a verifier must trust."""
        return [_asn1(self._root.certificate)]

    def _signer(self, credential: Credential) -> SimpleSigner:
        return SimpleSigner(
            signing_cert=_asn1(credential.certificate),
            signing_key=_asn1_key(credential.key),
            cert_registry=self._store(),
        )

    def _store(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()
        store.register(_asn1(self._root.certificate))
        return store


def _make_root(at: datetime) -> Credential:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Repact demo certificate authority")
    builder = _builder(name, name, key, at, _YEARS).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    builder = builder.add_extension(_usage(sign=False, issue=True), critical=True)
    return Credential(key, builder.sign(key, hashes.SHA256()))


def _make_leaf(root: Credential, name: str, at: datetime, life: timedelta) -> Credential:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _issued(root, name, key, at, life).add_extension(
        _usage(sign=True, issue=False), critical=True
    )
    return Credential(key, builder.sign(root.key, hashes.SHA256()))


def _make_stamp(root: Credential, at: datetime) -> Credential:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    builder = _issued(root, "Repact demo timestamps", key, at, _YEARS)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = builder.add_extension(purpose, critical=True)
    builder = builder.add_extension(_usage(sign=True, issue=False), critical=True)
    return Credential(key, builder.sign(root.key, hashes.SHA256()))


def _issued(
    root: Credential, name: str, key: PrivateKey, at: datetime, life: timedelta
) -> x509.CertificateBuilder:
    builder = _builder(_name(name), root.certificate.subject, key, at, life)
    return builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    ).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, at: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _SKEW)
        .not_valid_after(at + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, sign: bool, issue: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issue,
        crl_sign=issue,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    """A name that verifiers can compare (RFC 5280 §7.1): at most 64 bytes (X.520), and characters
    that Unicode 3.2 does not know (RFC 3454, table A.1), such as 𬱖, by their code point. The seal
    on the page shows the name as it is."""
    written = "".join(f"U+{ord(c):X}" if stringprep.in_table_a1(c) else c for c in common_name)
    short = written.encode()[:COMMON_NAME_BYTES_MAX].decode(errors="ignore")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, short)])


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


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _asn1_key(key: PrivateKey) -> asn1_keys.PrivateKeyInfo:
    return asn1_keys.PrivateKeyInfo.load(
        key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
