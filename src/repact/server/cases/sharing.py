"""One plan over debts at several lenders: asked once, each lender decides for its own part.

One tenant is one lender, and none sees another's rows. The borrower consents to share sums; then
the system acts for each lender in turn (`jobs.sharing`), and each lender's own row carries its own
share and the totals that were consented to: never another lender's name or amount. Where no request
is open the borrower is told, and one tap opens one there, with the share and nothing else.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor, system
from repact.server.cases import actions, states, taps
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, SharedRequest
from repact.server.clock import ports
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.notices import actions as notice_actions
from repact.server.people import doors
from repact.server.people.models import Borrower

SHARED = ("shared", "agreed")
CONSENT_VERSION = "2026-11"
CONSENT = {
    "zh-hans": (
        "我同意：平台逐家找到我在这里有债务的机构，告诉每一家：一共几家、一共欠多少、"
        "每月一共能还多少、其中多少先还急需的账（房租、水电、抚养、税）、它自己分到多少。"
        "不告诉任何一家其他家的名字和金额，不分享我的收入、原因和材料。我随时可以撤回。"
    ),
    "en": (
        "I agree that the platform finds the lenders here to whom I owe money, and tells each: how "
        "many there are, how much I owe in all, how much I can pay each month in all, how much of "
        "it goes first to what cannot wait (rent, utilities, support, tax), and its own share. "
        "No lender learns another’s name or amount; my income, reasons and papers are not shared. "
        "I can take this back at any time."
    ),
}


@doors.action("cases.ask_lenders", may=(BORROWER,))
def ask(
    *, by: Actor, case_id: UUID, monthly_minor: int, language: str, now: datetime
) -> SharedRequest:
    """Ask every lender here for one plan, sharing `monthly_minor` in proportion to what is owed.

    Asking again gives the open request back. Raises `cases.not_found`, `cases.share_amount`.
    """
    case = Case.objects.select_for_update().filter(id=case_id, borrower_id=by.id).first()
    if case is None or case.state not in states.OPEN:
        raise CaseError("cases.not_found")
    existing = SharedRequest.objects.filter(borrower_id=by.id, origin=True).exclude(
        state="withdrawn"
    )
    if found := existing.first():
        audit_actions.unchanged()
        return found
    if monthly_minor <= 0:
        raise CaseError("cases.share_amount", field="monthly")
    words = CONSENT.get(language, CONSENT["en"])
    made = SharedRequest.objects.create(
        lender_id=by.lender_id,
        request_id=ports.new_id(),
        borrower_id=by.id,
        case=case,
        origin=True,
        consent_sha256=hashlib.sha256(words.encode()).hexdigest(),
        consented_at=now,
        monthly_minor=monthly_minor,
        owed_minor=_owed(by.id, by.lender_id, now),  # type: ignore[arg-type]  # a borrower
    )
    audit_actions.record(
        by=by,
        action="cases.ask_lenders",
        subject_id=made.id,
        case_id=case.id,
        now=now,
        consent_sha256=made.consent_sha256,
    )
    return made


@doors.action("cases.receive_shared", may=(SYSTEM,))
def receive(
    *,
    by: Actor,
    request_id: UUID,
    wallet_account: str,
    id_number_index: bytes,
    consent_sha256: str,
    monthly_minor: int,
    consented_at: datetime,
    now: datetime,
) -> SharedRequest | None:
    """One lender's own row of a request, if the same person owes it something; None if not.

    The same person: the same account in the host app and the same number of identity.
    """
    borrower = Borrower.objects.filter(
        wallet_account=wallet_account, id_number_index=id_number_index
    ).first()
    owed = _owed(borrower.id, by.lender_id, now) if borrower else 0
    if borrower is None or not owed:
        audit_actions.unchanged()
        return None
    made, fresh = SharedRequest.objects.get_or_create(
        lender_id=by.lender_id,
        request_id=request_id,
        defaults={
            "borrower": borrower,
            "case": Case.objects.filter(borrower=borrower, state__in=states.OPEN).first(),
            "origin": False,
            "consent_sha256": consent_sha256,
            "consented_at": consented_at,
            "monthly_minor": monthly_minor,
            "owed_minor": owed,
        },
    )
    if fresh:
        audit_actions.record(
            by=by, action="cases.receive_shared", subject_id=made.id, case_id=made.case_id, now=now
        )
    else:
        audit_actions.unchanged()
    return made


@doors.action("cases.set_share", may=(SYSTEM,))
def set_share(
    *, by: Actor, request_id: UUID, share_minor: int, totals: dict[str, int], now: datetime
) -> None:
    """Write one lender's share and the totals that were consented to; decided rows keep theirs."""
    row = SharedRequest.objects.select_for_update().get(request_id=request_id)
    if row.state == "asked":
        row.state, row.share_minor, row.totals = "shared", share_minor, totals
        _invite(by, row, now)
    elif row.totals == totals:
        audit_actions.unchanged()
        return
    else:
        row.totals = totals
    row.save()
    audit_actions.record(
        by=by, action="cases.set_share", subject_id=row.id, case_id=row.case_id, now=now
    )


