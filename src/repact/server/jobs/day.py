"""What a day brings. Only what has something to do is touched."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from repact.server.audit import actor
from repact.server.audit.actor import Actor
from repact.server.cases import holding
from repact.server.cases import queries as case_queries
from repact.server.clock import actions as clock_actions
from repact.server.clock import ports
from repact.server.clock import queries as clock_queries
from repact.server.evidence import promises
from repact.server.jobs import recalling, returning, sending
from repact.server.jobs.models import LivedDay
from repact.server.lenders import queries as lender_queries
from repact.server.offers import actions as offer_actions
from repact.server.offers import automatic
from repact.server.offers import queries as offer_queries
from repact.server.repayments import clockwork
from repact.server.repayments import queries as repayment_queries

DAYS_MAX = 400


def run_day(*, lender_id: UUID, on: date, now: datetime) -> int:
    """Remind, collect, note what is late, expire offers and issue them anew where the debt moved;
    make last day's plans a second time. Returns how many items were touched."""
    by = actor.system(lender_id)
    due = repayment_queries.due_by_clock(on=on)
    for first in range(0, len(due), clockwork.TOGETHER):
        some = due[first : first + clockwork.TOGETHER]
        for plan_id in clockwork.act_together(by=by, plan_ids=some, on=on, now=now):
            clockwork.act_or_stop(by=by, plan_id=plan_id, on=on, now=now)
    to_earn = repayment_queries.to_earn(on=on)
    for first in range(0, len(to_earn), clockwork.EARNED_AT_ONCE):
        some = to_earn[first : first + clockwork.EARNED_AT_ONCE]
        clockwork.earn_interest(by=by, item_ids=some, on=on, now=now)
    expired = offer_queries.expired(now=now)
    for offer_set in expired:
        offer_actions.expire(by=by, set_id=offer_set.id, now=now)
    moved = offer_queries.to_reissue(now=now)
    for offer_set in moved:
        automatic.reissue(by=by, set_id=offer_set.id, now=now)
    twins = offer_queries.twins_to_check(since=now - timedelta(days=1), most=automatic.TWINS_MAX)
    if twins:
        automatic.check_twins(by=by, sets_to_check=twins, now=now)
    late = returning.void_late(by=by, now=now)
    return len(due) + len(expired) + len(moved) + late + _around_cases(by=by, on=on, now=now)


def _around_cases(*, by: Actor, on: date, now: datetime) -> int:
    """What a day means for holds that are about to end and papers that were to follow."""
    ending = case_queries.holds_to_mind(lender_id=by.lender_id, on=on)
    for case_id in ending:
        holding.mind(by=by, case_id=case_id, now=now)
    policy = case_queries.policy_on(lender_id=by.lender_id, on=on)
    days = policy.service.evidence_reminder_days if policy else 0
    promised = promises.ending(on=on, remind_days=days)
    for promise_id in promised:
        promises.mind(by=by, promise_id=promise_id, on=on, now=now)
    return len(ending) + len(promised)


def catch_up(*, lender_id: UUID, now: datetime) -> int:
    """Live every day up to today that was not lived yet, in order; how many.

    A day is written down when its work is done, so a day cut off in the middle is lived again, and
    every step of it is taken once. A clock that was set back lives nothing a second time; a lender
    with no day behind it starts today.
    """
    today = lender_queries.today(lender_id, now=now)
    zone = lender_queries.get(lender_id).zone
    last = LivedDay.objects.filter(lender_id=lender_id).order_by("-day").first()
    lived = 0
    on = last.day + timedelta(days=1) if last else today
    while on <= today and lived < DAYS_MAX:
        run_day(lender_id=lender_id, on=on, now=clock_queries.same_hour(now, on=on, zone=zone))
        _write_down(lender_id, on)
        on += timedelta(days=1)
        lived += 1
    return lived


def advance_clock(*, lender_id: UUID, days: int) -> None:
    """Demo only: move business time day by day, and live every day in between."""
    for _ in range(min(days, DAYS_MAX)):
        clock_actions.move_one_day(lender_id=lender_id)
        now = clock_queries.business_now(lender_id=lender_id)
        on = lender_queries.today(lender_id, now=now)
        run_day(lender_id=lender_id, on=on, now=now)
        sending.drain(by=actor.system(lender_id), now=now)
        recalling.chase(by=actor.system(lender_id), now=now)
        _write_down(lender_id, on)


def _write_down(lender_id: UUID, on: date) -> None:
    LivedDay.objects.bulk_create(
        [LivedDay(lender_id=lender_id, day=on, lived_at=ports.now())], ignore_conflicts=True
    )
