"""Asking a guarantor or co-borrower for written consent to changed terms (CN-CC-695).

A link and a code go separate ways; only their hashes are kept. Without consent a heavier debt does
not bind a guarantor in its heavier part; the lighter one does either way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.crypto import constant_time_compare

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, SUPERVISOR, SYSTEM, Actor
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, ConsentRequest
from repact.server.clock import ports
from repact.server.loans.models import Party
from repact.server.people import doors

DAYS = 14
TRIES_MAX = 5
CODE_DIGITS = 6


class Asked(NamedTuple):
    """A request with its secrets, which are shown once and never again."""

    request: ConsentRequest
    token: str
    code: str


@doors.action("cases.request_consent", may=(AGENT, SUPERVISOR))
def request(
    *,
    by: Actor,
    case_id: UUID,
    party_id: UUID,
    terms_sha256: str,
    before: Sequence[dict[str, Any]],
    after: Sequence[dict[str, Any]],
    now: datetime,
) -> Asked:
    """Ask once more or for the first time: an open request gets a new link and code.

    `before` and `after` are the two schedules, rows of `due_date` and `payment_minor`, kept as they
    are shown. Raises `cases.not_found`, `cases.consent_answered`.
    """
    case = Case.objects.filter(id=case_id).first()
    party = Party.objects.filter(id=party_id, loan__in=case.loans.all()).first() if case else None
    if case is None or party is None:
        raise CaseError("cases.not_found")
    token, code = ports.token(), f"{int.from_bytes(ports.random_bytes(8)) % 10**CODE_DIGITS:06d}"
    made, _ = ConsentRequest.objects.select_for_update().get_or_create(
        lender_id=by.lender_id,
        case=case,
        party=party,
        terms_sha256=terms_sha256,
        defaults={
            "before": list(before),
            "after": list(after),
            "heavier": _total(after) > _total(before),
            "token_sha256": _digest(token),
            "code_sha256": _digest(code),
            "requested_at": now,
            "requested_by": by.id,
            "expires_at": now + timedelta(days=DAYS),
        },
    )
    if made.answer:
        raise CaseError("cases.consent_answered", answer=made.answer)
    made.token_sha256, made.code_sha256, made.tries = _digest(token), _digest(code), 0
    made.expires_at = now + timedelta(days=DAYS)
    made.save()
    audit_actions.record(
        by=by,
        action="cases.request_consent",
        subject_id=made.id,
        case_id=case.id,
        now=now,
        heavier=made.heavier,
        terms_sha256=terms_sha256,
    )
    return Asked(made, token, code)


@doors.action("cases.answer_consent", may=(SYSTEM,))
def answer(*, by: Actor, token: str, code: str, consented: bool, now: datetime) -> str:
    """What the person with link and code says: `consented` or `refused`, the first answer stands.

    Also returned: `wrong_code` (counted, five at most), `closed` (expired or too many tries).
    """
    made = ConsentRequest.objects.select_for_update().filter(token_sha256=_digest(token)).first()
    if made is None or made.answer or made.tries >= TRIES_MAX or now >= made.expires_at:
        audit_actions.unchanged()
        return made.answer if made and made.answer else "closed"
    if not constant_time_compare(made.code_sha256, _digest(code.strip())):
        made.tries += 1
        made.save()
        outcome = "wrong_code"
    else:
        outcome = made.answer = "consented" if consented else "refused"
        made.answered_at = now
        made.save()
    audit_actions.record(
        by=by,
        action="cases.answer_consent",
        subject_id=made.id,
        case_id=made.case_id,
        now=now,
        outcome=outcome,
    )
    return outcome


def find(token: str, /) -> ConsentRequest | None:
    """The request behind a link."""
    found = ConsentRequest.objects.select_related("case", "party__loan__product")
    return found.filter(token_sha256=_digest(token)).first()


def of_case(case_id: UUID, /) -> list[ConsentRequest]:
    """A case's requests, newest first."""
    return list(ConsentRequest.objects.filter(case_id=case_id).order_by("-requested_at"))


def unbound(*, case_id: UUID, terms_sha256: str) -> list[UUID]:
    """Parties whom the heavier part of these terms does not bind: no written consent."""
    requests = ConsentRequest.objects.filter(case_id=case_id, terms_sha256=terms_sha256)
    bound = set(requests.filter(answer="consented").values_list("party_id", flat=True))
    parties = Party.objects.filter(
        role="guarantor", loan__in=Case.loans.through.objects.filter(case_id=case_id).values("loan")
    )
    return [party.id for party in parties.order_by("added_at", "id") if party.id not in bound]


def _total(rows: Sequence[dict[str, Any]]) -> int:
    return sum(row["payment_minor"] for row in rows)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
