"""What somebody waits for: a code they have just asked for, a link to sign by. Through the gate.

Its text is a secret that is kept nowhere, so it is handed to the wallet at once or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.clock import ports
from repact.server.connectors import messages, wallet
from repact.server.connectors.errors import ConnectorError
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.notices import gate, wording
from repact.server.notices.errors import NoticeError
from repact.server.notices.models import Addressee, Contact
from repact.server.people import doors
from repact.server.people import queries as people_queries
from repact.server.people.models import Borrower

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
    contact = _log(by, borrower, secret.role, "requested" if asked else "service", "wallet", now)
    audit_actions.record(
        by=by,
        action="notices.hand_over",
        subject_id=contact.id,
        case_id=case_id,
        now=now,
        kind=secret.kind,
        asked=asked,
    )


@doors.action("notices.text_link", may=(AGENT, SUPERVISOR))
def text_link(*, by: Actor, party_id: UUID, case_id: UUID, path: str, now: datetime) -> bool:
    """Text a guarantor or co-borrower a link, at the phone the contract names; whether it went.

    Its addressee has not asked for it, so it keeps to the hours of the law and the lender. False
    where there is no gateway, none answers, or the hour is wrong: the agent passes the link on.
    """
    party, phone = loan_queries.party_phone(party_id)
    borrower = party.loan.borrower
    if (
        "sms" not in messages.configured()
        or not gate.judge_secret(borrower, asked=False, now=now).send
    ):
        audit_actions.unchanged()
        return False
    lender = lender_queries.get(by.lender_id)
    said = wording.link(
        lender_zh=lender.name_zh, lender_en=lender.name_en, language=borrower.language, path=path
    )
    try:
        messages.send(
            channel="sms", request_id=ports.new_id(), to=phone, title=said.title, text=said.text
        )
    except ConnectorError:
        audit_actions.unchanged()
        return False
    contact = _log(by, borrower, party.role, "service", "sms", now)
    audit_actions.record(
        by=by,
        action="notices.text_link",
        subject_id=contact.id,
        case_id=case_id,
        now=now,
        party_id=str(party_id),
    )
    return True


def _log(
    by: Actor, borrower: Borrower, role: str, purpose: str, by_whom: str, now: datetime
) -> Contact:
    """The contact, on the addressee's own day."""
    lender = lender_queries.get(by.lender_id)
    addressee = Addressee.objects.filter(borrower=borrower).first()
    return Contact.objects.create(
        lender_id=by.lender_id,
        borrower=borrower,
        channel="message",
        person=PERSONS.get(role, "debtor"),
        purpose=purpose,
        effective=True,
        by_whom=by_whom,
        at=now,
        on_date=now.astimezone(gate.zone_of(addressee, lender)).date(),
    )
