"""Reading figures back out of a PDF's text, and the contents out of its attachment."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from repact.server.agreements.documents import wording
from repact.server.agreements.documents.agreement import ATTACHMENT
from repact.server.agreements.documents.contents import Contents, DocumentLanguage, read
from repact.server.agreements.errors import AgreementError


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures a reader sees first."""

    installment_minor: int
    total_minor: int
    annual_rate_ppm: int


def of_text(pdf: bytes, language: DocumentLanguage, /) -> Figures:
    """The key figures as the PDF's text shows them. Raises `agreements.figures_unreadable`."""
    text = _reader(pdf).pages[0].extract_text()
    words = wording.catalogue("en" if language == "en" else "zh-hans")
    return Figures(
        installment_minor=_money(text, words["fact.installment"]),
        total_minor=_money(text, words["fact.total"]),
        annual_rate_ppm=_number(text, words["fact.rate"], r"([\d.]+)%", 10_000),
    )


def of_contents(contents: Contents, /) -> Figures:
    """The same figures as the contents state them, the rate as it is printed."""
    return Figures(
        installment_minor=contents.installment_minor,
        total_minor=contents.total_minor,
        annual_rate_ppm=(contents.annual_rate_ppm + 50) // 100 * 100,
    )


def attached_contents(pdf: bytes, /) -> Contents:
    """The contents that travel inside the PDF. Raises `agreements.attachment_missing`."""
    try:
        (raw,) = _reader(pdf).attachments[ATTACHMENT]
        return read(json.loads(raw))
    except (KeyError, ValueError) as error:
        raise AgreementError("agreements.attachment_missing") from error


def _reader(pdf: bytes) -> PdfReader:
    try:
        return PdfReader(io.BytesIO(pdf))
    except PyPdfError as error:
        raise AgreementError("agreements.not_a_pdf") from error


def _money(text: str, label: str) -> int:
    return _number(text, label, r"¥([\d,]+\.\d\d)", 100)


def _number(text: str, label: str, pattern: str, scale: int) -> int:
    compact = re.sub(r"\s+", "", text)
    found = re.search(re.escape(re.sub(r"\s+", "", label)) + pattern, compact)
    if found is None:
        raise AgreementError("agreements.figures_unreadable", label=label)
    whole, _, cents = found[1].replace(",", "").partition(".")
    return int(whole) * scale + int(cents.ljust(2, "0")) * scale // 100
