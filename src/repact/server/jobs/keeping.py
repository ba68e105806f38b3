"""Where the lender's core is the keeper of record: it is told of each plan and each payment."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app

from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.documents.contents import Debt
from repact.server.agreements.models import Agreement
from repact.server.connectors import core
from repact.server.jobs import fineract
from repact.server.jobs.events import PATIENT, carried
from repact.server.loans.models import Loan
from repact.server.repayments import resuming
from repact.server.repayments.models import Part, Payment, PlanEvent


@app.task(name="jobs.push_plan", queue="flow", retry=PATIENT)
def push_plan(*, lender_id: str, event_id: str) -> None:
    """A plan begins: the core keeps it, for the loans it is the keeper of."""
    with carried(lender_id, event_id) as (by, event):
        agreement = agreement_queries.get(event.subject_id)
        debts = {debt.loan_id: debt for debt in agreement_queries.contents(agreement).debts}
        for part in _kept_by_core(agreement):
            if fineract.is_keeper_of(part.loan):
                fineract.push_plan(
                    agreement, part.loan, by=by, event_id=event.id, now=event.happened_at
                )
                continue
            core.push_plan(
                agreement=str(agreement.id),
                loan_ref=part.loan.ref,
                currency=part.loan.currency,
                rows=_rows(debts[str(part.loan_id)]),
            )


@app.task(name="jobs.end_kept_plan", queue="flow", retry=PATIENT)
def end_kept_plan(*, lender_id: str, event_id: str) -> None:
    """A plan was taken back: the core keeps the contract again, or the older plan.

    Fineract cannot take a reschedule back by itself: a person is shown the loan.
    """
    with carried(lender_id, event_id) as (by, event):
        agreement = agreement_queries.get(event.subject_id)
        for part in _kept_by_core(agreement):
            if fineract.is_keeper_of(part.loan):
                fineract.note_taken_back(agreement, part.loan, by=by, now=event.happened_at)
                continue
            core.end_plan(
                agreement=str(agreement.id),
                loan_ref=part.loan.ref,
                currency=part.loan.currency,
                again=_older(agreement, part.loan),
            )


def _older(gone: Agreement, loan: Loan) -> tuple[str, list[dict[str, Any]]] | None:
    """The plan that holds again for a loan whose newer one is gone."""
    resumed = PlanEvent.objects.filter(
        kind="reversal", body__of=resuming.gave_way(gone.id), agreement__parts__loan=loan
    ).select_related("agreement")
    found = resumed.first()
    if found is None:
        return None
    debts = agreement_queries.contents(found.agreement).debts
    (debt,) = (debt for debt in debts if debt.loan_id == str(loan.id))
    return str(found.agreement_id), _rows(debt)


def _rows(debt: Debt) -> list[dict[str, Any]]:
    """A debt's signed schedule as the core keeps it."""
    return [
        {"due_date": row["due_date"], "payment_minor": row["payment_minor"]}
        for row in debt.result["rows"]
    ]


@app.task(name="jobs.push_payment", queue="flow", retry=PATIENT)
def push_payment(*, lender_id: str, event_id: str) -> None:
    """A payment was posted, or taken back: each core-kept loan's share of it."""
    with carried(lender_id, event_id) as (_, event):
        payment = Payment.objects.select_related("agreement").get(id=event.subject_id)
        undone = event.action == "repayments.reverse_payment"
        parts = {part.number: part for part in _kept_by_core(payment.agreement)}
        for share in PlanEvent.objects.filter(agreement=payment.agreement, kind="payment"):
            if share.body.get("id") == f"payment:{payment.id}" and share.part in parts:
                _push_share(
                    payment,
                    parts[share.part].loan,
                    amount_minor=share.body["amount_minor"],
                    undone=undone,
                )


def _push_share(payment: Payment, loan: Loan, /, *, amount_minor: int, undone: bool) -> None:
    if fineract.is_keeper_of(loan):
        fineract.push_payment(
            payment.agreement,
            loan,
            name=f"payment:{payment.id}",
            amount_minor=amount_minor,
            on=payment.value_date,
            undone=undone,
        )
        return
    core.push_payment(
        payment_id=f"{'reversal' if undone else 'payment'}:{payment.id}",
        loan_ref=loan.ref,
        amount_minor=-amount_minor if undone else amount_minor,
    )


def _kept_by_core(agreement: Agreement) -> list[Part]:
    found = Part.objects.filter(agreement=agreement, loan__product__keeper=fineract.KEEPER)
    return list(found.select_related("loan__product").order_by("number"))
