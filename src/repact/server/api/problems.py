"""Refusals as the API gives them: problem details (RFC 9457) with a stable code."""

from __future__ import annotations

from django.http import JsonResponse

from repact.errors import RepactError


def response(error: RepactError, /, *, status: int) -> JsonResponse:
    """One problem."""
    body = {"type": "about:blank", "status": status, **error.as_dict()}
    return JsonResponse(body, status=status, content_type="application/problem+json")
