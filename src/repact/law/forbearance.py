"""The clocks of a forborne debt: cure and probation (EBA), observation of a restructured asset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple

from repact.law.catalogue import Catalogue
from repact.law.clocks import months_after

GRADES = ("pass", "special_mention", "substandard", "doubtful", "loss")
Grade = Literal["pass", "special_mention", "substandard", "doubtful", "loss"]
Status = Literal["cure", "probation", "ended"]
FOLLOWING: dict[Status, Status] = {"cure": "probation", "probation": "ended"}


class Happened(NamedTuple):
    """Something that matters to a clock.

    `measure` is a further forbearance or restructuring; `past_due` says how many days the debt is
    behind on that day (0 when it was caught up); `missed` is a payment not made in full on its day.
    """

    on: date
    kind: Literal["measure", "past_due", "missed", "unsolved"]
    days: int = 0


@dataclass(frozen=True, slots=True)
class Forborne:
    """Where a forborne exposure stands. `until` is the earliest day on which the status can change,
    None when it ended or waits for arrears to be cleared; `assess` asks for a viability assessment.
    """

    status: Status
    since: date
    until: date | None
    assess: bool


@dataclass(frozen=True, slots=True)
class _Exposure:
    """What the fold of a forborne exposure carries along."""

    status: Status
    since: date
    was_non_performing: bool
    days_past_due: int = 0
    assess: bool = False


def forborne(
    *,
    granted_on: date,
    non_performing: bool,
    happened: Iterable[Happened] = (),
    on: date,
    law: Catalogue,
) -> Forborne:
    """Where a forborne exposure stands on a day.

    Non-performing when the measure was granted: one year of cure from the grant, without arrears at
    its end, then two years of probation (Q&A 2014_1018); a new measure or more than 30 days past
    due in probation makes it non-performing again. Performing when it was granted: two years of
    probation from the grant (2014_878), and a second measure asks for an assessment and a new
    probation, with nothing automatic (2015_1842). Arrears keep probation from ending.
    """
    state = _Exposure("cure" if non_performing else "probation", granted_on, non_performing)
    events = sorted(event for event in happened if event.on <= on)
    for event in events:
        state = _after(_passed(state, event.on, law), event, law)
    state = _passed(state, on, law)
    return Forborne(state.status, state.since, _until(state, law), state.assess)


def _ends(state: _Exposure, law: Catalogue) -> date:
    name = "EU-EBA-CURE" if state.status == "cure" else "EU-EBA-PROBATION"
    return months_after(state.since, law.rule(name, on=state.since).value)


def _until(state: _Exposure, law: Catalogue) -> date | None:
    waits = state.status == "ended" or state.days_past_due > 0
    return None if waits else _ends(state, law)


def _passed(state: _Exposure, on: date, law: Catalogue) -> _Exposure:
    """What time alone has changed by the beginning of a day; arrears hold every step back."""
    while state.status != "ended" and not state.days_past_due and _ends(state, law) <= on:
        state = replace(state, status=FOLLOWING[state.status], since=_ends(state, law))
    return state


def _after(state: _Exposure, event: Happened, law: Catalogue) -> _Exposure:
    if state.status == "ended":
        return state
    if event.kind == "measure":
        relapsed = state.status == "cure" or state.was_non_performing
        status: Status = "cure" if relapsed else "probation"
        return replace(state, status=status, since=event.on, assess=not relapsed)
    if event.kind != "past_due":
        return state
    behind = replace(state, days_past_due=event.days)
    limit = law.rule("EU-EBA-DPD", on=event.on).value
    if state.status == "probation" and state.was_non_performing and event.days > limit:
        return replace(behind, status="cure", since=event.on)
    if state.days_past_due and not event.days and _ends(state, law) < event.on:
        return replace(behind, status=FOLLOWING[state.status], since=event.on)
    return behind


@dataclass(frozen=True, slots=True)
class Observation:
    """Where a restructured asset stands. `floor` is the best grade it may have; `ends_on` the
    earliest day on which observation can end, `restarts` how often it began anew."""

    status: Literal["not_begun", "observing", "ended"]
    began_on: date
    ends_on: date
    restarts: int
    floor: Grade


def observation(
    *,
    due_dates: Sequence[date],
    grade_before: Grade,
    happened: Iterable[Happened] = (),
    on: date,
    law: Catalogue,
) -> Observation:
    """Where a restructured asset stands on a day (China, Decree 1 of 2023).

    It is observed from the first payment date after the change, for two payment periods in a row
    and one year at least; a missed payment or a difficulty not solved starts it anew from that day.
    Once pass or special mention it is special mention at least; once worse it keeps its grade until
    observation has ended, and may then rise to special mention. A second restructuring in
    observation makes it substandard at least. No grade better than special mention is claimed after
    observation either: that is the risk department's to decide. `due_dates` are the new schedule's.
    """
    began, restarts = due_dates[0], 0
    floor = _worse(grade_before, "special_mention")
    ends = _observed_until(began, due_dates, law)
    for event in sorted(item for item in happened if item.on <= on):
        if event.kind == "past_due" or event.on >= ends:
            continue
        if event.kind == "measure":
            floor = _worse(floor, "substandard")
        began, restarts = max(event.on, began), restarts + 1
        ends = _observed_until(began, due_dates, law)
    if on < began:
        return Observation("not_begun", began, ends, restarts, floor)
    if on < ends:
        return Observation("observing", began, ends, restarts, floor)
    return Observation("ended", began, ends, restarts, "special_mention")


def grade_floor(days_past_due: int, /, *, on: date, law: Catalogue) -> Grade:
    """The best grade a debt may have by its days past due: 1, 91, 271, 361 (China)."""
    grades: dict[str, Grade] = {
        "CN-OD-GRADE-1": "special_mention",
        "CN-OD-GRADE-91": "substandard",
        "CN-OD-GRADE-271": "doubtful",
        "CN-OD-GRADE-361": "loss",
    }
    reached = [
        grade
        for name, grade in grades.items()
        if days_past_due >= law.rule(name, on=on).scope.dpd_from
    ]
    return reached[-1] if reached else "pass"


def _observed_until(began: date, due_dates: Sequence[date], law: Catalogue) -> date:
    """The later of one year and of the second payment date after the beginning."""
    rule = law.rule("CN-RST-OBS", on=began)
    later = [day for day in due_dates if day > began][: rule.figures["periods_min"]]
    return max([months_after(began, rule.value), *later])


def _worse(first: Grade, second: Grade) -> Grade:
    return max(first, second, key=GRADES.index)
