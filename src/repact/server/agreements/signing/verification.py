"""Checking a signed agreement: signatures, whole file, figures, schedule."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from repact.errors import RepactError
from repact.plans.certificate import schedule_hash
from repact.plans.document import Document
from repact.plans.schedule import build
from repact.server.agreements.documents import figures
from repact.server.agreements.documents.contents import Contents
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
    except (
        PdfError,
        SigningError,
        SignatureValidationError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        RecursionError,
        OverflowError,
        NotImplementedError,
    ):
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
        context = ValidationContext(
            trust_roots=list(roots), moment=at, allow_fetching=False, revocation_mode="soft-fail"
        )
        status = validate_pdf_signature(signature, context)
        last = signature.field_name == LENDER
        covered = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        if not status.bottom_line or (last and not covered):
            found.problems.append("agreements.signature_invalid")
        if not last and status.modification_level not in {
            ModificationLevel.NONE,
            ModificationLevel.FORM_FILLING,
        }:
            found.problems.append("agreements.changed_after_signing")


def _content(pdf: bytes, found: Verification) -> None:
    contents = figures.attached_contents(pdf)
    found.contents = contents
    if figures.of_text(pdf, contents.language) != figures.of_contents(contents):
        found.problems.append("agreements.text_differs")
    document = Document.model_validate({"position": contents.position, "terms": contents.terms})
    made = build(document.position, document.terms)
    if schedule_hash(document.position, document.terms, made) != contents.schedule_sha256:
        found.problems.append("agreements.schedule_differs")
    if contents.result["rows"] != [
        row._asdict() | {"due_date": row.due_date.isoformat()} for row in made.rows
    ]:
        found.problems.append("agreements.schedule_differs")
