"""Statutory deadlines: from a date and what happened since, the day by which something is due.

Every length comes from the catalogue of the day the clock starts; a day given as the last is the
last day on which the duty can still be done. The clocks of forborne debts are in `forbearance`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from repact.dates.business_days import Calendar
from repact.dates.frequency import Recurrence
from repact.law.catalogue import Catalogue, LawError

YEAR_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for a duty, the rule that sets it, and whether we are sure of that rule."""

    rule_id: str
    last_day: date
    unconfirmed: bool

    def is_missed(self, on: date, /) -> bool:
        """Whether the day has passed."""
        return on > self.last_day


def months_after(day: date, months: int, /) -> date:
    """The same day so many months later, the month's last where it has no such day."""
    return Recurrence(every=months, unit="month", anchor_day=day.day).next_after(day)


def complaint(
    *, received_on: date, kind: Literal["simple", "complex", "special"], law: Catalogue
) -> Deadline:
    """When a complaint must be answered: 15 days, 30 if complex, 60 in special cases (China)."""
    rule = law.rule("CN-CONSPROT-15", on=received_on)
    days = rule.value if kind == "simple" else rule.figures[f"{kind}_days"]
    return Deadline(rule.id, received_on + timedelta(days=days), rule.is_unconfirmed)


def credit_dispute(*, received_on: date, law: Catalogue) -> Deadline:
    """When a dispute about a credit record must be answered: 20 days (China)."""
    return _days(law, "CN-CR-25", received_on)


def hardship_answer_cn(*, requested_on: date, calendar: Calendar, law: Catalogue) -> Deadline:
    """When a request for hardship help should be answered: 7 working days, an internal target."""
    rule = law.rule("CN-HARD-SLA", on=requested_on)
    day = requested_on
    for _ in range(rule.value):
        day = calendar.following(day + timedelta(days=1))
    return Deadline(rule.id, day, rule.is_unconfirmed)


@dataclass(frozen=True, slots=True)
class HardshipNotice:
    """The clock of a hardship notice in Australia.

    `ask_by` is the last day to ask for information, `give_by` the borrower's last day to give it
    (None while nothing was asked), `answer` the last day for the decision.
    """

    ask_by: date
    give_by: date | None
    answer: Deadline


def hardship_notice_au(
    *,
    received_on: date,
    law: Catalogue,
    asked_on: date | None = None,
    given_on: date | None = None,
) -> HardshipNotice:
    """National Credit Code s. 72: 21 days to decide, counted from the day after the notice.

    With information asked for in time: 21 days after it was given, 28 after it was asked for and
    not given. Information given too late does not move the clock. Raises `law.asked_too_late` and
    `law.given_before_asked`.
    """
    decide = law.rule("AU-NCC-72", on=received_on)
    inform = law.rule("AU-NCC-72-INFO", on=received_on)
    ask_by = received_on + timedelta(days=inform.value)
    if asked_on is None:
        if given_on is not None:
            raise LawError("law.given_before_asked", field="given_on")
        return HardshipNotice(ask_by, None, _days(law, decide.id, received_on))
    if not received_on <= asked_on <= ask_by:
        raise LawError("law.asked_too_late", field="asked_on", last_day=ask_by.isoformat())
    give_by = asked_on + timedelta(days=inform.value)
    if given_on is not None and given_on < asked_on:
        raise LawError("law.given_before_asked", field="given_on")
    if given_on is None or given_on > give_by:
        end = law.rule("AU-NCC-72-END", on=received_on)
        last = asked_on + timedelta(days=end.value)
        return HardshipNotice(ask_by, give_by, Deadline(end.id, last, end.is_unconfirmed))
    last = given_on + timedelta(days=decide.value)
    answer = Deadline(decide.id, last, decide.is_unconfirmed)
    return HardshipNotice(ask_by, give_by, answer)


def enforcement_after_refusal_au(*, refused_on: date, law: Catalogue) -> Deadline:
    """The last day of the hold on enforcement after a refusal: 14 days (Australia)."""
    return _days(law, "AU-NCC-89A", refused_on)


def arrears_notices_uk(
    *, second_missed_on: date, until: date, law: Catalogue
) -> tuple[Deadline, ...]:
    """The notices of sums in arrears up to a day: 14 days after the second missed payment, then
    every six months from the notice (Consumer Credit Act s. 86B)."""
    rule = law.rule("UK-CCA86B", on=second_missed_on)
    last = second_missed_on + timedelta(days=rule.value)
    found = [Deadline(rule.id, last, rule.is_unconfirmed)]
    every = rule.figures["every_months"]
    while (last := months_after(found[0].last_day, every * len(found))) <= until:
        found.append(Deadline(rule.id, last, rule.is_unconfirmed))
    return tuple(found)


