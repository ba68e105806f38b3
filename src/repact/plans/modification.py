"""What a plan changes about a debt's worth at its original rate (IFRS 9 5.4.3)."""

from __future__ import annotations

from typing import NamedTuple

from repact.money.rounding import divide_half_up
from repact.plans.disclosure import present_value
from repact.plans.fields import WHOLE_PPM
from repact.plans.figures import Schedule
from repact.plans.position import Position
from repact.plans.terms import Terms


class Modification(NamedTuple):
    """Carrying amount before (principal and interest), worth after, and the gain: all minor units.

    `share_ppm` is the gain, fees for the change added, as a share of the carrying amount; a loss is
    negative in both.
    """

    carrying_minor: int
    worth_minor: int
    gain_minor: int
    share_ppm: int


def modification(
    position: Position, terms: Terms, schedule: Schedule, /, *, fees_minor: int = 0
) -> Modification | None:
    """The gain or loss of a plan; None without a contract, since there is no rate to do it at.

    `fees_minor` is what the borrower pays for the change itself: it counts in the 10% test
    (IFRS 9 B3.3.6), not in the gain.
    """
    if position.contract is None:
        return None
    carrying = position.principal_minor + position.interest_minor
    worth = present_value(position, terms, schedule)
    gain = worth - carrying
    changed = gain + fees_minor
    share = divide_half_up(abs(changed) * WHOLE_PPM, carrying)
    return Modification(carrying, worth, gain, share if changed >= 0 else -share)


def adjustment_minor(position: Position, terms: Terms, schedule: Schedule, /) -> int:
    """What stands beside the plan's receivables from its first day; 0 without a contract.

    The worth of all it asks for, less all that was owed and is not waived: waivers are booked by
    themselves.
    """
    if position.contract is None:
        return 0
    kept = position.total_minor - schedule.totals.waived_minor
    return present_value(position, terms, schedule) - kept
