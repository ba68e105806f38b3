"""What a borrower may do with a running plan: another day, a skipped payment, an undo, a dispute.

Each is one of the signed terms and shows its exact cost first, worked out by the replay that will
service the plan; it can be undone until midnight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from repact.plans.errors import PlanError
from repact.plans.servicing import events
from repact.plans.servicing.events import Event
from repact.plans.servicing.replay import replay
from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, Actor
from repact.server.cases import actions as case_actions
from repact.server.cases.models import Case
from repact.server.people import doors
from repact.server.repayments import ending, lives, posting
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import PlanEvent

UNDOABLE = ("skip", "date_move")
PAUSE = "pause:"  # begins the names of the skips that are one pause


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would change: from which day to which, what it costs, and when the plan ends."""

    number: int
    from_date: date
    to_date: date
    amount_minor: int
    cost_minor: int
    last_due_date: date


def preview_move(life: Life, /, *, number: int, to_date: date) -> Preview:
    """What paying one row on another day changes. Raises PlanError where the terms say no."""
    return _preview(life, number, _move_of(life, to_date))


def preview_skip(life: Life, /, *, number: int) -> Preview:
    """What skipping one row changes. Raises PlanError where the terms say no."""
    return _preview(life, number, _skip_of(life))


@doors.action("repayments.move_date", may=(BORROWER,))
def move_date(
    *, by: Actor, agreement_id: UUID, number: int, to_date: date, now: datetime
) -> Preview:
    """Pay one row on another day, as the signed terms allow. Raises PlanError naming why not."""
    life = own(by, agreement_id, now)
    made = _happen(life, by, number, _move_of(life, to_date))
    record(life, by, "repayments.move_date", now, number=number, to_date=to_date.isoformat())
    return made


@doors.action("repayments.skip", may=(BORROWER,))
def skip(*, by: Actor, agreement_id: UUID, number: int, now: datetime) -> Preview:
    """Move one row behind the last by a signed token. Raises PlanError if none is left."""
    life = own(by, agreement_id, now)
    made = _happen(life, by, number, _skip_of(life))
    record(life, by, "repayments.skip", now, number=number)
    return made