def default_notice_uk(*, served_on: date, law: Catalogue) -> Deadline:
    """The last day to put a default right: 14 days from service (Consumer Credit Act s. 87)."""
    return _days(law, "UK-CCA87", served_on)


def adviser_hold(*, started_on: date, law: Catalogue, extended: bool = False) -> Deadline:
    """The last day of the hold while an adviser builds a plan: 30 days, extended once at most.

    Source: CONC 7.3.11R and 7.3.12G; lenders elsewhere keep it by policy.
    """
    rule = law.rule("UK-CONC-7312G", on=started_on)
    days = rule.value * (1 + (rule.figures["extensions_max"] if extended else 0))
    return Deadline(rule.id, started_on + timedelta(days=days), rule.is_unconfirmed)


@dataclass(frozen=True, slots=True)
class BreathingSpace:
    """A standard breathing space: its first day, the day after its last, and its review.

    A plan's moratorium is `(starts_on, ends_on)`: half open, like every period here.
    """

    starts_on: date
    ends_on: date
    review_from: date
    review_to: date

    def is_running(self, on: date, /) -> bool:
        """Whether a day lies in it."""
        return self.starts_on <= on < self.ends_on


def breathing_space(
    *, starts_on: date, law: Catalogue, last_ended_on: date | None = None
) -> BreathingSpace:
    """A standard breathing space: 60 days, reviewed between day 25 and 35 (England and Wales).

    Raises `law.breathing_space_too_soon` within 12 months of the end of the last one.
    """
    if last_ended_on is not None:
        once = law.rule("UK-BS-ONCE", on=starts_on)
        earliest = months_after(last_ended_on, once.value)
        if starts_on < earliest:
            raise LawError(
                "law.breathing_space_too_soon", rule=once.id, earliest=earliest.isoformat()
            )
    days = law.rule("UK-BS-DAYS", on=starts_on).value
    review = law.rule("UK-BS-REVIEW", on=starts_on)
    return BreathingSpace(
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=days),
        review_from=starts_on + timedelta(days=review.value),
        review_to=starts_on + timedelta(days=review.figures["last_day"]),
    )


def mental_health_space_ends(
    *, started_on: date, treatment_ended_on: date | None, law: Catalogue
) -> date | None:
    """The day after a mental-health breathing space; None while the treatment goes on."""
    rule = law.rule("UK-BS-MENTAL", on=started_on)
    return None if treatment_ended_on is None else treatment_ended_on + timedelta(days=rule.value)


@dataclass(frozen=True, slots=True)
class Limitation:
    """When a claim can no longer be enforced if the debtor objects; `barred_on` is the first such
    day. `is_revived` says that a promise after that day gave the defence up."""

    barred_on: date
    is_revived: bool

    def is_barred(self, on: date, /) -> bool:
        """Whether the defence is there on a day."""
        return on >= self.barred_on


def limitation(
    *, known_on: date, harmed_on: date, promised_on: Iterable[date] = (), law: Catalogue
) -> Limitation:
    """Three years from when the harm was known, twenty from the harm at most (China).

    A promise to pay, a payment or a demand within the period starts it anew (art. 195); a promise
    after it gives the defence up and starts it anew as well (art. 192).
    """
    rule = law.rule("CN-CC-188", on=max(known_on, date(2021, 1, 1)))
    years, most = rule.value, rule.figures["years_max"]
    longest = months_after(harmed_on, most * YEAR_MONTHS)
    barred = min(months_after(known_on, years * YEAR_MONTHS), longest)
    revived = False
    for day in sorted(promised_on):
        if day >= barred:
            revived = True
            barred = months_after(day, years * YEAR_MONTHS)
        else:
            barred = min(months_after(day, years * YEAR_MONTHS), longest)
    return Limitation(barred, revived)


def guarantee_ends(*, matures_on: date, law: Catalogue, agreed_on: date | None = None) -> date:
    """The last day of a guarantee: as agreed, else six months from maturity (art. 692)."""
    rule = law.rule("CN-CC-692", on=matures_on)
    return agreed_on or months_after(matures_on, rule.value)


def credit_record_deleted_on(*, ended_on: date | None, law: Catalogue) -> date | None:
    """When a bad record is deleted: five years from the end of the bad act (China).

    None while the debt is still unpaid: the clock has not begun, and paying starts it.
    """
    if ended_on is None:
        return None
    return months_after(ended_on, law.rule("CN-CR-5Y", on=ended_on).value * YEAR_MONTHS)


def _days(law: Catalogue, name: str, start: date) -> Deadline:
    rule = law.rule(name, on=start)
    return Deadline(rule.id, start + timedelta(days=rule.value), rule.is_unconfirmed)
