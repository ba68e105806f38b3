"""Those who sign beside the borrower: each by a link of their own, told only what they answer for.

The link is the way in (256 bits, only its hash is kept, two weeks); the one-time code to the
person's own account is the proof that it is them.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from repact.server.agreements import queries
from repact.server.agreements.actions import acts, files, signing
from repact.server.agreements.documents import wording
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement, Signature
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.clock import ports
from repact.server.notices import asked
from repact.server.people import doors

LINK_DAYS = 14


@doors.action("agreements.invite", may=(SYSTEM,))
def invite(*, by: Actor, agreement_id: UUID, now: datetime) -> str:
    """Send the next signer a link of their own, in the hours in which a message may knock.

    Sending again replaces the link. Raises ConnectorError while the wallet is silent, NoticeError
    `notices.not_now` outside those hours (`queries.to_invite` then names the agreement); returns
    the token, or nothing when nobody is waited for.
    """
    agreement = files.locked(agreement_id)
    signature = (
        agreement.signatures.filter(number__gt=1, state="waiting").order_by("number").first()
    )
    if signature is None:
        audit_actions.unchanged()
        return ""
    token = ports.token()
    signature.token_sha256 = digest(token)
    signature.token_expires_at = ports.now() + timedelta(days=LINK_DAYS)
    signature.save()
    words = wording.catalogue(queries.contents(agreement).languages[0])
    text = words["invite.text"].format(
        reference=agreement.reference,
        link=f"{settings.REPACT_SITE_URL}/sign/{token}/",
        days=LINK_DAYS,
    )
    asked.hand_over(
        by=by,
        borrower_id=agreement.borrower_id,
        case_id=agreement.case_id,
        secret=asked.Secret(
            request_id=ports.new_id(),
            account=signature.account,
            role=signature.role,
            kind="signing_link",
            title=words["invite.title"],
            text=text,
        ),
        asked=False,
        now=now,
    )
    _record(by, agreement, signature, "agreements.invite", now)
    return token


@doors.action("agreements.open_by_link", may=(SYSTEM,))
def open_by_link(*, by: Actor, token: str, now: datetime) -> Signature:
    """Note when a signer first saw what they would answer for."""
    agreement, signature = _signer(token)
    if signature.opened_at:
        audit_actions.unchanged()
        return signature
    signature.opened_at = ports.now()
    signature.save()
    _record(by, agreement, signature, "agreements.open_by_link", now)
    return signature


@doors.action("agreements.confirm_by_link", may=(SYSTEM,))
def confirm_by_link(*, by: Actor, token: str, now: datetime) -> None:
    """Note that a signer has read what they answer for. Raises `agreements.read_first`."""
    agreement, signature = _signer(token)
    if signature.confirmed_at:
        audit_actions.unchanged()
        return
    if signature.opened_at is None:
        raise AgreementError("agreements.not_opened", page="liability")
    left = agreement.contents["cost_sheet_seconds"]
    left -= int((ports.now() - signature.opened_at).total_seconds())
    if left > 0:
        raise AgreementError("agreements.read_first", seconds=left)
    signature.confirmed_at = ports.now()
    signature.save()
    _record(by, agreement, signature, "agreements.confirm_by_link", now)


@doors.action("agreements.request_code_by_link", may=(SYSTEM,))
def request_code_by_link(*, by: Actor, token: str, now: datetime) -> None:
    """Send the signer a code for the document as it stands. Raises what `acts.ask_code` raises."""
    agreement, signature = _signer(token)
    acts.assert_turn(agreement, signature, now=now)
    if signature.confirmed_at is None:
        raise AgreementError("agreements.not_read", page="liability")
    acts.ask_code(by, agreement, signature, now=now)
    _record(by, agreement, signature, "agreements.request_code_by_link", now)


def sign_by_link(
    *, by: Actor, token: str, code: str, consent: bool, device: str, now: datetime
) -> Agreement:
    """Sign as somebody beside the borrower; as `signing.sign` otherwise."""
    doors.assert_may(by=by, name="agreements.use_code_by_link")
    if not consent:
        raise AgreementError("agreements.consent_missing", field="consent")
    tries_left = use_code_by_link(by=by, token=token, code=code, now=now)
    if tries_left is not None:
        raise AgreementError("agreements.code_wrong", field="code", tries_left=tries_left)
    agreement_id = agree_by_link(by=by, token=token, device=device, now=now)
    return signing.finish_if_possible(by, agreement_id, now)


@doors.action("agreements.use_code_by_link", may=(SYSTEM,))
def use_code_by_link(*, by: Actor, token: str, code: str, now: datetime) -> int | None:
    """As `signing.use_code`."""
    agreement, signature = _signer(token)
    if signature.state != "waiting":
        audit_actions.unchanged()
        return None
    acts.assert_turn(agreement, signature, now=now)
    tries_left = acts.try_code(signature, code)
    _record(by, agreement, signature, "agreements.use_code_by_link", now, right=tries_left is None)
    return tries_left


@doors.action("agreements.agree_by_link", may=(SYSTEM,))
def agree_by_link(*, by: Actor, token: str, device: str, now: datetime) -> UUID:
    """Keep a signer's consent; returns the agreement's id."""
    agreement, signature = _signer(token)
    if signature.state != "waiting":
        audit_actions.unchanged()
        return agreement.id
    acts.assert_turn(agreement, signature, now=now)
    acts.consent(
        agreement, signature, now=now, device=device[:200], identified_by="own_link_and_code"
    )
    _record(by, agreement, signature, "agreements.agree", now)
    return agreement.id


def digest(token: str, /) -> str:
    """What is kept of a link."""
    return hashlib.sha256(token.encode()).hexdigest()


def _signer(token: str) -> tuple[Agreement, Signature]:
    """Whose link this is, with the agreement locked. Raises `agreements.not_found`."""
    found = Signature.objects.filter(
        token_sha256=digest(token), token_expires_at__gt=ports.now()
    ).first()
    if found is None:
        raise AgreementError("agreements.not_found")
    agreement = files.locked(found.agreement_id)
    return agreement, agreement.signatures.get(id=found.id)


def _record(
    by: Actor, agreement: Agreement, signature: Signature, action: str, now: datetime, **facts: Any
) -> None:
    audit_actions.record(
        by=by,
        action=action,
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        number=signature.number,
        role=signature.role,
        **facts,
    )
