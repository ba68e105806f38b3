"""A running plan: another day, another amount, a skip, an end, a question, each with its cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.plans.errors import PlanError
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.models import Agreement
from repact.server.pages import access, amounts, currency, sentences
from repact.server.pages.sentences import PageError
from repact.server.repayments import collecting, ending, explanation, moves, pausing
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.lives import Life


@access.borrower
@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """Everything that can be done with the plan today, and what each costs."""
    return _page(request)


@access.borrower
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do one of them."""
    agreement = _own(request)
    try:
        what = ACTS[request.POST.get("act", "")]
    except KeyError:
        raise Http404 from None
    try:
        there = what(request, agreement)
    except RepactError as error:
        return _page(request, error=error)
    return there or redirect("borrower:options")


@access.borrower
@require_safe
def receipt(request: HttpRequest, *, payment_id: UUID) -> HttpResponse:
    """Where one payment went."""
    agreement = _own(request)
    payment = agreement.payments.filter(id=payment_id).first()
    if payment is None:
        raise Http404
    life = repayment_queries.life(agreement, now=request.now)
    return render(request, "borrower/receipt.html", {"receipt": explanation.receipt(payment, life)})


def _pay(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    text = request.POST.get("amount", "")
    collecting.pay_now(
        by=request.borrower_actor,
        agreement_id=agreement.id,
        amount_minor=amounts.read(text, field="amount") if text else None,
        now=request.now,
    )
    return redirect("borrower:home")


def _pay_off(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    life = repayment_queries.life(agreement, now=request.now)
    quote = repayment_queries.payoff_quote(agreement, on=life.on)
    collecting.pay_now(
        by=request.borrower_actor,
        agreement_id=agreement.id,
        amount_minor=quote.total_minor,
        now=request.now,
    )
    return redirect("borrower:home")


def _move(request: HttpRequest, agreement: Agreement) -> None:
    moves.move_date(
        by=request.borrower_actor,
        agreement_id=agreement.id,
        number=_number(request.POST),
        to_date=_date(request.POST),
        now=request.now,
    )


def _skip(request: HttpRequest, agreement: Agreement) -> None:
    moves.skip(
        by=request.borrower_actor,
        agreement_id=agreement.id,
        number=_number(request.POST),
        now=request.now,
    )


def _pause(request: HttpRequest, agreement: Agreement) -> None:
    pausing.pause(
        by=request.borrower_actor,
        agreement_id=agreement.id,
        count=_number(request.POST, "count"),
        now=request.now,
    )


def _plainly(action: Callable[..., object]) -> Callable[[HttpRequest, Agreement], None]:
    def run(request: HttpRequest, agreement: Agreement) -> None:
        action(by=request.borrower_actor, agreement_id=agreement.id, now=request.now)

    return run


def _ask_again(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    case = moves.ask_again(
        by=request.borrower_actor,
        agreement_id=agreement.id,
        language=request.LANGUAGE_CODE,
        now=request.now,
    )
    return redirect("borrower:resume", case_id=case.id)


def _withdraw(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    ending.withdraw(by=request.borrower_actor, agreement_id=agreement.id, now=request.now)
    return redirect("borrower:home")


ACTS: dict[str, Callable[[HttpRequest, Agreement], HttpResponse | None]] = {
    "pay": _pay,
    "pay_off": _pay_off,
    "move": _move,
    "skip": _skip,
    "pause": _pause,
    "undo": _plainly(moves.undo),
    "dispute": _plainly(moves.dispute),
    "revoke": _plainly(collecting.revoke_mandate),
    "grant": _plainly(collecting.grant_mandate),
    "ask_again": _ask_again,
    "withdraw": _withdraw,
}


def _page(request: HttpRequest, *, error: RepactError | None = None) -> HttpResponse:
    agreement = _own(request)
    plan = repayment_queries.home(borrower_id=request.borrower_actor.id, now=request.now)
    life = repayment_queries.life(agreement, now=request.now)
    context: dict[str, Any] = {
        "agreement": agreement,
        "plan": plan,
        "running": life.standing in {"active", "breached"},
        "undoable": moves.undoable(life),
        "payoff": repayment_queries.payoff_quote(agreement, on=life.on),
        "withdraw_until": _withdraw_until(agreement, life.on),
        "payments": agreement.payments.order_by("-received_at", "-id")[:24],
    }
    problems = [error] if error else []
    if plan and plan.next:
        number = plan.next.number
        context["skip"] = _previewed(lambda: moves.preview_skip(life, number=number))
        context["pauses"] = range(pausing.LEAST, pausing.most(life) + 1)
        for name, preview in PREVIEWS.items():
            if name in request.GET:
                try:
                    context[name] = preview(request.GET, life, number)
                except RepactError as refused:
                    problems.append(refused)
    context["amount_text"] = request.GET.get("amount", "")
    context["problems"] = [sentences.problem(one) for one in problems]
    return render(request, "borrower/options.html", context, status=409 if error else 200)


def _preview_move(form: Any, life: Life, number: int) -> moves.Preview:
    return moves.preview_move(life, number=number, to_date=_date(form))


def _preview_pause(form: Any, life: Life, _: int) -> pausing.Pause:
    return pausing.preview_pause(life, count=_number(form, "pause"))


def _preview_payment(form: Any, life: Life, _: int) -> pausing.OwnAmount:
    amount = amounts.read(form.get("amount", ""), field="amount")
    return pausing.preview_payment(life, amount_minor=amount)


PREVIEWS: dict[str, Callable[[Any, Life, int], object]] = {
    "to_date": _preview_move,
    "pause": _preview_pause,
    "amount": _preview_payment,
}


def _previewed(make: Callable[[], moves.Preview]) -> moves.Preview | None:
    """A move's preview; None where the signed terms do not allow it."""
    try:
        return make()
    except PlanError:
        return None


def _withdraw_until(agreement: Agreement, on: date) -> date | None:
    last = agreement_queries.withdraw_until(agreement)
    open_still = last is not None and on <= last and agreement.state == "in_force"
    return last if open_still else None


def _own(request: HttpRequest) -> Agreement:
    agreement = repayment_queries.current(request.borrower_actor.id)
    if agreement is None:
        raise Http404
    currency.show(agreement.plan.currency)
    return agreement


def _number(form: Any, name: str = "number") -> int:
    text = form.get(name, "")
    if not text.isascii() or not text.isdigit():
        raise PageError("pages.number_unreadable", field=name)
    return int(text)


def _date(form: Any) -> date:
    try:
        return date.fromisoformat(form.get("to_date", ""))
    except ValueError:
        raise PageError("pages.date_unreadable", field="to_date") from None
