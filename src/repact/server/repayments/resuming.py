"""A plan goes on because the one that had taken its place was taken back.

It stands as it would have stood: what was booked when it gave way is undone, what was paid
meanwhile is its own, and no day between counts as late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from repact.ledger import living, plan_life
from repact.plans.position import Position
from repact.plans.servicing import events
from repact.server.agreements import actions as agreement_actions
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.cases import actions as case_actions
from repact.server.loans import actions as loan_actions
from repact.server.loans import closing
from repact.server.repayments import costs, given_up, lives, posting, reopening, resting
from repact.server.repayments.lives import Life, News
from repact.server.repayments.models import COMPONENTS, PlanEvent


class Resumed(NamedTuple):
    """The part of an older plan under which a loan is again."""

    life: Life
    number: int


def gave_way(to: UUID, /) -> str:
    """The id of the event by which a plan gave way to an agreement."""
    return f"renegotiated:{to}"


def resume(
    gone: Life, owed: Mapping[int, Position], /, *, by: Actor, now: datetime
) -> dict[UUID, Resumed]:
    """Let the plans that `gone` had replaced go on; by loan, those that are under one again.

    `owed` is what each part of `gone` left to its contract when it was taken back.
    """
    found = PlanEvent.objects.filter(
        kind="renegotiation", body__id=gave_way(gone.agreement.id)
    ).values_list("agreement_id", flat=True)
    made: dict[UUID, Resumed] = {}
    for agreement_id in sorted(set(found)):
        old = lives.agreement_for_update(agreement_id)
        if old is None:  # pragma: no cover - an event names its agreement
            continue
        life = lives.load(old, on=gone.on)
        for number in _go_on(life, gone, owed, by, now):
            made[life.parts[number].loan_id] = Resumed(life, number)
    return made


def _go_on(
    life: Life, gone: Life, owed: Mapping[int, Position], by: Actor, now: datetime
) -> list[int]:
    """One plan goes on; the numbers of its parts that had given way."""
    name = gave_way(gone.agreement.id)
    parts = [n for n, said in life.events.items() if any(one.id == name for one in said)]
    by_loan = {part.loan_id: number for number, part in gone.parts.items()}
    for number in parts:
        at = by_loan.get(life.parts[number].loan_id)
        left = f"plan_superseded:{life.agreement.id}"
        for to in (f":{gone.agreement.id}", ""):  # an older entry does not name its successor
            reopening.undo(f"{left}{to}{lives.suffix(number)}", life, by)
        if at is not None:
            reopening.undo(f"recognized:{gone.agreement.id}{lives.suffix(at)}", life, by)
    reopening.wait_again(life, by=by)
    is_given_up = lives.is_written_off(gone)
    if is_given_up and not lives.is_written_off(life):
        loans = {number: life.parts[number].loan_id for number in parts}
        at_gone = {number: by_loan[one] for number, one in loans.items() if one in by_loan}
        given_up.pass_on(life, gone, at_gone, by=by)
    for number in parts:
        lives.add(life, [News(number, one) for one in _back(life, number, name)])
        costs.follow(life, by=by)  # what it asked for ended with the plan that took its place
        at = by_loan.get(life.parts[number].loan_id)
        if at is not None:
            was_given_up = given_up.again(gone, at, owed[at], by=by, now=now)
            _hand_over(
                life, number, gone, at, owed[at], by, in_books=not (was_given_up or is_given_up)
            )
    paid = [part.loan_id for number, part in life.parts.items() if number not in parts]
    closing.reopen(by=by, loan_ids=paid, case_id=life.agreement.case_id, now=now)
    agreement_actions.resume(
        by=by,
        agreement_id=life.agreement.id,
        successor_id=gone.agreement.id,
        is_breached=life.standing == "breached",
        now=now,
    )
    life.agreement.refresh_from_db()
    case_id = life.agreement.case_id
    case_actions.move(by=by, case_id=case_id, event="reopen", now=now, closed_because="")
    loan_actions.hand_back(
        by=by,
        loan_ids=[life.parts[number].loan_id for number in parts],
        case_id=gone.agreement.case_id,
        to_case_id=case_id,
        now=now,
    )
    life.plan.rests = resting.days_of_rest(life)
    lives.retime(life)
    posting.finish(life, by=by, now=now)
    return parts


def _back(life: Life, number: int, name: str) -> Iterator[events.Event]:
    """That the plan gave way never happened, and the days since do not count.

    Both are dated the day on which it gave way, so that no replay of a day between sees it gone.
    """
    (gone,) = (one for one in life.events[number] if one.id == name)
    yield events.Reversal(id=f"resumed:{name}", on=gone.on, kind="reversal", of=name)
    if days := (life.on - gone.on).days:
        yield events.Resumption(id=f"away:{name}", on=gone.on, kind="resumption", days=days)


def _hand_over(
    life: Life, number: int, gone: Life, at: int, owed: Position, by: Actor, *, in_books: bool
) -> None:
    """What was paid under the plan that is gone counts for this one, on its own days.

    Not `in_books`: the debt is written off, and the money is in them as a recovery.
    """
    paid = kept(gone, at)
    if not paid:
        return
    before = life.states[number]
    lives.add(life, [News(number, payment) for payment in paid])
    if not in_books:
        return
    total = sum(payment.amount_minor for payment in paid)
    signed = gone.signed[at].position
    book_actions.post(
        by=by,
        entry=plan_life.plan_resumed(
            on=life.on,
            currency=life.plan.currency,
            change=living.change(before, life.states[number], cash_minor=total),
            paid_minor={
                part: getattr(signed, f"{part}_minor") - getattr(owed, f"{part}_minor")
                for part in COMPONENTS
            },
        ),
        source=f"resumed:{life.agreement.id}:{gone.agreement.id}{lives.suffix(number)}",
        agreement_id=life.agreement.id,
    )


def kept(gone: Life, number: int, /) -> list[events.Payment]:
    """The payments of a part that is gone; what stays the borrower's credit there is left out."""
    said = gone.events[number]
    undone = {one.of for one in said if isinstance(one, events.Reversal)}
    left = sum(gone.states[number].paid) + gone.states[number].prepaid_minor
    found = []
    for one in sorted(said, key=lambda event: event.on):
        if isinstance(one, events.Payment) and one.id not in undone and left:
            used = min(one.amount_minor, left)
            found.append(one.model_copy(update={"amount_minor": used, "excess": None}))
            left -= used
    return found
