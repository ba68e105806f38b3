"""Sealed papers about an agreement: the certificate at its end, the confirmation of an oral one."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from repact.server.agreements import authority, states
from repact.server.agreements.actions import files
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement, Paper, Revocation
from repact.server.agreements.signing import signatures
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.clock import ports
from repact.server.lenders import queries as lender_queries
from repact.server.people import doors, store

WHEN = {
    "settlement": (states.COMPLETED,),
    "oral_confirmation": (states.SIGNED, *states.RUNNING),
    "withdrawal": (states.WITHDRAWN,),
}


@doors.action("agreements.issue_paper", may=(SYSTEM,))
def issue_paper(*, by: Actor, agreement_id: UUID, kind: str, pdf: bytes, now: datetime) -> Paper:
    """Seal and keep a paper; each kind once, while it holds. Raises `agreements.wrong_state`
    outside its state.

    A settlement certificate's event is the credit-record instruction: the debt is settled.
    """
    agreement = files.locked(agreement_id)
    existing = agreement.papers.filter(kind=kind, revocation=None).first()
    if existing:
        audit_actions.unchanged()
        return existing
    if agreement.state not in WHEN[kind]:
        raise AgreementError("agreements.wrong_state", state=agreement.state, event=kind)
    lender = lender_queries.get(by.lender_id)
    sealed = signatures.seal_paper(
        pdf, signer=authority.signer(), name=lender.name_zh, at=ports.now()
    )
    paper = Paper.objects.create(
        lender_id=by.lender_id,
        agreement=agreement,
        kind=kind,
        number=agreement.papers.filter(kind=kind).count() + 1,
        file=store.put(agreement.borrower.key, sealed, context=files.CONTEXT),
        pdf_sha256=hashlib.sha256(sealed).hexdigest(),
        issued_at=now,
    )
    audit_actions.record(
        by=by,
        action="agreements.issue_paper",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        kind=kind,
        pdf_sha256=paper.pdf_sha256,
        **({"credit_record": "settled"} if kind == "settlement" else {}),
    )
    return paper


def revoke(paper: Paper, /, *, reason: str, now: datetime) -> None:
    """Note that a paper no longer holds; a step of the actions that may."""
    Revocation.objects.create(lender_id=paper.lender_id, paper=paper, reason=reason, revoked_at=now)


def read(agreement: Agreement, paper: Paper, /) -> bytes:
    """The bytes of a paper."""
    return store.get(agreement.borrower.key, paper.file, context=files.CONTEXT)
