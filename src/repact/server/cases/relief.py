"""Help for a whole region or employer at once: two people start it, a tap accepts it.

The policy says whom a relief reaches, when and with what. Nobody applies: the borrowers it reaches
are told, and accepting makes a case with a hold and a request for the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from repact.policy.promises import Relief
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.cases import actions, states, taps
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, Invitation, Program
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.policies import queries as policy_queries

INVITED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Counted:
    """A program and how many it reached."""

    program: Program
    relief: Relief | None
    told: int
    accepted: int


@doors.action("cases.propose_relief", may=(SUPERVISOR,))
def propose(*, by: Actor, code: str, now: datetime) -> Program:
    """Propose to start a relief of the policy in force; somebody else starts it.

    Raises `cases.no_such_relief`, or `cases.relief_over` when its last day is past.
    """
    on = lender_queries.today(by.lender_id, now=now)
    loaded = policy_queries.in_force(lender_id=by.lender_id, on=on)
    relief = next((item for item in loaded.policy.relief if item.code == code), None)
    if relief is None:
        raise CaseError("cases.no_such_relief", field="code")
    if relief.to_date < on:
        raise CaseError("cases.relief_over", until=relief.to_date.isoformat())
    live = Program.objects.filter(code=code, state__in=["proposed", "started"])
    if existing := live.first():
        audit_actions.unchanged()
        return existing
    try:
        with transaction.atomic():
            program = Program.objects.create(
                lender_id=by.lender_id,
                code=code,
                policy_sha256=loaded.sha256,
                regions=list(relief.regions),
                employers=list(relief.employers),
                from_date=relief.from_date,
                to_date=relief.to_date,
                proposed_at=now,
                proposed_by=by.id,
            )
    except IntegrityError:  # two at once
        audit_actions.unchanged()
        return live.get()
    audit_actions.record(
        by=by, action="cases.propose_relief", subject_id=program.id, now=now, code=code
    )
    return program


@doors.action("cases.start_relief", may=(SUPERVISOR,))
def start(*, by: Actor, program_id: UUID, now: datetime) -> Program:
    """Start a proposed relief; the borrowers it reaches are told in the background.

    Raises `cases.relief_own_proposal` (also for a second account of the same person).
    """
    program = _locked(program_id)
    if program.state == "started":
        audit_actions.unchanged()
        return program
    if program.state != "proposed":
        raise CaseError("cases.relief_stopped")
    program.state, program.started_at, program.started_by = "started", now, by.id
    try:
        with transaction.atomic():
            program.save()
    except IntegrityError as error:
        raise CaseError("cases.relief_own_proposal") from error
    audit_actions.record(
        by=by, action="cases.start_relief", subject_id=program.id, now=now, code=program.code
    )
    return program


@doors.action("cases.stop_relief", may=(SUPERVISOR,))
def stop(*, by: Actor, program_id: UUID, now: datetime) -> Program:
    """Stop inviting and accepting at once; what was accepted stays."""
    program = _locked(program_id)
    if program.state == "stopped":
        audit_actions.unchanged()
        return program
    program.state, program.stopped_at, program.stopped_by = "stopped", now, by.id
    program.save()
    audit_actions.record(by=by, action="cases.stop_relief", subject_id=program.id, now=now)
    return program


@doors.action("cases.invite_to_relief", may=(SYSTEM,))
def invite(*, by: Actor, program_id: UUID, now: datetime) -> int:
    """Tell the next borrowers a running relief reaches, each once; returns how many."""
    program = _locked(program_id)
    if program.state != "started":
        audit_actions.unchanged()
        return 0
    told = Invitation.objects.filter(program=program).values("borrower")
    reached = _reached(program).exclude(borrower__in=told).order_by("borrower_id")
    people = list(reached.values_list("borrower_id", flat=True).distinct()[:INVITED_AT_ONCE])
    for borrower_id in people:
        Invitation.objects.create(
            lender_id=by.lender_id, program=program, borrower_id=borrower_id, told_at=now
        )
        notice_actions.tell(
            by=by,
            borrower_id=borrower_id,
            kind="relief_offered",
            source=f"relief:{program.id}:{borrower_id}",
            now=now,
            until_date=program.to_date.isoformat(),
        )
    if not people:
        audit_actions.unchanged()
        return 0
    audit_actions.record(
        by=by, action="cases.invite_to_relief", subject_id=program.id, now=now, told=len(people)
    )
    return len(people)


@doors.action("cases.accept_relief", may=(BORROWER,))
def accept(*, by: Actor, program_id: UUID, language: str, now: datetime) -> Case:
    """One tap: a case over the borrower's open loans, sent, held, its plan asked for.

    A second tap gives the same case. Raises `cases.relief_stopped`,
    `cases.relief_over`, or `cases.already_open` when another request is open.
    """
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("program")
    invitation = rows.filter(program_id=program_id, borrower_id=by.id).first()
    if invitation is None:
        raise CaseError("cases.not_found")
    if invitation.case_id:
        audit_actions.unchanged()
        return Case.objects.get(id=invitation.case_id)
    program, on = _locked(program_id), lender_queries.today(by.lender_id, now=now)
    if program.state != "started":
        raise CaseError("cases.relief_stopped")
    if not program.from_date <= on <= program.to_date:
        raise CaseError("cases.relief_over", until=program.to_date.isoformat())
    loans = list(loan_queries.of_borrower(by.id))  # type: ignore[arg-type]  # a borrower
    if not loans:
        raise CaseError("cases.no_loan")
    case = taps.case_over(by=by, loans=loans, kind="relief", language=language, now=now)
    relief = of_program(program)
    case.answers = taps.answers(loans, reasons=relief.reasons if relief else ())
    actions.begin_waiting(by=by, case=case, needs_person="", now=now)
    invitation.accepted_at, invitation.case = now, case
    invitation.save()
    audit_actions.record(
        by=by,
        action="cases.accept_relief",
        subject_id=program.id,
        case_id=case.id,
        now=now,
    )
    audit_actions.record(by=by, action="cases.submit", subject_id=case.id, case_id=case.id, now=now)
    return case


def programs() -> list[Counted]:
    """Every program, newest first, with how many were told and accepted."""
    found = Program.objects.order_by("-proposed_at")
    return [
        Counted(
            program,
            of_program(program),
            program.invitations.count(),
            program.invitations.exclude(case=None).count(),
        )
        for program in found
    ]


def open_for(borrower_id: UUID, /, *, on: date) -> Program | None:
    """A running relief this borrower was told of and may accept today."""
    invited = Invitation.objects.filter(borrower_id=borrower_id, case=None)
    return Program.objects.filter(
        id__in=invited.values("program"), state="started", from_date__lte=on, to_date__gte=on
    ).first()


def of_program(program: Program, /) -> Relief | None:
    """The relief of the policy in force when it starts, as the policy words it."""
    loaded = policy_queries.in_force(lender_id=program.lender_id, on=program.from_date)
    return next((item for item in loaded.policy.relief if item.code == program.code), None)


def of_case(case: Case, /) -> Relief | None:
    """The relief a case came from: its instruments and presets make the plan."""
    invitation = Invitation.objects.filter(case=case).select_related("program").first()
    return of_program(invitation.program) if invitation else None


def _reached(program: Program) -> QuerySet[Loan]:
    open_cases = Case.objects.filter(state__in=states.OPEN).values("borrower")
    reached = Loan.objects.filter(state="open").exclude(borrower__in=open_cases)
    where = Q()
    if program.regions:
        where &= Q(region__in=program.regions)
    if program.employers:
        where &= Q(employer__in=program.employers)
    if program.products:
        where &= Q(product__code__in=program.products)
    return reached.filter(where)


def _locked(program_id: UUID) -> Program:
    program = Program.objects.select_for_update().filter(id=program_id).first()
    if program is None:
        raise CaseError("cases.no_such_relief")
    return program
