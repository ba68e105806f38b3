"""What the clock does to a plan: remind, collect, warn, invite; and interest that is earned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from repact.errors import RepactError
from repact.ledger import plan_life
from repact.plans.servicing import ladder
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import actions, collecting, ending, lives, resting
from repact.server.repayments.lives import Life
from repact.server.repayments.models import DueItem, Plan

TELLING = ("missed", "nudge", "late", "invite")
EARNED_AT_ONCE = 1000


def act_or_stop(*, by: Actor, plan_id: UUID, on: date, now: datetime) -> None:
    """Act by the clock where a plan that is not right must not hold up the day of all the others:
    its charging stops until a person has looked."""
    try:
        act_by_clock(by=by, plan_id=plan_id, on=on, now=now)
    except RepactError as error:
        agreement_id = Plan.objects.only("agreement_id").get(id=plan_id).agreement_id
        actions.stop_charging(by=by, agreement_id=agreement_id, reason=error.code[:40], now=now)


@doors.action("repayments.act_by_clock", may=(SYSTEM,))
def act_by_clock(*, by: Actor, plan_id: UUID, on: date, now: datetime) -> None:
    """Do what a day asks of a plan, step by step of its signed ladder of conduct.

    Steps of days that were missed are caught up in order, but a message that a later one has
    overtaken is not sent any more.
    """
    plan = Plan.objects.only("agreement_id").get(id=plan_id)
    agreement = lives.agreement_for_update(plan.agreement_id)
    life = lives.load(agreement, on=on)  # type: ignore[arg-type]
    plan = life.plan
    if plan.next_action_date is None or plan.next_action_date > on:
        audit_actions.unchanged()
        return
    todo = [(due_date, step.kind) for due_date, step in lives.steps(life) if step.on <= on]
    plan.acted_until = on
    lives.retime(life)
    _note_states(life)
    for due_date, kind in _worth_doing(todo, on):
        _do(life, due_date, kind, by=by, now=now)
    audit_actions.record(
        by=by,
        action="repayments.act_by_clock",
        subject_id=agreement.id,  # type: ignore[union-attr]
        case_id=agreement.case_id,  # type: ignore[union-attr]
        now=now,
        steps=[kind for _, kind in todo],
    )


@doors.action("repayments.earn_interest", may=(SYSTEM,))
def earn_interest(*, by: Actor, item_ids: Sequence[UUID], on: date, now: datetime) -> int:
    """Interest of rows whose periods are over becomes income; how many rows.

    Only rows not yet earned are touched, found by index; each is earned once.
    """
    items = list(
        DueItem.objects.select_for_update(of=("self",))
        .filter(id__in=item_ids, is_earned=False, due_date__lte=on)
        .select_related("agreement__plan")
        .order_by("id")
    )
    DueItem.objects.filter(id__in=[item.id for item in items]).update(is_earned=True)
    for item in items:
        if item.charge_minor:
            book_actions.post(
                by=by,
                entry=plan_life.interest_earned(
                    on=item.due_date,
                    currency=item.agreement.plan.currency,
                    amount_minor=item.charge_minor,
                ),
                source=f"earned:{item.id}",
                agreement_id=item.agreement_id,
            )
    if not items:
        audit_actions.unchanged()
        return 0
    audit_actions.record(
        by=by,
        action="repayments.earn_interest",
        subject_id=by.lender_id,
        now=now,
        rows=len(items),
        interest_minor=sum(item.charge_minor for item in items),
    )
    return len(items)


def _worth_doing(
    todo: Sequence[tuple[date, ladder.Kind]], on: date
) -> list[tuple[date, ladder.Kind]]:
    """Of the steps of one day: reminders in time, one debit, the last word of warning."""
    told = [one for one in todo if one[1] in TELLING][-1:]
    debit = [one for one in todo if one[1] == "debit"][:1]
    breach = [one for one in todo if one[1] == "breach"][:1]
    return [one for one in todo if one[1] == "remind" and one[0] > on] + debit + told + breach


def _do(life: Life, due_date: date, kind: ladder.Kind, *, by: Actor, now: datetime) -> None:
    if kind == "debit":
        collecting.ask(life, by=by, now=now)
    elif kind != "breach":
        _tell(life, due_date, kind, by=by, now=now)
    elif life.conduct.declared_by == "clock" and not resting.is_resting(life):
        ending.declare_breach(by=by, agreement_id=life.agreement.id, now=now)


def _tell(life: Life, due_date: date, kind: ladder.Kind, *, by: Actor, now: datetime) -> None:
    last = ladder.last_good_date(life.conduct, due_date, rests=life.rests)
    if last is None:  # another plan is asked for since this morning
        return
    notice_actions.tell(
        by=by,
        borrower_id=life.agreement.borrower_id,
        kind="due_soon" if kind == "remind" else kind,
        source=f"{kind}:{life.agreement.id}:{due_date.isoformat()}",
        now=now,
        amount_minor=life.open_on(due_date) if kind == "remind" else life.due_minor,
        due_date=due_date.isoformat(),
        grace_days=life.conduct.grace_days,
        last_date=last.isoformat(),
    )


def _note_states(life: Life) -> None:
    """Write down for pages and lists which rows are in their grace days, and which are late."""
    standings = {
        (number, row.number): row.standing
        for number, state in life.states.items()
        for row in state.rows
        if row.open_minor and row.due_date < life.on
    }
    if not standings:
        return
    items = DueItem.objects.filter(agreement=life.agreement, due_date__lt=life.on)
    for item in items.exclude(state="paid"):
        standing = standings.get((item.part, item.number), item.state)
        if standing in {"grace", "late"} and item.state != standing:
            item.state = standing
            item.save(update_fields=["state"])
