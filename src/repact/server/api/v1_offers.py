"""The API of plans and offers: quoting, countering, proposing, accepting."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import APIKeyCookie
from pydantic import ConfigDict

from repact.errors import RepactError
from repact.plans import wish as plan_wish
from repact.plans.document import Document, validate
from repact.plans.result import as_json
from repact.server.agreements import actions as agreement_actions
from repact.server.api.keys import KEY
from repact.server.audit.actor import BORROWER, Actor, system
from repact.server.cases import queries as case_queries
from repact.server.offers import answering, automatic, keys, making, negotiating
from repact.server.offers import queries as offer_queries
from repact.server.offers.answering import Answered, Wish
from repact.server.offers.models import Offer, OfferSet

KEY_LENGTH_MAX = 80


class ApiError(RepactError):
    """The request lacks what every request of its kind needs."""


class BorrowerSession(APIKeyCookie):
    """A borrower's own session, with the site's CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:  # noqa: ARG002
        actor: Actor | None = request.borrower_actor  # type: ignore[attr-defined]
        return actor


class _Strict(Schema):
    model_config = ConfigDict(extra="forbid", strict=True)


class WishIn(_Strict):
    """A wish: any one or several; amounts in minor units, the date in ISO 8601."""

    pay_minor: int | None = None
    payday: int | None = None
    months: int | None = None
    first_date: str | None = None
    lump_minor: int | None = None


class CounterIn(_Strict):
    """A case, and what its borrower would like."""

    case_id: str
    wish: WishIn


class AcceptIn(_Strict):
    """The hash of the version that was seen."""

    content_sha256: str


router = Router()
SESSION = BorrowerSession()


@router.post("/plans:quote", summary="The plan that meets a target exactly")
def quote(request: HttpRequest) -> dict[str, Any]:
    """Position, terms, target and what is free, as `repact plan` reads it; nothing is stored."""
    try:
        told = json.loads(request.body)
    except ValueError as error:
        raise ApiError("api.not_json") from error
    wish = validate(plan_wish.Wish, told)
    found = plan_wish.meet(wish)
    return {"value": found.value, **as_json(Document(position=wish.position, terms=found.terms))}


@router.post("/plans:counter", auth=[KEY, SESSION], summary="What a wish would come to")
def counter(request: HttpRequest, told: CounterIn) -> dict[str, Any]:
    """The nearest plans and how they stand. A borrower's tries are counted; nothing is proposed."""
    by: Actor = request.auth  # type: ignore[attr-defined]
    case_id, wish = _uuid(told.case_id), Wish(**told.wish.model_dump())
    now = request.now  # type: ignore[attr-defined]
    if by.role == BORROWER:
        return _answered(negotiating.try_number(by=by, case_id=case_id, wish=wish, now=now))
    basis = making.basis(case_queries.get(case_id), now=now)
    return _answered(answering.answer(basis, wish))


@router.get("/cases/{uuid:case_id}/offers", auth=KEY, summary="The plans a case is about now")
def offers(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """The current set with every plan's figures and what is not offered."""
    found = offer_queries.current_set(case_queries.get(case_id).id)
    return {"set": _set(found) if found else None}


@router.post("/cases/{uuid:case_id}/offers:propose", auth=KEY, summary="Make the plans of a case")
def propose(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """What submission does by itself, asked for by the lender's system: as far as the rollout lets
    it go. The same Idempotency-Key gives the same set."""
    by: Actor = request.auth  # type: ignore[attr-defined]
    made = automatic.propose_automatically(
        by=system(by.lender_id),
        case_id=case_queries.get(case_id).id,
        request_key=_idempotency_key(request),
        now=request.now,  # type: ignore[attr-defined]
    )
    return {"set": _set(made) if made else None}


@router.post("/offers/{uuid:offer_id}:accept", auth=SESSION, summary="Choose one's own plan")
def accept(request: HttpRequest, offer_id: UUID, told: AcceptIn) -> dict[str, Any]:
    """Choose exactly the version that was seen; the agreement is drafted. A repeat, under any key,
    gives the same agreement back; the same key for something else is a conflict."""
    keys.keep(
        by=request.auth,  # type: ignore[attr-defined]
        key=_idempotency_key(request),
        said={"offer": str(offer_id), "content_sha256": told.content_sha256},
    )
    agreement = agreement_actions.accept_offer(
        by=request.auth,  # type: ignore[attr-defined]
        offer_id=offer_id,
        content_sha256=told.content_sha256,
        now=request.now,  # type: ignore[attr-defined]
    )
    return {"agreement_id": str(agreement.id), "schedule_sha256": agreement.schedule_sha256}


def _idempotency_key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > KEY_LENGTH_MAX:
        raise ApiError("api.idempotency_key_missing", field="Idempotency-Key")
    return key


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ApiError("cases.not_found") from error


def _answered(answered: Answered) -> dict[str, Any]:
    return {
        "state": answered.state,
        "rule": answered.rule,
        "least_minor": answered.least_minor,
        "plans": [
            {
                "installment_minor": plan.installment_minor,
                "count": plan.count,
                "total_minor": plan.total_minor,
                "waived_minor": plan.waived_minor,
                "tier": plan.tier,
                "schedule_sha256": plan.schedule_sha256,
                "rows": plan.result["rows"],
            }
            for plan in answered.plans
        ],
    }


def _set(found: OfferSet) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "state": found.state,
        "tier": found.tier,
        "expires_at": found.expires_at.isoformat() if found.expires_at else None,
        "policy_sha256": found.policy_sha256,
        "law_sha256": found.law_sha256,
        "fingerprint": found.fingerprint,
        "offers": [_offer(offer) for offer in found.offers_in_order],
        "not_offered": found.not_offered,
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "id": str(offer.id),
        "label": offer.label,
        "state": offer.state,
        "content_sha256": offer.content_sha256,
        "schedule_sha256": offer.schedule_sha256,
        "installment_minor": offer.installment_minor,
        "over_by_minor": offer.over_by_minor,
        "tier": offer.tier,
        "concession_minor": offer.concession_minor,
        "parts": offer.parts,
        "rows": offer.rows,
        "totals": offer.result["totals"],
        "disclosure": offer.result["disclosure"],
    }
