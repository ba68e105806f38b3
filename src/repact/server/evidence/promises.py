"""Papers that follow later: by when, reminded once, and what happens when they never come.

The policy's tiers say how large a concession may be on how much paper. Until the papers come only a
conditional plan is possible (its first payments are a trial); when they never come nothing is taken
back that was signed: the case goes to a person, and what the smallest tier allows stays possible.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from repact.policy import evidence as policy_evidence
from repact.policy.evidence import Needed, Standing
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.evidence.models import EvidenceFile, Promise
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.notices import actions as notice_actions
from repact.server.people import doors


def needed(case: Case, /, *, concession_minor: int, now: datetime) -> Needed:
    """What the policy wants shown for a concession to this case."""
    policy = case_queries.policy_of(case, now=now).policy
    return policy_evidence.needed(
        policy,
        concession_minor=concession_minor,
        owed_minor=_owed(case, now),
        reasons=case.answers.get("reasons", {}).get("reasons", ()),
    )


def standing(case: Case, /, *, concession_minor: int, now: datetime) -> Standing:
    """Whether what was shown is enough, may follow with a conditional plan, or is missing.

    A promise that was missed is not made again: then it is missing.
    """
    found = needed(case, concession_minor=concession_minor, now=now).standing(shown(case.id))
    return "missing" if found == "later" and was_missed(case.id) else found


def was_missed(case_id: UUID, /) -> bool:
    """Whether papers that were to follow never came."""
    return Promise.objects.filter(case_id=case_id, state="missed").exists()


def shown(case_id: UUID, /) -> set[str]:
    """The kinds of paper sent for a case and not turned down."""
    files = EvidenceFile.objects.filter(case_id=case_id, state__in=["received", "accepted"])
    return set(files.values_list("kind", flat=True))


def of_case(case_id: UUID, /) -> Promise | None:
    """The latest promise of papers for a case."""
    return Promise.objects.filter(case_id=case_id).order_by("-made_at").first()


def ending(*, on: date, remind_days: int) -> list[UUID]:
    """Open promises to be reminded of or settled by a day."""
    soon = Promise.objects.filter(state="open", due_date__lte=on + timedelta(days=remind_days))
    return [p.id for p in soon if p.reminded_at is None or p.due_date < on]


@doors.action("evidence.promise", may=(SYSTEM,))
def promise(
    *, by: Actor, case_id: UUID, now: datetime, concession_minor: int | None = None
) -> Promise | None:
    """Note that papers may follow, as the policy's tier for this debt and concession says.

    Without a concession: as for the least that wants papers at all. None when nothing is wanted or
    nothing may follow. Once for a case.
    """
    case = case_queries.get(case_id)
    existing = of_case(case_id)
    if concession_minor is None:
        tiers = case_queries.policy_of(case, now=now).policy.evidence
        free = [tier.concession_minor_max for tier in tiers if tier.tier == "none"]
        concession_minor = max(free, default=-1) + 1
    want = needed(case, concession_minor=concession_minor, now=now)
    later = want.tier is not None and want.standing(shown(case_id)) == "later"
    if existing or not later or want.tier is None:
        audit_actions.unchanged()
        return existing
    made = Promise.objects.create(
        lender_id=by.lender_id,
        case=case,
        kinds=list(want.accepted),
        at_least=want.at_least,
        due_date=_on(case, now) + timedelta(days=want.tier.later_days),
        trial_rows=want.tier.trial_rows,
        made_at=now,
    )
    audit_actions.record(
        by=by,
        action="evidence.promise",
        subject_id=made.id,
        case_id=case.id,
        now=now,
        due_date=made.due_date.isoformat(),
        trial_rows=made.trial_rows,
    )
    return made


@doors.action("evidence.mind_promise", may=(SYSTEM,))
def mind(*, by: Actor, promise_id: UUID, on: date, now: datetime) -> None:
    """What a day means for a promise: a reminder, or its end. `on` is the business day."""
    rows = Promise.objects.select_for_update(of=("self",)).select_related("case")
    found = rows.get(id=promise_id)
    if found.state == "open" and found.due_date < on:
        _settle(by, found, "missed", now)
        _tell(by, found, "evidence_missed", now)
    elif found.state == "open" and found.reminded_at is None:
        found.reminded_at = now
        found.save()
        _tell(by, found, "evidence_due", now)
        audit_actions.record(
            by=by,
            action="evidence.remind",
            subject_id=found.id,
            case_id=found.case_id,
            now=now,
        )
    else:
        audit_actions.unchanged()


def keep(*, by: Actor, case_id: UUID, now: datetime) -> None:
    """Settle an open promise once enough papers are there. Part of an action."""
    found = Promise.objects.select_for_update().filter(case_id=case_id, state="open").first()
    if found and len(shown(case_id) & set(found.kinds)) >= found.at_least:
        _settle(by, found, "kept", now)


def _settle(by: Actor, found: Promise, state: str, now: datetime) -> None:
    found.state, found.settled_at = state, now
    found.save()
    audit_actions.record(
        by=by,
        action=f"evidence.promise_{state}",
        subject_id=found.id,
        case_id=found.case_id,
        now=now,
    )


def _tell(by: Actor, found: Promise, kind: str, now: datetime) -> None:
    notice_actions.tell(
        by=by,
        borrower_id=found.case.borrower_id,
        kind=kind,
        source=f"{kind}:{found.id}",
        now=now,
        due_date=found.due_date.isoformat(),
    )


def _owed(case: Case, now: datetime) -> int:
    on = _on(case, now)
    return sum(loan_queries.owed_minor(loan, on=on) for loan in case_queries.loans(case))


def _on(case: Case, now: datetime) -> date:
    return lender_queries.today(case.lender_id, now=now)
