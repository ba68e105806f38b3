"""Who may open a page. Every view says so itself; the route × role matrix is made from it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from repact.server.audit.actor import BORROWER, STAFF, Role

View = Callable[..., HttpResponse]
ONE_CLICK = "one_click"


def public(view: View, /) -> View:
    """Anyone may open it."""
    return _declared(view, roles=("public",))


def borrower(view: View, /) -> View:
    """A signed-in borrower; anyone else is told how to come in."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.borrower_actor is None:
            return redirect("public:come_in")
        return _private(view(request, **kwargs))

    return _declared(guarded, roles=(BORROWER,))


def staff(*roles: Role) -> Callable[[View], View]:
    """Signed-in staff in one of `roles` (none named: any staff)."""
    allowed = roles or STAFF

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.staff_actor is None:
                return redirect("account_login")
            if not _has_second_factor(request):
                return redirect("mfa_activate_totp")
            if request.staff_actor.role not in allowed:
                raise PermissionDenied
            return _private(view(request, **kwargs))

        return _declared(guarded, roles=allowed)

    return guard


def _has_second_factor(request: HttpRequest, /) -> bool:
    """Sign-in asks for the second factor whenever there is one, so having one is enough.

    The demo's one-click entry marks its session; the mark counts only in demo mode.
    """
    if settings.REPACT_DEMO and request.session.get(ONE_CLICK):
        return True
    return is_mfa_enabled(request.user)


def _declared(view: View, *, roles: tuple[str, ...]) -> View:
    view.roles = roles  # type: ignore[attr-defined]  # read by the route × role matrix
    return view


def _private(response: HttpResponse, /) -> HttpResponse:
    """Keep what only this person may see out of every cache."""
    add_never_cache_headers(response)
    return response
