"""The language a person reads, remembered in a cookie."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

COOKIE = settings.LANGUAGE_COOKIE_NAME


def remember(response: HttpResponse, language: str, /) -> None:
    """Keep `language` for a year, if it is one of ours."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            COOKIE,
            language,
            max_age=365 * 24 * 60 * 60,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
