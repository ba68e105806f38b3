"""Keeping the revisions of a document: sealed at rest with the borrower's own key."""

from __future__ import annotations

import hashlib
from uuid import UUID

from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement, Document
from repact.server.audit.actor import Actor
from repact.server.clock import ports
from repact.server.people import store

CONTEXT = "agreements.document"
TEXT = 1


def own(by: Actor, agreement_id: UUID, /) -> Agreement:
    """The actor's own agreement, locked. Raises `agreements.not_found` for anybody else's."""
    agreement = locked(agreement_id)
    if agreement.borrower_id != by.id:
        raise AgreementError("agreements.not_found")
    return agreement


def locked(agreement_id: UUID, /) -> Agreement:
    """An agreement for which every other writer waits. Raises `agreements.not_found`."""
    agreement = (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("borrower__key")
        .filter(id=agreement_id)
        .first()
    )
    if agreement is None:
        raise AgreementError("agreements.not_found")
    return agreement


def keep(agreement: Agreement, revision: int, pdf: bytes, /) -> Document:
    """Store a revision; the number is given once, so two of them cannot both be the next."""
    return Document.objects.create(
        lender_id=agreement.lender_id,
        agreement=agreement,
        revision=revision,
        file=store.put(agreement.borrower.key, pdf, context=CONTEXT),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        created_at=ports.now(),
    )


def read(document: Document, /) -> bytes:
    """The bytes of a revision. Raises `agreements.file_differs` when they are not those kept."""
    pdf = store.get(document.agreement.borrower.key, document.file, context=CONTEXT)
    if hashlib.sha256(pdf).hexdigest() != document.pdf_sha256:
        raise AgreementError("agreements.file_differs")
    return pdf


def latest(agreement: Agreement, /) -> Document:
    """The newest revision. Raises `agreements.no_document`."""
    found = agreement.documents.order_by("-revision").first()
    if found is None:
        raise AgreementError("agreements.no_document")
    return found
