"""What the law asks before a signature, and of an answer that a machine gave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from repact.law.catalogue import Catalogue
from repact.law.entries import Entry, Subject
from repact.law.facts import DecisionFacts, Finding, SigningFacts, finding


def check_signing(facts: SigningFacts, law: Catalogue, *, on: date) -> tuple[Finding, ...]:
    """What the law of a day finds in a signing: costs read, contents complete, clauses marked."""
    entries = law.applying(facts.product.subject(), on=on, contract_on=facts.product.contract_on)
    found = [SIGNING[e.check](e, facts) for e in entries if e.check in SIGNING]
    return tuple(item for item in found if item)


def check_decision(facts: DecisionFacts, law: Catalogue, *, on: date) -> tuple[Finding, ...]:
    """What the law of a day finds in an answer: nobody is refused by a machine alone."""
    entries = law.applying(Subject(lender_type=facts.lender_type), on=on)
    found = [_decision(e, facts) for e in entries if e.check == "automated_decision"]
    return tuple(item for item in found if item)


def cost_sheet_seconds(law: Catalogue, *, on: date) -> int:
    """How long the cost sheet must be open before it can be confirmed; 0 when no rule asks."""
    entries = law.applying(Subject(), on=on)
    return max((e.value for e in entries if e.check == "cost_sheet"), default=0)


def contents_required(law: Catalogue, *, subject: Subject, on: date) -> tuple[str, ...]:
    """The names of all that the documents must state for this subject on a day."""
    entries = law.applying(subject, on=on)
    return tuple(name for e in entries if e.check == "contents" for name in e.requires)


def _cost_sheet(entry: Entry, facts: SigningFacts) -> Finding | None:
    if facts.sheet_confirmed and facts.sheet_open_seconds >= entry.value:
        return None
    return finding(entry, seconds=facts.sheet_open_seconds, seconds_min=entry.value)


def _contents(entry: Entry, facts: SigningFacts) -> Finding | None:
    missing = [name for name in entry.requires if name not in facts.stated]
    return finding(entry, missing=missing) if missing else None


def _highlights(entry: Entry, facts: SigningFacts) -> Finding | None:
    return None if facts.highlighted else finding(entry)


def _decision(entry: Entry, facts: DecisionFacts) -> Finding | None:
    missing = [
        name
        for name, missed in (
            ("person", not facts.person_offered or facts.is_refusal),
            ("explanation", not facts.is_explained),
        )
        if missed
    ]
    return finding(entry, missing=missing) if facts.is_automatic and missing else None


SIGNING: dict[str | None, Callable[[Entry, SigningFacts], Finding | None]] = {
    "cost_sheet": _cost_sheet,
    "contents": _contents,
    "highlights": _highlights,
}
