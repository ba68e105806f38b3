"""Telling every agency that holds a debt to stop, to go on, or that a plan is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import ENGINEER, SUPERVISOR, SYSTEM, Actor
from repact.server.loans.models import Loan
from repact.server.notices.errors import NoticeError
from repact.server.notices.models import RECALL_KINDS, Agency, Placement, Recall
from repact.server.people import actions as people_actions
from repact.server.people import doors

OPEN = ("waiting", "told")
CHASE_MINUTES_MAX = 240
ESCALATE_HOURS = 24
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Told:
    """How many agencies were told of a case, and how many have confirmed."""

    told: int
    confirmed: int


@doors.action("notices.register_agency", may=(SYSTEM, ENGINEER))
def register_agency(*, by: Actor, code: str, name: str, url: str, now: datetime) -> Agency:
    """A collector that debts can be placed with, once for a code."""
    agency, made = Agency.objects.get_or_create(
        lender_id=by.lender_id, code=code, defaults={"name": name, "url": url.rstrip("/")}
    )
    if made:
        audit_actions.record(
            by=by, action="notices.register_agency", subject_id=agency.id, now=now, code=code
        )
    else:
        audit_actions.unchanged()
    return agency


@doors.action("notices.issue_agency_key", may=(SYSTEM, ENGINEER))
def issue_agency_key(*, by: Actor, agency_code: str, now: datetime) -> str:
    """A new API key for an agency, shown once: it asks about debts placed there and confirms what
    this agency was told, and nothing else. Raises NoticeError `notices.unknown_agency`."""
    agency = Agency.objects.filter(code=agency_code, is_active=True).first()
    if agency is None:
        raise NoticeError("notices.unknown_agency")
    token = people_actions.issue_api_key(by=by, label=agency.name, agency=agency.code, now=now)
    audit_actions.record(
        by=by,
        action="notices.issue_agency_key",
        subject_id=agency.id,
        now=now,
        code=agency.code,
    )
    return token


@doors.action("notices.place", may=(SYSTEM, ENGINEER, SUPERVISOR))
def place(*, by: Actor, agency_code: str, loan_refs: Sequence[str], now: datetime) -> int:
    """Give debts to an agency; how many are new there. A debt on hold is not given to anyone.

    Raises NoticeError `notices.unknown_agency`, `.unknown_loan`, `.on_hold`.
    """
    agency = Agency.objects.filter(code=agency_code, is_active=True).first()
    if agency is None:
        raise NoticeError("notices.unknown_agency")
    loans = list(Loan.objects.select_for_update().filter(ref__in=loan_refs).order_by("id"))
    if len(loans) != len(set(loan_refs)):
        raise NoticeError("notices.unknown_loan")
    if any(loan.state != "open" or loan.holds.filter(released_at=None).exists() for loan in loans):
        raise NoticeError("notices.on_hold")
    known = set(
        Placement.objects.filter(agency=agency, loan__in=loans, ended_at=None).values_list(
            "loan_id", flat=True
        )
    )
    fresh = [loan for loan in loans if loan.id not in known]
    for loan in fresh:
        Placement.objects.create(lender_id=by.lender_id, agency=agency, loan=loan, placed_at=now)
    if fresh:
        audit_actions.record(
            by=by, action="notices.place", subject_id=agency.id, now=now, loans=len(fresh)
        )
    else:
        audit_actions.unchanged()
    return len(fresh)


@doors.action("notices.recall", may=(SYSTEM,))
def recall(
    *, by: Actor, kind: str, loan_ids: Sequence[UUID], case_id: UUID, event_id: UUID, now: datetime
) -> list[Recall]:
    """Note who has to be told because of an event; the same event notes once.

    An item that was not confirmed yet and says something older is superseded.
    """
    if kind not in RECALL_KINDS:
        raise NoticeError("notices.unknown_recall")
    placed = Placement.objects.select_for_update(of=("self",)).filter(
        loan_id__in=loan_ids, ended_at=None
    )
    made = []
    for placement in placed.order_by("id"):
        if Recall.objects.filter(
            agency_id=placement.agency_id, loan_id=placement.loan_id, event_id=event_id
        ).exists():
            continue
        Recall.objects.filter(
            agency_id=placement.agency_id, loan_id=placement.loan_id, state__in=OPEN
        ).update(state="superseded")
        made.append(
            Recall.objects.create(
                lender_id=by.lender_id,
                agency_id=placement.agency_id,
                loan_id=placement.loan_id,
                case_id=case_id,
                event_id=event_id,
                kind=kind,
                requested_at=now,
                next_at=now,
            )
        )
    if not made:
        audit_actions.unchanged()
        return []
    audit_actions.record(
        by=by,
        action="notices.recall",
        subject_id=case_id,
        case_id=case_id,
        now=now,
        kind=kind,
        agencies=len(made),
    )
    return made


@doors.action("notices.take_recall", may=(SYSTEM,))
def take_recall(*, by: Actor, recall_id: UUID, now: datetime) -> Recall | None:
    """An item whose turn it is, nobody else's for some minutes; None when it is over or too early.

    What is not confirmed a day later is escalated, once.
    """
    item = (
        Recall.objects.select_for_update(of=("self",))
        .select_related("agency", "loan")
        .get(id=recall_id)
    )
    if item.state not in OPEN or item.next_at > now:
        audit_actions.unchanged()
        return None
    item.attempts += 1
    item.next_at = now + timedelta(minutes=min(2 ** min(item.attempts, 12), CHASE_MINUTES_MAX))
    late = now >= item.requested_at + timedelta(hours=ESCALATE_HOURS)
    if late and item.escalated_at is None:
        item.escalated_at = now
        audit_actions.record(
            by=by,
            action="notices.escalate",
            subject_id=item.id,
            case_id=item.case_id,
            now=now,
            agency=item.agency.code,
        )
    item.save()
    audit_actions.unchanged()
    return item


@doors.action("notices.confirm_recall", may=(SYSTEM, ENGINEER))
def confirm_recall(
    *, by: Actor, recall_id: UUID, at: datetime | None, now: datetime, agency: str | None = None
) -> None:
    """What an agency answered: taken (`at` None), or confirmed at a moment; once.

    Who speaks for themselves names their `agency`, and confirms what it was told alone. Raises
    NoticeError `notices.unknown_recall`.
    """
    found = Recall.objects.select_for_update(of=("self",)).select_related("agency")
    item = found.filter(id=recall_id).first()
    if item is None or (agency is not None and item.agency.code != agency):
        raise NoticeError("notices.unknown_recall")
    if item.state not in OPEN or (at is None and item.state == "told"):
        audit_actions.unchanged()
        return
    item.state, item.confirmed_at = ("confirmed", at) if at else ("told", None)
    item.save()
    audit_actions.record(
        by=by,
        action="notices.confirm_recall",
        subject_id=item.id,
        case_id=item.case_id,
        now=now,
        state=item.state,
    )


def is_placed(loan: Loan, /, *, agency: str) -> bool:
    """Whether an agency has a debt now."""
    return Placement.objects.filter(agency__code=agency, loan=loan, ended_at=None).exists()


def due(*, now: datetime) -> list[UUID]:
    """Items to tell or to chase, the oldest first."""
    found = Recall.objects.filter(state__in=OPEN, next_at__lte=now).order_by("next_at", "id")
    return list(found.values_list("id", flat=True)[:AT_ONCE])


def told(case_id: UUID, /) -> Told:
    """How many agencies have a case's debts, and how many confirmed what they were last told."""
    items = Recall.objects.filter(case_id=case_id).exclude(state="superseded")
    last: dict[UUID, Recall] = {}
    for item in items.order_by("requested_at", "id"):
        last[item.agency_id] = item
    confirmed = sum(item.state == "confirmed" for item in last.values())
    return Told(told=len(last), confirmed=confirmed)


def worklist() -> QuerySet[Recall]:
    """What is not confirmed, what was escalated first, then the oldest."""
    found = Recall.objects.filter(state__in=OPEN).select_related("agency", "loan")
    return found.order_by("escalated_at", "requested_at", "id")
