"""Between the socket and a view: whose site, which language, who is asking."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render
from django.utils import translation
from django.views.defaults import page_not_found

from repact.errors import RepactError
from repact.server.audit import actor
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.pages import sentences
from repact.server.tenancy import scope

Handler = Callable[[HttpRequest], HttpResponse]
BORROWER_SESSION = "borrower_id"
IDENTIFIED_AT = "identified_at"  # real time, ISO: when the wallet last said who this is
NO_TENANT = ("/static/", "/healthz")


class TenantMiddleware:
    """Bind the connection to the lender of this host, and let go of it afterwards.

    Business time is read here, once: `request.now`, so that one page knows one present.
    """

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(NO_TENANT):
            return self.handle(request)
        try:
            request.lender = lender_queries.at_host(request.get_host())
        except RepactError:
            return HttpResponseNotFound()
        with scope.acting_for(request.lender.id):
            request.now = clock_queries.business_now(lender_id=request.lender.id)
            return self.handle(request)


class LanguageMiddleware:
    """The language a person chose, else what the browser asks for, else Chinese."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.handle(request)
        response.headers.setdefault("Content-Language", language)
        return response


class ActorMiddleware:
    """Say who is asking: `request.borrower_actor` and `request.staff_actor`, each or None."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.borrower_actor = request.staff_actor = None
        if not request.path.startswith(NO_TENANT):
            borrower_id = request.session.get(BORROWER_SESSION)
            if borrower_id:
                request.borrower_actor = actor.Actor(
                    lender_id=request.lender.id, role=actor.BORROWER, id=UUID(borrower_id)
                )
            if request.user.is_authenticated:
                request.staff_actor = actor.Actor(
                    lender_id=request.lender.id, role=request.user.role, id=request.user.id
                )
        return self.handle(request)


class RefusalMiddleware:
    """Turn a refusal that no view expected into a page: not found, or what went wrong and why."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.handle(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RepactError) or request.path.startswith("/api/"):
            return None
        if error.code.endswith(".not_found"):
            return page_not_found(request, error)
        status = 403 if error.code == "people.not_allowed" else 409
        return render(
            request, "refused.html", {"sentence": sentences.sentence(error)}, status=status
        )
