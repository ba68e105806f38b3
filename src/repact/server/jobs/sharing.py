"""A request to several lenders, carried from one to the next, acting for each in turn.

Nothing here is seen by a person; each lender's row gets its own share and the consented totals.
Every step can be repeated.
"""

from __future__ import annotations

from uuid import UUID

from repact.plans import creditors
from repact.server.audit.actor import system
from repact.server.cases import sharing
from repact.server.cases.models import SharedRequest
from repact.server.clock import queries as clock_queries
from repact.server.lenders.models import Lender
from repact.server.tenancy import scope

PRIORITY = "priority"


def spread(*, lender_id: UUID, shared_id: UUID) -> None:
    """Find the person's debts at every lender, share the month's sum, tell each its own part."""
    origin = SharedRequest.objects.select_related("borrower", "case").get(id=shared_id)
    if origin.state == "withdrawn":
        return
    borrower = origin.borrower
    owed = {}
    for other in _lenders():
        with scope.acting_for(other):
            row = SharedRequest.objects.filter(request_id=origin.request_id).first()
            if row is None and other != lender_id:
                row = sharing.receive(
                    by=system(other),
                    request_id=origin.request_id,
                    wallet_account=borrower.wallet_account,
                    id_number_index=bytes(borrower.id_number_index),
                    consent_sha256=origin.consent_sha256,
                    monthly_minor=origin.monthly_minor,
                    consented_at=origin.consented_at,
                    now=clock_queries.business_now(lender_id=other),
                )
            if row and row.state != "withdrawn":
                owed[other] = row.owed_minor
    arrears = origin.case.answers.get("household", {}).get("arrears", ()) if origin.case else ()
    first = sum(item["amount_minor"] or 0 for item in arrears)
    debts = [creditors.Debt(str(other), amount) for other, amount in owed.items()]
    debts.insert(0, creditors.Debt(PRIORITY, first, priority=True))
    shares = creditors.distribute(origin.monthly_minor, debts)
    totals = {
        "lenders": len(owed),
        "owed_minor": sum(owed.values()),
        "priority_minor": shares[PRIORITY],
        "shared_minor": origin.monthly_minor - shares[PRIORITY],
    }
    _write(origin.request_id, {other: shares[str(other)] for other in owed}, totals)


def gather(*, request_id: UUID) -> None:
    """After an answer: tell every lender's row how many have agreed and declined, not who."""
    found = {}
    for other in _lenders():
        with scope.acting_for(other):
            row = SharedRequest.objects.filter(request_id=request_id).first()
            if row and row.state != "withdrawn":
                found[other] = row
    answers = {
        "agreed": sum(row.state == "agreed" for row in found.values()),
        "declined": sum(row.state == "declined" for row in found.values()),
    }
    for other, row in found.items():
        _write(request_id, {other: row.share_minor or 0}, {**row.totals, **answers})


def close(*, request_id: UUID) -> None:
    """The consent was taken back: close every lender's row."""
    for other in _lenders():
        with scope.acting_for(other):
            sharing.close(
                by=system(other),
                request_id=request_id,
                now=clock_queries.business_now(lender_id=other),
            )


def _write(request_id: UUID, shares: dict[UUID, int], totals: dict[str, int]) -> None:
    for other, share in shares.items():
        with scope.acting_for(other):
            sharing.set_share(
                by=system(other),
                request_id=request_id,
                share_minor=share,
                totals=totals,
                now=clock_queries.business_now(lender_id=other),
            )


def _lenders() -> list[UUID]:
    return list(Lender.objects.order_by("id").values_list("id", flat=True))
