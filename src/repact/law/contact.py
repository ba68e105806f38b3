"""Whether a person may be contacted now: the most protective of all rules that apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from repact.law.catalogue import Catalogue
from repact.law.entries import Entry, Subject
from repact.law.facts import Finding, finding

Channel = Literal["call", "message", "letter", "visit"]
Person = Literal["debtor", "guarantor", "contact_person", "unrelated"]
DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """An intended contact, and what came before it today.

    `local_time` is the person's own. Two counters never mix: `effective_calls` are connected calls
    to one debtor today, `attempts` are unanswered tries at one number today. `failed_in_a_row` are
    contacts that did not reach the debtor; `agreed_on_record` says that the debtor agreed to be
    contacted at such a time or so often; `person_refused` that a third person asked to be left.
    """

    local_time: time
    channel: Channel
    person: Person = "debtor"
    collector: Literal["first_party", "third_party"] = "first_party"
    lender_type: str = ""
    effective_calls: int = 0
    attempts: int = 0
    visits: int = 0
    staff: int = 2
    failed_in_a_row: int = 0
    number_is_dead: bool = False
    debtor_cannot_answer: bool = False
    person_refused: bool = False
    reveals_debt: bool = False
    calls_on_debt: int = 0
    days_since_conversation: int | None = None
    in_moratorium: bool = False
    agreed_on_record: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether the contact is allowed, and every rule it touches.

    A finding that warns does not forbid. `on_record` are the rules set aside by the person's own
    agreement, to be written down with the contact.
    """

    allowed: bool
    findings: tuple[Finding, ...]
    on_record: tuple[str, ...]

    @property
    def rule_id(self) -> str | None:
        """The first rule that forbids the contact."""
        return next((item.rule_id for item in self.findings if item.blocks), None)


def rule_contact(facts: ContactFacts, law: Catalogue, *, on: date) -> Ruling:
    """Whether a contact is allowed under the law of a day; the most protective rule wins."""
    found: list[Finding] = []
    set_aside: list[str] = []
    for entry in law.applying(_subject(facts), on=on):
        if entry.check not in RULES or not (broken := RULES[entry.check](entry, facts)):
            continue
        if facts.agreed_on_record and entry.is_overridable and entry.check in AGREEABLE:
            set_aside.append(entry.id)
        else:
            found.append(finding(entry, **broken))
    allowed = not any(item.blocks for item in found)
    return Ruling(allowed=allowed, findings=tuple(found), on_record=tuple(set_aside))


def allowed_hours(facts: ContactFacts, law: Catalogue, *, on: date) -> tuple[int, int] | None:
    """The hours of the day in which a contact may begin: from one, up to but without another.

    The intersection of every window that applies; (0, 24) where no rule has one, None where
    nothing is left of the day.
    """
    opens, closes = 0, DAY_HOURS
    for entry in law.applying(_subject(facts), on=on):
        if entry.check == "contact_window" and entry.finds == "block":
            opens = max(opens, entry.figures["to_hour"])
            closes = min(closes, entry.figures["from_hour"])
    return (opens, closes) if opens < closes else None


def _subject(facts: ContactFacts) -> Subject:
    return Subject(lender_type=facts.lender_type, collector=facts.collector, channel=facts.channel)


Broken = dict[str, int | str] | None


def _window(entry: Entry, facts: ContactFacts) -> Broken:
    start, end = entry.figures["to_hour"], entry.figures["from_hour"]
    return None if start <= facts.local_time.hour < end else {"from_hour": end, "to_hour": start}


def _effective_calls(entry: Entry, facts: ContactFacts) -> Broken:
    return {"times": facts.effective_calls} if facts.effective_calls >= entry.value else None


def _attempts(entry: Entry, facts: ContactFacts) -> Broken:
    return {"times": facts.attempts} if facts.attempts >= entry.value else None


def _visits(entry: Entry, facts: ContactFacts) -> Broken:
    too_many, alone = facts.visits >= entry.value, facts.staff < entry.figures["persons_min"]
    return {"times": facts.visits, "persons": facts.staff} if too_many or alone else None


def _third_person(entry: Entry, facts: ContactFacts) -> Broken:
    """Who does not owe is asked only to pass a word on, once the debtor cannot be reached."""
    if facts.person in {"debtor", "guarantor"}:
        return None
    unreachable = facts.number_is_dead or facts.failed_in_a_row >= entry.value
    reachable = not (unreachable or facts.debtor_cannot_answer)
    if facts.person == "unrelated" or facts.person_refused or facts.reveals_debt or reachable:
        return {"person": facts.person, "times": facts.failed_in_a_row}
    return None


def _calls_per_debt(entry: Entry, facts: ContactFacts) -> Broken:
    """Neither too often in the days of the rule nor soon after a conversation."""
    quiet = entry.figures["days_after_conversation"]
    spoke = facts.days_since_conversation
    soon = spoke is not None and spoke < quiet
    return {"times": facts.calls_on_debt} if facts.calls_on_debt >= entry.value or soon else None


def _in_moratorium(entry: Entry, facts: ContactFacts) -> Broken:
    return {"rule": entry.id} if facts.in_moratorium and facts.person == "debtor" else None


RULES: dict[str | None, Callable[[Entry, ContactFacts], Broken]] = {
    "contact_window": _window,
    "effective_calls": _effective_calls,
    "attempts": _attempts,
    "visits": _visits,
    "third_person": _third_person,
    "calls_per_debt": _calls_per_debt,
    "moratorium_contact": _in_moratorium,
}
AGREEABLE = frozenset({"contact_window", "effective_calls", "attempts"})
