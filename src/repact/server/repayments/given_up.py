"""A debt that was written off, had a plan, and stands without it again: as it was written off.

When a plan is made for it the lender counts on it again (`opening`); when that plan is taken back
in its cooling-off days, the write-off is as before, and what was paid meanwhile is a recovery.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from repact.ledger import chart, outcomes
from repact.plans.position import Position
from repact.plans.servicing import events
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.books import queries as book_queries
from repact.server.books.models import Entry
from repact.server.loans import closing
from repact.server.repayments import lives, reopening
from repact.server.repayments.lives import Life
from repact.server.repayments.models import COMPONENTS, Disposal, DueItem

# What the books carry of a plan.
CARRIED = (
    *chart.PLAN_RECEIVABLE.values(),
    chart.WAIVERS_TO_EARN,
    chart.MODIFICATION,
    chart.UNEARNED_INTEREST,
)


def counted_source(agreement_id: UUID, number: int, /) -> str:
    """The source of the entry by which a debt that was written off is counted on again."""
    return f"counted:{agreement_id}{lives.suffix(number)}"


def is_given_up_again(gone: Life, number: int, /) -> bool:
    """Whether a part of a plan that was taken back is written off as it was before the plan."""
    source = counted_source(gone.agreement.id, number)
    return Entry.objects.filter(source=f"{source}:undone").exists()


def again(gone: Life, number: int, owed: Position, /, *, by: Actor, now: datetime) -> bool:
    """Let a part of a plan that is taken back be written off as before; whether it had been.

    Its receivables are those of its contract; `owed` is what it owes. A plan that was written off
    itself stays so.
    """
    source = counted_source(gone.agreement.id, number)
    if lives.is_written_off(gone) or not Entry.objects.filter(source=source).exists():
        return False
    reopening.undo(source, gone, by)
    signed = gone.signed[number].position
    paid = {
        chart.RECEIVABLE[name]: getattr(signed, f"{name}_minor") - getattr(owed, f"{name}_minor")
        for name in COMPONENTS
    }
    if any(paid.values()):
        entry = outcomes.recovered(
            on=gone.on,
            currency=owed.currency,
            amount_minor=sum(paid.values()),
            came_minor=paid,
        )
        name = f"recovered:{gone.agreement.id}{lives.suffix(number)}"
        book_actions.post(by=by, entry=entry, source=name)
    loan_id = gone.parts[number].loan_id
    of_loan = Q(loan_id=loan_id) | Q(agreement__parts__loan_id=loan_id)
    disposals = Disposal.objects.filter(of_loan, kind="write_off", state="done")
    before = disposals.exclude(agreement=gone.agreement).order_by("-done_date", "-id").first()
    on = before.done_date if before and before.done_date else gone.on
    closing.write_off(by=by, loan_ids=[loan_id], on=on, now=now)
    return True


def pass_on(life: Life, gone: Life, parts: Mapping[int, int], /, *, by: Actor) -> None:
    """Let an older plan be written off because the plan in its place was, before it was taken back.

    Two people had given the debt up; that the borrower goes back to the older plan changes nothing
    of it. `parts` are the numbers of its parts and theirs in the plan that is gone. The loss is in
    the books already: what stands of the older plan goes against the contract it came back from.
    """
    carried = Counter(book_queries.balances(agreement_id=life.agreement.id, accounts=CARRIED))
    for at in parts.values():
        position = gone.signed[at].position
        for name in COMPONENTS:
            carried[chart.RECEIVABLE[name]] -= getattr(position, f"{name}_minor")
    entry = outcomes.written_off(on=life.on, currency=life.plan.currency, carried_minor=carried)
    book_actions.post(
        by=by,
        entry=entry,
        source=f"written_off:{life.agreement.id}:{gone.agreement.id}",
        agreement_id=life.agreement.id,
    )
    name = f"write_off:{life.plan.events_count + 1}"
    given_up = events.WriteOff(id=name, on=life.on, kind="write_off")
    lives.add(life, [lives.News(number, given_up) for number in life.states])
    DueItem.objects.filter(agreement=life.agreement, is_earned=False).update(is_earned=True)
