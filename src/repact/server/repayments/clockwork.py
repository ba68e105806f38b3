"""What the clock does to a plan: remind, collect, warn, invite; and interest that is earned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from repact.errors import RepactError
from repact.ledger import plan_life
from repact.plans.servicing import ladder
from repact.server.audit import actions as audit_actions
from repact.server.audit.actions import Subject
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.books import actions as book_actions
from repact.server.books.actions import ToPost
from repact.server.loans import queries as loan_queries
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import actions, collecting, ending, lives, resting, stored
from repact.server.repayments.lives import Life
from repact.server.repayments.models import Collection, DueItem, Plan
from repact.server.repayments.stored import Kept, Writing
from repact.server.repayments.uncollected import uncollected

TELLING = ("missed", "nudge", "late", "invite")
EARNED_AT_ONCE = 1000
TOGETHER = 200


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
    agreement_id = Plan.objects.only("agreement_id").get(id=plan_id).agreement_id
    (kept,) = stored.many([agreement_id], locked=True)
    life = lives.alive(kept, on=on)
    agreement, plan = life.agreement, life.plan
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
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        steps=[kind for _, kind in todo],
    )


@doors.action("repayments.act_together", may=(SYSTEM,))
def act_together(*, by: Actor, plan_ids: Sequence[UUID], on: date, now: datetime) -> list[UUID]:
    """Do what a day asks of many plans in one transaction, where that is a debit or nothing.

    The plans for which it is anything else come back, to be acted on one by one.
    """
    found = Plan.objects.filter(id__in=plan_ids, next_action_date__lte=on)
    wanted = dict(found.values_list("agreement_id", "id"))
    asked = Collection.objects.filter(agreement_id__in=wanted).filter(
        Q(state="requested") | Q(requested_on=on, by_mandate=True)
    )
    day = _Day(by, on, now)
    with uncollected():
        plans = stored.many(wanted, locked=True)
        on_hold = loan_queries.on_hold({loan for kept in plans for loan in kept.loan_ids})
        busy = set(asked.values_list("agreement_id", flat=True))
        others = [
            wanted[kept.agreement.id]
            for kept in plans
            if kept.agreement.id in busy
            or not on_hold.isdisjoint(kept.loan_ids)
            or not day.add(kept)
        ]
        day.write()
    audit_actions.unchanged()
    return others


class _Day:
    """What a day asks of plans, worked out and not yet written."""

    def __init__(self, by: Actor, on: date, now: datetime) -> None:
        self.by, self.on, self.now = by, on, now
        self.rows = Writing()
        self.collections: list[Collection] = []
        self.asked: list[Subject] = []
        self.acted: list[Subject] = []

    def add(self, kept: Kept) -> bool:
        """Work out one plan; False when it is for the single way, and nothing was worked out."""
        if kept.plan.next_action_date is None or kept.plan.next_action_date > self.on:
            return True  # somebody was here first
        try:
            life = lives.alive(kept, on=self.on)
        except RepactError:  # the single way says what is wrong, and stops what must stop
            return False
        plan = life.plan
        todo = [(due_date, step.kind) for due_date, step in lives.steps(life) if step.on <= self.on]
        worth = [kind for _, kind in _worth_doing(todo, self.on)]
        late = any(one < life.on for one in life.open_dates)
        if worth not in ([], ["debit"]) or late or life.on != self.on or _is_barred(plan):
            return False
        plan.acted_until = self.on
        lives.stand(life)
        self.rows.plans.append(plan)
        agreement = life.agreement
        if worth:
            collection = collecting.request(life, by=self.by, now=self.now)
            self.collections.append(collection)
            facts = {"amount_minor": collection.amount_minor}
            self.asked.append(Subject(collection.id, agreement.case_id, facts))
        steps = {"steps": [kind for _, kind in todo]}
        self.acted.append(Subject(agreement.id, agreement.case_id, steps))
        return True

    def write(self) -> None:
        """Write everything, table by table."""
        if not self.rows.plans:
            return
        stored.write(self.rows, lender_id=self.by.lender_id)
        Collection.objects.bulk_create(self.collections)
        for action, subjects in (
            ("repayments.request_collection", self.asked),
            ("repayments.act_by_clock", self.acted),
        ):
            audit_actions.record_many(by=self.by, action=action, now=self.now, subjects=subjects)


def _is_barred(plan: Plan) -> bool:
    return bool(plan.stopped or plan.disputed_at or plan.mandate_revoked_at)


@doors.action("repayments.earn_interest", may=(SYSTEM,))
def earn_interest(*, by: Actor, item_ids: Sequence[UUID], on: date, now: datetime) -> int:
    """Interest of rows whose periods are over becomes income; how many rows.

    Only rows not yet earned are touched, found by index; each is earned once. One statement finds
    and marks them, one call posts what they earned.
    """
    earned = stored.mark_earned(item_ids, on=on)
    if not earned:
        audit_actions.unchanged()
        return 0
    book_actions.post_many(
        by=by,
        postings=[
            ToPost(
                plan_life.interest_earned(
                    on=item.due_date, currency=item.currency, amount_minor=item.charge_minor
                ),
                f"earned:{item.id}",
                item.agreement_id,
            )
            for item in earned
            if item.charge_minor
        ],
    )
    audit_actions.record(
        by=by,
        action="repayments.earn_interest",
        subject_id=by.lender_id,
        now=now,
        rows=len(earned),
        interest_minor=sum(item.charge_minor for item in earned),
    )
    return len(earned)


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
