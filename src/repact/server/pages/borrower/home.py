"""Home: what I owe, where my request stands, and, once agreed, what comes next."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.agreements import queries as agreement_queries
from repact.server.cases import queries as case_queries
from repact.server.cases import relief, sharing
from repact.server.clock import queries as clock_queries
from repact.server.notices import queries as notice_queries
from repact.server.pages import access, sentences
from repact.server.pages.borrower import around, debts
from repact.server.people import queries as people_queries
from repact.server.repayments import collecting
from repact.server.repayments import queries as repayment_queries


@access.borrower
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The page that matches where the borrower is in the journey."""
    return _home(request)


@access.borrower
@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Pay the next installment from the wallet now."""
    by = request.borrower_actor
    agreement = agreement_queries.current_of_borrower(by.id)
    if agreement is None:
        return redirect("borrower:home")
    try:
        collecting.pay_now(by=by, agreement_id=agreement.id, now=request.now)
    except RepactError as error:
        return _home(request, error=error)
    return redirect("borrower:home")


@access.borrower
@require_safe
def progress(request: HttpRequest, *, case_id: UUID) -> HttpResponse:
    """What happens now with the application, step by step."""
    return around.progress_page(request, case_id)


def _home(request: HttpRequest, *, error: RepactError | None = None) -> HttpResponse:
    by = request.borrower_actor
    borrower = people_queries.borrower(by.id)
    context = {
        "given_name": people_queries.borrower_identity(borrower).given_name,
        "notices": [
            (notice, sentences.told(notice.kind, notice.params))
            for notice in notice_queries.latest(by.id)
        ],
        "problems": [sentences.problem(error)] if error else [],
    }
    plan = repayment_queries.home(borrower_id=by.id, now=request.now)
    if plan:
        template = "borrower/plan.html"
        context["plan"] = plan
    else:
        template = "borrower/home.html"
        context["debts"] = debts.of_borrower(by.id, now=request.now, zone=request.lender.zone)
        context["case"] = case_queries.current_of_borrower(by.id)
        on = clock_queries.business_date(now=request.now, zone=request.lender.zone)
        context["relief"] = relief.open_for(by.id, on=on)
        context["share"] = sharing.invited(by.id)
        context["agreement"] = agreement_queries.current_of_borrower(by.id)
    return render(request, template, context, status=409 if error else 200)
