"""Checking a signed agreement: signatures, whole file, figures, schedule."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
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
from repact.server.agreements.signing.signatures import BORROWER, LENDER

_REVISIONS = 4  # the text, the two empty fields, the borrower's signature, the lender's


@dataclass(slots=True)
class Verification:
    """What was found; `problems` are codes, none when everything holds."""

    signers: list[str] = field(default_factory=list)
    contents: Contents | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Nothing was found wrong."""
        return not self.problems


def verify(pdf: bytes, /, *, roots: Sequence[x509.Certificate], at: datetime) -> Verification:
    """Check a sealed agreement against trusted roots, as of a moment."""
    found = Verification()
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    try:
        _signatures(pdf, found, roots, at)
        _content(pdf, found)
    except RepactError as error:
        found.problems.append(error.code)
    except Exception:  # noqa: BLE001 - whatever a damaged file provokes in a parser is one answer
        found.problems.append("agreements.unreadable")
    return found


def _signatures(
    pdf: bytes, found: Verification, roots: Sequence[x509.Certificate], at: datetime
) -> None:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    signatures = list(reader.embedded_signatures)
    found.signers = [signature.field_name for signature in signatures]
    if found.signers != [BORROWER, LENDER] or reader.xrefs.total_revisions != _REVISIONS:
        found.problems.append("agreements.not_two_signatures")
        return
    for signature in signatures:
        status = _status(signature, roots, at)
        last = signature.field_name == LENDER
        covered = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        if not status.bottom_line or (last and not covered):
            found.problems.append("agreements.signature_invalid")
        if not last and status.modification_level not in {
            ModificationLevel.NONE,
            ModificationLevel.FORM_FILLING,
        }:
            found.problems.append("agreements.changed_after_signing")


def _status(
    signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime
) -> PdfSignatureStatus:
    """The signature as of its timestamp, the timestamp as of `at`: a signer's certificate lives an
    hour, what it signed for years (RFC 3161; ETSI EN 319 102-1, validation with time)."""

    def trusting(moment: datetime) -> ValidationContext:
        return ValidationContext(
            trust_roots=list(roots),
            moment=moment,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )

    stamp = validate_pdf_signature(signature, trusting(at)).timestamp_validity
    if stamp is None or not (stamp.intact and stamp.valid and stamp.trusted):
        raise AgreementError("agreements.signature_invalid")
    return validate_pdf_signature(
        signature, trusting(stamp.timestamp), ts_validation_context=trusting(at)
    )


def _content(pdf: bytes, found: Verification) -> None:
    contents = figures.attached_contents(pdf)
    found.contents = contents
    if figures.of_text(pdf, contents.language) != figures.of_contents(contents):
        found.problems.append("agreements.text_differs")
    for debt in contents.debts:
        document = Document.model_validate({"position": debt.position, "terms": debt.terms})
        made = build(document.position, document.terms)
        if schedule_hash(document.position, document.terms, made) != debt.schedule_sha256 or (
            debt.result["rows"] != [row_as_json(row) for row in made.rows]
        ):
            found.problems.append("agreements.schedule_differs")
