"""What a plan does to a debt's accounting and classification, before anybody signs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from repact.law.catalogue import Catalogue
from repact.law.clocks import months_after
from repact.law.forbearance import (
    Forborne,
    Grade,
    Happened,
    Observation,
    forborne,
    observation,
)
from repact.law.rates import diminished_obligation_ppm
from repact.plans.figures import Schedule
from repact.plans.modification import Modification, adjustment_minor, modification
from repact.plans.position import Position
from repact.plans.schedule import build
from repact.plans.terms import Terms
from repact.policy.accounting import Accounting, is_substantial

Sign = Literal["replaced_often", "principal_not_falling", "capitalized_again"]


class PastPlan(NamedTuple):
    """An earlier plan of the same debt: what it started from, and whether another replaced it."""

    granted_on: date
    principal_minor: int
    capitalized_minor: int = 0
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the debt before the plan; plans oldest first."""

    days_past_due: int = 0
    non_performing: bool = False
    grade: Grade = "special_mention"
    kind_changes: bool = False
    plans: tuple[PastPlan, ...] = ()
    happened: tuple[Happened, ...] = ()


class Booked(NamedTuple):
    """What the journal says when the plan begins: waived at once, waived once the rows have earned
    it, and the change of worth that stands beside the plan's receivables; a loss is negative."""

    waived_minor: int
    pending_minor: int
    adjustment_minor: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the approver sees. `stage` is a hint (IFRS 9 5.5), the risk department decides.

    `booked` is what the journal will say, to the minor unit.
    `forborne` and `observation` are the clocks of the law at hand, None where it has none;
    `evergreening` names patterns of refinancing that only hide arrears.
    """

    modification: Modification | None
    booked: Booked
    diminished_ppm: int
    is_diminished: bool
    is_substantial: bool
    stage: Literal[2, 3]
    forborne: Forborne | None
    observation: Observation | None
    evergreening: tuple[Sign, ...]


def assess(
    position: Position,
    terms: Terms,
    history: History,
    on: date,
    /,
    *,
    law: Catalogue,
    accounting: Accounting,
) -> Assessment:
    """Judge a plan made of these terms, as of a day.

    A debt forborne is in stage 2 at least; a loss above the share that makes it a default, arrears
    of the days named, or a debt already non-performing, put it in stage 3.
    """
    schedule = build(position, terms)
    made = modification(position, terms, schedule)
    diminished = 0
    if made is not None:
        diminished = diminished_obligation_ppm(
            before_minor=made.carrying_minor, after_minor=made.worth_minor
        )
    is_diminished = diminished > accounting.diminished_share_ppm_max
    bad = history.non_performing or history.days_past_due > accounting.stage_three_days
    non_performing = bad or is_diminished
    return Assessment(
        modification=made,
        booked=_booked(position, terms, schedule),
        diminished_ppm=diminished,
        is_diminished=is_diminished,
        is_substantial=is_substantial(
            accounting,
            share_ppm=made.share_ppm if made else 0,
            kind_changes=history.kind_changes,
        ),
        stage=3 if non_performing else 2,
        forborne=_forborne(terms, history, on, law, non_performing=non_performing),
        observation=_observation(schedule, history, on, law),
        evergreening=evergreening(position, schedule, history, on, accounting=accounting),
    )


def evergreening(
    position: Position,
    schedule: Schedule,
    history: History,
    on: date,
    /,
    *,
    accounting: Accounting,
) -> tuple[Sign, ...]:
    """The signs that a plan only moves arrears on: plans replaced again and again, principal that
    does not fall, interest made principal once more. Only plans of the last months count."""
    recent = [
        plan
        for plan in history.plans
        if months_after(plan.granted_on, accounting.replaced_months) > on
    ]
    signs: list[Sign] = []
    if sum(plan.replaced for plan in recent) > accounting.replaced_max:
        signs.append("replaced_often")
    if recent and position.principal_minor >= recent[0].principal_minor:
        signs.append("principal_not_falling")
    again = any(plan.capitalized_minor for plan in recent)
    if again and schedule.totals.capitalized_minor:
        signs.append("capitalized_again")
    return tuple(signs)


def _booked(position: Position, terms: Terms, schedule: Schedule) -> Booked:
    pending = sum(row.vesting_minor for row in schedule.rows)
    return Booked(
        schedule.totals.waived_minor - pending,
        pending,
        adjustment_minor(position, terms, schedule),
    )


def _forborne(
    terms: Terms, history: History, on: date, law: Catalogue, *, non_performing: bool
) -> Forborne | None:
    if not _has(law, "EU-EBA-CURE"):
        return None
    grants = [*(plan.granted_on for plan in history.plans), terms.effective_date]
    again = [Happened(day, "measure") for day in grants[1:]]
    return forborne(
        granted_on=grants[0],
        non_performing=non_performing,
        happened=[*history.happened, *again],
        on=max(on, terms.effective_date),
        law=law,
    )


def _observation(
    schedule: Schedule, history: History, on: date, law: Catalogue
) -> Observation | None:
    if not _has(law, "CN-RST-OBS"):
        return None
    return observation(
        due_dates=[row.due_date for row in schedule.rows],
        grade_before=history.grade,
        happened=history.happened,
        on=on,
        law=law,
    )


def _has(law: Catalogue, name: str) -> bool:
    return any(entry.id == name for entry in law.entries)
