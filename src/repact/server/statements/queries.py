"""Reading what statements said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet

from repact.server.agreements.models import Agreement
from repact.server.repayments.models import Suspense
from repact.server.statements import matching
from repact.server.statements.models import LINE_STATES, UNPOSTED, Line, Statement

SHOWN = 50
LINES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a statement: counts of its new lines, and of what was known before."""

    statement: Statement
    unposted: int
    posted: int
    suspense: int
    outgoing: int
    look: int
    charge: int
    settled: int
    sold: int
    known: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Money from the bank that waits, for how many days, and plans that ask for exactly this."""

    kept: Suspense
    days: int
    suggestions: list[Agreement]


def latest() -> list[Statement]:
    """The newest statements."""
    return list(Statement.objects.order_by("-received_at", "-id")[:SHOWN])


def accounts() -> list[str]:
    """Accounts of ours that statements were of."""
    return sorted(set(Statement.objects.values_list("account", flat=True)))


def outcome(statement_id: UUID, /) -> Outcome | None:
    """What became of a statement; None when there is none."""
    found = Statement.objects.filter(id=statement_id).first()
    if found is None:
        return None
    counted = found.lines.values_list("state").annotate(count=Count("id"))
    counts = {str(state): int(count) for state, count in counted}
    refused = sum("." in bad["code"] for bad in found.bad)  # read, but not taken by repayments
    new = sum(counts.values())
    return Outcome(
        statement=found,
        known=found.line_count - new - refused,
        lines=list(found.lines.order_by("-booked_on", "id")[:LINES_SHOWN]),
        **{name: counts.get(name, 0) for name in LINE_STATES},
    )


def line(line_id: UUID, /) -> Line | None:
    """One movement; None when there is none."""
    return Line.objects.filter(id=line_id).first()


def unmatched(*, on: date) -> list[Unmatched]:
    """What came by the bank and waits for a person, the oldest first."""
    waiting = Suspense.objects.filter(state="open", source__startswith="bank:")
    shown = list(waiting.order_by("received_on", "id")[:SHOWN])
    found = matching.suggestions({(kept.amount_minor, kept.currency) for kept in shown})
    return [
        Unmatched(
            kept,
            (on - kept.received_on).days,
            found.get((kept.amount_minor, kept.currency), []),
        )
        for kept in shown
    ]


def with_bad_lines() -> list[Statement]:
    """The newest statements that hold a line nobody could read."""
    return list(Statement.objects.exclude(bad=[]).order_by("-received_at", "-id")[:SHOWN])


def to_look_at() -> QuerySet[Line]:
    """Entries the bank took back and nobody has worked, the newest first."""
    return Line.objects.filter(state="look", rule="").order_by("-booked_on", "id")


def incoming(*, until: date) -> QuerySet[Line]:
    """Everything of borrowers that came in on our accounts up to a day."""
    came = [UNPOSTED, "posted", "suspense"]
    return Line.objects.filter(state__in=came, booked_on__lte=until)


def explained() -> QuerySet[Line]:
    """What was no borrower's money, and is in the books as what it is."""
    return Line.objects.filter(state__in=["charge", "settled"])
