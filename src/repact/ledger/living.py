"""What an event did to a plan, as amounts for the books: two of its states, compared."""

from __future__ import annotations

from operator import attrgetter, sub

from repact.ledger.plan_life import Change
from repact.ledger.sealing import COMPONENTS
from repact.plans.servicing.state import PlanState

_COMPONENTS_OF = attrgetter(*COMPONENTS)


def open_minor(state: PlanState, /) -> dict[str, int]:
    """What the rows, and waivers that came back, still ask for, by component; late cost aside."""
    asked = [_COMPONENTS_OF(state.returned)]
    for row in state.rows:
        if row.open_minor:
            due, paid = _COMPONENTS_OF(row.due), _COMPONENTS_OF(row.paid)
            asked.append(tuple(map(sub, due, paid)))
    return dict(zip(COMPONENTS, map(sum, zip(*asked, strict=True)), strict=True))


def change(before: PlanState, after: PlanState, /, *, cash_minor: int) -> Change:
    """What lies between two states of one plan when so much money moved."""
    was, now = open_minor(before), open_minor(after)
    vested = after.vested_minor - before.vested_minor
    return Change(
        cash_minor=cash_minor,
        open_minor={name: now[name] - was[name] for name in COMPONENTS},
        late_minor=after.paid.late - before.paid.late,
        credit_minor=after.credit_minor - before.credit_minor,
        vested_minor=vested,
        unearned_minor=before.pending_minor - after.pending_minor - vested,
    )


def less(one: Change, other: Change, /) -> Change:
    """What is left of a change after a part of it was posted."""
    return Change(
        cash_minor=one.cash_minor - other.cash_minor,
        open_minor={
            name: amount - other.open_minor.get(name, 0) for name, amount in one.open_minor.items()
        },
        late_minor=one.late_minor - other.late_minor,
        credit_minor=one.credit_minor - other.credit_minor,
        vested_minor=one.vested_minor - other.vested_minor,
        unearned_minor=one.unearned_minor - other.unearned_minor,
    )
