"""Planning a report, telling the borrower first, reporting, disputing and correcting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from repact.law import catalogue, clocks
from repact.policy.loading import PolicyError
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements import states as agreement_states
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actor import AGENT, BORROWER, ENGINEER, SUPERVISOR, SYSTEM, Actor
from repact.server.bureau import events
from repact.server.bureau.errors import BureauError
from repact.server.bureau.models import KINDS, PROOFS, Codes, Dispute, Report
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.loans.models import Loan
from repact.server.notices import actions as notice_actions
from repact.server.notices.models import Notice
from repact.server.people import doors
from repact.server.policies import queries as policy_queries

TOLD = "record_notice"
REASONS = ("not_mine", "wrong_amount", "wrong_date", "already_paid", "other")


@doors.action("bureau.set_codes", may=(SYSTEM, ENGINEER))
def set_codes(*, by: Actor, body: dict[str, str], now: datetime) -> Codes:
    """The lender's own codes by kind. Raises BureauError `bureau.unknown_kind`."""
    wrong = set(body) - set(KINDS)
    if wrong or not all(0 < len(str(code)) <= 8 for code in body.values()):
        raise BureauError("bureau.unknown_kind", kinds=sorted(wrong))
    row, _ = Codes.objects.update_or_create(lender_id=by.lender_id, defaults={"body": body})
    audit_actions.record(by=by, action="bureau.set_codes", subject_id=row.id, now=now)
    return row


@doors.action("bureau.plan_reports", may=(SYSTEM,))
def plan_reports(
    *, by: Actor, agreement_id: UUID, event_id: UUID, kinds: Sequence[str], now: datetime
) -> list[Report]:
    """Note what will be reported because of an event, and tell the borrower; once for the event.

    No `kinds`: those of a plan that begins, loan by loan.
    """
    agreement = agreement_queries.get(agreement_id)
    if agreement.state == agreement_states.WITHDRAWN:  # taken back before this was carried
        audit_actions.unchanged()
        return []
    lender = lender_queries.get(by.lender_id)
    on = clock_queries.business_date(now=now, zone=lender.zone)
    contents = agreement_queries.contents(agreement)
    made = []
    for debt in contents.debts:
        loan = Loan.objects.get(ref=debt.loan_ref)
        for kind in kinds or events.of_debt(debt, loan):
            report, fresh = Report.objects.get_or_create(
                lender_id=by.lender_id,
                loan=loan,
                event_id=event_id,
                kind=kind,
                defaults={
                    "agreement": agreement,
                    "code": events.code(kind, lender=lender, on=on),
                    "is_negative": kind in events.NEGATIVE,
                    "content": {"agreement": agreement.reference, "on": on.isoformat()},
                    "planned_at": now,
                },
            )
            if fresh:
                made.append(report)
    if not made:
        audit_actions.unchanged()
        return []
    for report in made:
        _tell(by, report, agreement.borrower_id, now)
    audit_actions.record(
        by=by,
        action="bureau.plan_reports",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        kinds=[report.kind for report in made],
    )
    return made


@doors.action("bureau.take_back", may=(SYSTEM,))
def take_back(
    *, by: Actor, agreement_id: UUID, event_id: UUID, now: datetime, kind: str = ""
) -> list[Report]:
    """A plan was taken back, or what ended it was: nothing of it, or of that kind, is to show.

    What was not reported yet is not; what was is put right at the bureau. Returns the corrections.
    """
    standing = Report.objects.select_for_update(of=("self",)).filter(
        agreement_id=agreement_id, corrects=None, correction=None
    )
    if kind:
        standing = standing.filter(kind=kind)
    planned = [report for report in standing if report.state == "planned"]
    corrected = [_correct(one, event_id, now) for one in standing if one.state == "reported"]
    for report in planned:
        report.state = "withdrawn"
        report.save()
    if not planned and not corrected:
        audit_actions.unchanged()
        return []
    audit_actions.record(
        by=by,
        action="bureau.take_back",
        subject_id=agreement_id,
        now=now,
        not_reported=len(planned),
        corrected=len(corrected),
    )
    return corrected


