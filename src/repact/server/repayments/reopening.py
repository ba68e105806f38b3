"""A payment that had ended a plan is taken back: the plan runs again, nothing of it is lost."""

from __future__ import annotations

from datetime import datetime

from repact.ledger.entry import Entry, Line
from repact.server.agreements import actions as agreement_actions
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.books.models import Entry as Booked
from repact.server.cases import actions as case_actions
from repact.server.loans import closing
from repact.server.notices import actions as notice_actions
from repact.server.repayments import lives
from repact.server.repayments.lives import Life
from repact.server.repayments.models import DueItem

# What was posted when the plan was over, because it was over.
AT_THE_END = ("earned", "unwound")


def reopen(life: Life, /, *, by: Actor, reason: str, now: datetime) -> None:
    """Have a completed plan run again, before the payment that ended it is undone.

    Agreement, case and loans are open again, the certificate of settlement no longer holds, and
    what had been earned only because all was over waits for its periods again. Steps of the ladder
    that fell on the days between are not made up for.
    """
    agreement = life.agreement
    agreement_actions.reopen(by=by, agreement_id=agreement.id, reason=reason, now=now)
    agreement.refresh_from_db()
    case_actions.move(by=by, case_id=agreement.case_id, event="reopen", now=now, closed_because="")
    loan_ids = [part.loan_id for part in life.parts.values()]
    closing.reopen(by=by, loan_ids=loan_ids, case_id=agreement.case_id, now=now)
    wait_again(life, by=by)


def wait_again(life: Life, /, *, by: Actor) -> None:
    """Have what was earned only because the plan was over wait for its periods again."""
    agreement = life.agreement
    life.plan.acted_until = life.on
    if lives.is_written_off(life):
        return
    for name in AT_THE_END:
        _undo_newest(life, f"{name}:{agreement.id}:rest:", by)
    items = list(DueItem.objects.filter(agreement=agreement, is_earned=True))
    by_itself = set(
        Booked.objects.filter(source__in=[earned_source(item) for item in items]).values_list(
            "source", flat=True
        )
    )
    ahead = [item.id for item in items if earned_source(item) not in by_itself]
    DueItem.objects.filter(id__in=ahead).update(is_earned=False)


def tell(life: Life, /, *, by: Actor, now: datetime) -> None:
    """Tell the borrower, once the payment is undone, what is open again."""
    lives.retime(life)
    notice_actions.tell(
        by=by,
        borrower_id=life.agreement.borrower_id,
        kind="plan_reopened",
        source=f"reopened:{life.agreement.id}:{life.plan.events_count}",
        now=now,
        amount_minor=life.open_minor,
        reference=life.agreement.reference,
    )


def earned_source(item: DueItem, /) -> str:
    """The source of the entry by which a row's period became income on its own day."""
    return f"earned:{item.id}"


def undo(source: str, life: Life, by: Actor, /) -> None:
    """Undo the entry of a source today, once; nothing where there is none."""
    last = Booked.objects.filter(source=source).first()
    if last is None or Booked.objects.filter(source=f"{source}:undone").exists():
        return
    lines = tuple(
        Line(line.account, line.amount_minor) for line in last.postings.order_by("number")
    )
    made = Entry(last.template, last.happened_on, last.currency, lines)
    book_actions.post(
        by=by,
        entry=made.reversal(happened_on=life.on),
        source=f"{last.source}:undone",
        agreement_id=last.agreement_id,
    )


def _undo_newest(life: Life, prefix: str, by: Actor) -> None:
    """Undo the newest entry whose source begins so."""
    booked = Booked.objects.filter(source__startswith=prefix).exclude(source__endswith=":undone")
    last = booked.order_by("-recorded_at", "-id").first()
    if last is not None:
        undo(last.source, life, by)
