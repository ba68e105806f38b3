"""Reading agreements."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeGuard
from uuid import UUID
from zoneinfo import ZoneInfo

from asn1crypto import x509
from django.conf import settings
from django.utils import translation
from pyhanko.keys import load_certs_from_pemder

from repact.server.agreements import authority, states
from repact.server.agreements.charged import assert_charged_is_signed
from repact.server.agreements.documents import clauses, wording
from repact.server.agreements.documents import cost_sheet as sheets
from repact.server.agreements.documents.contents import Contents, Language, read
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import (
    Agreement,
    Document,
    Paper,
    Share,
    Signature,
    SigningCode,
    SigningRecord,
)
from repact.server.agreements.signing import evidence as sealed_evidence
from repact.server.agreements.signing import verification
from repact.server.clock import ports
from repact.server.lenders import queries as lender_queries
from repact.server.offers import making as offer_making
from repact.server.people import store

DAYS_FOR_OTHERS = 14
IDENTIFIED_MINUTES = 15

__all__ = ["assert_charged_is_signed"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of somebody's PDF says; `state` is known only for a file sealed here.

    `paper`: it is one of our papers, such as a certificate of settlement.
    """

    found: verification.Verification
    is_ours: bool
    state: str | None
    paper: Paper | None = None

    @property
    def is_revoked(self) -> bool:
        """Whether it is a paper of ours that no longer holds."""
        return self.paper is not None and hasattr(self.paper, "revocation")


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """The agreement on one screen; `flagged` are the points to be ticked, each by its name."""

    installment_minor: int
    count: int
    first_due_date: str
    last_due_date: str
    total_minor: int
    owed_minor: int
    waived_minor: int
    annual_rate_ppm: int
    points: tuple[clauses.Clause, ...]
    flagged: dict[str, clauses.Clause]


def get(agreement_id: UUID, /) -> Agreement:
    """One agreement. Raises `agreements.not_found`."""
    found = Agreement.objects.select_related("borrower__key").filter(id=agreement_id).first()
    if found is None:
        raise AgreementError("agreements.not_found")
    return found


def get_own(*, borrower_id: UUID, agreement_id: UUID) -> Agreement:
    """One of a borrower's own agreements. Raises `agreements.not_found` for anybody else's."""
    found = get(agreement_id)
    if found.borrower_id != borrower_id:
        raise AgreementError("agreements.not_found")
    return found


def current_of_borrower(borrower_id: UUID, /) -> Agreement | None:
    """The borrower's agreement that is not over."""
    return (
        Agreement.objects.filter(borrower_id=borrower_id, state__in=states.LIVE)
        .order_by("-drafted_at")
        .first()
    )


def of_case(case_id: UUID, /) -> Agreement | None:
    """The newest agreement of a case that is not over."""
    found = Agreement.objects.filter(case_id=case_id, state__in=states.LIVE)
    return found.order_by("-drafted_at").first()


def draft_of_case(case_id: UUID, /) -> Agreement | None:
    """The case's agreement whose text is not written yet."""
    return Agreement.objects.filter(case_id=case_id, state=states.DRAFT).first()


def contents(agreement: Agreement, /) -> Contents:
    """The agreement's contents; the one debt of a first version is known by its offer's loan."""
    said = read(agreement.contents)
    if said.debts[0].loan_id:
        return said
    (debt,), (loan_id,) = said.debts, offer_making.loan_ids(agreement.offer)
    named = debt.model_copy(update={"loan_id": str(loan_id)})
    return said.model_copy(update={"debts": (named,)})


def key_facts(agreement: Agreement, /) -> KeyFacts:
    """The agreement on one screen, in the reader's language."""
    said = contents(agreement)
    rows, speaker = said.paying_rows, clauses.Speaker(said, _language())
    return KeyFacts(
        installment_minor=said.installment_minor,
        count=len(rows),
        first_due_date=rows[0]["due_date"],
        last_due_date=rows[-1]["due_date"],
        total_minor=said.total_minor,
        owed_minor=said.owed_minor,
        waived_minor=said.waived_minor,
        annual_rate_ppm=said.annual_rate_ppm,
        points=tuple(clauses.promises(speaker)),
        flagged=clauses.flagged(speaker),
    )


def cost_sheet(agreement: Agreement, /) -> sheets.CostSheet:
    """The cost sheet, in the reader's language."""
    return sheets.cost_sheet(contents(agreement), _language())


def notice(agreement: Agreement, /) -> tuple[clauses.Clause, ...]:
    """What is told before a change where the law asks for it; in China the cost sheet does."""
    said = contents(agreement)
    if said.jurisdiction == "cn":
        return ()
    return tuple(clauses.notice(clauses.Speaker(said, _language())))


