"""The API, version 1: exact plans for anyone, agreements and their entries for the lender."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from repact.errors import RepactError
from repact.plans import document
from repact.plans.errors import InvariantError
from repact.plans.result import as_json
from repact.server.agreements import queries as agreement_queries
from repact.server.api import problems, standstill, statements, v1_offers, webhooks
from repact.server.api.keys import KEY
from repact.server.books import queries as book_queries

# What the state of a thing refuses, and what is asked too often; everything else is the request's.
STATUS = {
    "offers.already_chosen": 409,
    "offers.changed": 409,
    "offers.expired": 409,
    "offers.position_moved": 409,
    "offers.wrong_state": 409,
    "offers.not_negotiable": 409,
    "policies.stopped": 409,
    "offers.too_many_questions": 429,
    "api.idempotency_key_missing": 400,
    "api.not_json": 400,
    "offers.key_reused": 409,
    "people.not_allowed": 403,
    "webhooks.signature_wrong": 401,
    "webhooks.from_the_future": 401,
    "webhooks.too_old": 401,
    "webhooks.event_reused": 409,
    "webhooks.too_large": 413,
    "statements.too_large": 413,
}

api = NinjaAPI(
    title="Repact",
    version="1",
    description="Negotiated repayment. Money is integer minor units; dates are ISO 8601.",
    urls_namespace="api",
    docs_url=None,
)
api.add_router("", v1_offers.router)
api.add_router("/standstill", standstill.router)
api.add_router("/statements", statements.router)
api.add_router("/webhooks", webhooks.router)


@api.exception_handler(RepactError)
def refused(request: HttpRequest, error: RepactError) -> HttpResponse:
    """A refusal as a problem (RFC 9457)."""
    if error.code.endswith(".not_found"):
        return problems.response(error, status=404)
    usual = 500 if isinstance(error, InvariantError) else 422
    return problems.response(error, status=STATUS.get(error.code, usual))


@api.post("/plans:schedule", summary="The exact schedule of a plan document")
def schedule(request: HttpRequest) -> dict[str, Any]:
    """Rows, totals, disclosure and certificate; the same as `repact schedule` prints."""
    return as_json(document.parse(request.body))


@api.get("/agreements/{agreement_id}", auth=KEY, summary="An agreement in figures")
def agreement(request: HttpRequest, agreement_id: UUID) -> dict[str, Any]:
    """State, terms, rows, totals and disclosure of one agreement; no personal data."""
    found = agreement_queries.get(agreement_id)
    contents = agreement_queries.contents(found)
    return {
        "id": str(found.id),
        "reference": found.reference,
        "state": found.state,
        "currency": contents.currency,
        "installment_minor": contents.installment_minor,
        "terms": contents.debts[0].terms,
        "schedule_sha256": found.schedule_sha256,
        **contents.bill.model_dump(mode="json"),
    }


@api.get("/agreements/{agreement_id}/entries", auth=KEY, summary="An agreement's journal entries")
def entries(request: HttpRequest, agreement_id: UUID) -> dict[str, Any]:
    """Every entry with its lines, oldest first; debit positive, credit negative."""
    agreement_queries.get(agreement_id)
    return {
        "entries": [
            {
                "template": entry.template,
                "happened_on": entry.happened_on.isoformat(),
                "currency": entry.currency,
                "lines": [
                    {"account": line.account, "amount_minor": line.amount_minor}
                    for line in entry.postings.all()
                ],
            }
            for entry in book_queries.of_agreement(agreement_id)
        ]
    }
