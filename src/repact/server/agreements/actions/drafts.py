"""From a chosen offer to a text that has been read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import rfc8785
from django.db import connection

from repact.server.agreements import authority, drafting, queries, states
from repact.server.agreements.actions import files
from repact.server.agreements.documents import parties
from repact.server.agreements.documents.contents import Contents, Replaced, read
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement, Reading, Signature
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, Actor
from repact.server.clock import ports
from repact.server.connectors import wallet
from repact.server.connectors.errors import ConnectorError
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.offers import actions as offer_actions
from repact.server.offers.models import Offer
from repact.server.people import doors
from repact.server.people import queries as people_queries
from repact.server.policies import queries as policy_queries


@dataclass(frozen=True, slots=True)
class NamedSigner:
    """Somebody who signs beside the borrower: as the text names them, and where codes reach them
    (their own wallet account, never the borrower's)."""

    party: parties.Signer
    account: str


@doors.action("agreements.accept_offer", may=(BORROWER,))
def accept_offer(*, by: Actor, offer_id: UUID, content_sha256: str, now: datetime) -> Agreement:
    """Choose an offer and draft its agreement, in one transaction; a repeat gives the same back.

    A plan that runs for one of the same debts is named as the one this agreement replaces.
    """
    offer = offer_actions.choose(by=by, offer_id=offer_id, content_sha256=content_sha256, now=now)
    existing = Agreement.objects.filter(offer=offer).first()
    if existing:
        audit_actions.unchanged()
        return existing
    return draft(by, offer, now)


def draft(by: Actor, offer: Offer, now: datetime, /) -> Agreement:
    """A new draft, with the borrower as its only signer so far.

    What the lender promises about time is as the policy said that the offer was made under. Raises
    `agreements.not_all_loans` where a loan that is not paid would be left without a plan.
    """
    on = lender_queries.today(by.lender_id, now=now)
    reference = _reference(by, on)
    borrower = people_queries.borrower(offer.case.borrower_id)
    replaced = _running_for(offer)
    if replaced:
        _assert_takes_all_in(offer, replaced)
    contents = drafting.contents(
        offer=offer,
        reference=reference,
        on=on,
        account_tail=_account_tail(borrower.wallet_account),
        policy=policy_queries.by_hash(offer.offer_set.policy_sha256).policy,
        replaces=_named(replaced) if replaced else None,
        signature_level=authority.level(),
    )
    stored = contents.model_dump(mode="json")
    agreement = Agreement.objects.create(
        lender_id=by.lender_id,
        case=offer.case,
        offer=offer,
        borrower=borrower,
        reference=reference,
        replaces=replaced,
        contents=stored,
        contents_sha256=digest(stored),
        schedule_sha256=offer.schedule_sha256,
        drafted_at=now,
    )
    Signature.objects.create(
        lender_id=by.lender_id,
        agreement=agreement,
        number=1,
        role="borrower",
        name=contents.borrower.name,
        account=borrower.wallet_account,
        liability={"kind": "joint"},
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


@doors.action("agreements.name_signers", may=(AGENT, SUPERVISOR))
def name_signers(
    *, by: Actor, agreement_id: UUID, signers: Sequence[NamedSigner], now: datetime
) -> Agreement:
    """Say who signs beside the borrower, in which order, and what each answers for.

    Only while the text is not written; whatever was read before must be read again. Raises
    `agreements.same_account` when two signers would be reached at one place.
    """
    agreement = files.locked(agreement_id)
    if agreement.state != states.DRAFT or agreement.signatures.count() > 1:
        raise AgreementError("agreements.wrong_state", state=agreement.state, event="name_signers")
    accounts = [agreement.borrower.wallet_account, *(signer.account for signer in signers)]
    if len(set(accounts)) != len(accounts):
        raise AgreementError("agreements.same_account", field="account")
    rewrite(agreement, signers=[signer.party.model_dump(mode="json") for signer in signers])
    for number, signer in enumerate(signers, start=2):
        Signature.objects.create(
            lender_id=by.lender_id,
            agreement=agreement,
            number=number,
            role=signer.party.role,
            name=signer.party.name,
            account=signer.account,
            liability=signer.party.liability.model_dump(mode="json"),
        )
    audit_actions.record(
        by=by,
        action="agreements.name_signers",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        roles=[signer.party.role for signer in signers],
        contents_sha256=agreement.contents_sha256,
    )
    return agreement


@doors.action("agreements.open_page", may=(BORROWER,))
def open_page(*, by: Actor, agreement_id: UUID, page: str, now: datetime) -> Reading:
    """Note when a page that must be read was first shown; a changed text is shown anew."""
    agreement = files.own(by, agreement_id)
    reading, made = Reading.objects.get_or_create(
        lender_id=by.lender_id,
        agreement=agreement,
        page=page,
        defaults={"shown_sha256": agreement.contents_sha256, "opened_at": ports.now()},
    )
    if not made and reading.shown_sha256 == agreement.contents_sha256:
        audit_actions.unchanged()
        return reading
    reading.shown_sha256, reading.confirmed_at = agreement.contents_sha256, None
    reading.opened_at, reading.seen = ports.now(), []
    reading.save()
    audit_actions.record(
        by=by,
        action="agreements.open_page",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        page=page,
    )
    return reading


@doors.action("agreements.confirm_page", may=(BORROWER,))
def confirm_page(
    *, by: Actor, agreement_id: UUID, page: str, seen: Collection[str] = (), now: datetime
) -> None:
    """Note that a page was read; the cost sheet not before its time, the key facts not before
    every flagged clause was ticked by its name (`seen`; `clauses.flagged`).

    Raises `agreements.not_opened`, `agreements.not_all_seen`, or `agreements.read_first` with the
    seconds left.
    """
    agreement = files.own(by, agreement_id)
    reading = (
        Reading.objects.select_for_update()
        .filter(agreement=agreement, page=page, shown_sha256=agreement.contents_sha256)
        .first()
    )
    if reading is None:
        raise AgreementError("agreements.not_opened", page=page)
    if reading.confirmed_at:
        audit_actions.unchanged()
        return
    least = agreement.contents["cost_sheet_seconds"] if page == "costs" else 0
    left = least - int((ports.now() - reading.opened_at).total_seconds())
    if left > 0:
        raise AgreementError("agreements.read_first", seconds=left)
    if page == "facts":
        reading.seen = queries.words_seen(agreement, seen)
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
        seen=[one["clause"] for one in reading.seen],
    )


def rewrite(agreement: Agreement, /, **changed: Any) -> None:
    """Change parts of a draft's contents, checked as a whole."""
    made = Contents.model_validate(read(agreement.contents).model_dump(mode="json") | changed)
    agreement.contents = made.model_dump(mode="json")
    agreement.contents_sha256 = digest(agreement.contents)
    agreement.save()


def digest(stored: dict[str, Any], /) -> str:
    """The SHA-256 of contents, over their canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(stored)).hexdigest()


def _running_for(offer: Offer) -> Agreement | None:
    """The plan that the case is to change, or else the one that runs for one of its loans."""
    refs = {loan.ref for loan in offer.offer_set.loans}
    running = Agreement.objects.filter(
        borrower_id=offer.case.borrower_id, state__in=[states.IN_FORCE, states.BREACHED]
    )
    for agreement in running.order_by("-drafted_at"):
        if agreement.id == offer.case.running_agreement_id or refs & {
            debt.loan_ref for debt in queries.contents(agreement).debts
        }:
            return agreement
    return None


def _assert_takes_all_in(offer: Offer, replaced: Agreement) -> None:
    """Every loan of the plan that the agreement ends is in it, unless it is paid."""
    refs = {debt.loan_ref for debt in queries.contents(replaced).debts}
    refs -= {loan.ref for loan in offer.offer_set.loans}
    left = loan_queries.unpaid_in_plan(offer.case.borrower_id, refs=refs)
    if left:
        raise AgreementError("agreements.not_all_loans", missing=len(left))


def _named(agreement: Agreement) -> Replaced:
    return Replaced(
        reference=agreement.reference,
        agreement_date=queries.contents(agreement).agreement_date,
        contents_sha256=agreement.contents_sha256,
    )


def _account_tail(account: str) -> str:
    """The last digits of the wallet account; empty while the wallet is silent."""
    try:
        return wallet.account(account).tail
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
