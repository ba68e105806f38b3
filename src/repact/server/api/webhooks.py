"""Where systems outside tell us what happened. Signed; no key."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from ninja import Router

from repact.server.audit.actor import system
from repact.server.webhooks import actions as webhook_actions

router = Router()


@router.post("/wallet", summary="An event of the wallet's (Standard Webhooks)")
def wallet(request: HttpRequest) -> JsonResponse:
    """202: kept and carried on; 200: known already. 401, 409, 413 and 422 refuse it."""
    row, made = webhook_actions.receive(
        by=system(request.lender.id),
        source=webhook_actions.WALLET,
        headers=request.headers,
        raw=request.body,
        now=request.now,
    )
    body = {"event_id": row.event_id, "state": row.state}
    return JsonResponse(body, status=202 if made else 200)
