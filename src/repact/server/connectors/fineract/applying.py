"""A plan at Fineract: previewed, compared row by row to the minor unit, and only then applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from repact.plans.terms import Terms
from repact.server.connectors.errors import ConnectorError
from repact.server.connectors.fineract import client
from repact.server.connectors.fineract.client import Period
from repact.server.connectors.fineract.translating import Translated, translate

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """A row on which the two schedules do not agree; None: that side has no such row."""

    number: int
    ours: Period | None
    theirs: Period | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Fineract's schedule for our terms, and where it differs from ours."""

    periods: tuple[Period, ...]
    differences: tuple[Difference, ...]


def dry_run(
    loan_id: int,
    /,
    *,
    request_id: UUID,
    terms: Terms,
    rows: Sequence[Period],
    interest_minor: int,
    reason_id: int,
    on: date,
) -> Preview:
    """What Fineract would make of terms; the request it needs for that is rejected again.

    Raises ConnectorError `fineract.cannot_say`, `connectors.unreachable`, `connectors.refused`.
    """
    reschedule_id, found, _ = _asked(
        loan_id, request_id, terms, rows, interest_minor, reason_id, on
    )
    _decide(reschedule_id, request_id, on, approve=False)
    return found


def apply(
    loan_id: int,
    /,
    *,
    request_id: UUID,
    terms: Terms,
    rows: Sequence[Period],
    interest_minor: int,
    reason_id: int,
    on: date,
) -> None:
    """Make a loan at Fineract follow terms, if it means the same by them to the minor unit.

    Raises as `dry_run` does, and `fineract.differs` with the first rows that differ: then nothing
    was changed. Every call carries a key made of `request_id`: after a silence, apply again.
    `fineract.differs_after` means that a person must look: the loan was changed, and differs.
    """
    reschedule_id, found, asked = _asked(
        loan_id, request_id, terms, rows, interest_minor, reason_id, on
    )
    if found.differences:
        _decide(reschedule_id, request_id, on, approve=False)
        raise ConnectorError("fineract.differs", rows=_named(found.differences))
    if asked.waived_interest_minor:
        client.waive_interest(
            loan_id,
            amount_minor=asked.waived_interest_minor,
            on=on,
            key=_key(request_id, "interest"),
        )
    for charge_id in asked.waived_charges:
        client.waive_charge(loan_id, charge_id, key=_key(request_id, f"charge {charge_id}"))
    for number, (start, end) in enumerate(asked.pauses):
        client.pause_interest(
            loan_id, start=start, end=end, key=_key(request_id, f"pause {number}")
        )
    _decide(reschedule_id, request_id, on, approve=True)
    left = compare(rows, client.loan(loan_id).open_periods)
    if left:
        raise ConnectorError("fineract.differs_after", rows=_named(left))


def compare(ours: Sequence[Period], theirs: Sequence[Period], /) -> tuple[Difference, ...]:
    """The rows on which two schedules differ, by date, principal and interest."""
    found = []
    for number in range(max(len(ours), len(theirs))):
        one = ours[number] if number < len(ours) else None
        other = theirs[number] if number < len(theirs) else None
        if one != other:
            found.append(Difference(number + 1, one, other))
    return tuple(found)


def _asked(
    loan_id: int,
    request_id: UUID,
    terms: Terms,
    rows: Sequence[Period],
    interest_minor: int,
    reason_id: int,
    on: date,
) -> tuple[int, Preview, Translated]:
    loan = client.loan(loan_id)
    asked = translate(terms, loan, interest_minor=interest_minor, reason_id=reason_id, on=on)
    reschedule_id = client.ask_reschedule(
        loan_id, asked.reschedule, key=_key(request_id, "reschedule")
    )
    periods = client.preview(reschedule_id)
    return reschedule_id, Preview(periods, compare(rows, periods)), asked


def _decide(reschedule_id: int, request_id: UUID, on: date, *, approve: bool) -> None:
    name = "approve" if approve else "reject"
    client.decide(reschedule_id, approve=approve, on=on, key=_key(request_id, name))


def _key(request_id: UUID, step: str) -> str:
    return str(uuid5(request_id, step))


def _named(differences: Sequence[Difference]) -> list[int]:
    return [one.number for one in differences[:SHOWN]]
