"""What being late, and time, cost in a running plan while another one is asked for.

The policy of the case says it (`accrual_while_open`), and the breathing space of each loan keeps
it; here it reaches the plan, as events of its life.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from repact.plans.servicing import preview
from repact.plans.servicing.events import Event, Rest, RestEnd
from repact.plans.servicing.rests import Mode
from repact.server.audit.actor import Actor
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Standstill
from repact.server.repayments import posting
from repact.server.repayments.lives import OPEN_STANDINGS, Life


@dataclass(frozen=True, slots=True)
class Costs:
    """What one more day costs while another plan is asked for, over all debts, in minor units.

    `late_minor` is what a day of being late adds, `late_signed_minor` what it would as signed; the
    rates are yearly, in ppm. `mode` and `interest_minor`: what the policy does, and the interest
    that the days of this request have spared so far.
    """

    mode: Mode
    late_minor: int
    late_signed_minor: int
    late_rate_ppm: int
    late_signed_ppm: int
    interest_minor: int


def follow(life: Life, /, *, by: Actor) -> list[str]:
    """Let a plan's parts rest, and go on, as their loans' breathing spaces say; what was told anew.

    Nothing is told twice. What became known late counts from its own day, and the books make up
    for it.
    """
    told = []
    for number, event in _untold(life):
        posting.happen(
            life,
            by=by,
            events={number: event},
            template="plan_rested",
            source=f"{event.id}:{life.agreement.id}",
        )
        told.append(event.id)
    return told


def costs(
    life: Life, /, *, mode: Mode | None = None, annual_rate_ppm: int | None = None
) -> Costs | None:
    """What a day costs in a rest; None where another plan is not asked for.

    `mode` and `annual_rate_ppm`: what a request made today would change.
    """
    begins = None
    if mode:
        rate = annual_rate_ppm if mode == "reduced" else None
        begins = Rest(id="preview:rest", on=life.on, kind="rest", mode=mode, annual_rate_ppm=rate)
    found = [
        one
        for number, plan in life.signed.items()
        if life.states[number].standing in OPEN_STANDINGS
        and (begins or life.states[number].rests)
        and (one := preview.resting(plan, life.events[number], life.on, begins=begins))
    ]
    if not found:
        return None
    least = min(found, key=lambda one: one.late_rate_ppm)
    return Costs(
        mode=_mode(least),
        late_minor=sum(one.late_minor for one in found),
        late_signed_minor=sum(one.late_signed_minor for one in found),
        late_rate_ppm=least.late_rate_ppm,
        late_signed_ppm=least.late_signed_ppm,
        interest_minor=sum(one.interest_minor for one in found),
    )


def _mode(one: preview.Resting) -> Mode:
    if one.up_to_ppm is None:
        return "running"
    return "reduced" if one.up_to_ppm else "frozen"


def _untold(life: Life) -> Iterator[tuple[int, Event]]:
    """Beginnings and ends of breathing spaces that a plan's parts do not know yet, in order."""
    for number, part in life.parts.items():
        if life.states[number].standing not in OPEN_STANDINGS:
            continue
        known = {event.id for event in life.events[number]}
        since = life.signed[number].terms.effective_date
        spaces = loan_queries.spaces_of(part.loan_id, since=since, but=life.agreement.case_id)
        for space in spaces:
            for event in _events(space):
                if event.id not in known:
                    yield number, event


def _events(space: Standstill) -> Iterator[Event]:
    yield Rest(
        id=f"rest:{space.id}",
        on=space.start_date,
        kind="rest",
        mode=space.mode,  # type: ignore[arg-type]  # a constraint
        annual_rate_ppm=space.annual_rate_ppm,
    )
    if space.end_date:
        yield RestEnd(id=f"rest_end:{space.id}", on=space.end_date, kind="rest_end")