def schedules_of_debts(agreement: Agreement, /) -> list[dict[str, Any]]:
    """Every debt's own schedule; none when there is one debt, whose schedule is the bill."""
    said = contents(agreement)
    language = _language()
    return [
        {
            "loan_ref": debt.loan_ref,
            "product": wording.product(debt, language),
            "rows": debt.result["rows"],
        }
        for debt in said.debts
        if len(said.debts) > 1
    ]


def is_confirmed(agreement: Agreement, page: str, /) -> bool:
    """Whether a page that must be read was confirmed, as the contents are now."""
    return agreement.readings.filter(
        page=page, confirmed_at__isnull=False, shown_sha256=agreement.contents_sha256
    ).exists()


def words_seen(agreement: Agreement, names: Collection[str], /) -> list[dict[str, str]]:
    """The flagged clauses as the reader saw them: name, language and the hash of the words.

    Raises `agreements.not_all_seen` when one of them is not among `names`.
    """
    language = _language()
    found = clauses.flagged(clauses.Speaker(contents(agreement), language))
    if not found.keys() <= set(names):
        raise AgreementError("agreements.not_all_seen", field="seen")
    return [
        {
            "clause": name,
            "language": language,
            "sha256": hashlib.sha256(f"{one.label}\n{one.sentence}".encode()).hexdigest(),
        }
        for name, one in found.items()
    ]


def has_seen(agreement: Agreement, /) -> bool:
    """Whether every flagged clause was ticked, as the contents are now."""
    reading = agreement.readings.filter(
        page="facts", confirmed_at__isnull=False, shown_sha256=agreement.contents_sha256
    ).first()
    asked = clauses.flagged(clauses.Speaker(contents(agreement), "zh-hans"))
    return reading is not None and asked.keys() <= {one["clause"] for one in reading.seen}


def sheet_seconds(agreement: Agreement, /) -> int:
    """For how long the cost sheet was open until it was confirmed; 0 while it is not."""
    reading = agreement.readings.filter(
        page="costs", confirmed_at__isnull=False, shown_sha256=agreement.contents_sha256
    ).first()
    return int((reading.confirmed_at - reading.opened_at).total_seconds()) if reading else 0


def answered_minor(signature: Signature, /) -> int:
    """The most a person beside the borrower answers for: the debts in their list and no others."""
    liability = signature.liability
    said = contents(signature.agreement)
    listed = sum(
        debt.result["totals"]["payment_minor"]
        for debt in said.debts
        if debt.loan_ref in liability.get("loan_refs", ())
    )
    most = liability.get("amount_minor")
    if liability["kind"] == "represented":
        return 0
    return listed if most is None else min(listed, most)


def signers(agreement: Agreement, /) -> list[Signature]:
    """Everybody who must sign, in order; the borrower first, the lender not among them."""
    return list(agreement.signatures.order_by("number"))


def to_invite() -> list[UUID]:
    """Agreements whose next signer beside the borrower has no link yet, the oldest first."""
    waiting = Signature.objects.filter(
        agreement__state=states.SIGNED, number__gt=1, state="waiting", token_sha256=""
    ).order_by("agreement__signed_at")
    return [
        found.agreement_id
        for found in waiting
        if not found.agreement.signatures.filter(number__lt=found.number)
        .exclude(state="signed")
        .exists()
    ]


def signer_by_link(token: str, /) -> Signature:
    """Whose link this is. Raises `agreements.not_found`."""
    found = (
        Signature.objects.select_related("agreement__borrower__key")
        .filter(
            token_sha256=hashlib.sha256(token.encode()).hexdigest(),
            token_expires_at__gt=ports.now(),
        )
        .first()
    )
    if found is None:
        raise AgreementError("agreements.not_found")
    return found


def is_identified(at: datetime | None, /) -> TypeGuard[datetime]:
    """Whether the wallet has said who this is recently enough to sign."""
    return at is not None and ports.now() - at <= timedelta(minutes=IDENTIFIED_MINUTES)


def waiting_code(signature: Signature, /) -> SigningCode | None:
    """The code that this signer can still use."""
    return (
        signature.codes.filter(used_at=None, tries_left__gt=0, expires_at__gt=ports.now())
        .order_by("-expires_at")
        .first()
    )


