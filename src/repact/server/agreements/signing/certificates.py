"""Making certificates (RFC 5280): roots, seals, timestamps, and one-time certificates of people."""

from __future__ import annotations

import stringprep
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, cast

from asn1crypto import core as asn1_core
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

COMMON_NAME_BYTES_MAX = 64
YEARS = timedelta(days=3650)
ONE_TIME = timedelta(minutes=10)
_SKEW = timedelta(minutes=5)
# ETSI EN 319 412-1 §5.2: so short-lived that it is not revoked.
_SHORT_TERM = x509.ObjectIdentifier("0.4.0.194121.2.1")
_NULL = asn1_core.Null().dump()

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class Issuer(Protocol):
    """Whatever can sign a certificate: a key in memory, or one that never leaves its token."""

    certificate: x509.Certificate

    def issue(self, builder: x509.CertificateBuilder, /) -> x509.Certificate: ...


class KeyIssuer:
    """An issuer whose key is in memory."""

    def __init__(self, key: PrivateKey, certificate: x509.Certificate) -> None:
        self._key, self.certificate = key, certificate

    def issue(self, builder: x509.CertificateBuilder, /) -> x509.Certificate:
        """Sign a certificate."""
        return builder.sign(self._key, hashes.SHA256())


class RawIssuer:
    """An issuer whose P-256 key only signs bytes, as a hardware token does."""

    def __init__(self, certificate: x509.Certificate, sign_raw: Callable[[bytes], bytes]) -> None:
        self.certificate, self._sign_raw = certificate, sign_raw

    def issue(self, builder: x509.CertificateBuilder, /) -> x509.Certificate:
        """Sign a certificate."""
        return sign_outside(builder, self._sign_raw)


def sign_outside(
    builder: x509.CertificateBuilder, sign_raw: Callable[[bytes], bytes]
) -> x509.Certificate:
    """A certificate whose signature (ECDSA with SHA-256, DER) comes from elsewhere: built with a
    key that is thrown away, then signed again over the same bytes."""
    draft = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    made = asn1_x509.Certificate.load(draft.public_bytes(serialization.Encoding.DER))
    made["signature_value"] = asn1_core.OctetBitString(sign_raw(draft.tbs_certificate_bytes))
    return x509.load_der_x509_certificate(made.dump(force=True))


def root(public: PublicKey, name: str, at: datetime) -> x509.CertificateBuilder:
    """A self-signed authority."""
    named = x509_name(name)
    return (
        _builder(named, named, public, at, YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign=False, issue=True), critical=True)
    )


def leaf(
    public: PublicKey, name: str, at: datetime, life: timedelta, *, issuer: Issuer
) -> x509.Certificate:
    """Somebody's certificate for signing; a one-time one says that it is too short to revoke."""
    builder = _issued(public, name, at, life, issuer).add_extension(
        _usage(sign=True, issue=False), critical=True
    )
    if life <= ONE_TIME:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(_SHORT_TERM, _NULL), critical=False
        )
    return issuer.issue(builder)


def stamp(public: PublicKey, name: str, at: datetime, *, issuer: Issuer) -> x509.Certificate:
    """A timestamp authority's certificate (RFC 3161 §2.3)."""
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = _issued(public, name, at, YEARS, issuer).add_extension(purpose, critical=True)
    return issuer.issue(builder.add_extension(_usage(sign=True, issue=False), critical=True))


def x509_name(common_name: str) -> x509.Name:
    """A name that verifiers can compare (RFC 5280 §7.1): at most 64 bytes (X.520), and characters
    that Unicode 3.2 does not know (RFC 3454, table A.1), such as 𬱖, by their code point. The seal
    on the page shows the name as it is."""
    written = "".join(f"U+{ord(c):X}" if stringprep.in_table_a1(c) else c for c in common_name)
    short = written.encode()[:COMMON_NAME_BYTES_MAX].decode(errors="ignore")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, short)])


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The certificate as pyHanko takes it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def asn1_key(key: PrivateKey) -> asn1_keys.PrivateKeyInfo:
    """The key as pyHanko takes it; in memory only."""
    return asn1_keys.PrivateKeyInfo.load(
        key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _issued(
    public: PublicKey, name: str, at: datetime, life: timedelta, issuer: Issuer
) -> x509.CertificateBuilder:
    authority_key = cast("PublicKey", issuer.certificate.public_key())
    return (
        _builder(x509_name(name), issuer.certificate.subject, public, at, life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key), critical=False
        )
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: PublicKey, at: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _SKEW)
        .not_valid_after(at + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
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
