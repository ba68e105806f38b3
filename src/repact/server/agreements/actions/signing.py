"""The borrower signs; and whatever waits for an authority or a timestamp is finished later."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from repact.server.agreements import beside, lawful, queries, states
from repact.server.agreements.actions import acts, drafts, files
from repact.server.agreements.actions.acts import CODE_MINUTES, CODE_TRIES, CODES_PER_HOUR
from repact.server.agreements.documents import parties
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement, Signature
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.offers import actions as offer_actions
from repact.server.offers.models import Offer
from repact.server.people import doors

_SHA256 = re.compile(r"[0-9a-f]{64}")
__all__ = ["CODES_PER_HOUR", "CODE_MINUTES", "CODE_TRIES"]


@doors.action("agreements.request_code", may=(BORROWER,))
def request_code(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Write the text and send a one-time code for exactly this document to the wallet.

    Raises `agreements.not_read`, `agreements.too_many_codes`, `agreements.too_late`, or
    `agreements.code_not_delivered` if the wallet is silent.
    """
    agreement, signature = _own(by, agreement_id)
    if signature.state != "waiting":
        raise AgreementError("agreements.wrong_state", state=agreement.state, event="code")
    acts.assert_turn(agreement, signature, now=now)
    _assert_read(agreement, now)
    acts.write_text(agreement)
    row = acts.ask_code(by, agreement, signature, now=now)
    audit_actions.record(
        by=by,
        action="agreements.request_code",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        document_sha256=row.document_sha256,
    )


def sign(
    *,
    by: Actor,
    agreement_id: UUID,
    code: str,
    consent: bool,
    device: str,
    identified_at: datetime | None,
    now: datetime,
) -> Agreement:
    """Sign with the one-time code. A wrong code costs a try even though nothing else happens.

    `identified_at` is when the wallet last said who this is, in real time: signing asks for that
    again after `queries.IDENTIFIED_MINUTES` (`agreements.identify_again`).
    The act is kept first, in a transaction of its own; should the authority or the timestamp be
    away, the signature follows from a job, and the person need not come back. Raises
    `agreements.consent_missing`, `agreements.code_wrong` with the tries left,
    `agreements.code_expired`.
    """
    doors.assert_may(by=by, name="agreements.agree")
    if not queries.is_identified(identified_at):
        raise AgreementError("agreements.identify_again")
    if not consent:
        raise AgreementError("agreements.consent_missing", field="consent")
    tries_left = use_code(by=by, agreement_id=agreement_id, code=code, now=now)
    if tries_left is not None:
        raise AgreementError("agreements.code_wrong", field="code", tries_left=tries_left)
    agree(by=by, agreement_id=agreement_id, device=device, identified_at=identified_at, now=now)
    return finish_if_possible(by, agreement_id, now)


@doors.action("agreements.use_code", may=(BORROWER,))
def use_code(*, by: Actor, agreement_id: UUID, code: str, now: datetime) -> int | None:
    """Check a code in a transaction of its own, so that a wrong try is kept.

    None when it was right (or this person has agreed already), else the tries that are left.
    """
    agreement, signature = _own(by, agreement_id)
    if signature.state != "waiting":
        audit_actions.unchanged()
        return None
    acts.assert_turn(agreement, signature, now=now)
    tries_left = acts.try_code(signature, code)
    audit_actions.record(
        by=by,
        action="agreements.use_code",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        right=tries_left is None,
    )
    return tries_left


@doors.action("agreements.agree", may=(BORROWER,))
def agree(
    *, by: Actor, agreement_id: UUID, device: str, identified_at: datetime | None, now: datetime
) -> Agreement:
    """Keep the borrower's consent, after a right code; once, however often it is sent."""
    agreement, signature = _own(by, agreement_id)
    if signature.state != "waiting":
        audit_actions.unchanged()
        return agreement
    acts.assert_turn(agreement, signature, now=now)
    _assert_read(agreement, now)
    if not queries.is_identified(identified_at):
        raise AgreementError("agreements.identify_again")
    acts.consent(
        agreement,
        signature,
        now=now,
        device=device[:200],
        identified_by="wallet",
        identified_at=identified_at.isoformat(),
    )
    audit_actions.record(
        by=by,
        action="agreements.agree",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        number=signature.number,
        evidence_sha256=signature.record.sha256,
    )
    return agreement


