"""A copy of everything, for the borrower, whenever they ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import rfc8785

from repact.server.agreements import queries
from repact.server.agreements.actions import acts, files, papers
from repact.server.agreements.documents import bundle, cost_sheet
from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, Actor
from repact.server.people import doors


@doors.action("agreements.copy_everything", may=(BORROWER,))
def copy_everything(
    *, by: Actor, agreement_id: UUID, others: Mapping[str, bytes], now: datetime
) -> bytes:
    """Every revision, paper and sealed record of an agreement as one ZIP with a manifest of hashes.

    `others` are files that rooms above know of, such as payments and messages. Raises
    `agreements.not_found` for anybody else's agreement, `agreements.evidence_differs`,
    `agreements.file_differs`.
    """
    agreement = files.own(by, agreement_id)
    archive = bundle.bundle(
        {**_own(agreement), **others},
        reference=agreement.reference,
        on=acts.business_date(agreement, now),
    )
    audit_actions.record(
        by=by,
        action="agreements.copy_everything",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        bytes=len(archive),
    )
    return archive


def _own(agreement: Agreement) -> dict[str, bytes]:
    """The agreement's own files; JSON is canonical, so that a record's hash is its file's."""
    said = queries.contents(agreement)
    found = {"agreement.json": rfc8785.dumps(agreement.contents)}
    for language in said.languages:
        sheet = cost_sheet.cost_sheet(said, language)
        found[f"cost-sheet-{language}.json"] = rfc8785.dumps(asdict(sheet))
    for document in agreement.documents.order_by("revision"):
        found[f"agreement-revision-{document.revision}.pdf"] = files.read(document)
    for paper in queries.papers(agreement):
        found[f"paper-{paper.kind.replace('_', '-')}.pdf"] = papers.read(agreement, paper)
    for number, record in enumerate(queries.evidence(agreement), start=1):
        found[f"evidence-{number}.json"] = rfc8785.dumps(record.evidence)
        found[f"evidence-{number}.p7s"] = bytes(record.seal)
    return found
