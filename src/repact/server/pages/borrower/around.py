"""Around the application: the pause, taking it back, a no and a second look, several lenders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_POST

from repact.errors import RepactError
from repact.server.cases import holding, limitation, relief, sharing, states
from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.evidence import consents, promises
from repact.server.evidence import queries as evidence_queries
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.loans.accruing import Mode
from repact.server.notices import recalls
from repact.server.offers import actions as offer_actions
from repact.server.offers import queries as offer_queries
from repact.server.pages import access, amounts, sentences
from repact.server.pages.borrower import files, flow, flow_money
from repact.server.pages.borrower.choices import Choice
from repact.server.people import queries as people_queries
from repact.server.repayments import queries as repayment_queries
from repact.server.repayments.costs import Costs
from repact.server.reviews import queries as review_queries
from repact.server.reviews import refusals

ACCRUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class Space:
    """What a breathing space adds, in a word and in money for thirty days."""

    mode: Mode
    annual_rate_ppm: int
    month_minor: int


@access.borrower
@require_POST
def change(request: HttpRequest, *, case_id: UUID, what: str) -> HttpResponse:
    """One thing the borrower asks for on the page of a case."""
    if what not in CHANGES:
        raise Http404
    try:
        CHANGES[what](request, case_id)
    except RepactError as error:
        return progress_page(request, case_id, error=error)
    if what == "withdraw":
        return redirect("borrower:home")
    return redirect("borrower:progress", case_id=case_id)


@access.borrower
@require_POST
def accept_relief(request: HttpRequest, *, program_id: UUID) -> HttpResponse:
    """Accept the help offered to many; one tap."""
    case = relief.accept(
        by=request.borrower_actor,
        program_id=program_id,
        language=translation.get_language() or "",
        now=request.now,
    )
    return redirect("borrower:progress", case_id=case.id)


@access.borrower
@require_POST
def open_shared(request: HttpRequest, *, shared_id: UUID) -> HttpResponse:
    """Ask this lender too for its part of one plan; one tap."""
    case = sharing.open_case(
        by=request.borrower_actor,
        shared_id=shared_id,
        language=translation.get_language() or "",
        now=request.now,
    )
    return redirect("borrower:progress", case_id=case.id)


def progress_page(
    request: HttpRequest, case_id: UUID, /, *, error: RepactError | None = None
) -> HttpResponse:
    """What happens now with a request, step by step, and what can be asked for."""
    by = request.borrower_actor
    case = case_queries.get_own(borrower_id=by.id, case_id=case_id)
    if case.state == states.DRAFT:
        return redirect("borrower:resume", case_id=case.id)
    language = translation.get_language() or ""
    context = {
        "case": case,
        "open": case.state in states.OPEN,
        "hold": loan_queries.hold_state(case.id),
        "recalls": recalls.told(case.id),
        "until": loan_queries.hold_until(case.id),
        "space": accrual(case, now=request.now),
        "costs": plan_costs(case, now=request.now) if case.state in states.OPEN else None,
        "renewals_left": case_queries.renewals_left(case, now=request.now),
        "adviser_left": case_queries.adviser_times_left(case),
        "stage": loan_queries.furthest_stage(case_queries.loans(case)),
        "barred": case_queries.limitation_notes(case.id),
        "refusal": review_queries.latest_refusal(case.id),
        "promise": promises.of_case(case.id),
        "files": evidence_queries.of_case(case.id),
        "kinds": kinds(),
        "consents": consent_lines(case.id),
        "shared": sharing.of_borrower(by.id),
        "share_words": sharing.CONSENT.get(language, sharing.CONSENT["en"]),
        "offer_set": offer_queries.current_set(case.id),
        "person": people_queries.staff(case.assigned_to_id) if case.assigned_to_id else None,
        "problems": [sentences.problem(error)] if error else [],
    }
    return render(request, "borrower/progress.html", context, status=409 if error else 200)


def accrual(case: Case, /, *, now: datetime) -> Space:
    """What is added while the case is open: by its breathing space, else by the policy."""
    mode, rate = _accrues(case, now)
    on = lender_queries.today(case.lender_id, now=now)
    month = sum(
        loan_queries.would_add(loan, on=on, days=ACCRUAL_DAYS, mode=mode, annual_rate_ppm=rate)
        for loan in case_queries.loans(case)
    )
    return Space(mode, rate or 0, month)


def plan_costs(case: Case, /, *, now: datetime) -> Costs | None:
    """What a day costs under the plan that runs while another is asked for; None without one."""
    if case.running_agreement_id is None:
        return None
    mode, rate = _accrues(case, now)
    return repayment_queries.costs_of(
        case.running_agreement_id, now=now, mode=mode, annual_rate_ppm=rate
    )


def _accrues(case: Case, now: datetime) -> tuple[Mode, int | None]:
    """What its breathing space says, else the policy."""
    if live := loan_queries.breathing_space(case.id):
        return live.mode, live.annual_rate_ppm  # type: ignore[return-value]  # a constraint
    rules = case_queries.policy_of(case, now=now).policy.accrual_while_open
    return rules.mode, rules.annual_rate_ppm


def unusual(case: Case, /, *, now: datetime) -> list[dict[str, Any]]:
    """The kinds of spending outside the policy's guideline, with its reasons to choose from."""
    rules = case_queries.policy_of(case, now=now).policy.affordability
    chinese = (translation.get_language() or "").startswith("zh")
    reasons = [
        Choice(item.code, item.name.zh if chinese else item.name.en)
        for item in rules.outlier_reasons
    ]
    labels = {item.value: item.label for item in flow_money.SPENDING}
    found = case_queries.affordability(case, now=now).findings
    return [
        {
            **{key: item.params[key] for key in ("amount_minor", "low_minor", "high_minor")},
            "name": item.params["category"],
            "label": labels.get(item.params["category"], item.params["category"]),
            "chosen": item.params["reason"],
            "reasons": reasons,
        }
        for item in found
        if "reason" in item.params
    ]


