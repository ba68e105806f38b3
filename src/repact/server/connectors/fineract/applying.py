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


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan for a loan of Fineract's: its terms and our rows, and the interest due now.

    `reason_id` is the code value Fineract wants as the reason of a reschedule, `on` its day.
    Every call carries a key made of `request_id`: after a silence, ask for the same again. Waivers
    and pauses carry one of `plan_id`: they happen once, however often the plan is asked for anew.
    """

    loan_id: int
    request_id: UUID
    plan_id: UUID
    terms: Terms
    rows: tuple[Period, ...]
    interest_minor: int
    reason_id: int
    on: date


def dry_run(asked: Asked, /) -> Preview:
    """What Fineract would make of terms; the request it needs for that is rejected again.

    Raises ConnectorError `fineract.cannot_say`, `connectors.unreachable`, `connectors.refused`.
    """
    reschedule_id, _ = _ask(asked)
    found = _preview(asked, reschedule_id)
    _decide(asked, reschedule_id, approve=False)
    return found


def apply(asked: Asked, /) -> None:
    """Make a loan at Fineract follow terms, if it means the same by them to the minor unit.

    Raises as `dry_run` does, and `fineract.differs` with the first rows that differ: then nothing
    was changed. `fineract.differs_after` means that a person must look: the loan was changed, and
    differs. A plan that was applied before is left as it is.
    """
    reschedule_id, calls = _ask(asked)
    if client.is_approved(reschedule_id):
        return
    found = _preview(asked, reschedule_id)
    if found.differences:
        _decide(asked, reschedule_id, approve=False)
        raise ConnectorError("fineract.differs", rows=named(found.differences))
    _waive(asked, calls)
    _decide(asked, reschedule_id, approve=True)
    left = compare(asked.rows, client.loan(asked.loan_id).open_periods)
    if left:
        raise ConnectorError("fineract.differs_after", rows=named(left))


def compare(ours: Sequence[Period], theirs: Sequence[Period], /) -> tuple[Difference, ...]:
    """The rows on which two schedules differ, by date, principal and interest."""
    found = []
    for number in range(max(len(ours), len(theirs))):
        one = ours[number] if number < len(ours) else None
        other = theirs[number] if number < len(theirs) else None
        if one != other:
            found.append(Difference(number + 1, one, other))
    return tuple(found)


def named(differences: Sequence[Difference], /) -> list[int]:
    """The numbers of the first rows that differ."""
    return [one.number for one in differences[:SHOWN]]


def _ask(asked: Asked) -> tuple[int, Translated]:
    loan = client.loan(asked.loan_id)
    calls = translate(
        asked.terms,
        loan,
        interest_minor=asked.interest_minor,
        reason_id=asked.reason_id,
        on=asked.on,
    )
    key = _key(asked, "reschedule")
    return client.ask_reschedule(asked.loan_id, calls.reschedule, key=key), calls


def _preview(asked: Asked, reschedule_id: int) -> Preview:
    periods = client.preview(reschedule_id)
    return Preview(periods, compare(asked.rows, periods))


def _waive(asked: Asked, calls: Translated) -> None:
    loan_id = asked.loan_id
    if calls.waived_interest_minor:
        client.waive_interest(
            loan_id,
            amount_minor=calls.waived_interest_minor,
            on=asked.on,
            key=_once(asked, "interest"),
        )
    for charge_id in calls.waived_charges:
        client.waive_charge(loan_id, charge_id, key=_once(asked, f"charge {charge_id}"))
    for number, (start, end) in enumerate(calls.pauses):
        client.pause_interest(loan_id, start=start, end=end, key=_once(asked, f"pause {number}"))


def _decide(asked: Asked, reschedule_id: int, *, approve: bool) -> None:
    name = "approve" if approve else "reject"
    client.decide(reschedule_id, approve=approve, on=asked.on, key=_key(asked, name))


def _key(asked: Asked, step: str) -> str:
    return str(uuid5(asked.request_id, step))


def _once(asked: Asked, step: str) -> str:
    return str(uuid5(asked.plan_id, step))
