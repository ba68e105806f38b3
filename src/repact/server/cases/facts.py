"""What is known of a case, as a proposal, eligibility, authority and the law ask for it."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

from repact.law.checks import CaseFacts
from repact.law.shapes import months_between
from repact.policy import propose
from repact.policy.facts import MONTHS_A_YEAR, Rhythm
from repact.policy.model import Policy
from repact.server.audit import queries as audit_queries
from repact.server.cases import limitation, queries, relief, sharing, states
from repact.server.cases.models import Case, CaseLoan, ConsentRequest
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan

YEAR_DAYS = 365
NOT_SAID = "not_say"


def debts(case: Case, /, *, on: date) -> list[propose.DebtFacts]:
    """The case's loans that are not paid, on a day, as a proposal and the law see them."""
    bound = _guaranteed(case)
    earlier = _plans_by_loan(case)
    pause = _moratorium(case)
    return [
        propose.DebtFacts(
            loan_id=str(loan.id),
            product_code=loan.product.code,
            position=loan_queries.position(loan, on=on),
            default_rate_ppm=loan.penalty_rate_ppm,
            days_past_due=loan_queries.days_past_due(loan, on=on).contract,
            legal_stage=loan.legal_stage,
            contract_on=loan.disbursed_date,
            is_secured=loan.is_secured,
            is_guaranteed=loan.id in bound,
            law=_law(
                loan, consented=bound.get(loan.id, False), again=earlier[loan.id], pause=pause
            ),
        )
        for loan in queries.loans(case)
        if loan.principal_minor
    ]


def facts(case: Case, /, *, now: datetime) -> propose.Facts:
    """What a proposal needs to know of the person, and no more; papers are told by their room."""
    ability = case.answers["ability"]
    begun = _begun(case)
    since = now - timedelta(days=YEAR_DAYS)
    helped = relief.of_case(case)
    affordable, wish = _within_share(
        case,
        queries.affordability(case, now=now).affordable_minor,
        ability["monthly_minor"] or 0,
    )
    return propose.Facts(
        affordable_minor=affordable,
        wish_minor=wish,
        payday=ability["payday"],
        reasons=_reasons(case, queries.policy_of(case, now=now).policy),
        plans_in_year=sum(1 for at in begun.values() if at > since),
        plans_running=Case.objects.filter(
            borrower_id=case.borrower_id, state=states.IN_PLAN
        ).count(),
        forbearance_number=1 + max(_plans_by_loan(case).values(), default=0),
        relief=helped.code if helped else "",
        months_minor=_months(case, now=now),
        low_months=_slow(case),
        rhythm=_rhythm(case),
    )


def plans_before(case: Case, /, *, loan_id: UUID) -> list[tuple[UUID, datetime]]:
    """The earlier cases by which a loan got a plan, and when it began; the oldest first. A plan
    that was taken back was none."""
    begun = _begun(case)
    of_loan = CaseLoan.objects.filter(case_id__in=begun.keys() - {case.id}, loan_id=loan_id)
    found = of_loan.values_list("case_id", flat=True)
    return sorted(((name, begun[name]) for name in found), key=lambda one: one[1])


def _within_share(case: Case, affordable: int | None, wish: int) -> tuple[int | None, int]:
    """Where one plan was asked of several lenders, this one's part is all there is for it."""
    share = sharing.share_of(case)
    if share is None:
        return affordable, wish
    return None if affordable is None else min(affordable, share), min(wish, share)


def _law(loan: Loan, *, consented: bool, again: int, pause: tuple[date, date] | None) -> CaseFacts:
    """What the law asks about a debt. Asking for a plan shows the will to pay; what was paid is at
    least the principal that is gone."""
    end = date.fromisoformat(loan.remaining[-1][0]) if loan.remaining else None
    return CaseFacts(
        original_months=months_between(loan.disbursed_date, end) if end else None,
        original_end_date=end,
        first_principal_minor=loan.disbursed_minor,
        paid_minor=max(loan.disbursed_minor - loan.principal_minor, 0),
        is_reinstallment=again > 0,
        is_willing=True,
        guarantor_consented=consented,
        time_barred_on=limitation.barred_on(loan),
        moratorium=pause,
    )


def _reasons(case: Case, policy: Policy) -> tuple[str, ...]:
    """The reasons told. Rather not saying is no reason, except where the policy names it as one."""
    told = case.answers.get("reasons", {}).get("reasons", ())
    known = {reason.code for reason in policy.reasons}
    return tuple(reason for reason in told if reason != NOT_SAID or reason in known)


def _months(case: Case, *, now: datetime) -> tuple[int, ...]:
    """What each month of a business's year can pay, where some can pay less than others."""
    trade = queries.trade(case, now=now)
    if trade is None or trade.way != "plan" or not trade.low_months:
        return ()
    return trade.series_minor


def _slow(case: Case) -> tuple[int, ...]:
    """The months of the year in which a person's own income does not flow."""
    months = case.answers.get("income", {}).get("months", ())
    every = range(1, MONTHS_A_YEAR + 1)
    return tuple(month for month in every if month not in months) if months else ()


def _rhythm(case: Case) -> Rhythm:
    """How often pay comes in, by the first income told; a business plans by the month."""
    told = case.answers.get("income", {}).get("period", "monthly")
    if "business" in case.answers or told not in ("weekly", "fortnightly"):
        return "monthly"
    rhythm: Rhythm = told
    return rhythm


def _guaranteed(case: Case) -> dict[UUID, bool]:
    """The guaranteed loans of a case, and whether every guarantor has consented in it."""
    loan_ids = [loan.id for loan in queries.loans(case)]
    consented = set(
        ConsentRequest.objects.filter(case=case, answer="consented").values_list(
            "party_id", flat=True
        )
    )
    bound: dict[UUID, bool] = {}
    for party in loan_queries.parties(loan_ids):
        if party.role == "guarantor":
            bound[party.loan_id] = bound.get(party.loan_id, True) and party.id in consented
    return bound


def _moratorium(case: Case) -> tuple[date, date] | None:
    """The pause of a person whose budget is negative, to the day after its last. A case's ordinary
    hold is none: it ends by the plan that is being made."""
    space = loan_queries.breathing_space(case.id)
    until = loan_queries.hold_until(case.id)
    if case.needs_person != "negative_budget" or space is None or until is None:
        return None
    return space.start_date, until + timedelta(days=1)


def _begun(case: Case) -> dict[UUID, datetime]:
    """When each of the borrower's plans began, by case; one that was taken back was none."""
    own = Case.objects.filter(
        borrower_id=case.borrower_id, state__in=[states.IN_PLAN, states.CLOSED]
    ).exclude(closed_because=states.TAKEN_BACK)
    moved = audit_queries.moves(list(own.values_list("id", flat=True)), event="start_plan")
    return dict(moved)


def _plans_by_loan(case: Case) -> Counter[UUID]:
    """How many plans each loan of the case has had before."""
    rows = CaseLoan.objects.filter(
        case_id__in=_begun(case).keys(), loan_id__in=case.loans.values("id")
    )
    return Counter(rows.values_list("loan_id", flat=True))
