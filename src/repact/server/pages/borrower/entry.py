"""Coming in through the wallet, and leaving."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from repact.errors import RepactError
from repact.server.audit import actor
from repact.server.clock import ports
from repact.server.connectors import wallet
from repact.server.pages import access, language
from repact.server.pages.middleware import BORROWER_SESSION, IDENTIFIED_AT
from repact.server.people import actions as people_actions


@access.public
@csrf_exempt  # the one-time signed token is the proof that the wallet sent this
@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    """Exchange the wallet's launch token for a session under a new key."""
    try:
        borrower = people_actions.enter(
            by=actor.system(request.lender.id),
            token=request.POST.get("token", ""),
            keys=wallet.launch_keys(),
            now=request.now,
        )
    except RepactError:
        return redirect("public:come_in")
    request.session.cycle_key()
    request.session[BORROWER_SESSION] = str(borrower.id)
    request.session[IDENTIFIED_AT] = ports.now().isoformat()
    response = redirect("borrower:home")
    if not request.COOKIES.get(language.COOKIE):
        language.remember(response, borrower.language)
    return response


@access.borrower
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here; nothing stays on a shared phone."""
    chosen = translation.get_language()
    request.session.flush()
    response = redirect("public:come_in")
    language.remember(response, chosen or "")
    return response
