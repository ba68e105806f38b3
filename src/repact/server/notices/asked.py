"""What somebody waits for: a code they have just asked for, a link to sign by. Through the gate.

Its text is a secret that is kept nowhere, so it is handed to the wallet at once or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, SYSTEM, Actor
from repact.server.connectors import wallet
from repact.server.lenders import queries as lender_queries
from repact.server.notices import gate
from repact.server.notices.errors import NoticeError
from repact.server.notices.models import Addressee, Contact
from repact.server.people import doors
from repact.server.people import queries as people_queries

PERSONS = {"guarantor": "guarantor"}


@dataclass(frozen=True, slots=True)
class Secret:
    """One message with something secret in it, for one wallet account; `role` is whose."""

    request_id: UUID
    account: str
    role: str
    kind: str
    title: str
    text: str


@doors.action("notices.hand_over", may=(BORROWER, SYSTEM))
def hand_over(
    *,
    by: Actor,
    borrower_id: UUID,
    case_id: UUID | None,
    secret: Secret,
    asked: bool,
    now: datetime,
) -> None:
    """Hand a secret to the wallet, and log the contact with whom it reached.

    `asked`: the person waits for it this minute, so that no hour and no count stands against it;
    otherwise (somebody else wants them to sign) it goes in the hours of the law and the lender.
    Raises NoticeError `notices.not_now` or `notices.erased`, or ConnectorError while the wallet is
    silent.
    """
    borrower = people_queries.borrower(borrower_id)
    verdict = gate.judge_secret(borrower, asked=asked, now=now)
    if verdict.never_because:
        raise NoticeError(f"notices.{verdict.never_because}")
    if not verdict.send:
        raise NoticeError("notices.not_now")
    wallet.deliver(
        request_id=secret.request_id,
        account=secret.account,
        kind=secret.kind,
        title=secret.title,
        text=secret.text,
    )
    lender = lender_queries.get(by.lender_id)
    addressee = Addressee.objects.filter(borrower=borrower).first()
    contact = Contact.objects.create(
        lender_id=by.lender_id,
        borrower=borrower,
        channel="message",
        person=PERSONS.get(secret.role, "debtor"),
        purpose="requested" if asked else "service",
        effective=True,
        by_whom="wallet",
        at=now,
        on_date=now.astimezone(gate.zone_of(addressee, lender)).date(),
    )
    audit_actions.record(
        by=by,
        action="notices.hand_over",
        subject_id=contact.id,
        case_id=case_id,
        now=now,
        kind=secret.kind,
        asked=asked,
    )
