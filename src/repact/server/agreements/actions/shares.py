"""Letting a helper or a court read one agreement: for a while, a few times, until revoked."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from repact.server.agreements.actions import files
from repact.server.agreements.actions.others import digest
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Share
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, SYSTEM, Actor
from repact.server.clock import ports
from repact.server.people import doors

DAYS_MAX, USES_MAX, SHARES_MAX = 30, 20, 10
CHECKS_PER_HOUR = 30


@doors.action("agreements.share", may=(BORROWER,))
def share(
    *, by: Actor, agreement_id: UUID, reader: str, days: int, uses: int, now: datetime
) -> str:
    """Make a link for one reader; the token is returned here and nowhere else, ever.

    Raises `agreements.share_limits` or `agreements.too_many_shares`.
    """
    agreement = files.own(by, agreement_id)
    if reader not in ("helper", "court", "other"):
        raise AgreementError("agreements.share_limits", field="reader")
    if not 1 <= days <= DAYS_MAX or not 1 <= uses <= USES_MAX:
        raise AgreementError("agreements.share_limits", days=DAYS_MAX, uses=USES_MAX)
    files.latest(agreement)
    living = agreement.shares.filter(revoked_at=None, expires_at__gt=ports.now(), uses_left__gt=0)
    if living.count() >= SHARES_MAX:
        raise AgreementError("agreements.too_many_shares")
    token = ports.token()
    row = Share.objects.create(
        lender_id=by.lender_id,
        agreement=agreement,
        token_sha256=digest(token),
        reader=reader,
        expires_at=ports.now() + timedelta(days=days),
        uses_left=uses,
        made_at=ports.now(),
    )
    audit_actions.record(
        by=by,
        action="agreements.share",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        share_id=str(row.id),
        reader=reader,
        days=days,
        uses=uses,
    )
    return token


@doors.action("agreements.revoke_share", may=(BORROWER,))
def revoke_share(*, by: Actor, agreement_id: UUID, share_id: UUID, now: datetime) -> None:
    """End a link at once."""
    agreement = files.own(by, agreement_id)
    found = agreement.shares.filter(id=share_id, revoked_at=None).update(revoked_at=ports.now())
    if not found:
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by,
        action="agreements.revoke_share",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        share_id=str(share_id),
    )


@doors.action("agreements.open_share", may=(SYSTEM,))
def open_share(*, by: Actor, token: str, now: datetime) -> Share:
    """Use a link once: every opening is counted and on record.

    Raises `agreements.share_over` for a link that is unknown, expired, used up or revoked; which
    of these it was is nobody's business.
    """
    row = (
        Share.objects.select_for_update(of=("self",))
        .select_related("agreement__borrower__key")
        .filter(
            token_sha256=digest(token),
            revoked_at=None,
            uses_left__gt=0,
            expires_at__gt=ports.now(),
        )
        .first()
    )
    if row is None:
        raise AgreementError("agreements.share_over")
    row.uses_left -= 1
    row.save()
    audit_actions.record(
        by=by,
        action="agreements.open_share",
        subject_id=row.agreement_id,
        case_id=row.agreement.case_id,
        now=now,
        share_id=str(row.id),
        reader=row.reader,
        uses_left=row.uses_left,
    )
    return row


@doors.action("agreements.count_visit", may=(SYSTEM,))
def count_visit(*, by: Actor, address: str, now: datetime) -> None:  # noqa: ARG001 - as every action
    """Count one check of a file from one address. Raises `agreements.too_many_checks`.

    Only a keyed hash of the address is kept, and it means nothing after the hour.
    """
    hour = ports.now().replace(minute=0, second=0, microsecond=0)
    secret = hashlib.sha256(b"visits" + settings.REPACT_KEYS.master + hour.isoformat().encode())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agreements_visit (id, lender_id, address_hash, hour_at, count)"
            " VALUES (%s, %s, %s, %s, 1) ON CONFLICT ON CONSTRAINT agreements_visit_hour"
            " DO UPDATE SET count = agreements_visit.count + 1 RETURNING count",
            [
                ports.new_id(),
                by.lender_id,
                hmac.digest(secret.digest(), address.encode(), "sha256"),
                hour,
            ],
        )
        (count,) = cursor.fetchone()
    audit_actions.unchanged()
    if count > CHECKS_PER_HOUR:
        raise AgreementError("agreements.too_many_checks")