@doors.action("agreements.finish_signing", may=(SYSTEM,))
def finish_signing(*, by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """Put every agreed signature into the document. Raises `agreements.authority_away`."""
    agreement = files.locked(agreement_id)
    waiting = agreement.signatures.filter(state="agreed").order_by("number").first()
    if waiting is None or agreement.state not in (states.READY, states.SIGNED):
        audit_actions.unchanged()
        return agreement
    acts.apply(by, agreement, waiting, now=now)
    return agreement


def finish_if_possible(by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """Finish now; what cannot be had now is left to the job that consent has put in the queue."""
    try:
        return finish_signing(by=actor.system(by.lender_id), agreement_id=agreement_id, now=now)
    except AgreementError as error:
        if error.code != "agreements.authority_away":
            raise
        return queries.get(agreement_id)


@doors.action("agreements.record_oral", may=(AGENT, SUPERVISOR))
def record_oral(
    *,
    by: Actor,
    offer_id: UUID,
    content_sha256: str,
    recording_sha256: str,
    recording_seconds: int,
    is_read_out: bool,
    said_at: datetime,
    words: str,
    now: datetime,
) -> Agreement:
    """Record that a borrower agreed by voice: the same text, evidence and seal as any other.

    `recording_sha256` names the kept recording, `words` what the borrower said. The costs and the
    clauses of weight must have been read out (`is_read_out`), in a call at least as long as the
    cost sheet is to be read. The signature in the borrower's field is the lender's record of it and
    says so; a confirmation follows.
    """
    if not _SHA256.fullmatch(recording_sha256) or not 0 < len(words) <= 500:
        raise AgreementError("agreements.recording_missing", field="recording_sha256")
    if not parties.is_seen("".join(words.splitlines())):
        raise AgreementError("agreements.words_unseen", field="words")
    offer = Offer.objects.select_related("case").filter(id=offer_id).first()
    if offer is None:
        raise AgreementError("agreements.not_found")
    existing = Agreement.objects.filter(offer=offer).first()
    if existing:
        audit_actions.unchanged()
        return existing
    speaker = Actor(lender_id=by.lender_id, role=BORROWER, id=offer.case.borrower_id)
    offer = offer_actions.choose(
        by=speaker, offer_id=offer_id, content_sha256=content_sha256, now=now
    )
    agreement = drafts.draft(by, offer, now)
    drafts.rewrite(agreement, channel="oral")
    signature = agreement.signatures.get(number=1)
    signature.method = "oral"
    signature.save()
    acts.assert_turn(agreement, signature, now=now)
    beside.assert_asked(agreement)
    lawful.assert_lawful(
        agreement,
        sheet_open_seconds=recording_seconds if is_read_out else 0,
        highlighted=is_read_out,
        on=acts.business_date(agreement, now),
    )
    acts.write_text(agreement)
    acts.consent(
        agreement,
        signature,
        now=now,
        recording_sha256=recording_sha256,
        recording_seconds=recording_seconds,
        is_read_out=is_read_out,
        said_at=said_at.isoformat(),
        words=words,
        recorded_by=str(by.id),
    )
    audit_actions.record(
        by=by,
        action="agreements.record_oral",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        recording_sha256=recording_sha256,
        evidence_sha256=signature.record.sha256,
    )
    return agreement


def _own(by: Actor, agreement_id: UUID) -> tuple[Agreement, Signature]:
    agreement = files.own(by, agreement_id)
    return agreement, agreement.signatures.get(number=1)


def _assert_read(agreement: Agreement, now: datetime) -> None:
    """Both pages confirmed, everybody asked, and nothing in the way by the law of the day."""
    for page in ("costs", "facts"):
        if not queries.is_confirmed(agreement, page):
            raise AgreementError("agreements.not_read", page=page)
    beside.assert_asked(agreement)
    lawful.assert_lawful(
        agreement,
        sheet_open_seconds=queries.sheet_seconds(agreement),
        highlighted=queries.has_seen(agreement),
        on=acts.business_date(agreement, now),
    )
