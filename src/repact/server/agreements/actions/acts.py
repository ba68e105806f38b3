"""What one signer does, whoever it is: a code for exactly this document, consent, a signature.

No doors here: the borrower comes in by `signing`, others by their own link through `others`.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

import rfc8785
from django.conf import settings
from django.utils.crypto import constant_time_compare

from repact.server.agreements import authority, beside, queries, states
from repact.server.agreements.actions import files
from repact.server.agreements.documents import agreement as document
from repact.server.agreements.documents import checklist, cost_sheet, wording
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import (
    Agreement,
    Document,
    Signature,
    SigningCode,
    SigningRecord,
)
from repact.server.agreements.signing import evidence as sealed_evidence
from repact.server.agreements.signing import signatures
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import Actor
from repact.server.cases import queries as case_queries
from repact.server.clock import ports
from repact.server.connectors.errors import ConnectorError
from repact.server.lenders import queries as lender_queries
from repact.server.notices import asked

CODE_MINUTES = 10
CODE_TRIES = 5
CODES_PER_HOUR = 6


def assert_turn(agreement: Agreement, signature: Signature, /, now: datetime) -> None:
    """Raise unless this signer is the next one, and not too late.

    `agreements.wrong_state`, `agreements.not_your_turn`, `agreements.too_late`, or
    `cases.time_barred` for a debt out of time that was not cleared (CN-CC-192/195).
    """
    case_queries.assert_may_sign(agreement.case, on=business_date(agreement, now))
    open_to = (states.DRAFT, states.READY) if signature.number == 1 else (states.SIGNED,)
    if agreement.state not in open_to:
        raise AgreementError("agreements.wrong_state", state=agreement.state, event="sign")
    if agreement.signatures.filter(number__lt=signature.number).exclude(state="signed").exists():
        raise AgreementError("agreements.not_your_turn")
    if now >= queries.sign_until(agreement):
        raise AgreementError("agreements.too_late")


def business_date(agreement: Agreement, now: datetime, /) -> date:
    """The day of `now` where the lender is."""
    return lender_queries.today(agreement.lender_id, now=now)


def write_text(agreement: Agreement, /) -> Document:
    """The document that is signed, written once; from then on nothing in it can change.

    Raises `agreements.incomplete` when the text does not say everything it must.
    """
    existing = agreement.documents.filter(revision=files.TEXT).first()
    if existing:
        return existing
    contents = queries.contents(agreement)
    checklist.assert_complete(contents)
    pdf = document.render(contents, stored=agreement.contents)
    signers = list(agreement.signatures.order_by("number"))
    text = signatures.prepare(pdf, [signatures.field_name(s.number, s.role) for s in signers])
    kept = files.keep(agreement, files.TEXT, text)
    agreement.state = states.after(agreement.state, "write")
    agreement.save()
    return kept


def ask_code(
    by: Actor, agreement: Agreement, signature: Signature, /, now: datetime
) -> SigningCode:
    """Send a one-time code that works for this signer and exactly the document as it stands.

    Raises `agreements.too_many_codes`, or `agreements.code_not_delivered` if the wallet is silent.
    """
    recent = signature.codes.filter(
        expires_at__gt=ports.now() - timedelta(minutes=60 - CODE_MINUTES)
    )
    if recent.count() >= CODES_PER_HOUR:
        raise AgreementError("agreements.too_many_codes")
    code = ports.digits(6)
    signature.codes.filter(used_at=None).update(tries_left=0)
    row = SigningCode(
        lender_id=agreement.lender_id,
        agreement=agreement,
        signature=signature,
        document_sha256=files.latest(agreement).pdf_sha256,
        expires_at=ports.now() + timedelta(minutes=CODE_MINUTES),
        tries_left=CODE_TRIES,
    )
    row.code_hash = _code_hash(row, code)
    row.save(force_insert=True)
    _deliver(by, agreement, signature, row, code, now)
    return row


def try_code(signature: Signature, code: str, /) -> int | None:
    """Spend a try: None when the code was right, else the tries that are left.

    The code that already served is right once more: a second click is not a second act.
    Raises `agreements.code_expired`.
    """
    row = queries.waiting_code(signature)
    if row is None:
        used = signature.codes.exclude(used_at=None).order_by("-used_at").first()
        if used and constant_time_compare(bytes(used.code_hash), _code_hash(used, code)):
            return None
        raise AgreementError("agreements.code_expired", field="code")
    row.tries_left -= 1
    right = constant_time_compare(bytes(row.code_hash), _code_hash(row, code))
    if right:
        row.used_at = ports.now()
    row.save()
    return None if right else row.tries_left


def consent(agreement: Agreement, signature: Signature, /, now: datetime, **act: Any) -> None:
    """Keep the evidence of a person's act, sealed; from here on only machines are waited for.

    Raises `agreements.code_wrong` when the code was for another document than the one that stands.
    """
    signed_text = files.latest(agreement)
    code = signature.codes.exclude(used_at=None).order_by("-used_at").first()
    if signature.method == "code" and (
        code is None or code.document_sha256 != signed_text.pdf_sha256
    ):
        raise AgreementError("agreements.code_wrong", field="code", tries_left=0)
    said = _evidence(agreement, signature, signed_text, code) | act
    canonical = rfc8785.dumps(said)
    SigningRecord.objects.create(
        lender_id=agreement.lender_id,
        agreement=agreement,
        signature=signature,
        evidence=said,
        sha256=hashlib.sha256(canonical).hexdigest(),
        seal=sealed_evidence.seal(canonical, authority.evidence_signer()),
        recorded_at=ports.now(),
    )
    signature.state, signature.agreed_at = "agreed", now
    signature.save()


def apply(by: Actor, agreement: Agreement, signature: Signature, /, now: datetime) -> None:
    """Put an agreed signature into the document: one revision, with a key made for it alone.

    Raises `agreements.authority_away` when the authority or the timestamp is not to be had; what
    the person did is kept, and the caller's job tries again.
    """
    record = signature.record
    before = files.latest(agreement)
    signed = signatures.sign(
        files.read(before),
        signer=authority.signer(),
        field=signatures.field_name(signature.number, signature.role),
        name=signature.name,
        evidence_sha256=record.sha256,
        oral=signature.method == "oral",
        at=ports.now(),
    )
    kept = files.keep(agreement, before.revision + 1, signed)
    signature.state, signature.signed_at = "signed", now
    signature.save()
    if signature.number == 1:
        agreement.state = states.after(agreement.state, "sign")
        agreement.signed_at = now
        agreement.save()
    following = agreement.signatures.filter(number=signature.number + 1).exists()
    audit_actions.record(
        by=by,
        action="agreements.next_signer" if following else "agreements.sign",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        number=signature.number,
        role=signature.role,
        evidence_sha256=record.sha256,
        pdf_sha256=kept.pdf_sha256,
    )


def _evidence(
    agreement: Agreement, signature: Signature, text: Document, code: SigningCode | None
) -> dict[str, Any]:
    """What was read, by which code, when, and at which level: the facts of the act."""
    contents = queries.contents(agreement)
    said: dict[str, Any] = {
        "agreement": agreement.reference,
        "number": signature.number,
        "role": signature.role,
        "liability": signature.liability,
        "method": signature.method,
        "document_sha256": text.pdf_sha256,
        "contents_sha256": agreement.contents_sha256,
        "schedule_sha256": agreement.schedule_sha256,
        "cost_sheet_sha256": cost_sheet.sha256(contents),
        "code_used_at": code.used_at.isoformat() if code and code.used_at else None,
        "consent": "read_and_agreed",
        "agreed_at": ports.now().isoformat(),
        "level": authority.level(),
        "demo": contents.lender.demo,
    }
    if signature.number == 1:
        said["unbound_guarantors"] = beside.unbound(agreement)
        said["readings"] = {
            reading.page: {
                "opened_at": reading.opened_at.isoformat(),
                "confirmed_at": reading.confirmed_at and reading.confirmed_at.isoformat(),
                "shown_sha256": reading.shown_sha256,
                "clauses_seen": reading.seen,
            }
            for reading in agreement.readings.all()
        }
    elif signature.opened_at and signature.confirmed_at:
        said["readings"] = {
            "liability": {
                "opened_at": signature.opened_at.isoformat(),
                "confirmed_at": signature.confirmed_at.isoformat(),
            }
        }
    return said


def _deliver(
    by: Actor,
    agreement: Agreement,
    signature: Signature,
    row: SigningCode,
    code: str,
    now: datetime,
) -> None:
    language = queries.contents(agreement).languages[0]
    words = wording.catalogue(language)
    text = words["code.text"].format(code=code, reference=agreement.reference, minutes=CODE_MINUTES)
    secret = asked.Secret(
        request_id=row.id,
        account=signature.account,
        role=signature.role,
        kind="one_time_code",
        title=words["code.title"],
        text=text,
    )
    try:
        asked.hand_over(
            by=by,
            borrower_id=agreement.borrower_id,
            case_id=agreement.case_id,
            secret=secret,
            asked=True,
            now=now,
        )
    except ConnectorError as error:
        raise AgreementError("agreements.code_not_delivered") from error


def _code_hash(row: SigningCode, code: str) -> bytes:
    secret = settings.REPACT_KEYS.master + row.id.bytes + row.document_sha256.encode()
    return hashlib.blake2b(
        code.encode(), key=hashlib.sha256(secret).digest(), digest_size=32
    ).digest()
