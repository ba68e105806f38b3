"""Drafting an agreement, reading it, signing it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date, datetime, timedelta
from uuid import UUID

import rfc8785
from django.conf import settings
from django.db import connection
from django.utils.crypto import constant_time_compare

from repact.server.agreements import authority, drafting, queries, states
from repact.server.agreements.documents import agreement as document
from repact.server.agreements.documents import wording
from repact.server.agreements.documents.contents import read
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import (
    Agreement,
    Document,
    Reading,
    SigningCode,
    SigningRecord,
)
from repact.server.agreements.signing import signatures
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, SYSTEM, Actor
from repact.server.cases import queries as case_queries
from repact.server.clock import ports
from repact.server.clock import queries as clock_queries
from repact.server.connectors import wallet
from repact.server.connectors.errors import ConnectorError
from repact.server.lenders import queries as lender_queries
from repact.server.offers import actions as offer_actions
from repact.server.people import doors, store
from repact.server.people import queries as people_queries

CODE_MINUTES = 10
CODE_TRIES = 5
CODES_PER_HOUR = 6
CONTEXT = "agreements.document"
TEXT, SIGNED, SEALED = 1, 2, 3


@doors.action("agreements.accept_offer", may=(BORROWER,))
def accept_offer(*, by: Actor, offer_id: UUID, content_sha256: str, now: datetime) -> Agreement:
    """Choose an offer and draft its agreement, in one transaction; a repeat gives the same back."""
    offer = offer_actions.choose(by=by, offer_id=offer_id, content_sha256=content_sha256, now=now)
    existing = Agreement.objects.filter(offer=offer).first()
    if existing:
        audit_actions.unchanged()
        return existing
    zone = lender_queries.get(by.lender_id).zone
    on = clock_queries.business_date(now=now, zone=zone)
    service = case_queries.policy_of(offer.case, now=now).policy.service
    reference = _reference(by, on)
    contents = drafting.contents(
        offer=offer,
        reference=reference,
        on=on,
        account_tail=_account_tail(offer.case.borrower_id),
        service=service,
    )
    stored = contents.model_dump(mode="json")
    agreement = Agreement.objects.create(
        lender_id=by.lender_id,
        case=offer.case,
        offer=offer,
        borrower_id=offer.case.borrower_id,
        reference=reference,
        contents=stored,
        contents_sha256=hashlib.sha256(rfc8785.dumps(stored)).hexdigest(),
        schedule_sha256=offer.schedule_sha256,
        drafted_at=now,
    )
    audit_actions.record(
        by=by,
        action="agreements.accept_offer",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        schedule_sha256=agreement.schedule_sha256,
        contents_sha256=agreement.contents_sha256,
    )
    return agreement


@doors.action("agreements.open_page", may=(BORROWER,))
def open_page(*, by: Actor, agreement_id: UUID, page: str, now: datetime) -> Reading:
    """Note when a page that must be read was first shown."""
    agreement = _own(by, agreement_id)
    reading, made = Reading.objects.get_or_create(
        lender_id=by.lender_id,
        agreement=agreement,
        page=page,
        defaults={"shown_sha256": agreement.contents_sha256, "opened_at": ports.now()},
    )
    if made:
        audit_actions.record(
            by=by,
            action="agreements.open_page",
            subject_id=agreement.id,
            case_id=agreement.case_id,
            now=now,
            page=page,
        )
    else:
        audit_actions.unchanged()
    return reading


@doors.action("agreements.confirm_page", may=(BORROWER,))
def confirm_page(*, by: Actor, agreement_id: UUID, page: str, now: datetime) -> None:
    """Note that a page was read; the cost sheet not before its time.

    Raises `agreements.not_opened`, or `agreements.read_first` with the seconds left.
    """
    agreement = _own(by, agreement_id)
    reading = Reading.objects.select_for_update().filter(agreement=agreement, page=page).first()
    if reading is None:
        raise AgreementError("agreements.not_opened", page=page)
    if reading.confirmed_at:
        audit_actions.unchanged()
        return
    least = agreement.contents["cost_sheet_seconds"] if page == "costs" else 0
    left = least - int((ports.now() - reading.opened_at).total_seconds())
    if left > 0:
        raise AgreementError("agreements.read_first", seconds=left)
    reading.confirmed_at = ports.now()
    reading.save()
    audit_actions.record(
        by=by,
        action="agreements.confirm_page",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        page=page,
        shown_sha256=reading.shown_sha256,
    )


@doors.action("agreements.request_code", may=(BORROWER,))
def request_code(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Write the text and send a one-time code for exactly this document to the wallet.

    Raises `agreements.too_many_codes`, or `agreements.code_not_delivered` if the wallet is silent.
    """
    agreement = _own(by, agreement_id)
    if agreement.state != states.READY:
        raise AgreementError("agreements.wrong_state", state=agreement.state, event="code")
    _assert_read(agreement)
    recent = agreement.codes.filter(
        expires_at__gt=ports.now() - timedelta(minutes=60 - CODE_MINUTES)
    )
    if recent.count() >= CODES_PER_HOUR:
        raise AgreementError("agreements.too_many_codes")
    pdf_sha256 = _text(agreement)
    code = ports.digits(6)
    agreement.codes.filter(used_at=None).update(tries_left=0)
    row = SigningCode(
        lender_id=by.lender_id,
        agreement=agreement,
        document_sha256=pdf_sha256,
        expires_at=ports.now() + timedelta(minutes=CODE_MINUTES),
        tries_left=CODE_TRIES,
    )
    row.code_hash = _code_hash(row, code)
    row.save(force_insert=True)
    _deliver(agreement, row, code)
    audit_actions.record(
        by=by,
        action="agreements.request_code",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        document_sha256=pdf_sha256,
    )