@doors.action("bureau.note_told", may=(SYSTEM, AGENT, SUPERVISOR, BORROWER))
def note_told(*, by: Actor, report_id: UUID, proof: str, at: datetime, now: datetime) -> None:
    """The borrower was told: by a gateway that took the message, on their page, or by letter.

    From then on the days of notice run. Only the borrower's own reading proves `read`. Raises
    BureauError `bureau.unknown_proof`, `bureau.not_found`.
    """
    if proof not in PROOFS or at > now or (proof == "read") != (by.role == BORROWER):
        raise BureauError("bureau.unknown_proof")
    reports = Report.objects.select_for_update(of=("self",)).filter(id=report_id)
    if by.role == BORROWER:
        reports = reports.filter(agreement__borrower_id=by.id)
    report = reports.first()
    if report is None:
        raise BureauError("bureau.not_found")
    if report.told_at:
        audit_actions.unchanged()
        return
    report.told_at, report.proof = at, proof
    report.not_before = at + timedelta(days=_notice_days(by, now))
    report.save()
    audit_actions.record(
        by=by, action="bureau.note_told", subject_id=report.id, now=now, proof=proof
    )


@doors.action("bureau.note_sent", may=(SYSTEM,))
def note_sent(*, by: Actor, report_id: UUID, now: datetime) -> bool:
    """A report is about to be handed over; whether it still is to be. From now on a silence may
    mean that the bureau has it."""
    report = Report.objects.select_for_update(of=("self",)).get(id=report_id)
    if report.state != "planned" or report.sent_at:
        audit_actions.unchanged()
        return report.state == "planned"
    report.sent_at = now
    report.save()
    audit_actions.record(by=by, action="bureau.note_sent", subject_id=report.id, now=now)
    return True


@doors.action("bureau.settle_silence", may=(SYSTEM,))
def settle_silence(*, by: Actor, report_id: UUID, is_taken: bool, now: datetime) -> None:
    """What the bureau shows of a report that was taken back before it answered.

    Where it has the report, that is put right; the correction's receipt is the proof of it.
    """
    report = Report.objects.select_for_update(of=("self",)).get(id=report_id)
    if report.state != "withdrawn" or report.sent_at is None:
        audit_actions.unchanged()
        return
    report.sent_at = report.sent_at if is_taken else None
    if is_taken:
        report.state, report.reported_at, report.receipt = "reported", now, "seen"
    report.save()
    if is_taken:
        _correct(report, report.id, now)
    audit_actions.record(
        by=by, action="bureau.settle_silence", subject_id=report.id, now=now, is_taken=is_taken
    )


@doors.action("bureau.note_reported", may=(SYSTEM,))
def note_reported(*, by: Actor, report_id: UUID, receipt: str, now: datetime) -> None:
    """The bureau has it; once. What was taken back while it was on its way is put right.

    Raises BureauError `bureau.not_told` for what is negative and was not told, or too short ago.
    """
    report = Report.objects.select_for_update(of=("self",)).get(id=report_id)
    if report.state == "reported":
        audit_actions.unchanged()
        return
    assert_told(report, now=now)
    late = report.state == "withdrawn"
    report.state, report.reported_at, report.receipt = "reported", now, receipt[:80]
    report.save()
    if late:
        _correct(report, report.id, now)
    audit_actions.record(
        by=by, action="bureau.note_reported", subject_id=report.id, now=now, kind=report.kind
    )


