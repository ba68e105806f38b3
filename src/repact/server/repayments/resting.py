"""A running plan while another one is asked for: nobody is warned, nothing is broken, and it costs
what the policy says."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from repact.plans.servicing import ladder
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.cases import queries as case_queries
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.repayments import costs, lives, posting
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import OPEN_STANDINGS, RUNNING, Life


@doors.action("repayments.heed_requests", may=(SYSTEM,))
def heed_requests(*, by: Actor, agreement_id: UUID, now: datetime) -> None:
    """Let the ladder of a plan rest while another plan is asked for, and go on when it is not.

    According to the policy (`service.ladder_rests`) and to the days of breathing space of the
    plan's loans; the borrower is told of both. Days of rest do not count. What they cost follows
    the policy as well (`accrual_while_open`), whether the ladder rests or not.
    """
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None:
        raise RepaymentError("repayments.unknown_agreement")
    life = lives.load(agreement, on=lender_queries.today(by.lender_id, now=now))
    rests = days_of_rest(life) if life.standing in RUNNING else life.plan.rests
    moved = rests != life.plan.rests
    life.plan.rests = rests
    told = costs.follow(life, by=by) if life.standing in OPEN_STANDINGS else []
    if not moved and not told:
        audit_actions.unchanged()
        return
    lives.retime(life)
    if moved:
        _tell(life, by=by, now=now)
    posting.finish(life, by=by, now=now)
    audit_actions.record(
        by=by,
        action="repayments.heed_requests",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        rests=rests,
        costs=told,
    )


def is_resting(life: Life, /) -> bool:
    """Whether another plan is asked for and the policy lets this one's ladder rest meanwhile."""
    if any(rest.to_date is None for rest in life.rests):
        return True
    return loan_queries.is_on_hold(_loan_ids(life)) and _rests_by_policy(life)


def assert_may_break(life: Life, /) -> None:
    """Raise `repayments.new_plan_asked` while the ladder rests, `repayments.breach_too_early` with
    the first day on which a breach is possible where days of rest moved it."""
    if is_resting(life):
        raise RepaymentError("repayments.new_plan_asked")
    good = [ladder.last_good_date(life.conduct, d, rests=life.rests) for d in life.open_dates]
    possible = min((day for day in good if day), default=None)
    if life.plan.rests and possible and possible >= life.on:
        first = date.fromordinal(possible.toordinal() + 1)
        raise RepaymentError("repayments.breach_too_early", possible_from=first.isoformat())


def days_of_rest(life: Life, /) -> list[list[str | None]]:
    """The days on which another plan was asked for since this one began; what was a rest stays one
    when the policy changes."""
    known = {start for start, _ in life.plan.rests}
    allowed = _rests_by_policy(life)
    return [
        [start.isoformat(), end.isoformat() if end else None]
        for start, end in loan_queries.asked_for_days(
            _loan_ids(life), since=life.signed[1].terms.effective_date, but=life.agreement.case_id
        )
        if allowed or start.isoformat() in known
    ]


def _rests_by_policy(life: Life) -> bool:
    policy = case_queries.policy_on(lender_id=life.plan.lender_id, on=life.on)
    return policy.service.ladder_rests if policy else True


def _loan_ids(life: Life) -> list[UUID]:
    return [part.loan_id for part in life.parts.values()]


def _tell(life: Life, *, by: Actor, now: datetime) -> None:
    if life.plan.rests[-1][1] is None:
        kind, facts = "plan_waits", {}
        if life.due_minor:
            kind, facts = "plan_waits_late", {"amount_minor": life.due_minor}
    elif life.due_minor and life.next_due_date:
        last = ladder.last_good_date(life.conduct, life.next_due_date, rests=life.rests)
        kind = "plan_goes_on_late"
        facts = {"amount_minor": life.due_minor, "last_date": last.isoformat() if last else ""}
    else:
        kind, facts = "plan_goes_on", {}
    notice_actions.tell(
        by=by,
        borrower_id=life.agreement.borrower_id,
        kind=kind,
        source=f"{kind}:{life.agreement.id}:{life.plan.rests[-1][0]}",
        now=now,
        **facts,
    )
