"""For collectors: may I contact this person about this debt? And: this is how I did."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, ConfigDict

from repact.server.api.keys import COLLECTOR, Collector
from repact.server.audit.actor import system
from repact.server.loans import queries as loan_queries
from repact.server.notices import actions as notice_actions
from repact.server.notices import recalls, standstill
from repact.server.notices.errors import NoticeError

router = Router()


class Made(BaseModel):
    """A contact a collector made or tried."""

    model_config = ConfigDict(extra="forbid")

    channel: str
    person: str
    effective: bool
    at: datetime


@router.get("/keys", summary="The public key of standstill tokens")
def keys(request: HttpRequest) -> dict[str, Any]:
    """A JWK set; the tokens are JWTs signed by ES256."""
    return standstill.public_keys()


@router.get("/loans/{ref}", auth=COLLECTOR, summary="May I contact this person about this debt?")
def may_contact(
    request: HttpRequest, ref: str, channel: str = "call", person: str = "debtor"
) -> dict[str, Any]:
    """The answer now, why not, and a signed token that expires."""
    caller = _caller(request)
    _assert_theirs(caller, ref)
    found = standstill.answer(
        loan_ref=ref,
        channel=channel,
        person=person,
        collector=str(caller.actor.id),
        now=request.now,
    )
    return {
        "loan_ref": ref,
        "may_contact": found.may_contact,
        "because": list(found.because),
        "expires_at": found.expires_at.isoformat(),
        "token": found.token,
    }


@router.post("/loans/{ref}/contacts", auth=COLLECTOR, summary="A contact was made or tried")
def made(request: HttpRequest, ref: str, contact: Made) -> dict[str, Any]:
    """Keep it: the law counts contacts, whoever makes them."""
    caller = _caller(request)
    _assert_theirs(caller, ref)
    loan = loan_queries.by_ref(ref)
    kept = notice_actions.log_contact(
        by=system(request.lender.id),
        borrower_id=loan.borrower_id,
        loan_id=loan.id,
        channel=contact.channel,
        person=contact.person,
        purpose="reminder",
        effective=contact.effective,
        by_whom=str(caller.actor.id),
        at=contact.at,
        now=request.now,
    )
    return {"id": str(kept.id)}


@router.post(
    "/recalls/{recall_id}/confirm", auth=COLLECTOR, summary="We have done what we were told"
)
def confirm(request: HttpRequest, recall_id: UUID) -> dict[str, Any]:
    """An agency confirms by itself what it was told, with its own key; nobody does it for it."""
    caller = _caller(request)
    recalls.confirm_recall(
        by=caller.actor,
        recall_id=recall_id,
        at=request.now,
        now=request.now,
        agency=caller.agency,
    )
    return {"recall_id": str(recall_id), "state": "confirmed"}


def _caller(request: HttpRequest) -> Collector:
    caller: Collector = request.auth  # type: ignore[attr-defined]  # set by the key
    return caller


def _assert_theirs(caller: Collector, ref: str) -> None:
    """An agency knows the debts placed with it and no other.

    Raises NoticeError `notices.loan.not_found`.
    """
    if caller.agency:
        loan = loan_queries.by_ref(ref)
        if not recalls.is_placed(loan, agency=caller.agency):
            raise NoticeError("notices.loan.not_found")