@doors.action("bureau.dispute", may=(BORROWER,))
def dispute(*, by: Actor, report_id: UUID, reason: str, now: datetime) -> Dispute:
    """The borrower says that a report is wrong; answered within the law's days (20 in China).

    While it is open a planned report is not sent. Raises BureauError `bureau.not_found`,
    `bureau.unknown_reason`, `bureau.already_disputed`.
    """
    report = (
        Report.objects.select_for_update(of=("self",))
        .filter(id=report_id, agreement__borrower_id=by.id)
        .first()
    )
    if report is None:
        raise BureauError("bureau.not_found")
    if reason not in REASONS:
        raise BureauError("bureau.unknown_reason", field="reason")
    if report.disputes.filter(answered_on=None).exists():
        raise BureauError("bureau.already_disputed")
    lender = lender_queries.get(by.lender_id)
    on = clock_queries.business_date(now=now, zone=lender.zone)
    due = clocks.credit_dispute(received_on=on, law=catalogue.load(lender.jurisdiction))
    made = Dispute.objects.create(
        lender_id=by.lender_id,
        report=report,
        reason=reason,
        received_on=on,
        due_date=due.last_day,
    )
    audit_actions.record(
        by=by, action="bureau.dispute", subject_id=report.id, now=now, due=due.last_day.isoformat()
    )
    return made


@doors.action("bureau.answer_dispute", may=(SUPERVISOR,))
def answer_dispute(*, by: Actor, dispute_id: UUID, outcome: str, now: datetime) -> None:
    """`corrected`: the report is withdrawn, or put right at the bureau; `stands`: it was true.

    The borrower is told either way. Raises BureauError `bureau.unknown_outcome`.
    """
    if outcome not in {"corrected", "stands"}:
        raise BureauError("bureau.unknown_outcome")
    found = (
        Dispute.objects.select_for_update(of=("self",))
        .select_related("report__agreement")
        .filter(id=dispute_id)
        .first()
    )
    if found is None:
        raise BureauError("bureau.not_found")
    if found.answered_on:
        audit_actions.unchanged()
        return
    lender = lender_queries.get(by.lender_id)
    found.outcome = outcome
    found.answered_on = clock_queries.business_date(now=now, zone=lender.zone)
    found.save()
    report = Report.objects.select_for_update(of=("self",)).get(id=found.report_id)
    if outcome == "corrected" and report.state == "planned":
        report.state = "withdrawn"
        report.save()
    elif outcome == "corrected":
        _correct(report, found.id, now)
    notice_actions.tell(
        by=actor.system(by.lender_id),
        borrower_id=found.report.agreement.borrower_id,
        kind=f"record_{outcome}",
        source=f"record_{outcome}:{found.id}",
        now=now,
    )
    audit_actions.record(
        by=by, action="bureau.answer_dispute", subject_id=found.id, now=now, outcome=outcome
    )


def assert_told(report: Report, /, *, now: datetime) -> None:
    """Raise `bureau.not_told` unless a report may be sent now, `bureau.disputed` while disputed."""
    if report.disputes.filter(answered_on=None).exists():
        raise BureauError("bureau.disputed")
    early = report.not_before is None or now < report.not_before
    if report.is_negative and early:
        raise BureauError("bureau.not_told")


def _correct(report: Report, event_id: UUID, now: datetime) -> Report:
    """The report that puts this one right at the bureau."""
    return Report.objects.create(
        lender_id=report.lender_id,
        agreement_id=report.agreement_id,
        loan_id=report.loan_id,
        event_id=event_id,
        kind=report.kind,
        code=report.code,
        is_negative=False,
        content={**report.content, "corrected": True},
        planned_at=now,
        corrects=report,
    )


def _tell(by: Actor, report: Report, borrower_id: UUID, now: datetime) -> None:
    source = f"{TOLD}:{report.id}"
    notice_actions.tell(
        by=by,
        borrower_id=borrower_id,
        kind=TOLD,
        source=source,
        now=now,
        agreement_id=str(report.agreement_id),
    )
    report.notice = Notice.objects.get(source=source)
    report.save()


def _notice_days(by: Actor, now: datetime) -> int:
    """The days between telling and reporting, as the policy promises; 10 without one."""
    on = lender_queries.today(by.lender_id, now=now)
    try:
        return policy_queries.in_force(lender_id=by.lender_id, on=on).policy.service.notice_days
    except PolicyError:
        return 10