@doors.action("cases.open_shared", may=(BORROWER,))
def open_case(*, by: Actor, shared_id: UUID, language: str, now: datetime) -> Case:
    """One tap at another lender: a case of its own over the debts there, sent, held, its part asked
    for. This lender decides by its own policy. A second tap gives the same case.

    Raises `cases.not_found`, `cases.no_loan`, or `cases.already_open` by a race with another.
    """
    row = SharedRequest.objects.select_for_update().filter(id=shared_id, borrower_id=by.id).first()
    if row is None or row.state == "withdrawn" or row.share_minor is None:
        raise CaseError("cases.not_found")
    if row.case_id:
        audit_actions.unchanged()
        return Case.objects.get(id=row.case_id)
    loans = list(loan_queries.of_borrower(by.id))  # type: ignore[arg-type]  # a borrower
    if not loans:
        raise CaseError("cases.no_loan")
    case = taps.case_over(by=by, loans=loans, kind="new", language=language, now=now)
    case.answers = taps.answers(loans, monthly_minor=row.share_minor)
    needs = "" if row.share_minor else "negative_budget"
    actions.begin_waiting(by=by, case=case, needs_person=needs, now=now)
    row.case = case
    row.save()
    audit_actions.record(
        by=by, action="cases.open_shared", subject_id=row.id, case_id=case.id, now=now
    )
    audit_actions.record(by=by, action="cases.submit", subject_id=case.id, case_id=case.id, now=now)
    return case


@doors.action("cases.decide_share", may=(AGENT, SUPERVISOR))
def decide(*, by: Actor, shared_id: UUID, agree: bool, now: datetime) -> SharedRequest:
    """This lender's answer for its own part; the first stands. The borrower is told."""
    row = SharedRequest.objects.select_for_update().filter(id=shared_id).first()
    if row is None or row.state in {"asked", "withdrawn"}:
        raise CaseError("cases.not_found")
    if row.state != "shared":
        audit_actions.unchanged()
        return row
    row.state = "agreed" if agree else "declined"
    row.decided_at, row.decided_by = now, by.id
    row.save()
    notice_actions.tell(
        by=system(by.lender_id),
        borrower_id=row.borrower_id,
        kind=f"share_{row.state}",
        source=f"share:{row.id}",
        now=now,
        amount_minor=row.share_minor,
    )
    audit_actions.record(
        by=by,
        action="cases.decide_share",
        subject_id=row.id,
        case_id=row.case_id,
        now=now,
        agree=agree,
    )
    return row


@doors.action("cases.withdraw_shared", may=(BORROWER,))
def withdraw(*, by: Actor, shared_id: UUID, now: datetime) -> None:
    """Take the consent back: every lender's row is closed, in the background for the others."""
    row = SharedRequest.objects.select_for_update().filter(id=shared_id, borrower_id=by.id).first()
    if row is None:
        raise CaseError("cases.not_found")
    close_row(by=by, row=row, now=now)


@doors.action("cases.close_shared", may=(SYSTEM,))
def close(*, by: Actor, request_id: UUID, now: datetime) -> None:
    """Close one lender's row because the borrower took the consent back."""
    row = SharedRequest.objects.select_for_update().filter(request_id=request_id).first()
    if row is None:
        audit_actions.unchanged()
        return
    close_row(by=by, row=row, now=now)


def close_row(*, by: Actor, row: SharedRequest, now: datetime) -> None:
    """Close a row and forget what was shared. Part of an action."""
    if row.state == "withdrawn":
        audit_actions.unchanged()
        return
    row.state, row.totals = "withdrawn", {}
    row.save()
    action = "cases.withdraw_shared" if by.role == BORROWER else "cases.close_shared"
    audit_actions.record(by=by, action=action, subject_id=row.id, case_id=row.case_id, now=now)


def request_id_of(shared_id: UUID, /) -> UUID:
    """What a lender's row shares with the other lenders' rows: the request's id."""
    return SharedRequest.objects.get(id=shared_id).request_id


def of_borrower(borrower_id: UUID, /) -> SharedRequest | None:
    """The borrower's request that this lender knows of."""
    rows = SharedRequest.objects.filter(borrower_id=borrower_id).exclude(state="withdrawn")
    return rows.order_by("-consented_at").first()


def invited(borrower_id: UUID, /) -> SharedRequest | None:
    """A request made at another lender that one tap would open here."""
    if Case.objects.filter(borrower_id=borrower_id, state__in=states.OPEN).exists():
        return None
    rows = SharedRequest.objects.filter(borrower_id=borrower_id, origin=False, case=None)
    return rows.filter(state__in=SHARED).order_by("-consented_at").first()


def share_of(case: Case, /) -> int | None:
    """What this lender's part may come to a month where one plan was asked of several; else None.

    A part that this lender declined binds nobody.
    """
    rows = SharedRequest.objects.filter(borrower_id=case.borrower_id, state__in=SHARED)
    return rows.order_by("-consented_at").values_list("share_minor", flat=True).first()


def waiting() -> list[SharedRequest]:
    """Requests that wait for this lender's answer, oldest first."""
    return list(SharedRequest.objects.filter(state="shared").order_by("consented_at"))


def _invite(by: Actor, row: SharedRequest, now: datetime) -> None:
    """Tell the borrower where no request of theirs is open yet."""
    if row.origin or row.case_id:
        return
    notice_actions.tell(
        by=by,
        borrower_id=row.borrower_id,
        kind="share_invited",
        source=f"share_invited:{row.id}",
        now=now,
        amount_minor=row.share_minor,
    )


def _owed(borrower_id: UUID, lender_id: UUID, now: datetime) -> int:
    on = lender_queries.today(lender_id, now=now)
    loans = Loan.objects.filter(borrower_id=borrower_id, state__in=["open", "in_plan"])
    return sum(loan_queries.owed_minor(loan, on=on) for loan in loans)
