"""When a plan is broken, made good, ended, given up for another, or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from repact.ledger import living, outcomes, plan_life
from repact.plans.errors import PlanError
from repact.plans.modification import adjustment_minor
from repact.plans.position import Position
from repact.plans.servicing import events
from repact.plans.servicing.replay import position_on
from repact.plans.servicing.state import PlanState
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.cases import actions as case_actions
from repact.server.loans import actions as loan_actions
from repact.server.loans import closing
from repact.server.loans.models import Loan
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import given_up, lines, lives, posting, resting, resuming
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import RUNNING, Life
from repact.server.repayments.models import COMPONENTS, Part
from repact.server.repayments.resuming import Resumed


@doors.action("repayments.declare_breach", may=(SUPERVISOR, SYSTEM))
def declare_breach(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Declare a plan breached, after its grace and cure days; waivers return only if agreed so.

    Raises `repayments.breach_too_early` with the first day it is possible, and
    `repayments.new_plan_asked` while the borrower asks for another plan.
    """
    life = _running(by, agreement_id, now)
    if life.standing == "breached":
        audit_actions.unchanged()
        return
    resting.assert_may_break(life)
    late = [n for n, state in life.states.items() if state.breach_possible_from]
    system = actor.system(by.lender_id)
    try:
        changes = posting.happen(
            life,
            by=system,
            events={
                number: events.Breach(
                    id=f"breach:{life.plan.events_count + 1}", on=life.on, kind="breach"
                )
                for number in late
            },
            template="plan_breached",
            source=f"breach:{life.agreement.id}:{life.plan.events_count + 1}",
        )
    except PlanError as error:
        raise RepaymentError("repayments.breach_too_early", **error.params) from error
    if not late:
        raise RepaymentError("repayments.breach_too_early", possible_from=None)
    agreement_actions.breach(by=system, agreement_id=agreement_id, now=now)
    returned = sum(change.unearned_minor for change in changes.values())
    _tell(life, system, "breached", now, amount_minor=life.due_minor, returned_minor=returned)
    _record(life, by, "repayments.declare_breach", now, returned_minor=returned)


def reinstate(life: Life, /, *, by: Actor, now: datetime) -> None:
    """A breached plan goes on once all that is due is paid, or the breach never was."""
    cured = [
        number
        for number, state in life.states.items()
        if state.standing == "breached" and not state.overdue_minor
    ]
    if cured:
        name = f"cure:{life.plan.events_count + 1}"
        posting.happen(
            life,
            by=by,
            events={number: events.Cure(id=name, on=life.on, kind="cure") for number in cured},
            template="plan_reinstated",
            source=f"{name}:{life.agreement.id}",
        )
    if life.agreement.state == agreement_states.BREACHED and life.standing != "breached":
        agreement_actions.reinstate(by=by, agreement_id=life.agreement.id, now=now)
        life.agreement.refresh_from_db()
        _tell(life, by, "reinstated", now, amount_minor=life.open_minor)