def sign(
    *, by: Actor, agreement_id: UUID, code: str, consent: bool, device: str, now: datetime
) -> Agreement:
    """Sign with the one-time code. A wrong code costs a try even though nothing else happens.

    Raises `agreements.consent_missing`, `agreements.code_wrong` with the tries left,
    `agreements.code_expired`.
    """
    doors.assert_may(by=by, name="agreements.sign")
    if not consent:
        raise AgreementError("agreements.consent_missing", field="consent")
    tries_left = use_code(by=by, agreement_id=agreement_id, code=code, now=now)
    if tries_left is not None:
        raise AgreementError("agreements.code_wrong", field="code", tries_left=tries_left)
    return _sign(by=by, agreement_id=agreement_id, device=device, now=now)


@doors.action("agreements.use_code", may=(BORROWER,))
def use_code(*, by: Actor, agreement_id: UUID, code: str, now: datetime) -> int | None:
    """Check a code in a transaction of its own, so that a wrong try is kept.

    None when it was right (or the agreement is signed already), else the tries that are left.
    """
    agreement = _own(by, agreement_id)
    if agreement.state != states.READY:
        audit_actions.unchanged()
        return None
    row = queries.waiting_code(agreement)
    if row is None:
        raise AgreementError("agreements.code_expired", field="code")
    row.tries_left -= 1
    right = constant_time_compare(bytes(row.code_hash), _code_hash(row, code))
    if right:
        row.used_at = ports.now()
    row.save()
    audit_actions.record(
        by=by,
        action="agreements.use_code",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        right=right,
    )
    return None if right else row.tries_left


@doors.action("agreements.sign", may=(BORROWER,))
def _sign(*, by: Actor, agreement_id: UUID, device: str, now: datetime) -> Agreement:
    agreement = _own(by, agreement_id)
    if agreement.state != states.READY:
        audit_actions.unchanged()
        return agreement
    _assert_read(agreement)
    code = agreement.codes.exclude(used_at=None).order_by("-used_at").first()
    text = agreement.documents.get(revision=TEXT)
    if code is None or code.document_sha256 != text.pdf_sha256:
        raise AgreementError("agreements.code_wrong", field="code", tries_left=0)
    record = _record(agreement, code, text, device)
    key = agreement.borrower.key
    name = agreement.contents["borrower"]["name"]
    signed = signatures.sign_by_borrower(
        store.get(key, text.file, context=CONTEXT),
        signer=authority.signer(),
        name=name,
        evidence_sha256=record.sha256,
        at=ports.now(),
    )
    _keep(agreement, SIGNED, signed)
    agreement.state = states.after(agreement.state, "sign")
    agreement.signed_at = now
    agreement.save()
    audit_actions.record(
        by=by,
        action="agreements.sign",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        evidence_sha256=record.sha256,
    )
    return agreement


@doors.action("agreements.seal", may=(SYSTEM,))
def seal(*, by: Actor, agreement_id: UUID, now: datetime) -> Agreement:
    """Add the lender's signature: from now on the plan is in force."""
    agreement = Agreement.objects.select_for_update().get(id=agreement_id)
    if agreement.state != states.SIGNED:
        audit_actions.unchanged()
        return agreement
    signed = agreement.documents.get(revision=SIGNED)
    lender = lender_queries.get(by.lender_id)
    sealed = signatures.seal_by_lender(
        store.get(agreement.borrower.key, signed.file, context=CONTEXT),
        signer=authority.signer(),
        name=lender.name_zh,
        at=ports.now(),
    )
    kept = _keep(agreement, SEALED, sealed)
    agreement.state = states.after(agreement.state, "seal")
    agreement.sealed_at = now
    agreement.save()
    audit_actions.record(
        by=by,
        action="agreements.seal",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        pdf_sha256=kept.pdf_sha256,
    )
    return agreement


