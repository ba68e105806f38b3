"""Agreements for whoever has no account: check a file, read by a link, sign beside the borrower."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from repact.errors import RepactError
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.audit import actor
from repact.server.pages import access, currency, sentences

PDF_BYTES_MAX = 2 * 1024 * 1024
# What a form adds around the file; the sum stays below what Django keeps in memory, so that a file
# that is checked never touches a disk.
FORM_BYTES = 64 * 1024


@access.public
@csrf_exempt  # nothing is changed and nobody is signed in: there is nothing to forge
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Check a signed PDF: no account, nothing kept."""
    checked, problems = None, []
    if request.method == "POST":
        try:
            pdf = _uploaded(request)
            agreement_actions.count_visit(
                by=actor.system(request.lender.id), address=_address(request), now=request.now
            )
            checked = agreement_queries.check(pdf)
            if checked.found.contents:
                currency.show(checked.found.contents.currency)
        except RepactError as error:
            problems = [sentences.problem(error)]
    context = {
        "checked": checked,
        "problems": problems,
        "reasons": [sentences.finding(code) for code in checked.found.problems] if checked else [],
    }
    answer = render(request, "public/verify.html", context, status=422 if problems else 200)
    add_never_cache_headers(answer)
    return answer


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def shared(request: HttpRequest, *, token: str) -> HttpResponse:
    """One agreement, by a link its borrower made. Looking at this page opens nothing; the button
    does, and is counted."""
    row, facts = None, None
    if request.method == "POST":
        row = agreement_actions.open_share(
            by=actor.system(request.lender.id), token=token, now=request.now
        )
        if request.POST.get("act") == "pdf":
            answer = HttpResponse(
                agreement_queries.pdf(row.agreement), content_type="application/pdf"
            )
            name = f"{row.agreement.reference}.pdf"
            answer["Content-Disposition"] = f'attachment; filename="{name}"'
            return _unseen(answer)
        facts = agreement_queries.key_facts(row.agreement)
        currency.show(agreement_queries.contents(row.agreement).currency)
    return _unseen(render(request, "public/shared.html", {"share": row, "facts": facts}))


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def sign_beside(request: HttpRequest, *, token: str) -> HttpResponse:
    """Sign as guarantor, co-borrower or for a company: told what one answers for, and only that."""
    by, problems = actor.system(request.lender.id), []
    signature = agreement_actions.open_by_link(by=by, token=token, now=request.now)
    act = request.POST.get("act")
    try:
        if act == "confirm":
            agreement_actions.confirm_by_link(by=by, token=token, now=request.now)
        elif act == "code":
            agreement_actions.request_code_by_link(by=by, token=token, now=request.now)
        elif act == "sign":
            agreement_actions.sign_by_link(
                by=by,
                token=token,
                code=request.POST.get("code", "").strip(),
                consent=request.POST.get("consent") == "1",
                device=request.headers.get("User-Agent", "")[:200],
                now=request.now,
            )
        if act:
            return _unseen(redirect("public:sign_beside", token=token))
    except RepactError as error:
        problems = [sentences.problem(error)]
    signature = agreement_queries.signer_by_link(token)
    contents = agreement_queries.contents(signature.agreement)
    currency.show(contents.currency)
    context = {
        "signature": signature,
        "contents": contents,
        "answered_minor": agreement_queries.answered_minor(signature),
        "code_sent": agreement_queries.waiting_code(signature) is not None,
        "seconds": signature.agreement.contents["cost_sheet_seconds"],
        "problems": problems,
    }
    answer = render(request, "public/sign_beside.html", context, status=422 if problems else 200)
    return _unseen(answer)


def _uploaded(request: HttpRequest) -> bytes:
    """The file, refused by its announced length before a byte of it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > PDF_BYTES_MAX + FORM_BYTES:
        raise sentences.PageError("pages.file_too_large", field="file")
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile) or not upload.size:
        raise sentences.PageError("pages.file_missing", field="file")
    if upload.size > PDF_BYTES_MAX:
        raise sentences.PageError("pages.file_too_large", field="file")
    return bytes(upload.read())


def _address(request: HttpRequest) -> str:
    """Who asks; behind a proxy of ours, the address it saw."""
    if settings.REPACT_BEHIND_TLS_PROXY:
        forwarded = str(request.headers.get("X-Forwarded-For", "")).rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))


def _unseen(answer: HttpResponse) -> HttpResponse:
    """A secret address: kept out of caches and search engines."""
    add_never_cache_headers(answer)
    answer["X-Robots-Tag"] = "noindex"
    return answer
