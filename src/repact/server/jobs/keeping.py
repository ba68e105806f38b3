"""Where the lender's core is the keeper of record: it is told of each plan and each payment."""

from __future__ import annotations

from procrastinate.contrib.django import app

from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.models import Agreement
from repact.server.connectors import core
from repact.server.jobs.events import PATIENT, carried
from repact.server.repayments.models import Part, Payment, PlanEvent

CORE = "core"


@app.task(name="jobs.push_plan", queue="flow", retry=PATIENT)
def push_plan(*, lender_id: str, event_id: str) -> None:
    """A plan begins: the core keeps it, for the loans it is the keeper of."""
    with carried(lender_id, event_id) as (_, event):
        agreement = agreement_queries.get(event.subject_id)
        debts = {debt.loan_id: debt for debt in agreement_queries.contents(agreement).debts}
        for part in _kept_by_core(agreement):
            rows = debts[str(part.loan_id)].result["rows"]
            core.push_plan(
                agreement=str(agreement.id),
                loan_ref=part.loan.ref,
                currency=part.loan.currency,
                rows=[
                    {"due_date": row["due_date"], "payment_minor": row["payment_minor"]}
                    for row in rows
                ],
            )


@app.task(name="jobs.push_payment", queue="flow", retry=PATIENT)
def push_payment(*, lender_id: str, event_id: str) -> None:
    """A payment was posted, or taken back: each core-kept loan's share of it."""
    with carried(lender_id, event_id) as (_, event):
        payment = Payment.objects.select_related("agreement").get(id=event.subject_id)
        undone = event.action == "repayments.reverse_payment"
        parts = {part.number: part for part in _kept_by_core(payment.agreement)}
        for share in PlanEvent.objects.filter(agreement=payment.agreement, kind="payment"):
            if share.body.get("id") == f"payment:{payment.id}" and share.part in parts:
                amount = share.body["amount_minor"]
                core.push_payment(
                    payment_id=f"{'reversal' if undone else 'payment'}:{payment.id}",
                    loan_ref=parts[share.part].loan.ref,
                    amount_minor=-amount if undone else amount,
                )


def _kept_by_core(agreement: Agreement) -> list[Part]:
    found = Part.objects.filter(agreement=agreement, loan__product__keeper=CORE)
    return list(found.select_related("loan").order_by("number"))