@doors.action("repayments.terminate", may=(SUPERVISOR,))
def terminate(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """End a breached plan: all that is owed falls due, interest to come does not.

    Raises `repayments.not_breached`.
    """
    life = _running(by, agreement_id, now)
    if life.standing != "breached":
        raise RepaymentError("repayments.not_breached", standing=life.standing)
    system = actor.system(by.lender_id)
    name = f"termination:{life.plan.events_count + 1}"
    posting.happen(
        life,
        by=system,
        events={
            number: events.Termination(id=name, on=life.on, kind="termination")
            for number, state in life.states.items()
            if state.standing in {"active", "breached"}
        },
        template="plan_terminated",
        source=f"{name}:{life.agreement.id}",
    )
    posting.earn_the_rest(life, by=system)
    _tell(life, system, "terminated", now, amount_minor=life.due_minor)
    _record(life, by, "repayments.terminate", now, open_minor=life.open_minor)


@doors.action("repayments.withdraw", may=(BORROWER,))
def withdraw(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Take a plan back in its cooling-off days: the contract stands as it would have stood.

    Payments made stay paid, what was waived is owed again, and the days in between cost nothing.
    Raises what `agreements.withdraw` raises when it is too late.
    """
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None or agreement.borrower_id != by.id:
        raise RepaymentError("repayments.unknown_agreement")
    life = lives.load(agreement, on=posting.business_date(by, now))
    if life.plan.standing == "withdrawn":
        audit_actions.unchanged()
        return
    system = actor.system(by.lender_id)
    agreement_actions.withdraw(by=by, agreement_id=agreement_id, now=now)
    owed = {number: _restore(life, number, system) for number in sorted(life.states)}
    older = resuming.resume(life, owed, by=system, now=now)
    for number, position in owed.items():
        if life.parts[number].loan_id not in older:
            _restore_contract(life, number, position, system, now)
    case_id = agreement.case_id
    loan_actions.release(by=system, case_id=case_id, because="withdrawn", now=now)
    _stand_down(life, "withdrawn")
    posting.earn_the_rest(life, by=system)
    _tell_taken_back(life, older, system, now)
    audit_actions.record(
        by=by,
        action="repayments.withdraw",
        subject_id=agreement_id,
        case_id=case_id,
        now=now,
        paid_minor=sum(map(_paid_minor, life.states.values())),
        # debt by debt, as the agreement lists them
        owed_minor=[_owed_minor(older.get(life.parts[n].loan_id), owed[n]) for n in sorted(owed)],
        resumed=sorted({one.life.agreement.reference for one in older.values()}),
    )


def _owed_minor(resumed: Resumed | None, by_contract: Position) -> int:
    """What is left to pay of a debt: under its older plan, or by its contract."""
    if resumed is None:
        return by_contract.total_minor
    return resumed.life.states[resumed.number].open_minor


def _tell_taken_back(life: Life, older: Mapping[UUID, Resumed], by: Actor, now: datetime) -> None:
    """Tell the borrower what holds now: the contracts, or the plan that had held before."""
    again = {one.life.agreement.id: one.life for one in older.values()}
    for resumed in again.values():
        publish_life(resumed, by=by, now=now)
    if not again:
        _tell(life, by, "withdrawn", now)
        return
    references = sorted(resumed.agreement.reference for resumed in again.values())
    _tell(life, by, "withdrawn_to_plan", now, reference=", ".join(references))


def _restore(life: Life, number: int, by: Actor) -> Position:
    """Put one debt back under its contract, in the books; what is owed."""
    state, signed = life.states[number], life.signed[number]
    owed = less(signed.position, _paid_minor(state)).model_copy(update={"as_of": life.on})
    pending = state.pending_minor
    _leave(
        life,
        number,
        "plan_withdrawn",
        owed,
        by,
        late_minor=-state.paid.late,
        waived_back_minor=signed.schedule.totals.waived_minor - pending,
        pending_minor=pending,
    )
    gain = adjustment_minor(signed.position, signed.terms, signed.schedule)
    if gain and not lives.is_written_off(life):
        book_actions.post(
            by=by,
            entry=outcomes.modification_reversed(
                on=life.on, currency=life.plan.currency, gain_minor=gain
            ),
            source=f"modified:{life.agreement.id}{lives.suffix(number)}:reversed",
            agreement_id=life.agreement.id,
        )
    Part.objects.filter(id=life.parts[number].id).update(standing="withdrawn")
    return owed


def _restore_contract(life: Life, number: int, owed: Position, by: Actor, now: datetime) -> None:
    """Put one debt back under its contract, in the lender's book."""
    loan_actions.restore_contract(
        by=by,
        loan_id=life.parts[number].loan_id,
        signed=life.signed[number].position,
        owed=owed,
        case_id=life.agreement.case_id,
        now=now,
    )
    lines.draw_again(life, number, owed, by=by, now=now)
    given_up.again(life, number, owed, by=by, now=now)


def _paid_minor(state: PlanState) -> int:
    """Everything that was paid and kept on a debt."""
    return sum(state.paid) + state.prepaid_minor


def give_way(*, by: Actor, loan_ids: Sequence[UUID], to: Agreement, now: datetime) -> None:
    """Let running plans over these loans end for a new agreement, from what is owed today.

    Raises `repayments.not_all_loans` where a loan that is not paid would be left without a plan;
    `cases.open` and `agreements.accept_offer` refuse it before anybody signs.
    """
    running = Part.objects.filter(loan_id__in=loan_ids, agreement__plan__standing__in=RUNNING)
    for agreement_id in sorted(set(running.values_list("agreement_id", flat=True))):
        old = lives.agreement_for_update(agreement_id)
        if old is None or old.id == to.id:
            continue
        life = lives.load(old, on=posting.business_date(by, now))
        _assert_takes_all_in(life, loan_ids)
        _close_paid(life, by=by, now=now)
        for number, state in life.states.items():
            if state.standing == "completed":
                continue
            owed = position_on(life.signed[number], life.events[number], life.on)
            late = sum(row.due.late - row.paid.late for row in state.rows)
            lives.add(
                life,
                [
                    lives.News(
                        number,
                        events.Renegotiation(
                            id=resuming.gave_way(to.id),
                            on=life.on,
                            kind="renegotiation",
                            agreement=to.reference,
                        ),
                    )
                ],
            )
            # what waited to be earned is given up for good: the new plan does not ask for it
            pending = state.pending_minor
            _leave(
                life,
                number,
                "plan_superseded",
                owed,
                by,
                to=f":{to.id}",
                late_minor=late,
                waived_back_minor=-pending,
                pending_minor=pending,
            )
            _publish(life, number, owed, by, now, plan_runs=False)
        _stand_down(life, "renegotiated")
        posting.earn_the_rest(life, by=by)
        agreement_actions.supersede(by=by, agreement_id=old.id, successor_id=to.id, now=now)
        case_actions.move(by=by, case_id=old.case_id, event="supersede", now=now)


def _close_paid(life: Life, *, by: Actor, now: datetime) -> None:
    """Debts of a plan that gives way which are paid have no plan any more: they are closed."""
    closing.close(
        by=by,
        loan_ids=[part.loan_id for part in life.parts.values() if part.standing == "completed"],
        case_id=life.agreement.case_id,
        on=life.on,
        now=now,
    )


def _assert_takes_all_in(life: Life, loan_ids: Sequence[UUID]) -> None:
    left = [
        number
        for number, state in life.states.items()
        if state.standing != "completed" and life.parts[number].loan_id not in loan_ids
    ]
    if left:
        raise RepaymentError("repayments.not_all_loans", missing=len(left))


@doors.action("repayments.publish", may=(SYSTEM,))
def publish(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Say in the lender's book what is owed under a running plan today, part by part."""
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None:
        raise RepaymentError("repayments.unknown_agreement")
    life = lives.load(agreement, on=posting.business_date(by, now))
    publish_life(life, by=by, now=now)
    audit_actions.unchanged()


def publish_life(life: Life, /, *, by: Actor, now: datetime) -> None:
    """The same for a plan at hand."""
    for number, state in life.states.items():
        if state.standing in {"active", "breached"} and state.open_minor:
            owed = position_on(life.signed[number], life.events[number], life.on)
            _publish(life, number, owed, by, now, plan_runs=True)
        elif state.standing == "completed":
            loan_id = life.parts[number].loan_id
            loan_actions.publish_paid(by=by, loan_id=loan_id, on=life.on, now=now)


def _publish(
    life: Life, number: int, owed: Position, by: Actor, now: datetime, *, plan_runs: bool
) -> None:
    state, loan = life.states[number], life.parts[number].loan_id
    overdue = sum(
        row.due.principal - row.paid.principal for row in state.rows if row.due_date < life.on
    )
    oldest = Loan.objects.only("oldest_unpaid_due_date").get(id=loan).oldest_unpaid_due_date
    loan_actions.publish_position(
        by=by,
        loan_id=loan,
        position=owed,
        overdue_principal_minor=min(overdue, owed.principal_minor),
        oldest_unpaid_due_date=oldest,
        plan_rate_ppm=state.annual_rate_ppm if plan_runs else None,
        plan_penalty_rate_ppm=life.conduct.late_rate_ppm if plan_runs else None,
        now=now,
    )


def _leave(
    life: Life,
    number: int,
    template: str,
    owed: Position,
    by: Actor,
    *,
    to: str = "",
    late_minor: int = 0,
    waived_back_minor: int = 0,
    pending_minor: int = 0,
) -> None:
    if lives.is_written_off(life):
        return  # nothing of it stands in the books any more
    book_actions.post(
        by=by,
        entry=plan_life.plan_ended(
            template=template,
            on=life.on,
            currency=life.plan.currency,
            open_minor=living.open_minor(life.states[number]),
            owed_minor={name: getattr(owed, f"{name}_minor") for name in COMPONENTS},
            late_minor=late_minor,
            waived_back_minor=waived_back_minor,
            pending_minor=pending_minor,
        ),
        source=f"{template}:{life.agreement.id}{to}{lives.suffix(number)}",
        agreement_id=life.agreement.id,
    )


def less(position: Position, /, paid_minor: int) -> Position:
    """What is owed by contract after payments: fees, penalty, interest, then principal."""
    left, owed = paid_minor, {}
    for name in ("fees", "penalty", "interest", "principal"):
        amount = getattr(position, f"{name}_minor")
        owed[f"{name}_minor"] = amount - min(left, amount)
        left -= min(left, amount)
    return position.model_copy(update=owed)


def _stand_down(life: Life, standing: str) -> None:
    plan = life.plan
    plan.standing, plan.next_action_date, plan.due_date = standing, None, None
    plan.open_minor = 0
    plan.save()


def _running(by: Actor, agreement_id: UUID, now: datetime) -> Life:
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None:
        raise RepaymentError("repayments.unknown_agreement")
    life = lives.load(agreement, on=posting.business_date(by, now))
    if life.standing not in RUNNING:
        raise RepaymentError("repayments.not_in_force", state=life.standing)
    return life


def _tell(life: Life, by: Actor, kind: str, now: datetime, **params: int | str) -> None:
    notice_actions.tell(
        by=by,
        borrower_id=life.agreement.borrower_id,
        kind=kind,
        source=f"{kind}:{life.agreement.id}:{life.plan.events_count}",
        now=now,
        **params,
    )


def _record(life: Life, by: Actor, action: str, now: datetime, **facts: int) -> None:
    audit_actions.record(
        by=by,
        action=action,
        subject_id=life.agreement.id,
        case_id=life.agreement.case_id,
        now=now,
        **facts,
    )
