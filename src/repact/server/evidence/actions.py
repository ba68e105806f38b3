"""Taking files in, and deciding on them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, Actor
from repact.server.cases import queries as case_queries
from repact.server.cases import states as case_states
from repact.server.evidence import consents, promises, reuse, sanitize
from repact.server.evidence.errors import EvidenceError
from repact.server.evidence.models import EvidenceFile
from repact.server.people import doors, store
from repact.server.people import queries as people_queries

FILES_MAX = 10
CONTEXT = "evidence.file"


@doors.action("evidence.receive", may=(BORROWER,))
def receive(*, by: Actor, case_id: UUID, kind: str, upload: bytes, now: datetime) -> EvidenceFile:
    """Take a file for one's own case: written anew, encrypted, stored.

    Raises EvidenceError `evidence.too_large`, `.unreadable`, `.locked`, `.not_picture_or_pdf`,
    `.too_many_pages`, `.too_many_files`, or `.consent_missing` for a sensitive kind. The same paper
    in another case is noted for the agent; a promise of papers is kept once enough are there.
    """
    case = case_queries.get_own(borrower_id=by.id, case_id=case_id)  # type: ignore[arg-type]
    if case.state in {case_states.CLOSED, case_states.WITHDRAWN}:
        raise EvidenceError("evidence.case_closed", field="file")
    consents.assert_given(case_id=case.id, kind=kind)
    if EvidenceFile.objects.filter(case=case).count() >= FILES_MAX:
        raise EvidenceError("evidence.too_many_files", field="file")
    try:
        made = sanitize.clean(upload)
    except sanitize.RefusedError as error:
        raise EvidenceError(str(error), field="file") from error
    key = people_queries.borrower(case.borrower_id).key
    file = EvidenceFile(
        lender_id=by.lender_id,
        case=case,
        kind=kind,
        media_type=made.media_type,
        size_bytes=len(made.content),
        sha256=store.put(key, made.content, context=CONTEXT),
        received_at=now,
        fingerprint=reuse.fingerprint(made.content),
        perceptual=reuse.signed(made.perceptual),
    )
    reuse.lock(file)
    file.save(force_insert=True)
    found = reuse.note(file, now=now)
    promises.keep(by=by, case_id=case.id, now=now)
    audit_actions.record(
        by=by,
        action="evidence.receive",
        subject_id=file.id,
        case_id=case.id,
        now=now,
        kind=kind,
        seen_before=len(found),
    )
    return file


@doors.action("evidence.view", may=(AGENT, SUPERVISOR))
def view(*, by: Actor, file_id: UUID, now: datetime) -> tuple[EvidenceFile, bytes]:
    """Decrypt a file for a reader; every reading leaves a trace."""
    file = _get(file_id)
    if file.state == "withdrawn":
        raise EvidenceError("evidence.consent_withdrawn")
    key = people_queries.borrower(file.case.borrower_id).key
    content = store.get(key, file.sha256, context=CONTEXT)
    audit_actions.record(
        by=by, action="evidence.view", subject_id=file.id, case_id=file.case_id, now=now
    )
    return file, content


@doors.action("evidence.decide", may=(AGENT, SUPERVISOR))
def decide(*, by: Actor, file_id: UUID, accepted: bool, now: datetime) -> EvidenceFile:
    """Accept a file or not; the first decision stands."""
    file = _get(file_id)
    if file.state != "received":
        audit_actions.unchanged()
        return file
    file.state = "accepted" if accepted else "rejected"
    file.decided_at, file.decided_by = now, by.id
    file.save()
    audit_actions.record(
        by=by,
        action="evidence.decide",
        subject_id=file.id,
        case_id=file.case_id,
        now=now,
        accepted=accepted,
    )
    return file


def _get(file_id: UUID) -> EvidenceFile:
    file = EvidenceFile.objects.select_for_update().filter(id=file_id).first()
    if file is None:
        raise EvidenceError("evidence.not_found")
    return file
