"""Holding loans, giving them breathing space, and what stages publish into the book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from repact.plans.position import DueRow, Position
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.lenders import queries as lender_queries
from repact.server.loans.accruing import Mode
from repact.server.loans.errors import LoanError
from repact.server.loans.models import (
    LEGAL_STAGES,
    PARTY_ROLES,
    UNTOLD_ENDS,
    Hold,
    Loan,
    Party,
    Standstill,
)
from repact.server.people import doors, vault
from repact.server.people import queries as people_queries

NAME, PHONE = "loans.party.name", "loans.party.phone"
MOVED = "loans.position_moved"


@doors.action("loans.hold", may=(BORROWER, AGENT, SUPERVISOR, SYSTEM))
def hold(
    *,
    by: Actor,
    loan_ids: Sequence[UUID],
    case_id: UUID,
    now: datetime,
    until: date | None = None,
    mode: Mode = "frozen",
    annual_rate_ppm: int | None = None,
) -> None:
    """Put loans on hold for a case, and stop or lower what is added; a held loan stays as it is.

    `until` is the last day promised (None: as long as the case is open). `mode` and
    `annual_rate_ppm` are the policy's accrual while a case is open.
    """
    loans = list(Loan.objects.select_for_update().filter(id__in=loan_ids).order_by("id"))
    if len(loans) != len(set(loan_ids)):
        raise LoanError("loans.not_found")
    # A hold that went over into a plan makes room for the hold of a renegotiation.
    Hold.objects.filter(
        loan__in=[loan for loan in loans if loan.state == "in_plan"], released_at=None
    ).exclude(case_id=case_id).update(state="released", released_at=now, released_because="plan")
    held = set(
        Hold.objects.filter(loan__in=loans, released_at=None).values_list("loan_id", flat=True)
    )
    fresh = [loan for loan in loans if loan.id not in held]
    on = lender_queries.today(by.lender_id, now=now)
    for loan in fresh:
        Hold.objects.create(
            lender_id=by.lender_id, loan=loan, case_id=case_id, requested_at=now, until_date=until
        )
        Standstill.objects.create(
            lender_id=by.lender_id,
            loan=loan,
            case_id=case_id,
            mode=mode,
            annual_rate_ppm=annual_rate_ppm if mode == "reduced" else None,
            start_date=on,
        )
    if not fresh:
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by,
        action="loans.hold",
        subject_id=case_id,
        case_id=case_id,
        now=now,
        loan_ids=[str(loan.id) for loan in fresh],
        mode=mode,
        until=until.isoformat() if until else None,
    )


@doors.action("loans.acknowledge_hold", may=(SYSTEM,))
def acknowledge_hold(*, by: Actor, hold_id: UUID, at: datetime, now: datetime) -> None:
    """Note that the core has stopped its debits and reminders for a loan."""
    hold = Hold.objects.select_for_update().get(id=hold_id)
    if hold.state != "requested":
        audit_actions.unchanged()
        return
    hold.state, hold.acknowledged_at = "acknowledged", at
    hold.save()
    audit_actions.record(
        by=by,
        action="loans.acknowledge_hold",
        subject_id=hold.loan_id,
        case_id=hold.case_id,
        now=now,
    )


@doors.action("loans.extend_hold", may=(BORROWER, AGENT, SUPERVISOR, SYSTEM))
def extend_hold(*, by: Actor, case_id: UUID, until: date, now: datetime) -> None:
    """Promise a later last day for a case's holds; never an earlier one."""
    changed = _live(case_id).filter(until_date__lt=until).update(until_date=until, end_told_at=None)
    if not changed:
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by,
        action="loans.extend_hold",
        subject_id=case_id,
        case_id=case_id,
        now=now,
        until=until.isoformat(),
    )