def kinds() -> dict[str, Any]:
    """The kinds of paper one may send, and the words of consent for the sensitive ones."""
    language = translation.get_language() or ""
    return {"choices": flow.SENT_KINDS, "words": consents.text(language=language)}


def consent_lines(case_id: UUID, /) -> list[dict[str, Any]]:
    """The consents that stand, to be taken back by a tap."""
    labels = {item.value: item.label for item in flow.SENT_KINDS}
    given = evidence_queries.consents_of(case_id)
    return [{"kind": c.kind, "label": labels.get(c.kind, c.kind)} for c in given]


def _renew(request: HttpRequest, case_id: UUID) -> None:
    holding.renew(by=request.borrower_actor, case_id=case_id, now=request.now)


def _adviser(request: HttpRequest, case_id: UUID) -> None:
    holding.give_adviser_time(by=request.borrower_actor, case_id=case_id, now=request.now)


def _withdraw(request: HttpRequest, case_id: UUID) -> None:
    offer_actions.withdraw_case(by=request.borrower_actor, case_id=case_id, now=request.now)


def _acknowledge(request: HttpRequest, case_id: UUID) -> None:
    limitation.acknowledge(by=request.borrower_actor, case_id=case_id, now=request.now)


def _appeal(request: HttpRequest, case_id: UUID) -> None:
    refusals.appeal(
        by=request.borrower_actor,
        case_id=case_id,
        words=request.POST.get("words", ""),
        now=request.now,
    )


def _send(request: HttpRequest, case_id: UUID) -> None:
    files.receive(request, case_id)


def _take_consent_back(request: HttpRequest, case_id: UUID) -> None:
    consents.withdraw_consent(
        by=request.borrower_actor,
        case_id=case_id,
        kind=request.POST.get("kind", ""),
        now=request.now,
    )


def _ask_lenders(request: HttpRequest, case_id: UUID) -> None:
    if not request.POST.get("consent"):
        raise sentences.PageError("pages.consent_first", field="share_consent")
    sharing.ask(
        by=request.borrower_actor,
        case_id=case_id,
        monthly_minor=amounts.read(request.POST.get("monthly", ""), field="monthly"),
        language=translation.get_language() or "",
        now=request.now,
    )


def _stop_sharing(request: HttpRequest, _case_id: UUID) -> None:
    row = sharing.of_borrower(request.borrower_actor.id)
    if row:
        sharing.withdraw(by=request.borrower_actor, shared_id=row.id, now=request.now)


CHANGES: dict[str, Callable[[HttpRequest, UUID], None]] = {
    "renew": _renew,
    "adviser": _adviser,
    "withdraw": _withdraw,
    "acknowledge": _acknowledge,
    "appeal": _appeal,
    "send": _send,
    "take-consent-back": _take_consent_back,
    "ask-lenders": _ask_lenders,
    "stop-sharing": _stop_sharing,
}
