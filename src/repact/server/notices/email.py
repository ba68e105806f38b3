"""A borrower's e-mail address: given, confirmed by a code that was sent to it, taken away.

The code is not stored: it is made from the master key and a nonce, and lives by real time.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import BORROWER, Actor
from repact.server.clock import ports
from repact.server.connectors import messages
from repact.server.notices import actions
from repact.server.notices.errors import NoticeError
from repact.server.notices.gate import EMAIL_CODE
from repact.server.notices.models import Addressee, Notice
from repact.server.people import doors, vault
from repact.server.people import queries as people_queries
from repact.server.people.models import Borrower

EMAIL = "notices.email"
CODE_MINUTES, CODE_TRIES, CODES_A_DAY = 30, 5, 5
NONCE_BYTES = 16
_DIGITS = 6
_LENGTH_MAX = 200


@doors.action("notices.give_email", may=(BORROWER,))
def give_email(*, by: Actor, email: str, now: datetime) -> None:
    """Send a code to an address; messages go there once the code came back. Empty: no address.

    Raises NoticeError `notices.email_unreadable`, `.no_email`, `.too_many_codes`.
    """
    borrower = people_queries.borrower(by.id)  # type: ignore[arg-type]  # a borrower has an id
    row = _locked(by, borrower)
    email = email.strip()
    if not email:
        row.email_sealed = row.email_confirmed_at = None
        _settle(row)
        audit_actions.record(by=by, action="notices.give_email", subject_id=borrower.id, now=now)
        return
    _assert_readable(email)
    if "email" not in messages.configured():
        raise NoticeError("notices.no_email", field="email")
    asked = Notice.objects.filter(
        borrower=borrower, kind=EMAIL_CODE, created_at__gt=now - timedelta(days=1)
    )
    if asked.count() >= CODES_A_DAY:
        raise NoticeError("notices.too_many_codes", field="email", most=CODES_A_DAY)
    row.pending_sealed = vault.seal(borrower.key, email.encode(), context=EMAIL)
    row.pending_nonce = ports.random_bytes(NONCE_BYTES)
    row.pending_until = ports.now() + timedelta(minutes=CODE_MINUTES)
    row.pending_tries = CODE_TRIES
    row.save()
    audit_actions.record(by=by, action="notices.give_email", subject_id=borrower.id, now=now)
    actions.tell(
        by=actor.system(by.lender_id),
        borrower_id=borrower.id,
        kind=EMAIL_CODE,
        source=source(row),
        now=now,
    )


def confirm(*, by: Actor, code: str, now: datetime) -> None:
    """Take the address as confirmed. A wrong code costs a try even though nothing else happens.

    Raises NoticeError `notices.code_wrong` with the tries left, `.code_expired`.
    """
    tries_left = try_code(by=by, code=code, now=now)
    if tries_left is not None:
        raise NoticeError("notices.code_wrong", field="code", tries_left=tries_left)


@doors.action("notices.try_code", may=(BORROWER,))
def try_code(*, by: Actor, code: str, now: datetime) -> int | None:
    """None: the address is confirmed. Else the tries that are left. Raises `.code_expired`."""
    borrower = people_queries.borrower(by.id)  # type: ignore[arg-type]  # a borrower has an id
    row = _locked(by, borrower)
    until = row.pending_until
    if until is None or ports.now() > until or not row.pending_tries:
        raise NoticeError("notices.code_expired", field="code")
    right = hmac.compare_digest(code.strip().encode(), code_of(row).encode())
    if right:
        row.email_sealed, row.email_confirmed_at = row.pending_sealed, ports.now()
        _settle(row)
    else:
        row.pending_tries -= 1
        row.save()
    audit_actions.record(
        by=by, action="notices.try_code", subject_id=borrower.id, now=now, right=right
    )
    return None if right else row.pending_tries


def code_of(row: Addressee, /) -> str:
    """The code that confirms the pending address."""
    secret = hashlib.sha256(b"repact email code 1" + settings.REPACT_KEYS.master).digest()
    made = hmac.digest(secret, row.id.bytes + bytes(row.pending_nonce or b""), "sha256")
    return f"{int.from_bytes(made, 'big') % 10**_DIGITS:0{_DIGITS}d}"


def source(row: Addressee, /) -> str:
    """The name of the notice that carries the pending address's code."""
    return f"{EMAIL_CODE}:{bytes(row.pending_nonce or b'').hex()}"


def _locked(by: Actor, borrower: Borrower) -> Addressee:
    Addressee.objects.get_or_create(lender_id=by.lender_id, borrower=borrower)
    return Addressee.objects.select_for_update().get(borrower=borrower)


def _settle(row: Addressee) -> None:
    row.pending_sealed = row.pending_nonce = row.pending_until = None
    row.pending_tries = 0
    row.save()


def _assert_readable(email: str) -> None:
    name, _, host = email.partition("@")
    strange = "@" in host or any(c.isspace() or not c.isprintable() for c in email)
    if not name or "." not in host or len(email) > _LENGTH_MAX or strange:
        raise NoticeError("notices.email_unreadable", field="email")
