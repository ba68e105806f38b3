"""Taking the file a borrower sends with a page."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.utils import translation

from repact.server.evidence import actions as evidence_actions
from repact.server.evidence import consents


def receive(request: HttpRequest, case_id: UUID) -> None:
    """Take the uploaded file, if there is one, with the consent its kind needs."""
    upload = request.FILES.get("file")
    if upload is None:
        return
    by, kind = request.borrower_actor, request.POST.get("kind", "statement")
    if kind in consents.SENSITIVE and request.POST.get("consent"):
        language = translation.get_language() or ""
        consents.consent(by=by, case_id=case_id, kind=kind, language=language, now=request.now)
    evidence_actions.receive(
        by=by, case_id=case_id, kind=kind, upload=upload.read(), now=request.now
    )