@doors.action("repayments.undo", may=(BORROWER,))
def undo(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Take back the last move, skip or pause of today; from midnight on it stands.

    Raises `repayments.nothing_to_undo`.
    """
    life = own(by, agreement_id, now)
    found = undoable(life)
    if not found:
        raise RepaymentError("repayments.nothing_to_undo")
    for of in dict.fromkeys(row.body["id"] for row in found):  # the last one first
        name = f"undo:{life.plan.events_count + 1}"
        posting.happen(
            life,
            by=actor.system(by.lender_id),
            events={
                row.part: events.Reversal(id=name, on=life.on, kind="reversal", of=of)
                for row in found
                if row.body["id"] == of
            },
            template="plan_move_undone",
            source=f"{name}:{life.agreement.id}",
        )
    record(life, by, "repayments.undo", now, kind=found[0].kind)


def undoable(life: Life, /) -> list[PlanEvent]:
    """The last move, skip or pause, part by part, if it was made today and nothing undid it."""
    gone = {
        event.of
        for said in life.events.values()
        for event in said
        if isinstance(event, events.Reversal)
    }
    today = PlanEvent.objects.filter(
        agreement=life.agreement, on_date=life.on, kind__in=UNDOABLE
    ).order_by("-number")
    left = [row for row in today if row.body["id"] not in gone]
    return [row for row in left if _change(row.body["id"]) == _change(left[0].body["id"])]


def _change(name: str) -> str:
    """What an event belongs to: itself, or the pause whose payments wait together."""
    return name.rpartition(":")[0] if name.startswith(PAUSE) else name


@doors.action("repayments.dispute", may=(BORROWER,))
def dispute(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Say that something is wrong: nothing is debited or chased until a person has answered."""
    life = own(by, agreement_id, now)
    if life.plan.disputed_at:
        audit_actions.unchanged()
        return
    life.plan.disputed_at = now
    lives.retime(life)
    record(life, by, "repayments.dispute", now)


@doors.action("repayments.answer_dispute", may=(AGENT, SUPERVISOR))
def answer_dispute(*, by: Actor, agreement_id: UUID, answer: str, now: datetime) -> None:
    """A person has looked and answered (`answer`: a code); the plan goes on from today."""
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None:
        raise RepaymentError("repayments.unknown_agreement")
    life = lives.load(agreement, on=posting.business_date(by, now))
    if life.plan.disputed_at is None:
        audit_actions.unchanged()
        return
    life.plan.disputed_at, life.plan.acted_until = None, life.on
    lives.retime(life)
    record(life, by, "repayments.answer_dispute", now, answer=answer)


@doors.action("repayments.ask_again", may=(BORROWER,))
def ask_again(*, by: Actor, agreement_id: UUID, language: str, now: datetime) -> Case:
    """Open a case that names the running plan, over all its debts that are not paid, on what is
    owed under it today.

    Raises what `cases.open` raises.
    """
    life = own(by, agreement_id, now)
    ending.publish_life(life, by=actor.system(by.lender_id), now=now)
    case = case_actions.open(
        by=by,
        loan_ids=[
            part.loan_id
            for number, part in life.parts.items()
            if life.states[number].standing != "completed"
        ],
        language=language,
        now=now,
        running_agreement_id=agreement_id,
    )
    record(life, by, "repayments.ask_again", now, opened=str(case.id))
    return case


def _move_of(life: Life, to_date: date) -> Callable[[int], Event]:
    name = f"move:{life.plan.events_count + 1}"
    return lambda row: events.DateMove(
        id=name, on=life.on, kind="date_move", row=row, to_date=to_date
    )


def _skip_of(life: Life) -> Callable[[int], Event]:
    name = f"skip:{life.plan.events_count + 1}"
    return lambda row: events.Skip(id=name, on=life.on, kind="skip", row=row)


def _happen(life: Life, by: Actor, number: int, event: Callable[[int], Event]) -> Preview:
    made = _preview(life, number, event)
    one = event(number)
    posting.happen(
        life,
        by=actor.system(by.lender_id),
        events=dict.fromkeys(parts_with(life, number), one),
        template="plan_moved",
        source=f"{one.id}:{life.agreement.id}",
    )
    return made


def _preview(life: Life, number: int, event: Callable[[int], Event]) -> Preview:
    cost = amount = 0
    days: list[tuple[date, date]] = []
    ends = []
    for part in parts_with(life, number):
        plan, known, before = life.signed[part], life.events[part], life.states[part]
        after = replay(plan, (*known, event(number)), life.on)
        days.append((before.rows[number - 1].due_date, after.rows[number - 1].due_date))
        amount += after.rows[number - 1].open_minor
        cost += after.open_minor - before.open_minor
        ends.append(max(row.due_date for row in after.rows if row.open_minor))
    return Preview(
        number=number,
        from_date=days[0][0],
        to_date=days[0][1],
        amount_minor=amount,
        cost_minor=cost,
        last_due_date=max(ends),
    )


def parts_with(life: Life, number: int, /) -> list[int]:
    """The parts whose row of this number is open. Raises PlanError `plan.no_such_row`."""
    found = [
        part
        for part, state in life.states.items()
        if number <= len(state.rows) and state.rows[number - 1].open_minor
    ]
    if not found or number < 1:
        raise PlanError("plan.no_such_row", field="row", rows=len(life.states[1].rows))
    return found


def own(by: Actor, agreement_id: UUID, now: datetime, /) -> Life:
    """The life of the borrower's own plan, locked. Raises `repayments.unknown_agreement`."""
    agreement: Agreement | None = lives.agreement_for_update(agreement_id)
    if agreement is None or agreement.borrower_id != by.id:
        raise RepaymentError("repayments.unknown_agreement")
    return lives.load(agreement, on=posting.business_date(by, now))


def record(life: Life, by: Actor, action: str, now: datetime, /, **facts: int | str) -> None:
    """Write down what a borrower did with a plan."""
    audit_actions.record(
        by=by,
        action=action,
        subject_id=life.agreement.id,
        case_id=life.agreement.case_id,
        now=now,
        **facts,
    )
