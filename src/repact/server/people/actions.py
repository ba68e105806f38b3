"""Letting people in and registering them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SYSTEM, Actor, Role
from repact.server.clock import ports
from repact.server.people import doors, vault
from repact.server.people.errors import PeopleError
from repact.server.people.models import ApiKey, Borrower, Staff, SubjectKey, UsedLaunchToken

LAUNCH_SECONDS_MAX = 120
_AUDIENCE = "repact"


@doors.action("people.enter", may=(SYSTEM,))
def enter(*, by: Actor, token: str, keys: KeySet, now: datetime) -> Borrower:
    """Exchange the wallet's signed launch token for the borrower it names, once.

    The signature (ES256), audience, age by real time and one-time id are checked. Raises
    PeopleError `people.launch_refused` with the reason, telling nobody which accounts exist.
    """
    claims = _claims(token, keys)
    borrower = Borrower.objects.filter(wallet_account=claims["sub"]).first()
    if borrower is None:
        raise PeopleError("people.launch_refused", reason="unknown_account")
    try:
        with transaction.atomic():
            UsedLaunchToken.objects.create(
                lender_id=by.lender_id, token_id=str(claims["jti"])[:64], used_at=ports.now()
            )
    except IntegrityError as error:
        raise PeopleError("people.launch_refused", reason="used") from error
    audit_actions.record(by=by, action="people.enter", subject_id=borrower.id, now=now)
    return borrower


@doors.action("people.register_staff", may=(SYSTEM,))
def register_staff(
    *, by: Actor, email: str, name_zh: str, name_en: str, role: Role, password: str, now: datetime
) -> Staff:
    """Register a member of staff; the second factor is set up at the first sign-in."""
    existing = Staff.objects.filter(email=email).first()
    if existing:
        audit_actions.unchanged()
        return existing
    staff = Staff(lender_id=by.lender_id, email=email, name_zh=name_zh, name_en=name_en, role=role)
    staff.set_password(password)
    staff.save(force_insert=True)
    audit_actions.record(
        by=by, action="people.register_staff", subject_id=staff.id, now=now, role=role
    )
    return staff


@doors.action("people.issue_api_key", may=(SYSTEM, ENGINEER))
def issue_api_key(*, by: Actor, label: str, now: datetime, agency: str = "") -> str:
    """A new API key of this lender, or of the agency of that code; only its hash is kept.

    The text is shown once. Agencies are known to `notices.issue_agency_key`.
    """
    token = ports.token()
    key = ApiKey.objects.create(
        lender_id=by.lender_id,
        label=label,
        digest=hashlib.sha256(token.encode()).digest(),
        created_at=now,
        agency=agency,
    )
    audit_actions.record(
        by=by, action="people.issue_api_key", subject_id=key.id, now=now, agency=agency
    )
    return token


def sealed_borrower(
    *,
    by: Actor,
    key: SubjectKey,
    ref: str,
    wallet_account: str,
    name: str,
    id_number: str,
    phone: str,
    language: str,
    contact_preference: str,
) -> Borrower:
    """A borrower with the identity sealed, for the caller (the import) to store."""
    return Borrower(
        lender_id=by.lender_id,
        ref=ref,
        wallet_account=wallet_account,
        language=language,
        contact_preference=contact_preference,
        key=key,
        name_sealed=vault.seal(key, name.encode(), context="people.name"),
        id_number_sealed=vault.seal(key, id_number.encode(), context="people.id_number"),
        phone_sealed=vault.seal(key, phone.encode(), context="people.phone"),
        id_number_index=vault.blind_index(id_number),
    )


def _claims(token: str, keys: KeySet) -> dict[str, object]:
    try:
        decoded = jwt.decode(token, keys, algorithms=["ES256"])
    except (JoseError, ValueError) as error:
        raise PeopleError("people.launch_refused", reason="signature") from error
    claims = decoded.claims
    present = int(ports.now().timestamp())
    issued, expires = claims.get("iat"), claims.get("exp")
    if claims.get("aud") != _AUDIENCE or not claims.get("sub") or not claims.get("jti"):
        raise PeopleError("people.launch_refused", reason="claims")
    if not (isinstance(issued, int) and isinstance(expires, int)):
        raise PeopleError("people.launch_refused", reason="claims")
    if not (issued - 30 <= present < expires <= issued + LAUNCH_SECONDS_MAX):
        raise PeopleError("people.launch_refused", reason="expired")
    return claims
