"""Reading figures back out of a PDF's text, and the contents out of its attachment."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from repact.money.currencies import exponent
from repact.server.agreements.documents import wording
from repact.server.agreements.documents.agreement import ATTACHMENT
from repact.server.agreements.documents.contents import (
    Contents,
    DocumentLanguage,
    Language,
    read,
)
from repact.server.agreements.errors import AgreementError

_AMOUNT = r"(?:[¥€£$]|[A-Z]{1,3}\$|[A-Z]{3})?([\d,]+(?:\.\d+)?)"
_ROW = re.compile(r"(\d{4}-\d\d-\d\d)\s+([\d,]+(?:\.\d+)?)\s+[\d,.]+\s+[\d,.]+\s+[\d,.]+\s+[\d,.]+")


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures a reader sees: the key facts, what each of several debts asks, every payment.

    `debts` are the sums paid on each debt, in order, empty with one debt. `payments` are the dates
    and sums of every schedule that is printed, the bill first.
    """

    installment_minor: int
    total_minor: int
    annual_rate_ppm: int
    debts: tuple[int, ...]
    payments: tuple[tuple[str, int], ...]


def of_text(pdf: bytes, language: DocumentLanguage, /, *, currency: str = "CNY") -> Figures:
    """The figures as the PDF's text shows them. Raises `agreements.figures_unreadable`."""
    texts = [page.extract_text() for page in _reader(pdf).pages]
    first, whole = _compact(texts[0]), _compact("".join(texts))
    debts = tuple(_amounts(whole, _label(language, "debt.to_pay"), currency))
    return Figures(
        installment_minor=_one(first, _label(language, "fact.installment"), currency),
        total_minor=_one(first, _label(language, "fact.total"), currency),
        annual_rate_ppm=_rate(first, _label(language, "fact.rate")),
        debts=debts if len(debts) > 1 else (),
        payments=tuple(
            (day, _minor(paid, currency)) for text in texts for day, paid in _ROW.findall(text)
        ),
    )


def of_contents(contents: Contents, /) -> Figures:
    """The same figures as the contents state them, the rate as it is printed."""
    several = len(contents.debts) > 1
    schedules = [contents.rows, *(debt.result["rows"] for debt in contents.debts if several)]
    totals = [debt.result["totals"]["payment_minor"] for debt in contents.debts]
    return Figures(
        installment_minor=contents.installment_minor,
        total_minor=contents.total_minor,
        annual_rate_ppm=(contents.annual_rate_ppm + 50) // 100 * 100,
        debts=tuple(totals) if several else (),
        payments=tuple(
            (row["due_date"], row["payment_minor"]) for rows in schedules for row in rows
        ),
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


def _label(language: DocumentLanguage, key: str) -> str:
    names: tuple[Language, ...] = ("zh-hans", "en") if language == "bilingual" else (language,)
    return _compact("".join(wording.catalogue(name)[key] for name in names))


def _compact(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _one(text: str, label: str, currency: str) -> int:
    found = next(_amounts(text, label, currency), None)
    if found is None:
        raise AgreementError("agreements.figures_unreadable", label=label)
    return found


def _amounts(text: str, label: str, currency: str) -> Iterator[int]:
    for found in re.finditer(re.escape(label) + _AMOUNT, text):
        yield _minor(found[1], currency)


def _minor(written: str, currency: str) -> int:
    digits = exponent(currency)
    whole, _, rest = written.replace(",", "").partition(".")
    return int(whole) * 10**digits + int(rest[:digits].ljust(digits, "0") or 0)


def _rate(text: str, label: str) -> int:
    found = re.search(re.escape(label) + r"(\d+)\.(\d\d)%", text)
    if found is None:
        raise AgreementError("agreements.figures_unreadable", label=label)
    return int(found[1]) * 10_000 + int(found[2]) * 100
