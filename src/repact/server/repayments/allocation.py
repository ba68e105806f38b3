"""Where a payment goes: the oldest due item first; within it late interest, fees, penalty,
interest, principal. What is left over is the borrower's credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from repact.plans.conduct import Conduct, late_cost
from repact.server.repayments.models import DueItem

ORDER = ("fees", "penalty", "interest", "principal")


@dataclass(slots=True)
class Allocation:
    """The parts of one payment, in minor units."""

    applied: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ORDER, 0))
    late: int = 0
    excess: int = 0
    touched: list[DueItem] = field(default_factory=list)


def late_open(item: DueItem, conduct: Conduct, /, *, on: date) -> int:
    """Late interest a due item has run up by a day and not paid."""
    cost = late_cost(
        conduct=conduct,
        principal_minor=item.open_of("principal"),
        due_date=item.due_date,
        on=on,
    )
    return max(cost - item.paid_late_minor, 0)


def allocate(
    amount_minor: int, items: Sequence[DueItem], conduct: Conduct, /, *, on: date
) -> Allocation:
    """Spread a payment over open items in order of their due dates, and note it on them."""
    made, left = Allocation(), amount_minor
    for item in items:
        if not left:
            break
        late = min(left, late_open(item, conduct, on=on))
        item.paid_late_minor += late
        made.late += late
        left -= late
        for component in ORDER:
            part = min(left, item.open_of(component))
            name = f"paid_{component}_minor"
            setattr(item, name, getattr(item, name) + part)
            made.applied[component] += part
            left -= part
        if not item.open_minor:
            item.state, item.next_action_date = "paid", None
        made.touched.append(item)
    made.excess = left
    return made
