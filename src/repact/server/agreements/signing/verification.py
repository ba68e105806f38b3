"""Checking a signed agreement: signatures, whole file, every revision, figures, schedule.

Works on bytes and trusted roots alone: no server, no database, no network.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from asn1crypto import crl, x509
from asn1crypto import parser as asn1_parser
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.x509 import Certificate, load_der_x509_certificate, load_der_x509_crl
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from repact.errors import RepactError
from repact.plans.certificate import row_as_json, schedule_hash
from repact.plans.document import Document
from repact.plans.schedule import build
from repact.server.agreements.documents import figures
from repact.server.agreements.documents.contents import Contents
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.signing.signatures import BORROWER, LENDER, field_name

_BEFORE_SIGNING = 2  # the text, and the empty fields


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature that was found: whose, when by its timestamp, under which root."""

    field: str
    name: str
    at: datetime
    certificate_sha256: str


@dataclass(slots=True)
class Verification:
    """What was found; `problems` are codes, none when everything holds."""

    sha256: str = ""
    signatures: list[Signed] = field(default_factory=list)
    contents: Contents | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def signers(self) -> list[str]:
        """The fields that are signed, in order."""
        return [signed.field for signed in self.signatures]

    @property
    def is_good(self) -> bool:
        """Nothing was found wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Trust:
    """Roots that are trusted, lists of what they revoked, and the moment of the check."""

    roots: Sequence[x509.Certificate]
    at: datetime
    revocations: Sequence[crl.CertificateList] = ()

    def context(self, moment: datetime) -> ValidationContext:
        """For what happened at `moment`, judged by what is known now."""
        return ValidationContext(
            trust_roots=list(self.roots),
            moment=moment,
            allow_fetching=False,
            revocation_mode="soft-fail",  # there is no network; `revoked_at` is what decides
        )

    def revoked_at(self, certificate: x509.Certificate) -> datetime | None:
        """Since when a certificate no longer counts, by the lists (RFC 5280 §5) of trusted roots.

        Raises `agreements.revocations_unreadable` for a list that no trusted root has signed.
        """
        found = None
        for given in self.revocations:
            listed = load_der_x509_crl(given.dump())
            issuers = [load_der_x509_certificate(root.dump()) for root in self.roots]
            if not any(
                root.subject == listed.issuer and listed.is_signature_valid(_key(root))
                for root in issuers
            ):
                raise AgreementError("agreements.revocations_unreadable")
            entry = listed.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry and given.issuer == certificate.issuer:
                found = entry.revocation_date_utc
        return found


def verify(
    pdf: bytes,
    /,
    *,
    roots: Sequence[x509.Certificate],
    at: datetime,
    revocations: Sequence[crl.CertificateList] = (),
    sha256: str | None = None,
) -> Verification:
    """Check a sealed agreement against trusted roots, as of a moment.

    `sha256` is that of the whole file as it was sealed, where it is known: then not one byte may
    differ, not even in places that carry nothing.
    """
    found = Verification(sha256=hashlib.sha256(pdf).hexdigest())
    if sha256 is not None and found.sha256 != sha256:
        found.problems.append("agreements.file_differs")
        return found
    _guarded(found, lambda: _all(pdf, found, Trust(roots, at, revocations)))
    return found


def verify_paper(pdf: bytes, /, *, roots: Sequence[x509.Certificate], at: datetime) -> Verification:
    """Check a sealed paper: the lender's one signature over the whole file."""
    found = Verification(sha256=hashlib.sha256(pdf).hexdigest())

    def check() -> None:
        (only,) = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures
        _one(only, found, Trust(roots, at), last=True)

    _guarded(found, check)
    return found


def embedded_roots(pdf: bytes, /) -> list[x509.Certificate]:
    """The self-signed certificates the file brings along: what it claims, not what is trusted.
    Raises AgreementError `agreements.unreadable`."""
    found: dict[bytes, x509.Certificate] = {}
    try:
        for signature in PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures:
            certificates = [*signature.other_embedded_certs]
            for stamp in extract_tst_data_iter(signature.signer_info, signed=False):
                certificates += [choice.chosen for choice in stamp["certificates"]]
            found |= {c.sha256: c for c in certificates if c.self_issued}
    except Exception as error:  # whatever a damaged file provokes in a parser is one answer
        raise AgreementError("agreements.unreadable") from error
    return list(found.values())


