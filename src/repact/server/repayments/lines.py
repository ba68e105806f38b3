"""What was drawn on a card or a line becomes a loan with its plan, and a line again without it."""

from __future__ import annotations

from datetime import datetime

from repact.ledger import templates
from repact.plans.position import Position
from repact.server.audit import queries as audit_queries
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.books.models import Entry
from repact.server.loans import actions as loan_actions
from repact.server.loans import closing
from repact.server.loans.models import Loan
from repact.server.policies import queries as policy_queries
from repact.server.repayments import lives
from repact.server.repayments.lives import Life

CONVERTED = "loans.convert_line"


def convert(life: Life, number: int, loan: Loan, /, *, by: Actor, now: datetime) -> None:
    """Turn a line into a loan; it gives no more credit where the policy of the offer says so."""
    agreement = life.agreement
    if loan.written_off_on is None:
        book_actions.post(
            by=by,
            entry=templates.line_converted(
                on=life.on, currency=loan.currency, amount_minor=loan.principal_minor
            ),
            source=_source(life, number),
        )
    closing.convert_line(by=by, loan_id=loan.id, case_id=agreement.case_id, now=now)
    policy = policy_queries.by_hash(agreement.offer.offer_set.policy_sha256).policy
    bounds = policy.instruments.line_conversion
    if bounds and bounds.line_after == "frozen":
        loan_actions.block_line(by=by, loan_id=loan.id, now=now)


def draw_again(life: Life, number: int, owed: Position, /, *, by: Actor, now: datetime) -> None:
    """A plan was taken back: what is left of a line it had turned into a loan is drawn again.

    A line that was written off was turned without a word in the books.
    """
    agreement, source = life.agreement, _source(life, number)
    loan_id = life.parts[number].loan_id
    turned = audit_queries.of_case(agreement.case_id).filter(subject_id=loan_id, action=CONVERTED)
    if not turned.exists():
        return
    if Entry.objects.filter(source=source).exists():
        converted = templates.line_converted(
            on=life.on, currency=owed.currency, amount_minor=owed.principal_minor
        )
        book_actions.post(
            by=by, entry=converted.reversal(happened_on=life.on), source=f"{source}:undone"
        )
    since = agreement.sealed_at or now
    closing.draw_again(
        by=by,
        loan_id=loan_id,
        case_id=agreement.case_id,
        since=since,
        now=now,
    )


def _source(life: Life, number: int) -> str:
    return f"converted:{life.agreement.id}{lives.suffix(number)}"
