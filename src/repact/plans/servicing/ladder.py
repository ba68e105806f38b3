"""The ladder of conduct: what is done about one due date, and on which days.

The steps are the same for everybody who signed the same conduct; a person may help sooner, nobody
is pressed sooner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Literal, NamedTuple

from repact.plans.conduct import Conduct

Kind = Literal["remind", "debit", "missed", "nudge", "late", "invite", "breach"]
_DAYS_OF = attrgetter(
    *("grace_days", "cure_days", "remind_days", "debit_attempts", "debit_every_days"),
    *("nudge_days", "invite_days"),
)
KINDS: tuple[Kind, ...] = ("remind", "debit", "missed", "nudge", "late", "invite", "breach")


class Step(NamedTuple):
    """One step, and the day it is taken while what is due stays unpaid."""

    on: date
    kind: Kind


class Rest(NamedTuple):
    """Days on which the ladder rests because another plan is asked for, `to_date` not included;
    None while it lasts."""

    from_date: date
    to_date: date | None


def steps(conduct: Conduct, due_date: date, /, *, rests: Sequence[Rest] = ()) -> tuple[Step, ...]:
    """Every step for one due date, in order.

    `remind` before it; `debit` on it and, as often as agreed, after it; `missed` the day after, in
    the grace days; `nudge` before they end; `late` when they have ended, with the days left to cure
    it; `invite` to agree anew before a breach is possible; `breach` on the first day it is.

    Days of rest do not count: a step that falls into them or comes later is taken as many days
    later, and none is while the rest lasts. For what falls due in them the ladder begins when they
    end. A debit of the day on which they begin may have been taken already, and is not made twice.
    """
    signed = _steps(due_date, *_DAYS_OF(conduct))
    if not rests:
        return signed
    made = (_rested(step, due_date, rests) for step in signed)
    return _in_order(step for step in made if step)


def last_good_date(
    conduct: Conduct, due_date: date, /, *, rests: Sequence[Rest] = ()
) -> date | None:
    """The last day before a breach is possible; None while the ladder rests."""
    found = [step.on for step in steps(conduct, due_date, rests=rests) if step.kind == "breach"]
    return found[0] - timedelta(days=1) if found else None


def _rested(step: Step, due_date: date, rests: Sequence[Rest]) -> Step | None:
    """The step once the days that do not count are over; None while they last."""
    on = step.on
    for rest in rests:
        taken = step.kind == "debit" and on == rest.from_date
        if on < rest.from_date or taken:
            continue
        if rest.to_date is None:
            return None
        if due_date < rest.to_date:
            on += rest.to_date - max(rest.from_date, due_date)
    return Step(on, step.kind)


def _in_order(made: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(made, key=lambda step: (step.on, KINDS.index(step.kind))))


@lru_cache(maxsize=4096)  # the plans of a day have few due dates and fewer conducts
def _steps(
    due_date: date,
    grace: int,
    cure: int,
    remind: int,
    attempts: int,
    every: int,
    nudge: int,
    invite: int,
) -> tuple[Step, ...]:
    day = timedelta(days=1)
    over = due_date + grace * day + day  # the first day after the grace days
    breach = over + cure * day
    made = [Step(over, "late"), Step(breach, "breach")]
    if remind:
        made.append(Step(due_date - remind * day, "remind"))
    made += (Step(due_date + attempt * every * day, "debit") for attempt in range(attempts))
    if over > due_date + day:
        made.append(Step(due_date + day, "missed"))
    if nudge and over - nudge * day > due_date + day:
        made.append(Step(over - nudge * day, "nudge"))
    invited = max(breach - invite * day, over + day)
    if invite and invited < breach:
        made.append(Step(invited, "invite"))
    return _in_order(made)