def sign_until(agreement: Agreement, /) -> datetime:
    """The moment, in business time, from which this text can no longer be signed.

    The borrower has as long as the offer stands, and a day at least; those beside the borrower two
    weeks more. Never past the start of the first day that something is due.
    """
    offered = agreement.offer.offer_set.expires_at or agreement.drafted_at
    until = max(offered, agreement.drafted_at + timedelta(days=1))
    if agreement.signed_at:
        until = agreement.signed_at + timedelta(days=DAYS_FOR_OTHERS)
    first = date.fromisoformat(contents(agreement).paying_rows[0]["due_date"])
    zone = ZoneInfo(lender_queries.get(agreement.lender_id).zone)
    return min(until, datetime.combine(first, time.min, tzinfo=zone))


def withdraw_until(agreement: Agreement, /) -> date | None:
    """The last day on which the agreement can be taken back without a reason; None without one."""
    days = agreement.contents["cooling_off_days"]
    if agreement.sealed_at is None or not days:
        return None
    return lender_queries.today(agreement.lender_id, now=agreement.sealed_at) + timedelta(days=days)


def shares(agreement: Agreement, /) -> list[Share]:
    """The links that can still be used."""
    return list(
        agreement.shares.filter(
            revoked_at=None, uses_left__gt=0, expires_at__gt=ports.now()
        ).order_by("made_at")
    )


def papers(agreement: Agreement, /) -> list[Paper]:
    """The sealed papers beside the agreement that still hold."""
    return list(agreement.papers.filter(revocation=None).order_by("issued_at"))


def paper(agreement: Agreement, kind: str, /) -> Paper:
    """One sealed paper beside the agreement that still holds. Raises `agreements.not_found`."""
    found = agreement.papers.filter(kind=kind, revocation=None).first()
    if found is None:
        raise AgreementError("agreements.not_found")
    return found


def paper_pdf(agreement: Agreement, paper: Paper, /) -> bytes:
    """The bytes of a sealed paper."""
    return store.get(agreement.borrower.key, paper.file, context="agreements.document")


def roots() -> list[x509.Certificate]:
    """The certificates this server's signatures lead to: the configured authority's, and those of
    the lender's evidence and local timestamps."""
    found = {c.sha256: c for c in [*authority.signer().roots(), *authority.local().roots()]}
    return list(found.values())


def check(pdf: bytes, /) -> Checked:
    """Check a PDF that anybody brings: everything `signing.verification` checks, and whether it is
    byte for byte a file that was sealed here. A paper of ours is checked as what it is, and whether
    it still holds."""
    at = ports.now()
    paper = Paper.objects.filter(pdf_sha256=hashlib.sha256(pdf).hexdigest()).first()
    if paper is not None:
        of_paper = verification.verify_paper(pdf, roots=[*roots(), *trusted_roots()], at=at)
        return Checked(found=of_paper, is_ours=True, state=None, paper=paper)
    found = verification.verify(
        pdf,
        roots=[*roots(), *trusted_roots()],
        at=at,
        revocations=authority.signer().revocations(at=at),
    )
    known = Document.objects.filter(pdf_sha256=found.sha256).order_by("-revision").first()
    is_last = (
        known is not None
        and not known.agreement.documents.filter(revision__gt=known.revision).exists()
    )
    state = known.agreement.state if known and is_last else None
    return Checked(found=found, is_ours=is_last, state=state)


def trusted_roots() -> list[x509.Certificate]:
    """Further roots that are trusted, such as a timestamp authority's: PEM files in the folder
    `REPACT_TRUSTED_ROOTS`."""
    folder = settings.REPACT_TRUSTED_ROOTS
    paths = sorted(Path(folder).glob("*.pem")) if folder else []
    return [certificate for path in paths for certificate in load_certs_from_pemder([str(path)])]


def evidence(agreement: Agreement, /) -> list[SigningRecord]:
    """The sealed records of everybody's act, in the order of signing, each checked against its seal
    and its hash. Raises `agreements.evidence_differs`."""
    found = list(agreement.records.order_by("signature__number", "recorded_at"))
    for record in found:
        sha256 = sealed_evidence.assert_sealed(
            record.evidence,
            bytes(record.seal),
            roots=authority.local().roots(),
            at=ports.now(),
        )
        if sha256 != record.sha256:
            raise AgreementError("agreements.evidence_differs")
    return found


def pdf(agreement: Agreement, /) -> bytes:
    """The latest revision of the document. Raises `agreements.no_document`."""
    document = agreement.documents.order_by("-revision").first()
    if document is None:
        raise AgreementError("agreements.no_document")
    return store.get(agreement.borrower.key, document.file, context="agreements.document")


def _language() -> Language:
    return "en" if (translation.get_language() or "").startswith("en") else "zh-hans"
