"""Reading agreements."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import translation

from repact.server.agreements import states
from repact.server.agreements.documents import wording
from repact.server.agreements.documents.contents import Contents, Language, read
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement, SigningCode
from repact.server.clock import ports
from repact.server.people import store


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """The agreement on one screen."""

    installment_minor: int
    count: int
    first_due_date: str
    last_due_date: str
    total_minor: int
    owed_minor: int
    waived_minor: int
    annual_rate_ppm: int
    points: tuple[wording.Point, ...]


def get(agreement_id: UUID, /) -> Agreement:
    """One agreement. Raises `agreements.not_found`."""
    found = Agreement.objects.select_related("borrower__key").filter(id=agreement_id).first()
    if found is None:
        raise AgreementError("agreements.not_found")
    return found


def get_own(*, borrower_id: UUID, agreement_id: UUID) -> Agreement:
    """One of a borrower's own agreements. Raises `agreements.not_found` for anybody else's."""
    found = get(agreement_id)
    if found.borrower_id != borrower_id:
        raise AgreementError("agreements.not_found")
    return found


def current_of_borrower(borrower_id: UUID, /) -> Agreement | None:
    """The borrower's agreement that is not over."""
    return (
        Agreement.objects.filter(borrower_id=borrower_id, state__in=states.LIVE)
        .order_by("-drafted_at")
        .first()
    )


def contents(agreement: Agreement, /) -> Contents:
    """The agreement's contents."""
    return read(agreement.contents)


def key_facts(agreement: Agreement, /) -> KeyFacts:
    """The agreement on one screen, in the reader's language."""
    said = contents(agreement)
    rows = said.paying_rows
    return KeyFacts(
        installment_minor=said.installment_minor,
        count=len(rows),
        first_due_date=rows[0]["due_date"],
        last_due_date=rows[-1]["due_date"],
        total_minor=said.total_minor,
        owed_minor=said.owed_minor,
        waived_minor=said.waived_minor,
        annual_rate_ppm=said.annual_rate_ppm,
        points=wording.points(said, _language()),
    )


def cost_sheet(agreement: Agreement, /) -> wording.CostSheet:
    """The cost sheet, in the reader's language."""
    return wording.cost_sheet(contents(agreement), _language())


def is_confirmed(agreement: Agreement, page: str, /) -> bool:
    """Whether a page that must be read was confirmed."""
    return agreement.readings.filter(page=page, confirmed_at__isnull=False).exists()


def waiting_code(agreement: Agreement, /) -> SigningCode | None:
    """The code that can still be used."""
    return (
        agreement.codes.filter(used_at=None, tries_left__gt=0, expires_at__gt=ports.now())
        .order_by("-expires_at")
        .first()
    )


def pdf(agreement: Agreement, /) -> bytes:
    """The latest revision of the document. Raises `agreements.no_document`."""
    document = agreement.documents.order_by("-revision").first()
    if document is None:
        raise AgreementError("agreements.no_document")
    return store.get(agreement.borrower.key, document.file, context="agreements.document")


def _language() -> Language:
    return "en" if (translation.get_language() or "").startswith("en") else "zh-hans"