@doors.action("agreements.complete", may=(SYSTEM,))
def complete(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Everything is paid."""
    agreement = Agreement.objects.select_for_update().get(id=agreement_id)
    if agreement.state == states.COMPLETED:
        audit_actions.unchanged()
        return
    agreement.state = states.after(agreement.state, "complete")
    agreement.save()
    audit_actions.record(
        by=by,
        action="agreements.complete",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
    )


def _own(by: Actor, agreement_id: UUID) -> Agreement:
    agreement = (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("borrower__key")
        .filter(id=agreement_id, borrower_id=by.id)
        .first()
    )
    if agreement is None:
        raise AgreementError("agreements.not_found")
    return agreement


def _assert_read(agreement: Agreement) -> None:
    for page in ("costs", "facts"):
        if not queries.is_confirmed(agreement, page):
            raise AgreementError("agreements.not_read", page=page)


def _text(agreement: Agreement) -> str:
    """The document that is signed, written once; its hash."""
    existing = agreement.documents.filter(revision=TEXT).first()
    if existing:
        return existing.pdf_sha256
    pdf = document.render(read(agreement.contents))
    return _keep(agreement, TEXT, signatures.prepare(pdf)).pdf_sha256


def _keep(agreement: Agreement, revision: int, pdf: bytes) -> Document:
    return Document.objects.create(
        lender_id=agreement.lender_id,
        agreement=agreement,
        revision=revision,
        file=store.put(agreement.borrower.key, pdf, context=CONTEXT),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        created_at=ports.now(),
    )


def _record(agreement: Agreement, code: SigningCode, text: Document, device: str) -> SigningRecord:
    """The evidence of the borrower's act: what was read, by which code, on which device, when."""
    readings = {
        reading.page: {
            "opened_at": reading.opened_at.isoformat(),
            "confirmed_at": reading.confirmed_at.isoformat(),  # type: ignore[union-attr]
            "shown_sha256": reading.shown_sha256,
        }
        for reading in agreement.readings.all()
    }
    contents = read(agreement.contents)
    sheet = wording.cost_sheet(contents, contents.languages[0])
    evidence = {
        "agreement": agreement.reference,
        "document_sha256": text.pdf_sha256,
        "contents_sha256": agreement.contents_sha256,
        "cost_sheet_sha256": hashlib.sha256(rfc8785.dumps(asdict(sheet))).hexdigest(),
        "readings": readings,
        "code_used_at": code.used_at.isoformat() if code.used_at else None,
        "consent": "read_and_agreed",
        "device": device,
        "signed_at": ports.now().isoformat(),
        "level": authority.signer().level,
    }
    return SigningRecord.objects.create(
        lender_id=agreement.lender_id,
        agreement=agreement,
        evidence=evidence,
        sha256=hashlib.sha256(rfc8785.dumps(evidence)).hexdigest(),
        recorded_at=ports.now(),
    )


def _deliver(agreement: Agreement, row: SigningCode, code: str) -> None:
    words = wording.catalogue("en" if agreement.contents["language"] == "en" else "zh-hans")
    try:
        wallet.deliver(
            request_id=row.id,
            account=agreement.borrower.wallet_account,
            kind="one_time_code",
            title=words["code.title"],
            text=words["code.text"].format(
                code=code, reference=agreement.reference, minutes=CODE_MINUTES
            ),
        )
    except ConnectorError as error:
        raise AgreementError("agreements.code_not_delivered") from error


def _code_hash(row: SigningCode, code: str) -> bytes:
    secret = settings.REPACT_KEYS.master + row.id.bytes + row.document_sha256.encode()
    return hashlib.blake2b(
        code.encode(), key=hashlib.sha256(secret).digest(), digest_size=32
    ).digest()


def _account_tail(borrower_id: UUID) -> str:
    """The last digits of the wallet account; empty while the wallet is silent."""
    try:
        return wallet.account(people_queries.borrower(borrower_id).wallet_account).tail
    except ConnectorError:
        return ""


def _reference(by: Actor, on: date) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agreements_counter (id, lender_id, day, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT ON CONSTRAINT agreements_counter_day"
            " DO UPDATE SET last = agreements_counter.last + 1 RETURNING last",
            [ports.new_id(), by.lender_id, on],
        )
        (number,) = cursor.fetchone()
    return f"A-{on:%Y%m%d}-{number:04d}"
