"""The ladder of conduct: what is done about one due date, and on which days.

The steps are the same for everybody who signed the same conduct; a person may help sooner, nobody
is pressed sooner.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

from repact.plans.conduct import Conduct

Kind = Literal["remind", "debit", "missed", "nudge", "late", "invite", "breach"]
KINDS: tuple[Kind, ...] = ("remind", "debit", "missed", "nudge", "late", "invite", "breach")


class Step(NamedTuple):
    """One step, and the day it is taken while what is due stays unpaid."""

    on: date
    kind: Kind


def steps(conduct: Conduct, due_date: date, /) -> tuple[Step, ...]:
    """Every step for one due date, in order.

    `remind` before it; `debit` on it and, as often as agreed, after it; `missed` the day after, in
    the grace days; `nudge` before they end; `late` when they have ended, with the days left to cure
    it; `invite` to agree anew before a breach is possible; `breach` on the first day it is.
    """
    return tuple(
        sorted(_steps(conduct, due_date), key=lambda step: (step.on, KINDS.index(step.kind)))
    )


def _steps(conduct: Conduct, due_date: date) -> Iterator[Step]:
    day = timedelta(days=1)
    over = due_date + conduct.grace_days * day + day  # the first day after the grace days
    breach = over + conduct.cure_days * day
    if conduct.remind_days:
        yield Step(due_date - conduct.remind_days * day, "remind")
    for attempt in range(conduct.debit_attempts):
        yield Step(due_date + attempt * conduct.debit_every_days * day, "debit")
    nudge = over - conduct.nudge_days * day
    if over > due_date + day:
        yield Step(due_date + day, "missed")
    if conduct.nudge_days and nudge > due_date + day:
        yield Step(nudge, "nudge")
    yield Step(over, "late")
    invite = max(breach - conduct.invite_days * day, over + day)
    if conduct.invite_days and invite < breach:
        yield Step(invite, "invite")
    yield Step(breach, "breach")