def _guarded(found: Verification, check: Any) -> None:
    for library in ("pyhanko", "pyhanko_certvalidator", "pypdf"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        check()
    except RepactError as error:
        found.problems.append(error.code)
    except Exception:  # noqa: BLE001 - whatever a damaged file provokes in a parser is one answer
        found.problems.append("agreements.unreadable")


def _all(pdf: bytes, found: Verification, trust: Trust) -> None:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    contents = figures.attached_contents(pdf)
    found.contents = contents
    expected = [
        BORROWER,
        *(field_name(n, signer.role) for n, signer in enumerate(contents.signers, start=2)),
        LENDER,
    ]
    signatures = list(reader.embedded_signatures)
    if [s.field_name for s in signatures] != expected or (
        reader.xrefs.total_revisions != _BEFORE_SIGNING + len(expected)
    ):
        found.problems.append("agreements.signatures_missing")
        return
    for signature in signatures:
        _one(signature, found, trust, last=signature.field_name == LENDER)
    if not all(_hole_is_plain(pdf, signature) for signature in signatures):
        found.problems.append("agreements.signature_invalid")
    _content(pdf, contents, found)


def _one(signature: EmbeddedPdfSignature, found: Verification, trust: Trust, *, last: bool) -> None:
    status, at = _status(signature, trust)
    _assert_nothing_beside(signature, status, trust)
    _assert_not_revoked(status, at, trust)
    found.signatures.append(
        Signed(
            field=signature.field_name,
            name=str(status.signing_cert.subject.native.get("common_name", "")),
            at=at,
            certificate_sha256=status.signing_cert.sha256.hex(),
        )
    )
    if not status.bottom_line or (last and status.coverage != SignatureCoverageLevel.ENTIRE_FILE):
        found.problems.append("agreements.signature_invalid")
    if not last and status.modification_level not in {
        ModificationLevel.NONE,
        ModificationLevel.FORM_FILLING,
    }:
        found.problems.append("agreements.changed_after_signing")


def _status(signature: EmbeddedPdfSignature, trust: Trust) -> tuple[PdfSignatureStatus, datetime]:
    """The signature as of its timestamp, the timestamp as of the check: a signer's certificate
    lives ten minutes, what it signed for years (RFC 3161; ETSI EN 319 102-1, validation with
    time)."""
    first = validate_pdf_signature(signature, trust.context(trust.at)).timestamp_validity
    if first is None or not (first.intact and first.valid and first.trusted):
        raise AgreementError("agreements.signature_invalid")
    status = validate_pdf_signature(
        signature,
        trust.context(first.timestamp),
        ts_validation_context=trust.context(trust.at),
    )
    return status, first.timestamp


def _assert_not_revoked(status: PdfSignatureStatus, at: datetime, trust: Trust) -> None:
    """Neither signer nor timestamp authority was revoked by the moment of the timestamp: what was
    signed before a revocation stays."""
    certificates = [status.signing_cert]
    if status.timestamp_validity is not None:
        certificates.append(status.timestamp_validity.signing_cert)
    for certificate in certificates:
        since = trust.revoked_at(certificate)
        if since is not None and since <= at:
            raise AgreementError("agreements.certificate_revoked")


def _key(certificate: Certificate) -> CertificateIssuerPublicKeyTypes:
    return cast("CertificateIssuerPublicKeyTypes", certificate.public_key())


def _hole_is_plain(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Where the signature itself stands, which no signature covers: exactly its bytes in upper
    case hexadecimal, then zeros. Nothing can be hidden or changed there."""
    start, end = int(signature.byte_range[1]), int(signature.byte_range[2])
    content = bytes(signature.pkcs7_content)
    length = asn1_parser.peek(content)
    plain = content[:length].hex().upper().encode().ljust(end - start - 2, b"0")
    return pdf[start:end] == b"<" + plain + b">"


def _assert_nothing_beside(
    signature: EmbeddedPdfSignature, status: PdfSignatureStatus, trust: Trust
) -> None:
    """Certificates that travel with a signature without being signed lead from signer to root and
    nowhere else; a damaged one is as bad as a strange one."""
    paths = [status.validation_path]
    brought = [*signature.other_embedded_certs]
    if status.timestamp_validity is not None:
        paths.append(status.timestamp_validity.validation_path)
    for stamp in extract_tst_data_iter(signature.signer_info, signed=False):
        brought += [choice.chosen for choice in stamp["certificates"]]
    known = {root.dump() for root in trust.roots}
    for path in paths:
        known |= {each.dump() for each in (path.iter_certs(include_root=True) if path else ())}
    if any(certificate.dump() not in known for certificate in brought):
        raise AgreementError("agreements.signature_invalid")


def _content(pdf: bytes, contents: Contents, found: Verification) -> None:
    shown = figures.of_text(pdf, contents.language, currency=contents.currency)
    if shown != figures.of_contents(contents):
        found.problems.append("agreements.text_differs")
    for debt in contents.debts:
        document = Document.model_validate({"position": debt.position, "terms": debt.terms})
        made = build(document.position, document.terms)
        if schedule_hash(document.position, document.terms, made) != debt.schedule_sha256 or (
            debt.result["rows"] != [row_as_json(row) for row in made.rows]
        ):
            found.problems.append("agreements.schedule_differs")
