"""Around a case at the desk: refusing with a reason, second looks, holds, time limits, relief."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from repact.errors import RepactError
from repact.server.audit.actor import AGENT, SUPERVISOR
from repact.server.cases import consents, holding, limitation, relief, sharing, states
from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.clock import queries as clock_queries
from repact.server.evidence import promises
from repact.server.evidence import queries as evidence_queries
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import LEGAL_STAGES, PARTY_ROLES, Loan
from repact.server.notices import asked as notice_asked
from repact.server.offers import queries as offer_queries
from repact.server.pages import access, sentences
from repact.server.pages.borrower import flow_money
from repact.server.pages.borrower.around import plan_costs
from repact.server.pages.desk import cases
from repact.server.policies import queries as policy_queries
from repact.server.reviews import queries as review_queries
from repact.server.reviews import refusals
from repact.server.reviews.models import CHANGES, RULES


@access.staff(AGENT, SUPERVISOR)
@require_POST
def change(request: HttpRequest, *, case_id: UUID, what: str) -> HttpResponse:
    """One thing done around a case; what is refused is said on the case page."""
    if what not in DOINGS:
        raise Http404
    try:
        shown = DOINGS[what](request, case_id)
    except RepactError as error:
        context = cases.case_page(request, case_id) | {"problems": [sentences.problem(error)]}
        return render(request, "desk/case.html", context, status=409)
    if shown:
        return render(request, "desk/case.html", cases.case_page(request, case_id) | shown)
    return redirect("desk:case", case_id=case_id)


@access.staff(AGENT, SUPERVISOR)
@require_safe
def many(request: HttpRequest) -> HttpResponse:
    """Help for many at once, and requests to several lenders that wait for our part."""
    return _many(request)


@access.staff(SUPERVISOR)
@require_POST
def change_relief(request: HttpRequest, *, what: str) -> HttpResponse:
    """Propose, start or stop a relief of the policy."""
    by, now = request.staff_actor, request.now
    program = request.POST.get("program", "")
    try:
        if what == "propose":
            relief.propose(by=by, code=request.POST.get("code", ""), now=now)
        elif what == "start":
            relief.start(by=by, program_id=UUID(program), now=now)
        elif what == "stop":
            relief.stop(by=by, program_id=UUID(program), now=now)
        else:
            raise Http404
    except RepactError as error:
        return _many(request, error=error)
    return redirect("desk:many")


@access.staff(AGENT, SUPERVISOR)
@require_POST
def decide_share(request: HttpRequest, *, shared_id: UUID) -> HttpResponse:
    """Our answer for our own part of a plan over several lenders."""
    agree = request.POST.get("answer") == "agree"
    sharing.decide(by=request.staff_actor, shared_id=shared_id, agree=agree, now=request.now)
    return redirect("desk:many")


def context(request: HttpRequest, case: Case, /) -> dict[str, Any]:
    """What the case page shows around the case."""
    loans = list(case_queries.loans(case))
    labels = {item.value: item.label for item in flow_money.SPENDING}
    means = case_queries.affordability(case, now=request.now)
    rules = case_queries.policy_of(case, now=request.now).policy.affordability
    reasons = {reason.code: reason.name for reason in rules.outlier_reasons}
    return {
        "loans": loans,
        "steps": [
            {"step": step, "items": [(labels.get(n, n), amount) for n, amount in step.items]}
            for step in means.steps
        ],
        "findings": [finding for finding in means.findings if "category" not in finding.params],
        "unusual": [
            {
                **finding.params,
                "label": labels.get(finding.params["category"]),
                "reason": reasons.get(finding.params.get("reason")),
            }
            for finding in means.findings
            if "category" in finding.params
        ],
        "trade": case_queries.trade(case, now=request.now),
        "until": loan_queries.hold_until(case.id),
        "costs": plan_costs(case, now=request.now) if case.state in states.OPEN else None,
        "extensions": case_queries.extensions(case.id),
        "barred": case_queries.limitation_notes(case.id),
        "refusal": review_queries.latest_refusal(case.id),
        "rules": RULES,
        "changes": CHANGES,
        "legal_stages": LEGAL_STAGES,
        "party_roles": PARTY_ROLES,
        "parties": loan_queries.parties([loan.id for loan in loans]),
        "consent_requests": consents.of_case(case.id),
        "reuses": evidence_queries.reuses(case.id),
        "promise": promises.of_case(case.id),
        "evidence_needed": promises.needed(case, concession_minor=0, now=request.now),
        "relief": relief.of_case(case),
        "shared": sharing.of_borrower(case.borrower_id),
    }


def _many(request: HttpRequest, *, error: RepactError | None = None) -> HttpResponse:
    on = clock_queries.business_date(now=request.now, zone=request.lender.zone)
    loaded = policy_queries.in_force(lender_id=request.lender.id, on=on)
    made = {
        "section": "many",
        "programs": relief.programs(),
        "reliefs": [item for item in loaded.policy.relief if item.to_date >= on],
        "shared": sharing.waiting(),
        "problems": [sentences.problem(error)] if error else [],
    }
    return render(request, "desk/many.html", made, status=409 if error else 200)


def _refuse(request: HttpRequest, case_id: UUID) -> None:
    refusals.refuse(
        by=request.staff_actor,
        case_id=case_id,
        rule=request.POST.get("rule", ""),
        change=request.POST.get("change", ""),
        words=request.POST.get("words", ""),
        now=request.now,
    )


def _decide_appeal(request: HttpRequest, case_id: UUID) -> None:
    refusals.decide_appeal(
        by=request.staff_actor,
        case_id=case_id,
        overturn=request.POST.get("answer") == "overturn",
        words=request.POST.get("words", ""),
        now=request.now,
    )


def _except(request: HttpRequest, case_id: UUID) -> None:
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError as error:
        raise sentences.PageError("pages.date_unreadable", field="until") from error
    holding.make_exception(
        by=request.staff_actor,
        case_id=case_id,
        until=until,
        reason=request.POST.get("reason", ""),
        now=request.now,
    )


def _adviser(request: HttpRequest, case_id: UUID) -> None:
    holding.give_adviser_time(by=request.staff_actor, case_id=case_id, now=request.now)


def _approve_limitation(request: HttpRequest, case_id: UUID) -> None:
    limitation.approve(by=request.staff_actor, case_id=case_id, now=request.now)


def _legal_stage(request: HttpRequest, case_id: UUID) -> None:
    loan_actions.set_legal_stage(
        by=request.staff_actor,
        loan_id=_loan(request, case_id).id,
        stage=request.POST.get("stage", ""),
        now=request.now,
    )


def _add_party(request: HttpRequest, case_id: UUID) -> None:
    loan_actions.add_party(
        by=request.staff_actor,
        loan_id=_loan(request, case_id).id,
        role=request.POST.get("role", ""),
        name=request.POST.get("name", ""),
        phone=request.POST.get("phone", ""),
        now=request.now,
    )


def _ask_party(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """Ask for consent to the plan that was chosen: the link is texted where it can be, and shown
    once where not; the code is shown this once, for the agent to tell."""
    offer_set = offer_queries.current_set(case_id)
    chosen = offer_set.offers.filter(state="chosen").first() if offer_set else None
    if chosen is None:
        raise sentences.PageError("pages.no_plan_chosen")
    loans = case_queries.loans(case_queries.get(case_id))
    before = sorted(row for loan in loans for row in loan.remaining)
    asked = consents.request(
        by=request.staff_actor,
        case_id=case_id,
        party_id=UUID(request.POST.get("party", "")),
        terms_sha256=chosen.schedule_sha256,
        before=[{"due_date": day, "payment_minor": amount} for day, amount in before],
        after=[
            {"due_date": str(row["due_date"]), "payment_minor": row["payment_minor"]}
            for row in chosen.rows
        ],
        now=request.now,
    )
    path = reverse("public:consent", args=[asked.token])
    is_sent = notice_asked.text_link(
        by=request.staff_actor,
        party_id=asked.request.party_id,
        case_id=case_id,
        path=path,
        now=request.now,
    )
    link = "" if is_sent else request.build_absolute_uri(path)
    return {"asked": {"link": link, "code": asked.code}}


def _loan(request: HttpRequest, case_id: UUID) -> Loan:
    case = case_queries.get(case_id)
    for loan in case_queries.loans(case):
        if str(loan.id) == request.POST.get("loan", ""):
            return loan
    raise Http404


DOINGS: dict[str, Callable[[HttpRequest, UUID], dict[str, Any] | None]] = {
    "refuse": _refuse,
    "decide-appeal": _decide_appeal,
    "exception": _except,
    "adviser": _adviser,
    "approve-limitation": _approve_limitation,
    "legal-stage": _legal_stage,
    "add-party": _add_party,
    "ask-party": _ask_party,
}
