"""Pages for anyone: the front door, how to come in, and whether the server is well."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from repact.server.pages import access


@access.public
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The front door: straight home for whoever is signed in."""
    if request.borrower_actor:
        return redirect("borrower:home")
    if request.staff_actor:
        return redirect("desk:queue")
    return render(request, "public/start.html")


@access.public
@require_safe
def come_in(request: HttpRequest) -> HttpResponse:
    """How a borrower gets in: through the wallet, which says who they are."""
    return render(request, "public/come_in.html")


@access.public
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when the server answers and its database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
