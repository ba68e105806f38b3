"""In which currency a page speaks: one for each page, as there is one language.

It is that of the case or agreement in the address, else of the borrower's loans, else the lender's
own; a view that knows better says so with `show`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from repact.money.currencies import symbol
from repact.server.agreements.models import Agreement
from repact.server.cases.models import Case
from repact.server.loans.models import Loan
from repact.server.pages import spoken
from repact.server.pages.spoken import USUAL
from repact.server.pages.templatetags.figures import money


def show(currency: str, /) -> None:
    """From here on the page speaks in this currency."""
    spoken.speak(lambda: currency)


def sign() -> str:
    """What stands before an amount: ¥, £, or the code of a currency without a sign of its own."""
    return symbol(spoken.currency())


def name() -> str:
    """What a form or a column says its sums are in: 元 / yuan, or the code of another currency."""
    return gettext("yuan") if spoken.currency() == "CNY" else spoken.currency()


def written(amount_minor: int | None, /) -> str:
    """An amount with its sign: ¥12,345.50."""
    return f"{sign()}{money(amount_minor)}"


class CurrencyMiddleware:
    """Let every page know its currency; looked up only where an amount is shown."""

    def __init__(self, handle: Callable[[HttpRequest], HttpResponse]) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = spoken.speak(lambda: USUAL)
        try:
            return self.handle(request)
        finally:
            spoken.stop(token)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, kwargs: Mapping[str, Any]
    ) -> None:
        """Remember what the address names."""
        spoken.speak(functools.cache(functools.partial(_of, request, kwargs)))


def _of(request: HttpRequest, named: Mapping[str, Any]) -> str:
    if "agreement_id" in named:
        found = Agreement.objects.filter(id=named["agreement_id"]).first()
        if found:
            return str(found.contents.get("currency") or USUAL)
    loans = Loan.objects.order_by("ref").values_list("currency", flat=True)
    if "case_id" in named:
        case = Case.objects.filter(id=named["case_id"])
        loans = loans.filter(id__in=case.values("loans"))
    elif getattr(request, "borrower_actor", None):
        loans = loans.filter(borrower_id=request.borrower_actor.id)
    else:
        loans = loans.none()
    return loans.first() or str(request.lender.currency)
