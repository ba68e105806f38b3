"""Consent of its own to each sensitive kind of paper (CN-PIPL-28 and 29)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, Actor
from repact.server.cases import queries as case_queries
from repact.server.evidence.errors import EvidenceError
from repact.server.evidence.models import Consent, EvidenceFile
from repact.server.people import doors

VERSION = "2026-11"
HEALTH = ("medical_record", "invoice", "insurance_record")
ACCOUNTS = ("bank_statement", "credit_report", "tax_record", "pay_slip")
COURT = ("court_paper",)
SENSITIVE = frozenset({*HEALTH, *ACCOUNTS, *COURT})
_TEXT = {
    "zh-hans": (
        "这类材料会说明你的健康状况、银行账户和收入，或法律事务，属于敏感个人信息。"
        "我们只为决定这次申请而使用它，加密保存，只有经办人和复核人能打开，用完即删。不同意也可以申请：可以换别的材料，或者不交，"
        "这时能批准的优惠会小一些。同意之后随时可以撤回。"
    ),
    "en": (
        "Papers of this kind say something about your health, your accounts and income, or legal "
        "matters, which is sensitive. We use them only to decide this request, store them "
        "encrypted, and only the people who decide can open them; they are deleted when they are "
        "no longer needed. You can ask without them: send another paper, or none; then less can be "
        "granted. You can take this consent back at any time."
    ),
}


def text(*, language: str) -> str:
    """The words a person consents to, for each kind of paper on its own."""
    return _TEXT.get(language, _TEXT["en"])


@doors.action("evidence.consent", may=(BORROWER,))
def consent(*, by: Actor, case_id: UUID, kind: str, language: str, now: datetime) -> Consent:
    """Consent to one sensitive kind, in the words of today; a repeat gives the same back."""
    if kind not in SENSITIVE:
        raise EvidenceError("evidence.nothing_to_consent", field="kind")
    case = case_queries.get_own(borrower_id=by.id, case_id=case_id)  # type: ignore[arg-type]
    shown = text(language=language)
    live = {"case": case, "kind": kind, "withdrawn_at": None}
    existing = Consent.objects.filter(**live).first()
    if existing:
        audit_actions.unchanged()
        return existing
    try:
        with transaction.atomic():
            made = Consent.objects.create(
                lender_id=by.lender_id,
                text_version=VERSION,
                text_sha256=hashlib.sha256(shown.encode()).hexdigest(),
                language=language,
                given_at=now,
                **live,
            )
    except IntegrityError:  # two taps at once
        audit_actions.unchanged()
        return Consent.objects.get(**live)
    audit_actions.record(
        by=by,
        action="evidence.consent",
        subject_id=made.id,
        case_id=case.id,
        now=now,
        kind=kind,
        text_version=VERSION,
        text_sha256=made.text_sha256,
    )
    return made


@doors.action("evidence.withdraw_consent", may=(BORROWER,))
def withdraw_consent(*, by: Actor, case_id: UUID, kind: str, now: datetime) -> None:
    """Take a consent back: from now on nobody opens the papers of that kind."""
    case = case_queries.get_own(borrower_id=by.id, case_id=case_id)  # type: ignore[arg-type]
    live = Consent.objects.filter(case=case, kind=kind, withdrawn_at=None)
    if not live.update(withdrawn_at=now):
        audit_actions.unchanged()
        return
    EvidenceFile.objects.filter(case=case, kind=kind).update(state="withdrawn")
    audit_actions.record(
        by=by,
        action="evidence.withdraw_consent",
        subject_id=case.id,
        case_id=case.id,
        now=now,
        kind=kind,
    )


def assert_given(*, case_id: UUID, kind: str) -> None:
    """Raise `evidence.consent_missing` unless a sensitive kind was consented to."""
    if kind in SENSITIVE and not Consent.objects.filter(
        case_id=case_id, kind=kind, withdrawn_at=None
    ):
        raise EvidenceError("evidence.consent_missing", field="consent")