@doors.action("loans.note_end_told", may=(AGENT, SUPERVISOR, SYSTEM))
def note_end_told(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """Note that the borrower was told when and why the hold ends."""
    if not _live(case_id).filter(end_told_at=None).update(end_told_at=now):
        audit_actions.unchanged()
        return
    audit_actions.record(
        by=by, action="loans.note_end_told", subject_id=case_id, case_id=case_id, now=now
    )


@doors.action("loans.release", may=(BORROWER, SUPERVISOR, SYSTEM))
def release(*, by: Actor, case_id: UUID, because: str, now: datetime) -> None:
    """End a case's holds and breathing space; the contract goes on from today.

    Raises `loans.end_not_told` unless the borrower was told before, or ended it, or a plan did.
    What was not added during the breathing space is never added afterwards.
    """
    live = _live(case_id)
    if because not in UNTOLD_ENDS and live.filter(end_told_at=None).exists():
        raise LoanError("loans.end_not_told")
    released = live.update(state="released", released_at=now, released_because=because)
    if not released:
        audit_actions.unchanged()
        return
    on = lender_queries.today(by.lender_id, now=now)
    Standstill.objects.filter(case_id=case_id, end_date=None).update(end_date=on)
    audit_actions.record(
        by=by, action="loans.release", subject_id=case_id, case_id=case_id, now=now, because=because
    )


@doors.action("loans.release_paid", may=(SYSTEM,))
def release_paid(*, by: Actor, loan_id: UUID, case_id: UUID, now: datetime) -> None:
    """A debt is paid: its hold ends, and nobody is told to go on collecting it."""
    held = _live(case_id).filter(loan_id=loan_id)
    if not held.update(state="released", released_at=now, released_because="paid"):
        audit_actions.unchanged()
        return
    on = lender_queries.today(by.lender_id, now=now)
    spaces = Standstill.objects.filter(case_id=case_id, loan_id=loan_id, end_date=None)
    spaces.update(end_date=on)
    audit_actions.record(
        by=by, action="loans.release_paid", subject_id=loan_id, case_id=case_id, now=now
    )


@doors.action("loans.hand_back", may=(SYSTEM,))
def hand_back(
    *, by: Actor, loan_ids: Sequence[UUID], case_id: UUID, to_case_id: UUID, now: datetime
) -> None:
    """A plan that had given way goes on: the hold is its case's again, and never ended between."""
    handed = list(
        Hold.objects.select_for_update().filter(
            loan_id__in=loan_ids, case_id=case_id, released_at=None
        )
    )
    if not handed:
        audit_actions.unchanged()
        return
    for held in handed:
        state, at = held.state, held.acknowledged_at
        held.state, held.released_at, held.released_because = "released", now, "plan"
        held.save()
        Hold.objects.create(
            lender_id=by.lender_id,
            loan_id=held.loan_id,
            case_id=to_case_id,
            state=state,
            requested_at=held.requested_at,
            acknowledged_at=at,
        )
    audit_actions.record(
        by=by,
        action="loans.hand_back",
        subject_id=to_case_id,
        case_id=to_case_id,
        now=now,
        loan_ids=[str(held.loan_id) for held in handed],
    )


@doors.action("loans.acknowledge_release", may=(SYSTEM,))
def acknowledge_release(*, by: Actor, hold_id: UUID, at: datetime, now: datetime) -> None:
    """Note that the core goes on by the contract."""
    hold = Hold.objects.select_for_update().get(id=hold_id)
    if hold.state != "released" or hold.release_acknowledged_at:
        audit_actions.unchanged()
        return
    hold.release_acknowledged_at = at
    hold.save()
    audit_actions.record(
        by=by,
        action="loans.acknowledge_release",
        subject_id=hold.loan_id,
        case_id=hold.case_id,
        now=now,
    )


@doors.action("loans.replace_by_plan", may=(SYSTEM,))
def replace_by_plan(
    *, by: Actor, loan_id: UUID, agreement_id: UUID, case_id: UUID, now: datetime
) -> None:
    """From now on a plan says what is due; the contract stays known, its days past due too.

    A plan that is renegotiated is replaced by its successor.
    """
    loan = Loan.objects.select_for_update().get(id=loan_id)
    if loan.state == "closed":
        raise LoanError("loans.wrong_state", state=loan.state)
    if loan.state == "open":
        loan.contract_overdue_minor = loan.overdue_principal_minor
    loan.state = "in_plan"
    loan.save()
    on = lender_queries.today(by.lender_id, now=now)
    Standstill.objects.filter(loan=loan, end_date=None, start_date__lte=on).update(end_date=on)
    audit_actions.record(
        by=by,
        action="loans.replace_by_plan",
        subject_id=loan.id,
        case_id=case_id,
        now=now,
        agreement_id=str(agreement_id),
    )


@doors.action("loans.restore_contract", may=(SYSTEM,))
def restore_contract(
    *, by: Actor, loan_id: UUID, signed: Position, owed: Position, case_id: UUID, now: datetime
) -> None:
    """A plan was taken back: the contract says again what is due, from `owed.as_of` on.

    `signed` is what was owed when the plan began, `owed` the same less what was paid since. What
    was paid covers what the contract asked for first; principal that was overdue is so again.
    Nothing is added for the days between: the debt is owed as of today.
    """
    loan = Loan.objects.select_for_update().get(id=loan_id)
    if loan.state != "in_plan":
        audit_actions.unchanged()
        return
    principal = signed.principal_minor - owed.principal_minor
    paid = principal + signed.interest_minor - owed.interest_minor
    remaining = uncovered(signed.contract.remaining if signed.contract else (), paid)
    overdue = max((loan.contract_overdue_minor or 0) - principal, 0)
    loan.as_of = owed.as_of
    loan.principal_minor, loan.interest_minor = owed.principal_minor, owed.interest_minor
    loan.penalty_minor, loan.fees_minor = owed.penalty_minor, owed.fees_minor
    loan.overdue_principal_minor = min(overdue, owed.principal_minor)
    loan.remaining = [[row.due_date.isoformat(), row.amount_minor] for row in remaining]
    if loan.oldest_unpaid_due_date and remaining:
        late = remaining[0].due_date if remaining[0].due_date < owed.as_of else None
        loan.oldest_unpaid_due_date = late and max(late, loan.oldest_unpaid_due_date)
    loan.plan_rate_ppm = loan.plan_penalty_rate_ppm = loan.contract_overdue_minor = None
    loan.state = "open" if owed.total_minor else "closed"
    loan.save()
    audit_actions.record(
        by=by,
        action="loans.restore_contract",
        subject_id=loan.id,
        case_id=case_id,
        now=now,
        owed_minor=owed.total_minor,
    )


@doors.action("loans.publish_position", may=(SYSTEM,))
def publish_position(
    *,
    by: Actor,
    loan_id: UUID,
    position: Position,
    overdue_principal_minor: int,
    oldest_unpaid_due_date: date | None,
    plan_rate_ppm: int | None,
    plan_penalty_rate_ppm: int | None,
    now: datetime,
) -> None:
    """A stage says what is owed now; proposals, renegotiation and the send gate read only this.

    The two plan rates are what the running plan charges; None when the contract's rates hold. If
    the loan is on hold for an open case, `loans.position_moved` is recorded too, so that offers are
    made again on the new position.
    """
    loan = Loan.objects.select_for_update().get(id=loan_id)
    contract = position.contract
    fields = {
        "as_of": position.as_of,
        "principal_minor": position.principal_minor,
        "overdue_principal_minor": overdue_principal_minor,
        "interest_minor": position.interest_minor,
        "penalty_minor": position.penalty_minor,
        "fees_minor": position.fees_minor,
        "oldest_unpaid_due_date": oldest_unpaid_due_date,
        "remaining": [
            [row.due_date.isoformat(), row.amount_minor]
            for row in (contract.remaining if contract else ())
        ],
        "plan_rate_ppm": plan_rate_ppm,
        "plan_penalty_rate_ppm": plan_penalty_rate_ppm,
    }
    if all(getattr(loan, name) == value for name, value in fields.items()):
        audit_actions.unchanged()
        return
    for name, value in fields.items():
        setattr(loan, name, value)
    loan.save()
    audit_actions.record(by=by, action="loans.publish_position", subject_id=loan.id, now=now)
    tell_moved(by=by, loan_ids=[loan.id], now=now)


@doors.action("loans.publish_paid", may=(SYSTEM,))
def publish_paid(*, by: Actor, loan_id: UUID, on: date, now: datetime) -> None:
    """Say that nothing is owed of a loan any more, while the plan it is under runs for others."""
    loan = _locked(loan_id)
    amounts = ("principal", "overdue_principal", "interest", "penalty", "fees")
    if not any(getattr(loan, f"{name}_minor") for name in amounts):
        audit_actions.unchanged()
        return
    for name in amounts:
        setattr(loan, f"{name}_minor", 0)
    loan.as_of, loan.remaining, loan.oldest_unpaid_due_date = on, [], None
    loan.save()
    audit_actions.record(by=by, action="loans.publish_paid", subject_id=loan.id, now=now)
    tell_moved(by=by, loan_ids=[loan.id], now=now)


def tell_moved(*, by: Actor, loan_ids: Sequence[UUID], now: datetime) -> None:
    """Record `loans.position_moved` for each open case whose loans changed under it."""
    cases = Hold.objects.filter(loan_id__in=loan_ids, released_at=None)
    for case_id in sorted(set(cases.values_list("case_id", flat=True))):
        audit_actions.record(by=by, action=MOVED, subject_id=case_id, case_id=case_id, now=now)


@doors.action("loans.set_legal_stage", may=(AGENT, SUPERVISOR, SYSTEM))
def set_legal_stage(*, by: Actor, loan_id: UUID, stage: str, now: datetime) -> None:
    """Say how far a claim has gone in law; instruments and wording follow it."""
    if stage not in LEGAL_STAGES:
        raise LoanError("loans.bad_legal_stage", field="stage")
    loan = _locked(loan_id)
    if loan.legal_stage == stage:
        audit_actions.unchanged()
        return
    before, loan.legal_stage = loan.legal_stage, stage
    loan.save()
    audit_actions.record(
        by=by,
        action="loans.set_legal_stage",
        subject_id=loan.id,
        now=now,
        before=before,
        after=stage,
    )


@doors.action("loans.add_party", may=(AGENT, SUPERVISOR, SYSTEM))
def add_party(
    *, by: Actor, loan_id: UUID, role: str, name: str, phone: str, now: datetime
) -> Party:
    """Note a guarantor or co-borrower, sealed with the borrower's own key."""
    if role not in PARTY_ROLES:
        raise LoanError("loans.bad_party_role", field="role")
    if not name.strip() or not phone.strip():
        raise LoanError("loans.party_unnamed", field="name")
    loan = _locked(loan_id)
    key = people_queries.borrower(loan.borrower_id).key
    party = Party.objects.create(
        lender_id=by.lender_id,
        loan=loan,
        role=role,
        name_sealed=vault.seal(key, name.strip().encode(), context=NAME),
        phone_sealed=vault.seal(key, phone.strip().encode(), context=PHONE),
        added_at=now,
        added_by=by.id,
    )
    audit_actions.record(
        by=by, action="loans.add_party", subject_id=party.id, now=now, loan_id=str(loan.id)
    )
    return party


@doors.action("loans.block_line", may=(BORROWER, AGENT, SUPERVISOR, SYSTEM))
def block_line(*, by: Actor, loan_id: UUID, now: datetime) -> None:
    """A revolving line gives no more credit from now on; the core is told by the event."""
    loan = _locked(loan_id)
    if loan.line_blocked_at:
        audit_actions.unchanged()
        return
    loan.line_blocked_at = now
    loan.save()
    audit_actions.record(by=by, action="loans.block_line", subject_id=loan.id, now=now)


@doors.action("loans.acknowledge_line_block", may=(SYSTEM,))
def acknowledge_line_block(*, by: Actor, loan_id: UUID, at: datetime, now: datetime) -> None:
    """Note that the core has blocked the line."""
    changed = Loan.objects.filter(
        id=loan_id, line_blocked_at__isnull=False, line_block_acknowledged_at=None
    ).update(line_block_acknowledged_at=at)
    if not changed:
        audit_actions.unchanged()
        return
    audit_actions.record(by=by, action="loans.acknowledge_line_block", subject_id=loan_id, now=now)


def uncovered(rows: Sequence[DueRow], paid_minor: int, /) -> list[DueRow]:
    """What a contract still asks for after a payment, the oldest row paid first."""
    left = []
    for row in rows:
        covered = min(row.amount_minor, paid_minor)
        paid_minor -= covered
        if covered < row.amount_minor:
            left.append(row.model_copy(update={"amount_minor": row.amount_minor - covered}))
    return left


def _live(case_id: UUID) -> QuerySet[Hold]:
    return Hold.objects.filter(case_id=case_id, released_at=None)


def _locked(loan_id: UUID) -> Loan:
    loan = Loan.objects.select_for_update().filter(id=loan_id).first()
    if loan is None:
        raise LoanError("loans.not_found")
    return loan
